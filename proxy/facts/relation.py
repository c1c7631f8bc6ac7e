"""How a request relates to one person: the closest relation that holds, on trusted facts only.

Rules (design of RG1-RG7, RG12, RG13, RG15, RG16):
1. The order is that of `model.person.Relation`, closest first; the first that holds counts.
2. Unknown is outside: no municipality, a municipality without a region on that day, a region that no table knows.
3. The own municipality counts while the municipality exists; a successor is never guessed.
4. A staff dossier is assigned to a named employee, never to a whole organisation (RG10).
5. A role that is national is so by its rule in the matrix: it carries no regions here.
6. An appointment counts fourteen days before and after its day; cover from its first day to its last, for persons in the
   user's own regions (RG13); the region that somebody left for `moved_days`, or until the new one is responsible.
7. Of a grant only an open one counts, for its own user, before its end. A card needs a match of this session with a
   vacancy that the user works on (`matched`). What a vantage is not told opens nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from proxy.facts.double import strictest
from proxy.facts.regions import RegionTable
from proxy.model.person import PersonClass, PersonFacts, PersonId, Relation, Shown
from proxy.model.principal import Authorisation, OrganisationKind, Principal
from proxy.model.tie import Cover, GrantState, Vacancy

APPOINTMENT = timedelta(days=14)
MOVED_DAYS = 30
_OF_A_MUNICIPALITY = frozenset({OrganisationKind.MUNICIPALITY, OrganisationKind.MACHINE})


@dataclass(frozen=True, slots=True)
class Vantage:
    """From where an account looks at persons today: its one authorisation, and the regions as they are."""

    authorisation: Authorisation
    user: str
    regions: RegionTable
    today: date
    now: datetime | None = None
    """Without it no grant and no emergency holds."""
    covers: tuple[Cover, ...] = ()
    """Those of the account (`Principal.covers`), of whatever day."""
    matched: frozenset[str] = frozenset()
    """Rows that may be shown as a card (`matched`)."""
    moved_days: int = MOVED_DAYS


def relate(vantage: Vantage, person: PersonFacts, *, verified: bool = False) -> Relation:
    """Give the closest relation between an account and a person; `verified`: its identity was checked (RG15)."""
    authorisation, user, regions, today = vantage.authorisation, vantage.user, vantage.regions, vantage.today
    if person.caseload_user == user:
        return Relation.CASELOAD
    if _assigned(authorisation, user, person):
        return Relation.ASSIGNED
    if any(each.user == user and abs(each.day - today) <= APPOINTMENT for each in person.appointments):
        return Relation.APPOINTMENT
    residence = regions.region(person.municipality, today)
    near = _near(vantage, person, residence)
    if near and _covered(vantage, person):
        return Relation.TEAM
    organisation = authorisation.organisation
    if residence and organisation.kind in _OF_A_MUNICIPALITY and organisation.code == person.municipality:
        return Relation.MUNICIPALITY
    return Relation.REGION if near else _found(vantage, person, verified=verified)


def _near(vantage: Vantage, person: PersonFacts, residence: str | None) -> bool:
    """Tell whether a person lies in one of the account's regions: by residence, responsibility, or a move not long ago."""
    own, regions, responsible = vantage.authorisation.regions, vantage.regions, person.responsible_region
    if residence in own or (responsible in own and regions.known(responsible)):
        return True
    if person.moved is None or (residence is not None and responsible == residence):
        return False
    left, day = person.moved
    recent = timedelta() <= vantage.today - day < timedelta(days=vantage.moved_days)
    return recent and regions.region(left, vantage.today) in own


def _covered(vantage: Vantage, person: PersonFacts) -> bool:
    return any(
        each.covered == person.caseload_user and each.begins <= vantage.today <= each.ends for each in vantage.covers
    )


def _found(vantage: Vantage, person: PersonFacts, *, verified: bool) -> Relation:
    """Give the relation to somebody outside the regions: approached on a vacancy, checked, found, or none."""
    if _granted(vantage, person):
        return Relation.GRANT
    if verified:
        return Relation.VERIFIED
    return Relation.CARD if person.row_id in vantage.matched else Relation.OUTSIDE


def _granted(vantage: Vantage, person: PersonFacts) -> bool:
    now, own = vantage.now, (vantage.user, person.row_id, GrantState.OPEN)
    if now is None:
        return False
    held = (each.until for each in person.grants if (each.user, each.row_id, each.state) == own)
    return any(until is not None and now < until for until in held)


def emergency_until(vantage: Vantage, person: PersonFacts) -> datetime | None:
    """Give until when the account has emergency access to a person (RG12); None: it has none."""
    now, own = vantage.now, (vantage.user, person.row_id)
    if now is None:
        return None
    held = (each for each in person.emergencies if (each.user, each.row_id) == own)
    return max((each.until for each in held if each.begins <= now < each.until), default=None)


def is_open(vacancy: Vacancy, today: date) -> bool:
    """Tell whether a vacancy is known to be open on a day; on the day of its closing it is not."""
    return vacancy.opened is not None and vacancy.opened <= today and (vacancy.closed is None or today < vacancy.closed)


def works_on(authorisation: Authorisation, vacancy: Vacancy, today: date) -> bool:
    """Tell whether a vacancy is open, and in the account's regions or its organisation's own (RG5)."""
    owned = vacancy.organisation is not None and vacancy.organisation == authorisation.organisation.code
    return is_open(vacancy, today) and (owned or vacancy.region in authorisation.regions)


def matched(
    matches: Iterable[tuple[str, str]], vacancies: Mapping[str, Vacancy], authorisation: Authorisation, today: date
) -> frozenset[str]:
    """Give the rows among matches (vacancy, row) that may be shown as a card: those of a vacancy that the account works on.

    `matches` are those of the session, with those of the answer at hand; a vacancy that is not among those known opens none.
    """
    good = {id_ for id_, vacancy in vacancies.items() if works_on(authorisation, vacancy, today)}
    return frozenset(row for vacancy, row in matches if vacancy in good) if good else frozenset()


def _assigned(authorisation: Authorisation, user: str, person: PersonFacts) -> bool:
    if user in person.assigned:
        return True
    organisation = authorisation.organisation
    shared = organisation.kind is OrganisationKind.SW and person.protection is not PersonClass.STAFF
    return shared and organisation.code in person.assigned


def protection(person: PersonFacts, principal: Principal) -> PersonClass:
    """Give the class of a dossier for this principal: `self` when it is the employee's own."""
    own = principal.identity is not None and principal.identity == person.identity.digest
    return PersonClass.SELF if own else person.protection


def classed(person: PersonFacts, principal: Principal) -> PersonFacts:
    """Give the facts with the class that the dossier has for this principal."""
    held = protection(person, principal)
    return person if held is person.protection else replace(person, protection=held)


def seen(shown: Shown, identity: PersonId, regions: RegionTable, today: date) -> PersonFacts:
    """Make facts of a person whom the store does not know, from an answer of the legacy; doubt is unknown.

    The region that the answer shows never widens: where it contradicts the dated table, the municipality is unknown.
    """
    code = _municipality(shown.municipality, regions, today)
    if code is not None and shown.region and shown.region != regions.region(code, today):
        code = None
    responsible = shown.responsible_region if regions.known(shown.responsible_region) else None
    held = shown.protection or PersonClass.ORDINARY
    return PersonFacts(shown.row_id or "", identity, code, responsible, protection=held, learned=True)


def renewed(stored: PersonFacts, read: PersonFacts) -> PersonFacts:
    """Give stored facts after an answer (`seen`) passed by: the stricter class, and a newer residence where it was learned.

    A learned one that comes out different is to be learned again; an imported one is never changed by an answer.
    """
    held = strictest(stored.protection, read.protection)
    if not stored.learned:
        return stored if held is stored.protection else replace(stored, protection=held)
    return replace(
        stored,
        municipality=read.municipality or stored.municipality,
        responsible_region=read.responsible_region or stored.responsible_region,
        protection=held,
    )


def _municipality(written: str | None, regions: RegionTable, today: date) -> str | None:
    if not written:
        return None
    if written.isascii() and written.isdigit() and len(written) == 4:
        return written if regions.region(written, today) else None
    return regions.municipality(written, today)
