"""Which calls newcore could answer at all, and which go on with what one core began. Pure.

Rules:
1. newcore can answer one screen of one function that opens a list, or one record: by the row that is named, or the one on
   which the session stands; and one question of a service. Nothing that changes anything, counts places in a list, or does
   a second thing.
2. What shows a list once more or goes on with it stays on the core that opened the list: paging, sort, export, Back, its
   view opened again; rows below a person, once they were turned over, for as long as that person is looked at. What shows
   a page once more stays on the core that gave the page.
3. What newcore did not answer legacy may, where it can: whatever opens something. It never saw a list of newcore, so nothing
   that goes on with one falls back.
"""

from collections.abc import Collection

from proxy.model.call import Call, Format, Kind, only_reads
from proxy.model.principal import Listing, Session
from proxy.model.route import Core
from proxy.routing.stage import ANSWERED

_SCREENS = frozenset({Format.HTML, Format.RPC})


def movable(call: Call, answered: Collection[str] = ANSWERED) -> bool:
    """Tell whether newcore could answer a call, by what it is."""
    begins = call.first_page or (call.opens and is_named(call)) or is_question(call)
    return begins and is_answered(call, answered)


def is_answered(call: Call, answered: Collection[str] = ANSWERED) -> bool:
    """Tell whether a call is one screen, or one question, of a function that newcore can answer, and does nothing else."""
    one = len(call.links) == 1 and (call.format in _SCREENS or is_question(call)) and call.function in answered
    return one and only_reads(call) and not call.by_place


def is_question(call: Call) -> bool:
    """Tell whether a call is the question of a service, which carries its credentials and needs no session."""
    return call.format is Format.SOAP and call.kind is Kind.INTERFACE and call.account is not None and call.repeatable


def is_named(call: Call) -> bool:
    """Tell whether a call says which one record it is about; by the cursor it does once it is settled."""
    return len(call.row_ids) == 1 or (not call.row_ids and any(name == "record" for name, _ in call.aliases))


def held(call: Call, session: Session | None) -> Listing | None:
    """Give the list that a call goes on with, or shows once more; None: there is none."""
    if session is None or not (call.pages or call.again or call.opens):
        return None
    view = next((link.view for link in reversed(call.links) if link.view), "")
    if call.pages:
        front = session.listing
        return front if front is not None and (not view or front.view in {"", view}) else None
    lists = (session.listing, *session.lists)
    found = next((each for each in lists if each is not None and each.view == (view or session.view)), None)
    return found if found is None or not call.opens or found.rows == call.row_ids else None


def began(call: Call, session: Session | None, answered: Collection[str] = ANSWERED) -> Core | None:
    """Name the core that gave what a call goes on with, or shows once more; None: it begins something."""
    listing = held(call, session)
    if listing is not None:
        return Core(listing.core)
    if session is None or not call.again or call.first_page or not session.astray.view:
        return None
    view = next((link.view for link in reversed(call.links) if link.view), session.view)
    return Core.NEWCORE if view == session.view and is_answered(call, answered) else None


def is_used_up(call: Call, session: Session | None) -> bool:
    """Tell whether legacy saw the number of a request already: it says so itself, in its own words."""
    if session is None or call.sequence is None or session.sequence is None:
        return False
    seen = session.astray.sequence
    return call.sequence <= (session.sequence if seen is None else seen)


def falls_back(call: Call, session: Session | None) -> bool:
    """Tell whether legacy may answer a call that newcore did not."""
    return only_reads(call) and not call.pages and (call.first_page or held(call, session) is None)
