"""Functions that are read beside each other, and what a candidate tears apart. Pure.

Why: a search on one core and the file that it opens on another is what a user notices first, and a write of which newcore
does not hear is shown there as if it had never been.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

from proxy.model.call import Kind
from proxy.model.decision import Reason
from proxy.model.route import Core
from proxy.routing.choose import Situation, choose
from proxy.routing.group import Group
from proxy.routing.stage import STAGES
from proxy.routing.table import RoutingTable
from rollout.forecast import FRESH, NOBODY, Now, other


def split(cores: Mapping[str, str], families: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Give the families of functions that one user would find on two cores, with those of them on newcore."""
    for name, functions in families.items():
        on = {function: cores[function] for function in functions if function in cores}
        moved = tuple(sorted(function for function, core in on.items() if core == Core.NEWCORE))
        if moved and len(moved) < len(on):
            yield name, moved


def families(old: RoutingTable, new: RoutingTable, openers: Collection[str]) -> Mapping[str, tuple[str, ...]]:
    """Give functions that are read beside each other: of one entity, or of one group of the file in force."""
    found: dict[str, set[str]] = {}
    for table in (new, old):
        for group in table.groups.values():
            found.setdefault(f"entity {group.entity}", set()).update(set(group.functions) & set(openers))
    return {name: tuple(sorted(functions)) for name, functions in found.items() if len(functions) > 1}


def unfollowed(new: RoutingTable, kinds: Mapping[str, Kind], now: Now) -> Iterator[tuple[str, str]]:
    """Give mutations of which newcore would not hear, with the entity that it would show to somebody nevertheless."""
    shown = {group.entity for group in new.groups.values() if group.ramp and _reads(group)}
    who = Situation(FRESH, NOBODY, now.applied, now.killed, today=now.today)
    for function, group in sorted(new.group_of.items()):
        entity = new.groups[group].entity
        if kinds.get(function) is Kind.MUTATE and entity in shown:
            route = choose(new, other(function, Kind.MUTATE), who)
            if isinstance(route, Reason) or not route.captured:
                yield function, entity


def unfilled(new: RoutingTable, now: Now) -> tuple[str, ...]:
    """Give the groups in stage `read` that read legacy all the same, because newcore does not hold their records yet."""
    return tuple(name for name, group in new.groups.items() if _reads(group) and name not in now.applied)


def _reads(group: Group) -> bool:
    return STAGES[group.highest].reads is Core.NEWCORE
