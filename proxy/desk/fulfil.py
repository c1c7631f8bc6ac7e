"""Which function of our own needs what, and answers how.

Why here: these functions join grants, facts, identity and disclosure, which do not know each other, as the steps do. Pure.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from proxy.desk.answer import answer
from proxy.desk.approach import approach
from proxy.desk.look import notice, overview, visit
from proxy.desk.plea import plea
from proxy.desk.request import Done, Request, request
from proxy.disclosure import handle
from proxy.identity.binding import lookup, normalise, person_id
from proxy.model.decision import Duty, Reason, decision_with
from proxy.model.exchange import About, Gather, Known
from proxy.trail import House, Trail, trail_with

ANSWERING = frozenset({"grant.answer", "grant.open"})
"""Functions that also look at ties of others: on persons for whom the user answers."""


def meant(house: House, trail: Trail) -> Gather:
    """Say which persons, ties and vacancy a function of our own needs."""
    asked = request(house, trail, Known())
    call = trail.call
    if asked is None or call is None or call.function is None:
        raise ValueError("a function of our own is asked for by an account, in a session")
    user, regions = asked.user, asked.authorisation.regions
    if call.function == "grant.request":
        found = handle.redeem(house.secret, asked.session, asked.given.get("kaart", ""))
        return Gather(call, (found[1],), About(user, vacancy=found[0])) if found else Gather(call, ())
    if call.function == "emergency.request":
        number = normalise(asked.given.get("bsn", ""))
        return Gather(call, (lookup(None, person_id(house.secret, bsn=number, row_id=None)),) if number else ())
    if call.function == "notice.accept":
        return Gather(call, ())
    return Gather(call, (), About(user, regions if call.function in ANSWERING else frozenset()))


def fulfil(house: House, trail: Trail, known: Known) -> Trail:
    """Answer a function of our own."""
    asked = request(house, trail, known)
    desk = DESKS.get(trail.call.function or "") if trail.call else None
    if asked is None or desk is None:
        return trail_with(trail, denied=Reason.UNKNOWN_FUNCTION)
    done = desk(asked)
    if done.denied is Reason.HANDLE_NOT_ISSUED:
        duties = asked.decision.duties | {Duty.ALARM}
        return trail_with(
            trail, decision=decision_with(asked.decision, duties=duties), denied=done.denied, detail="handle"
        )
    call = replace(trail.call, vacancy=done.vacancy) if trail.call and done.vacancy else trail.call
    ties = (done.tie,) if done.tie else ()
    return trail_with(
        trail, call=call, own=done.shown, ties=ties, noticed=done.noticed, denied=done.denied, detail=done.detail
    )


DESKS: Mapping[str, Callable[[Request], Done]] = {
    "grant.request": approach,
    "grant.answer": answer,
    "grant.list": overview,
    "grant.open": visit,
    "emergency.request": plea,
    "notice.accept": notice,
}
