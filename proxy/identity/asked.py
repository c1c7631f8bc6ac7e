"""By what the persons of a list were searched or sorted: to show a row is to tell the value that was asked for.

Why: a row whose address is emptied still tells that its person lives at the address that the search named, and a list
sorted by an emptied column still tells the order of its values. So a row is not shown where a category that is hidden of
it was asked, and nothing of a card may be asked but what stands on cards.

Rules:
1. A new query asks what its fields are of. Refining and sorting add to what the list was opened by; other sets, exports
   and a list that is looked at again keep it.
2. A list of which nobody knows how it was opened may have been asked anything, but for the user's own work.
"""

from proxy.model.call import Call
from proxy.model.decision import Decision, Effect, Reason, decision_with
from proxy.model.person import Category, Reading
from proxy.model.principal import Listing, Session

ON_CARDS = frozenset({Category.ED, Category.AV, Category.VA})
_NOTHING: frozenset[Category] = frozenset()


def asked(call: Call, session: Session | None, reading: Reading | None) -> frozenset[Category]:
    """Give the categories by which the list of an answer was searched or sorted."""
    if reading is None or not reading.listed:
        return _NOTHING
    if call.search is not None and not call.pages:
        return call.asks
    held = _held(call, session)
    if held is not None:
        return held.asked | call.asks
    return call.asks if reading.own_total else frozenset(Category)


def _held(call: Call, session: Session | None) -> Listing | None:
    """Find the list that the call goes on with; it stands in front by now."""
    listing = session.listing if session is not None else None
    view = next((link.view for link in reversed(call.links) if link.view), "")
    return listing if listing is not None and (not view or listing.view == view) else None


def discreet(decision: Decision, asks: frozenset[Category]) -> Decision:
    """Deny a row that would tell what is hidden of it by being there."""
    told = asks - ON_CARDS if decision.card else asks & decision.hidden
    if decision.effect is not Effect.ALLOW or not told:
        return decision
    return decision_with(decision, effect=Effect.DENY, reason=Reason.HIDDEN_CATEGORY)
