"""Which core answers one call. Pure: the same table, call, session, account, watermarks and kills give the same route.

Rules, first that holds:
1. A function that no group routes is refused, whatever else holds: unknown is never passed on.
2. A mutation goes to legacy, which owns all writes of this release; it is captured where any function of its chain
   belongs to a group that is.
3. A list stays on the core that opened it: next set, Back, sort and export. If that core was killed the call is refused
   (the other core would show another list); searching again opens the list on legacy.
4. Killed, or below `read` -> legacy.
5. Only a call that opens a list can move to newcore; opening one record of it is a positioned call on legacy.
6. A session whose own write newcore has not applied reads legacy until it has.
7. The cohort decides; without a key -> legacy.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from proxy.model.call import Call, Format, Kind
from proxy.model.decision import Reason
from proxy.model.principal import Principal, Session
from proxy.model.route import Core, Route, Stage
from proxy.routing.cohort import BUCKETS, within
from proxy.routing.group import Group
from proxy.routing.stage import ANSWERED, STAGES
from proxy.routing.table import RoutingTable

_SCREENS = frozenset({Format.HTML, Format.RPC})


@dataclass(frozen=True, slots=True)
class Situation:
    """Who asks, and what holds at this moment."""

    session: Session | None
    principal: Principal
    applied: Mapping[str, int] = field(default_factory=dict)
    """Per group: the journal sequence that newcore has reached."""
    killed: Collection[str] = ()
    """Groups that the kill switch keeps on legacy."""
    draw: int = BUCKETS
    """Lot of this exchange, 0 up to 9,999: which answers are offered for comparison."""


def choose(table: RoutingTable, call: Call, now: Situation) -> Route | Reason:
    """Choose the core for a call whose function is settled; a Reason refuses it."""
    functions = functions_of(call)
    groups = [table.group(function) for function in functions]
    if not functions or any(group is None for group in groups):
        return Reason.UNKNOWN_FUNCTION
    known = [group for group in groups if group is not None]
    if call.kind is Kind.MUTATE:
        return _mutation(table, known)
    if call.pages and now.session is not None and now.session.listing is not None:
        return _paged(table, now.session.listing.core, known, now.killed)
    core, reason = _read(known[0], call, now) if len(functions) == 1 else (Core.LEGACY, "stage")
    chosen = _route(table, known[0], core, reason)
    return replace(chosen, shadowed=_sampled(known[0], call, now)) if core is Core.LEGACY else chosen


def functions_of(call: Call) -> tuple[str, ...]:
    """List the functions of a call, its own first; empty when one of its links has none."""
    if call.function is None or any(link.function is None for link in call.links):
        return ()
    return tuple(dict.fromkeys((call.function, *(link.function for link in call.links if link.function))))


def _mutation(table: RoutingTable, groups: list[Group]) -> Route:
    captured = next((group for group in groups if STAGES[group.highest].captured), None)
    group = captured or groups[0]
    return replace(_route(table, group, Core.LEGACY, "stage"), captured=captured is not None)


def _paged(table: RoutingTable, core: str, groups: list[Group], killed: Collection[str]) -> Route | Reason:
    """Keep a list on its core; `core` is the one that opened it."""
    if core != Core.NEWCORE:
        return _route(table, groups[0], Core.LEGACY, "listing")
    if any(group.name in killed for group in groups):
        return Reason.MAINTENANCE
    return _route(table, groups[0], Core.NEWCORE, "listing")


def _read(group: Group, call: Call, now: Situation) -> tuple[Core, str]:
    if group.name in now.killed:
        return Core.LEGACY, "killed"
    if STAGES[group.lowest].reads is Core.LEGACY or not movable(call) or now.session is None:
        return Core.LEGACY, "stage"
    if now.session.wrote.get(group.name, 0) > now.applied.get(group.name, 0):
        return Core.LEGACY, "own-write"
    return in_cohort(group, now.principal)


def _sampled(group: Group, call: Call, now: Situation) -> bool:
    """Tell whether legacy's answer is one of those that are compared: newcore must be kept up to date, and able to answer."""
    compared = STAGES[group.lowest].shadowed and group.name not in now.killed and movable(call)
    return compared and now.draw * 100 < group.shadow.sample * BUCKETS


def movable(call: Call) -> bool:
    """Tell whether newcore could answer a call at all: a screen that opens a list of a function that it knows."""
    return call.function in ANSWERED and call.first_page and call.format in _SCREENS and len(call.links) == 1


def in_cohort(group: Group, principal: Principal) -> tuple[Core, str]:
    """Say on which side of the ramp an account stands, and why."""
    if not principal.user:
        return Core.LEGACY, "no-key"
    if not takes_part(group, principal):
        return Core.LEGACY, "outside-cohort"
    if within(group.name, group.cohort.generation, principal.user, group.ramp):
        return Core.NEWCORE, "cohort"
    return Core.LEGACY, "outside-cohort"


def takes_part(group: Group, principal: Principal) -> bool:
    """Tell whether an account belongs to the organisations of a cohort and has none of the roles left out."""
    cohort = group.cohort
    if any(each.role in cohort.exclude_roles for each in principal.authorisations):
        return False
    names = {each.organisation.kind.value for each in principal.authorisations}
    names |= {each.organisation.code for each in principal.authorisations}
    return not cohort.organisations or bool(names & cohort.organisations)


def _route(table: RoutingTable, group: Group, core: Core, reason: str) -> Route:
    return Route(
        core=core,
        revision=table.revision,
        group=group.name,
        stage=group.stage if core is Core.LEGACY else Stage.READ,
        reason=reason,
        config=table.hash,
    )
