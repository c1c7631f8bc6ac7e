"""Which exchange tells how a core does. Pure.

Rules:
1. Told are the two sides of a ramp: whatever newcore was asked, and what legacy answered for those outside the cohort.
2. An answer that the line then could not read was no answer.
"""

from dataclasses import replace

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
