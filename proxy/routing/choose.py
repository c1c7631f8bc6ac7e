"""Which core answers one call. Pure: the same table, call, session, account, watermarks and kills give the same route.

Rules, first that holds:
1. A function that no group routes is refused, whatever else holds. While functions are being discovered (`observe_until`)
   one that reads goes to legacy, until that day; one that changes anything is refused even so.
2. A mutation goes to legacy, which owns all writes of this release; it is captured where any function of its chain
   belongs to a group that is, or may change a record that such a group shows (`entity.TOUCHED`).
3. A list stays on the core that opened it: next set, Back, sort, export, its view opened again (`begun.py`); Back onto a
   page stays on the core that gave it. If that core was killed, or is not kept up to date any more (the group is not captured:
   what newcore shows grows old), paging is refused, since the other core would show another list; searching again opens
   the list on legacy. A number that legacy saw already goes to legacy, which says so.
4. Killed, or below `read` -> legacy. A call that names persons of one region is in the stage of that partition; one
   whose rows may span partitions is in the lowest stage of them all.
5. Only a call that opens a list or one record can move to newcore.
6. A group whose records newcore does not hold yet (no finished backfill: it has no watermark) reads legacy.
7. A session whose own write newcore has not applied reads legacy until it has; so does whoever opens a record of which
   anybody's captured write is not applied, or that is in quarantine.
8. A call that carries its credentials instead of a session is legacy's until legacy accepted the very same a moment ago.
9. The cohort decides; without a key -> legacy.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from proxy.model.call import Call, Kind
from proxy.model.decision import Reason
from proxy.model.principal import Principal, Session
from proxy.model.route import Core, Route, Stage
from proxy.routing.begun import began, falls_back, held, is_used_up, movable
from proxy.routing.cohort import BUCKETS, within
from proxy.routing.entity import concerned
from proxy.routing.group import BY_PERSON, Group
from proxy.routing.stage import STAGES
from proxy.routing.table import RoutingTable


@dataclass(frozen=True, slots=True)
class Situation:
    """Who asks, and what holds at this moment."""

    session: Session | None
    principal: Principal
    applied: Mapping[str, int] = field(default_factory=dict)
    """Per group: the journal sequence that newcore has reached; a group that was never filled is not in it."""
    killed: Collection[str] = ()
    """Groups that the kill switch keeps on legacy."""
    draw: int = BUCKETS
    """Lot of this exchange, 0 up to 9,999: which answers are offered for comparison."""
    region: str | None = None
    """Region responsible for everybody whom the call names; None: nobody is named, or it is not known, or not one."""
    today: date | None = None
    written: int = 0
    """Highest captured write of the records that the call names, whoever wrote it; 0: newcore has them all."""
    vouched: bool = False
    """Legacy accepted the credentials that the call carries, a moment ago."""


def choose(table: RoutingTable, call: Call, now: Situation) -> Route | Reason:
    """Choose the core for a call whose function is settled; a Reason refuses it."""
    functions = functions_of(call)
    groups = [table.group(function) for function in functions]
    if not functions or any(group is None for group in groups):
        return _unknown(table, functions, call, now)
    known = [group for group in groups if group is not None]
    if call.kind is Kind.MUTATE:
        return _mutation(table, known, concerned(functions))
    core = began(call, now.session)
    if core is not None and not is_used_up(call, now.session):
        return _begun(table, core, known, (call, now))
    core, reason = _read(known[0], call, now) if len(functions) == 1 else (Core.LEGACY, "stage")
    chosen = _route(table, known[0], core, reason)
    return replace(chosen, shadowed=_sampled(known[0], call, now)) if core is Core.LEGACY else chosen


def functions_of(call: Call) -> tuple[str, ...]:
    """List the functions of a call, its own first; empty when one of its links has none."""
    if call.function is None or any(link.function is None for link in call.links):
        return ()
    return tuple(dict.fromkeys((call.function, *(link.function for link in call.links if link.function))))


def _unknown(table: RoutingTable, functions: tuple[str, ...], call: Call, now: Situation) -> Route | Reason:
    until, day = table.defaults.observe_until, now.today
    observed = until is not None and day is not None and day <= until
    if observed and functions and call.kind is not Kind.MUTATE:
        return Route(Core.LEGACY, table.revision, reason="observed", config=table.hash)
    return Reason.UNKNOWN_FUNCTION


def _mutation(table: RoutingTable, groups: list[Group], shown: Collection[str]) -> Route:
    """Send a mutation to legacy; `shown` are the groups of which it may change a record, whatever its own are."""
    near = [*groups, *(table.groups[name] for name in sorted(shown) if name in table.groups)]
    captured = {group.name: group for group in near if STAGES[group.highest].captured}
    own = next((group for group in groups if group.name in captured), groups[0])
    return replace(_route(table, own, Core.LEGACY, "stage"), captured=bool(captured), touched=tuple(captured))


def _begun(table: RoutingTable, core: Core, groups: list[Group], asked: tuple[Call, Situation]) -> Route | Reason:
    """Keep what goes on with a list, or shows a page once more, on the core that began it."""
    call, now = asked
    listing = held(call, now.session)
    opened = (table.group(listing.function) if listing else None) or groups[0]
    killed = any(group.name in now.killed for group in (*groups, opened))
    if core is Core.NEWCORE and (killed or not STAGES[opened.highest].captured):
        if not falls_back(call, now.session):
            return Reason.MAINTENANCE
        return _route(table, groups[0], Core.LEGACY, "killed" if killed else "stage")
    return _route(table, groups[0], core, "listing")


def _read(group: Group, call: Call, now: Situation) -> tuple[Core, str]:
    if group.name in now.killed:
        return Core.LEGACY, "killed"
    if is_used_up(call, now.session):
        return Core.LEGACY, "used-up"
    if STAGES[stage_of(group, now.region)].reads is Core.LEGACY or not movable(call):
        return Core.LEGACY, "stage"
    if now.session is None and not now.vouched:
        return Core.LEGACY, "credentials" if call.account else "stage"
    behind = _behind(group, now.session, now)
    return (Core.LEGACY, behind) if behind else in_cohort(group, now.principal)


def _behind(group: Group, session: Session | None, now: Situation) -> str:
    """Say why newcore may not have what is asked for; empty: it has."""
    reached = now.applied.get(group.name)
    if reached is None:
        return "unfilled"
    if session is not None and session.wrote.get(group.name, 0) > reached:
        return "own-write"
    return "written" if now.written > reached else ""


def weighs(table: RoutingTable, call: Call) -> bool:
    """Tell whether it must be known what was written of the records that a call names: newcore may be asked for them."""
    if call.kind is Kind.MUTATE or call.own:
        return False
    groups = table.groups.values() if call.function is None else filter(None, (table.group(call.function),))
    return any(STAGES[group.highest].reads is Core.NEWCORE for group in groups)


def stage_of(group: Group, region: str | None) -> Stage:
    """Give the stage that holds for a call: of one partition, or the lowest where its rows may span several."""
    return group.stage_in(region) if region and group.owner_key == BY_PERSON else group.lowest


def _sampled(group: Group, call: Call, now: Situation) -> bool:
    """Tell whether legacy's answer is one of those that are compared: newcore must be kept up to date, and able to answer."""
    compared = STAGES[stage_of(group, now.region)].shadowed and group.name not in now.killed and movable(call)
    return compared and group.name in now.applied and now.draw * 100 < group.shadow.sample * BUCKETS


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
    """Tell whether an account belongs to the organisations and regions of a cohort and has none of the roles left out."""
    cohort = group.cohort
    if any(each.role in cohort.exclude_roles for each in principal.authorisations):
        return False
    places = frozenset[str]().union(*(each.regions for each in principal.authorisations))
    if cohort.regions and not (places and places <= cohort.regions):
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
