"""Ask for emergency access to one person (RG12).

Rule: the page is the same whether or not there is such a person; nobody gets access to his own dossier.
"""

from proxy.desk.request import Done, Request
from proxy.grants import emergency, screens
from proxy.grants.emergency import Plea
from proxy.grants.grant import Unmet
from proxy.grants.screens import UNMET
from proxy.identity.binding import birth_mark, lookup, normalise, person_id
from proxy.identity.seal import Seal
from proxy.model.decision import Reason
from proxy.model.person import PersonFacts


def plea(asked: Request) -> Done:
    """Ask for emergency access; the same page whether or not there is such a person."""
    purpose = "emergency.request"
    worth = asked.weighed(purpose) if asked.asks else None
    if worth is Seal.FORGED:
        return Done(denied=Reason.FORM_NOT_ISSUED)
    if worth is not Seal.GOOD:
        return Done(screens.plea(asked.sheet(purpose, UNMET[Unmet.STALE] if worth else "")), detail=worth or "")
    given = asked.given
    wish = Plea(asked.trail.exchange.id, asked.user, given.get("reden", ""), given.get("toelichting", ""))
    number, born = normalise(given.get("bsn", "")), emergency.written_date(given.get("geboortedatum", ""))
    if number is None or born is None or not emergency.is_sound(wish):
        return Done(screens.plea(asked.sheet(purpose, screens.PLEA_ERROR)), detail="plea-incomplete")
    person = _person_in_need(asked, number, born)
    tie = emergency.begun(wish, person, asked.now) if person else None
    return Done(screens.pleaded(str(wish.id)), tie, detail="" if tie else "nobody")


def _person_in_need(asked: Request, number: str, born: str) -> PersonFacts | None:
    """Give the person whom both BSN and birth date name; never the user's own dossier."""
    secret = asked.house.secret
    identity = person_id(secret, bsn=number, row_id=None)
    person = asked.known.persons.get(lookup(None, identity))
    if person is None or asked.is_own(person):
        return None
    return person if person.born == birth_mark(secret, identity, born) else None
