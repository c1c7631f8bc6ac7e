"""Look at what one holds, go to the person of it, and note that an announcement was read.

Rule: what leads to a person ends in the legacy's own page, where the person is decided about as in any other exchange; what
leads nowhere reads like somebody who does not exist.
"""

from proxy.desk.answer import answered_for
from proxy.desk.request import Done, Request
from proxy.disclosure import handle
from proxy.grants import grant, screens
from proxy.grants.grant import Moment
from proxy.grants.screens import Held
from proxy.identity.seal import Seal
from proxy.model.decision import Reason
from proxy.model.screen import Side, Turn
from proxy.model.tie import Emergency, Grant, GrantState
from proxy.present import announcements


def overview(asked: Request) -> Done:
    """List what the user asked and holds."""
    mine = [each for each in asked.known.ties if each.user == asked.user]
    grants = sorted((each for each in mine if isinstance(each, Grant)), key=lambda each: each.asked_at, reverse=True)
    pleas = sorted((each for each in mine if isinstance(each, Emergency)), key=lambda each: each.begins, reverse=True)
    return Done(screens.overview([_held(asked, each) for each in grants], pleas, asked.now))


def _held(asked: Request, held: Grant) -> Held:
    """Join a grant and the reference that its candidate had on the day of the request."""
    person = asked.known.persons.get(held.row_id)
    day = Moment(held.asked_at, asked.house.zone).day
    if person is None:
        return Held(held, "")
    return Held(held, handle.reference(asked.house.secret, day, held.vacancy, person.identity.digest))


def visit(asked: Request) -> Done:
    """Go to the person of a tie; whatever leads nowhere reads like somebody who does not exist."""
    number = asked.given.get("nummer", "")
    now = asked.now
    for each in asked.known.ties:
        if str(each.id) != number:
            continue
        if isinstance(each, Emergency) and each.user == asked.user and each.begins <= now.at < each.until:
            return Done(Turn(each.row_id, Side.OVERVIEW))
        if isinstance(each, Grant) and each in answered_for(asked):
            return Done(Turn(each.row_id, Side.OVERVIEW), vacancy=each.vacancy)
        if isinstance(each, Grant) and _is_held(asked, each):
            return Done(Turn(each.row_id, Side.CV), vacancy=each.vacancy)
    return Done(denied=Reason.PERSON_UNKNOWN)


def _is_held(asked: Request, each: Grant) -> bool:
    return each.user == asked.user and each.state is GrantState.OPEN and grant.runs(each, asked.now)


def notice(asked: Request) -> Done:
    """Note that the user read what is announced."""
    announced = announcements(asked.house.matrix)
    purpose = "notice.accept"
    worth = asked.weighed(purpose) if asked.asks else None
    if worth is Seal.FORGED:
        return Done(denied=Reason.FORM_NOT_ISSUED)
    if worth is Seal.GOOD:
        return Done(screens.noticed(), noticed=frozenset(announced))
    return Done(screens.notice(asked.sheet(purpose), tuple(announced.values())))
