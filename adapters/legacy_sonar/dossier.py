"""A person of the legacy as records: which pages show what, and how their values become canonical texts. Pure.

Rules:
1. What two views call by one name is one value.
2. All pages of one reading must show the same modification number: else somebody wrote in between, and it is read again.
3. An appointment is what the overview tells of it: one a person, or none. It is named by the modification number too, so
   that one that was removed is never in the way of a later one. A task of the legacy is a line of the person's own record:
   one a person, under that person's row id; its owner is who handles the person.
4. What only the service KlantprofielOpvragen tells is a registration, one a person under that person's row id, and services,
   which have no row id there: they are named by their place, in legacy's order.
5. What no page shows is empty. One thing is inferred: the code of the occupation that a person wants is that which the
   legacy's own vacancies have beside the same words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from adapters.legacy_sonar.profile import Profile

OVERVIEW = "SNR Klantbeeld View"
FORMS = (OVERVIEW, "SNR Klant Persoon View", "SNR Klant Contactgegevens View", "SNR CV View")
"""Pages whose forms make a client."""
NOTES = ("SNR Contacthistorie View", "SNR Contactverslag List Applet")
REFERRALS = ("SNR Verwijzing View", "SNR Verwijzing List Applet")
PEOPLE = ("SNR Klant Zoek View", "SNR Klant List Applet")
TASKS = ("SNR Werkvoorraad View", "SNR Taak List Applet")
_OWNER = "caseload_owner"

type Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Form:
    """The form of one page of a person."""

    view: str
    number: int | None
    """Modification number."""
    texts: Texts = field(repr=False)
    head: Texts = field(default_factory=dict, repr=False)
    """What the head of the page says of the person."""


def torn(forms: Sequence[Form]) -> bool:
    """Tell whether somebody wrote between two pages of one reading."""
    return len({form.number for form in forms}) > 1


def client(forms: Sequence[Form], listed: Texts, codes: Texts) -> dict[str, str]:
    """Make the record of a person: the forms, what only a list or a head shows, and the code of the wanted occupation."""
    texts = dict(listed)
    for form in forms:
        texts |= form.texts
    name = next((form.head["name"] for form in forms if "name" in form.head), "")
    return texts | {
        "name": name,
        "occupation_code": codes.get(texts["desired_occupation"], ""),
        "mod_num": number(forms),
    }


def number(forms: Sequence[Form]) -> str:
    """Give the modification number under which a person was read."""
    return next((str(form.number) for form in forms if form.number is not None), "")


def appointment(person: str, overview: Form) -> dict[str, dict[str, str]]:
    """Make the appointment that the overview tells, by its name; nothing where there is none."""
    day = overview.texts["next_appointment"]
    told = {"at": day, "with": "", "place": "", "kind": "", "status": "", "client_id": person}
    return {f"{person}.{number((overview,)) or '0'}": told} if day.strip() else {}


def task(person: str, line: Texts, overview: Form) -> dict[str, str]:
    """Make the task of a person out of the line of a work list, which does not tell its place in it."""
    return dict(line) | {"client_id": person, "owner": overview.texts[_OWNER], "position": "0"}


def notes(person: str, rows: Sequence[tuple[str, Texts]]) -> dict[str, dict[str, str]]:
    """Make the contact notes of a person, in legacy's order."""
    more = {"client_id": person, "mod_num": "", "author_organisation": ""}
    return {row: dict(texts) | more | {"position": str(place)} for place, (row, texts) in enumerate(rows)}


def referrals(person: str, rows: Sequence[tuple[str, Texts]]) -> dict[str, dict[str, str]]:
    """Make the referrals of a person, in legacy's order."""
    more = {"client_id": person, "mod_num": ""}
    return {row: dict(texts) | more | {"position": str(place)} for place, (row, texts) in enumerate(rows)}


def registration(person: str, told: Profile) -> dict[str, dict[str, str]]:
    """Make the registration of a person."""
    return {person: dict(told.registration) | {"client_id": person, "position": "0"}}


def services(person: str, told: Profile) -> dict[str, dict[str, str]]:
    """Make the services of a person, in legacy's order."""
    return {
        f"{person}.{place}": dict(texts) | {"client_id": person, "position": str(place)}
        for place, texts in enumerate(told.services)
    }
