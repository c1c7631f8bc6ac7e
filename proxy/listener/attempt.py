"""Which exchange tells how a core does, and which read another core may still answer. Pure.

Rules:
1. Told are the two sides of a ramp: whatever newcore was asked, and what legacy answered for those outside the cohort.
2. An answer that the line then could not read was no answer.
3. A read falls back to legacy only where legacy was asked nothing yet and can answer it without the list that newcore
   opened: a first page, or a call that is marked `repeatable`. A page of newcore's list has no other core.
"""

from dataclasses import replace

from proxy.model.call import Call, Kind
from proxy.model.decision import Reason, Scope
from proxy.model.exchange import Admitted, End, Refusal
from proxy.model.route import Core
from proxy.routing.tally import Attempt, Side

OUTSIDE = frozenset({"outside-cohort", "no-key", "own-write"})
"""Why legacy answers what newcore could have answered."""


def attempt(admitted: Admitted, took_us: int, fault: str = "") -> Attempt | None:
    """Say what a call tells of its core; None: nothing, it could not have been answered by the other one."""
    route = admitted.route
    if route.group is None or (route.core is Core.LEGACY and route.reason not in OUTSIDE):
        return None
    side = Side(route.group, route.core, route.revision, route.config, partition(admitted.decision.scope))
    return Attempt(side, took_us / 1e6, fault)


def partition(scope: Scope | None) -> str:
    """Name the region of everybody whom a call may show, where that is one; empty: it is not known."""
    return next(iter(scope.regions)) if scope is not None and len(scope.regions) == 1 else ""


def told(made: Attempt, end: End) -> Attempt:
    """Say what an attempt was in the end: an answer that could not be read is a fault of its core."""
    unread = isinstance(end, Refusal) and end.reason is Reason.UNREADABLE
    return replace(made, fault=Reason.UNREADABLE.value) if unread and not made.fault else made


def falls_back(call: Call) -> bool:
    """Tell whether legacy may answer a call that newcore did not."""
    return not call.pages and call.kind is not Kind.MUTATE and (call.first_page or call.repeatable)
