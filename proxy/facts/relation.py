"""How a request relates to one person: the closest relation that holds, on trusted facts only.

Rules (design of RG1-RG4, RG15, RG16):
1. caseload > assigned > municipality > region > verified > outside; the first that holds counts.
2. Unknown is outside: no municipality, a municipality without a region on that day, a region that no table knows.
3. The own municipality counts while the municipality exists; a successor is never guessed.
4. A staff dossier is assigned to a named employee, never to a whole organisation (RG10).
5. A role that is national is so by its rule in the matrix: it carries no regions here.
"""

from dataclasses import dataclass, replace
from datetime import date

from proxy.facts.regions import RegionTable
from proxy.model.person import PersonClass, PersonFacts, PersonId, Relation, Shown
from proxy.model.principal import Authorisation, OrganisationKind, Principal

_OF_A_MUNICIPALITY = frozenset({OrganisationKind.MUNICIPALITY, OrganisationKind.MACHINE})


@dataclass(frozen=True, slots=True)
class Vantage:
    """From where an account looks at persons today: its one authorisation, and the regions as they are."""

    authorisation: Authorisation
    user: str
    regions: RegionTable
    today: date


def relate(vantage: Vantage, person: PersonFacts, *, verified: bool = False) -> Relation:
    """Give the closest relation between an account and a person; `verified`: its identity was checked (RG15)."""
    authorisation, user, regions, today = vantage.authorisation, vantage.user, vantage.regions, vantage.today
    if person.caseload_user == user:
        return Relation.CASELOAD
    if _assigned(authorisation, user, person):
        return Relation.ASSIGNED
    residence = regions.region(person.municipality, today)
    organisation = authorisation.organisation
    if residence and organisation.kind in _OF_A_MUNICIPALITY and organisation.code == person.municipality:
        return Relation.MUNICIPALITY
    responsible = person.responsible_region
    if residence in authorisation.regions or (responsible in authorisation.regions and regions.known(responsible)):
        return Relation.REGION
    return Relation.VERIFIED if verified else Relation.OUTSIDE


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
    return PersonFacts(row_id=shown.row_id or "", identity=identity, municipality=code, responsible_region=responsible)


def _municipality(written: str | None, regions: RegionTable, today: date) -> str | None:
    if not written:
        return None
    if written.isascii() and written.isdigit() and len(written) == 4:
        return written if regions.region(written, today) else None
    return regions.municipality(written, today)
