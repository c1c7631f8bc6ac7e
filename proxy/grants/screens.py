"""The gateway's own pages: plain Dutch, and nothing of a person but a reference that means nothing elsewhere.

Rules: a page never tells whether somebody exists; what went wrong is said in the words of whoever filled in the form;
every form carries the seal of its session.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo

from proxy.grants import emergency
from proxy.grants.grant import (
    FEWEST_SIGNS,
    MOST_OF_USER,
    MOST_OF_VACANCY,
    MOST_WORKDAYS,
    MOTIVES,
    WORKDAYS,
    Moment,
    Unmet,
    answer_due,
    lapses,
)
from proxy.model.screen import Entry, Form, Line, Screen, Table
from proxy.model.tie import Emergency, Grant, GrantState

SEAL = "zegel"
APPROACH, ANSWER, EMERGENCY, OVERVIEW, OPEN, NOTICE = (
    *("benaderen", "verzoeken", "noodtoegang", "overzicht", "openen", "mededeling"),
)
"""Names of our own paths, as the catalogue has them."""

UNMET = {
    Unmet.VACANCY: "De vacature is niet (meer) open, of hoort niet bij uw regio of organisatie.",
    Unmet.MOTIVE: f"Kies een reden en licht die toe in {FEWEST_SIGNS} tot 500 tekens.",
    Unmet.TERM: f"Kies een termijn van ten hoogste {MOST_WORKDAYS} werkdagen.",
    Unmet.HELD: "U hebt deze kandidaat voor deze vacature al benaderd. Zie het overzicht.",
    Unmet.VACANCY_CAP: f"Voor deze vacature lopen al {MOST_OF_VACANCY} benaderingen. Sluit er eerst een af.",
    Unmet.USER_CAP: f"Voor u lopen al {MOST_OF_USER} benaderingen. Sluit er eerst een af.",
    Unmet.NOT_THEIRS: "Dit verzoek bestaat niet (meer), of wordt door een andere adviseur beantwoord.",
    Unmet.STALE: "Dit formulier was al gebruikt of is verlopen. Controleer het en verstuur het opnieuw.",
}
_STATES = {
    GrantState.REQUESTED: "aangevraagd", GrantState.OPEN: "open", GrantState.REFUSED: "geweigerd",
    GrantState.ENDED: "beëindigd",
}  # fmt: skip
_TERMS = tuple((str(days), f"{days} werkdagen") for days in (WORKDAYS, MOST_WORKDAYS))
_OVERVIEW_LINK = ("Naar het overzicht", OVERVIEW, "")


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a form is filled with: its seal, what was typed before, and what was wrong with that."""

    seal: str = field(repr=False)
    given: Mapping[str, str] = field(default_factory=dict, repr=False)
    error: str = ""

    def entry(self, name: str, label: str, choices: tuple[tuple[str, str], ...] = (), *, long: bool = False) -> Entry:
        """Make an entry that keeps what was typed."""
        return Entry(name, label, self.given.get(name, ""), choices, long)

    def sealed(self, *entries: Entry) -> tuple[Entry, ...]:
        """Put the seal behind the entries."""
        return (*entries, Entry(SEAL, value=self.seal))


def approach(sheet: Sheet, reference: str, vacancy: str) -> Screen:
    """Ask why a candidate is approached."""
    entries = sheet.sealed(
        Entry("kaart", value=sheet.given.get("kaart", "")),
        sheet.entry("reden", "Reden", choices=tuple(MOTIVES.items())),
        sheet.entry("toelichting", "Toelichting", long=True),
        sheet.entry("dagen", "Termijn", choices=_TERMS),
    )
    texts = (
        f"Kandidaat {reference} bij vacature {vacancy} valt buiten uw regio.",
        "Met toestemming om het cv te publiceren krijgt u meteen beperkte inzage.",
        "Zonder die toestemming beslist de verantwoordelijke adviseur binnen twee werkdagen.",
        "Uw verzoek en iedere inzage worden vastgelegd.",
    )
    return Screen("Kandidaat benaderen", texts, sheet.error, forms=(Form(APPROACH, entries, "Benaderen"),))


def approached(grant: Grant, reference: str, zone: tzinfo) -> Screen:
    """Say what came of it."""
    if grant.state is GrantState.OPEN:
        text = f"Kandidaat {reference} staat voor u open tot en met {until(grant.until, zone)}. De regio van de kandidaat heeft bericht."
        return Screen("Kandidaat benaderen", (text,), links=(("Kandidaat openen", OPEN, str(grant.id)), _OVERVIEW_LINK))
    text = f"Uw verzoek over kandidaat {reference} ligt bij de verantwoordelijke adviseur. U vindt het antwoord in het overzicht."
    return Screen("Kandidaat benaderen", (text,), links=(_OVERVIEW_LINK,))


def requests(asked: Sequence[Grant], opened: Sequence[Grant], now: Moment, error: str = "") -> Screen:
    """List the requests that a user has to answer, and what was opened without asking."""
    waiting = Table(
        "Verzoeken die op uw antwoord wachten",
        ("Gevraagd op", "Vacature", "Door", "Reden", "Antwoord uiterlijk"),
        tuple(_waiting(each, now) for each in asked),
        "Geen verzoeken",
    )
    notified = Table(
        "Opengezet met toestemming van de klant, of na een antwoord",
        ("Gevraagd op", "Vacature", "Door", "Reden", "Tot en met"),
        tuple(_notified(each, now) for each in opened),
        "Geen berichten",
    )
    return Screen("Verzoeken om kandidaten", error=error, tables=(waiting, notified), links=(_OVERVIEW_LINK,))


def _waiting(grant: Grant, now: Moment) -> Line:
    due = answer_due(grant, now)
    written = day(due) + (" (te laat)" if due < now.day else "")
    cells = (moment(grant.asked_at, now.zone), grant.vacancy, grant.user, spoken(grant), written)
    return Line(cells, (("Klant bekijken", OPEN, str(grant.id)), ("Beantwoorden", ANSWER, str(grant.id))))


def _notified(grant: Grant, now: Moment) -> Line:
    asked = moment(grant.asked_at, now.zone)
    cells = (asked, grant.vacancy, grant.user, spoken(grant), until(grant.until, now.zone))
    return Line(cells, (("Klant bekijken", OPEN, str(grant.id)),))


def answer(sheet: Sheet, grant: Grant, now: Moment) -> Screen:
    """Ask for the answer to one request."""
    entries = sheet.sealed(
        Entry("nummer", value=str(grant.id)),
        sheet.entry("besluit", "Besluit", choices=(("toestaan", "Toestaan"), ("weigeren", "Weigeren"))),
    )
    texts = (
        f"{grant.user} vraagt voor vacature {grant.vacancy} om een klant voor wie u antwoordt.",
        f"Reden: {spoken(grant)}.",
        f"Staat u het toe, dan heeft {grant.user} {WORKDAYS} werkdagen lang beperkte inzage.",
        f"Zonder antwoord vervalt het verzoek na {until(lapses(grant, now), now.zone)}.",
    )
    form = Form(ANSWER, entries, "Beantwoorden")
    links = (("Klant bekijken", OPEN, str(grant.id)), ("Alle verzoeken", ANSWER, ""))
    return Screen("Verzoek beantwoorden", texts, sheet.error, forms=(form,), links=links)


def answered(grant: Grant) -> Screen:
    """Say what was answered."""
    done = "toegestaan" if grant.state is GrantState.OPEN else "geweigerd"
    text = f"Het verzoek van {grant.user} voor vacature {grant.vacancy} is {done}."
    return Screen("Verzoek beantwoorden", (text,), links=(("Alle verzoeken", ANSWER, ""),))


def plea(sheet: Sheet) -> Screen:
    """Ask for emergency access."""
    entries = sheet.sealed(
        sheet.entry("bsn", "BSN"),
        sheet.entry("geboortedatum", "Geboortedatum (dd-mm-jjjj)"),
        sheet.entry("reden", "Soort noodgeval", choices=tuple(emergency.CATEGORIES.items())),
        sheet.entry("toelichting", f"Toelichting (ten minste {emergency.FEWEST_SIGNS} tekens)", long=True),
    )
    texts = (
        "Noodtoegang geldt voor één klant, zestig minuten lang, zonder belastbaarheid en contacthistorie.",
        "Iedere noodtoegang wordt binnen vijf werkdagen beoordeeld.",
    )
    return Screen("Noodtoegang", texts, sheet.error, forms=(Form(EMERGENCY, entries, "Noodtoegang vragen"),))


PLEA_ERROR = (
    "Vul een geldig burgerservicenummer en een geboortedatum in, kies een soort en geef een toelichting van ten minste "
    f"{emergency.FEWEST_SIGNS} tekens."
)


def pleaded(number: str) -> Screen:
    """Say that it was noted: the same whether or not there is such a person."""
    texts = (
        "Uw verzoek is vastgelegd en wordt beoordeeld.",
        "Horen burgerservicenummer en geboortedatum bij één klant, dan kunt u die zestig minuten lang inzien.",
    )
    return Screen("Noodtoegang", texts, links=(("Klant openen", OPEN, number), _OVERVIEW_LINK))


@dataclass(frozen=True, slots=True)
class Held:
    """A grant of the user's own with the reference that the user knows it by."""

    grant: Grant
    reference: str


def overview(held: Sequence[Held], pleas: Sequence[Emergency], now: Moment) -> Screen:
    """List what a user asked and holds."""
    grants = Table(
        "Uw benaderingen",
        ("Gevraagd op", "Vacature", "Kandidaat", "Stand", "Tot en met"),
        tuple(_held(each, now) for each in held),
    )
    lines = tuple(
        Line(
            (moment(each.begins, now.zone), emergency.CATEGORIES.get(each.category, each.category), moment(each.until, now.zone)),
            (("Klant openen", OPEN, str(each.id)),) if now.at < each.until else (),
        )
        for each in pleas
    )  # fmt: skip
    urgent = Table("Uw noodtoegang", ("Sinds", "Soort", "Tot"), lines)
    links = (("Verzoeken om kandidaten", ANSWER, ""), ("Noodtoegang vragen", EMERGENCY, ""))
    return Screen("Overzicht", tables=(grants, urgent), links=links)


def _held(each: Held, now: Moment) -> Line:
    grant = each.grant
    over = grant.state is GrantState.OPEN and (grant.until is None or grant.until <= now.at)
    state = "verlopen" if over else _STATES[grant.state]
    cells = (moment(grant.asked_at, now.zone), grant.vacancy, each.reference, state, until(grant.until, now.zone))
    opens = grant.state is GrantState.OPEN and not over
    return Line(cells, (("Kandidaat openen", OPEN, str(grant.id)),) if opens else ())


def notice(sheet: Sheet, texts: Sequence[str]) -> Screen:
    """Show what is announced, to be noted as read."""
    form = Form(NOTICE, sheet.sealed(), "Gelezen")
    return Screen("Aangekondigde wijzigingen", tuple(texts), sheet.error, forms=(form,) if texts else ())


def noticed() -> Screen:
    """Say that it was noted."""
    return Screen("Aangekondigde wijzigingen", ("Dat u dit gelezen hebt, is vastgelegd.",))


def spoken(grant: Grant) -> str:
    """Give the reason of a grant in words."""
    motive, _, text = grant.reason.partition(": ")
    return f"{MOTIVES.get(motive, motive)}: {text}" if text else MOTIVES.get(motive, motive)


def moment(at: datetime, zone: tzinfo) -> str:
    """Write a moment."""
    return at.astimezone(zone).strftime("%d-%m-%Y %H:%M")


def day(on: date) -> str:
    """Write a day."""
    return on.strftime("%d-%m-%Y")


def until(end: datetime | None, zone: tzinfo) -> str:
    """Write the last day of a term that ends at midnight."""
    return "" if end is None else day((end - timedelta(seconds=1)).astimezone(zone).date())
