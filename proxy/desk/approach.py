"""Approach a candidate of another region whom this session's own search found (RG6).

Rule: a handle that was not issued to this session is refused, recorded, and an alarm.
"""

from proxy.desk.request import Done, Request
from proxy.disclosure import handle
from proxy.facts.relation import works_on
from proxy.grants import grant, screens
from proxy.grants.grant import Approach, Unmet
from proxy.grants.screens import UNMET
from proxy.identity.seal import Seal
from proxy.model.decision import Reason
from proxy.model.person import PersonFacts


def approach(asked: Request) -> Done:
    """Approach a candidate that this session's own search found."""
    house, given = asked.house, asked.given
    found = handle.redeem(house.secret, asked.session, given.get("kaart", ""))
    if found is None:
        return Done(denied=Reason.HANDLE_NOT_ISSUED)
    vacancy, row_id = found
    person = asked.known.persons.get(row_id)
    if person is None:
        return Done(denied=Reason.PERSON_UNKNOWN, vacancy=vacancy)
    name = handle.reference(house.secret, asked.now.day, vacancy, person.identity.digest)
    purpose = f"grant.request {given['kaart']}"

    def again(why: Unmet | None) -> Done:
        sheet = asked.sheet(purpose, UNMET[why] if why else "")
        return Done(screens.approach(sheet, name, vacancy), detail=why or "", vacancy=vacancy)

    worth = asked.weighed(purpose) if asked.asks else None
    if worth is Seal.FORGED:
        return Done(denied=Reason.FORM_NOT_ISSUED, vacancy=vacancy)
    if worth is not Seal.GOOD:
        return again(Unmet.STALE if worth else None)
    wish = _wish(asked, vacancy, person)
    why = grant.barred(wish, asked.known.ties, asked.now, open_to=_open_to(asked, vacancy))
    if why is not None:
        return again(why)
    made = grant.approached(wish, asked.now)
    return Done(screens.approached(made, name, house.zone), made, vacancy=vacancy)


def _wish(asked: Request, vacancy: str, person: PersonFacts) -> Approach:
    given, days = asked.given, asked.given.get("dagen", "")
    return Approach(
        asked.trail.exchange.id,
        asked.user,
        vacancy,
        person,
        given.get("reden", ""),
        given.get("toelichting", ""),
        int(days) if days.isascii() and days.isdecimal() and len(days) < 3 else 0,
    )


def _open_to(asked: Request, vacancy: str) -> bool:
    known = asked.known.vacancies.get(vacancy)
    return known is not None and works_on(asked.authorisation, known, asked.now.day)
