"""The card of a found candidate outside the region (RG5): what is needed to judge a match, and nothing that says who.

Rules:
1. A value is never shown as it stands: it falls in a band or a cluster of a closed table, or it is not shown.
2. No name, number, date of birth, sex, nationality, address, phone, e-mail, employer, free text, and no category but
   education (ED) and availability (AV).
3. The driving licence and the target group are shown only where the vacancy asks for them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from proxy.model.screen import Card

_EDUCATION = {
    "basisonderwijs": "basis", "praktijkonderwijs": "basis", "VMBO": "vmbo of mbo-1", "MBO-1": "vmbo of mbo-1",
    "MBO-2": "mbo 2-4", "MBO-3": "mbo 2-4", "MBO-4": "mbo 2-4", "HAVO": "havo of vwo", "VWO": "havo of vwo",
    "HBO": "hbo of wo", "WO": "hbo of wo",
}  # fmt: skip
_CLUSTERS = (
    ("handel en verkoop", ("verkoper", "verkoop", "kassa", "winkel")),
    ("administratie en klantcontact", ("administratie", "callcenter", "receptionist", "secretar", "boekhoud")),
    ("transport en logistiek", ("chauffeur", "orderpicker", "magazijn", "logistiek", "heftruck")),
    ("zorg en welzijn", ("verzorgende", "zorg", "pedagogisch", "verpleeg", "welzijn")),
    ("bouw en techniek", ("timmerman", "lasser", "monteur", "elektr", "metsel", "schilder", "installat")),
    ("schoonmaak en facilitair", ("schoonma", "huishoud", "facilitair")),
    ("horeca", ("kok", "kelner", "horeca", "bediening")),
    ("automatisering", ("applicatie", "programmeur", "systeembeheer", "ict")),
    ("onderwijs", ("onderwijs", "leraar", "docent")),
    ("groen", ("hovenier", "tuin", "groen", "agrarisch")),
    ("veiligheid", ("beveilig",)),
)
_OTHER = "overig"
_HOURS = ((12, "t/m 12 uur"), (24, "13 t/m 24 uur"), (32, "25 t/m 32 uur"), (168, "meer dan 32 uur"))
_TRAVEL = ((30, "t/m 30 minuten"), (60, "31 t/m 60 minuten"), (999, "meer dan 60 minuten"))
_EXPERIENCE = ((1, "t/m 1 jaar"), (4, "2 t/m 4 jaar"), (9, "5 t/m 9 jaar"), (80, "10 jaar of meer"))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the vacancy asks for, so that the card may say it."""

    licence: bool = False
    target_group: bool = False


def card(traits: Mapping[str, str], reference: str, handle: str, wanted: Wanted) -> Card:
    """Make the card of a candidate from the values that its row shows (canonical field names)."""
    return Card(
        reference,
        handle,
        education=_EDUCATION.get(traits.get("education_level", "").strip(), ""),
        occupation=cluster(traits.get("desired_occupation", "")),
        experience=band(traits.get("experience_years", ""), _EXPERIENCE),
        hours=band(traits.get("hours_per_week", ""), _HOURS),
        available=month(traits.get("available_from", "")),
        travel=band(traits.get("max_travel_minutes", ""), _TRAVEL),
        licence=licence(traits.get("driving_licences", "")) if wanted.licence else "",
        target_group=_yes_or_no(traits.get("target_group", "")) if wanted.target_group else "",
    )


def cluster(occupation: str) -> str:
    """Give the cluster of an occupation; the text itself is never shown."""
    folded = occupation.casefold()
    if not folded.strip():
        return ""
    return next((name for name, words in _CLUSTERS if any(word in folded for word in words)), _OTHER)


def band(number: str, bands: tuple[tuple[int, str], ...]) -> str:
    """Give the band of a whole number; anything else is not shown."""
    text = number.strip()
    if not text.isascii() or not text.isdecimal() or len(text) > 3:
        return ""
    return next((name for most, name in bands if int(text) <= most), "")


def month(written: str) -> str:
    """Give month and year of a date as the legacy shows it (`dd-mm-jjjj`, the day may be 00)."""
    _, _, rest = written.strip().partition("-")
    number, _, year = rest.partition("-")
    plain = len(number) == 2 and len(year) == 4 and (number + year).isascii() and (number + year).isdecimal()
    return rest if plain and 1 <= int(number) <= 12 and year != "0000" else ""


def licence(held: str) -> str:
    """Say whether there is a driving licence, not which."""
    return "ja" if held.strip() else "nee"


def _yes_or_no(flag: str) -> str:
    return {"J": "ja", "Y": "ja", "N": "nee"}.get(flag.strip().upper(), "")
