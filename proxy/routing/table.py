"""The routing file as a typed, closed value: which core answers which function group, per region.

Why it exists: a wrong routing file loses writes, so it is read strictly and checked whole before it comes into force.
`load` refuses, with file and line: what `node.py` refuses, an unknown function, a function in two groups, an unknown
stage or region, a mutation without an owner key, ownership by user, a pinned group above `legacy`, a stage that this
release cannot run, a moved group that newcore cannot answer or keep up to date, a mutation without its read model, a
profile that is not there.
`check_successor` refuses a step from the running table that is not a step.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256

from proxy.errors import OperatorError
from proxy.model.call import Kind
from proxy.model.route import Stage
from proxy.routing import stage as stages
from proxy.routing.defaults import Approvals, Defaults, read_approvals, read_defaults, read_newcore_ms
from proxy.routing.freeze import Freeze, read_freezes
from proxy.routing.group import Group, read_group
from proxy.routing.node import Fields, Value, document
from proxy.routing.profile import STANDARD, Profile, read_profile

VERSION = 1
LATEST = 10**12
MOST_GROUPS = 500


@dataclass(frozen=True, slots=True)
class RoutingTable:
    """One revision of the routing file, checked. Its hash names the bytes that it was read from."""

    revision: int
    hash: str
    groups: Mapping[str, Group]
    group_of: Mapping[str, str]
    """Function -> name of its group. What is not in it is refused."""
    rollback_of: int | None = None
    """The running revision from which this file goes back on purpose (allows a lower number)."""
    text: str = field(repr=False, default="")
    defaults: Defaults = field(default_factory=Defaults)
    approvals: Approvals = field(default_factory=Approvals)
    freezes: tuple[Freeze, ...] = ()
    profiles: Mapping[str, Profile] = field(default_factory=dict)

    def profile(self, group: Group) -> Profile:
        """Give what a group has to show."""
        return self.profiles[group.evidence] if group.evidence else STANDARD

    def group(self, function: str) -> Group | None:
        """Give the group of a function; None: nobody routes it, so it is refused."""
        name = self.group_of.get(function)
        return None if name is None else self.groups[name]


def load(
    text: str, functions: Mapping[str, Kind], regions: Collection[str], file: str = "routing.yaml"
) -> RoutingTable:
    """Read a routing file; raises OperatorError at the first thing that cannot hold."""
    root = document(text, file).fields(
        ("version", "revision", "groups"), ("rollback_of", "defaults", "backends", "freeze", "approvals", "evidence")
    )
    root["version"].number(VERSION, VERSION)
    defaults = root.optional("defaults", read_defaults, Defaults())
    nothing: Mapping[str, Profile] = {}
    profiles = root.optional("evidence", _profiles, nothing)
    groups = _groups(root["groups"], functions, regions)
    _check_joined(root["groups"], groups, profiles)
    return RoutingTable(
        revision=root["revision"].number(1, LATEST),
        hash=digest(text),
        groups=groups,
        group_of={function: name for name, group in groups.items() for function in group.functions},
        rollback_of=root.optional("rollback_of", lambda value: value.number(1, LATEST), None),
        text=text,
        defaults=replace(defaults, newcore_ms=root.optional("backends", read_newcore_ms, defaults.newcore_ms)),
        approvals=root.optional("approvals", read_approvals, Approvals()),
        freezes=root.optional("freeze", read_freezes, ()),
        profiles=profiles,
    )


def digest(text: str) -> str:
    """Give the hash that names a routing file."""
    return sha256(text.encode()).hexdigest()


def uncovered(table: RoutingTable, functions: Collection[str]) -> tuple[str, ...]:
    """List the functions of the catalogue that no group routes: they are refused."""
    return tuple(sorted(set(functions) - table.group_of.keys()))


def check_successor(old: RoutingTable, new: RoutingTable) -> None:
    """Refuse a table that may not follow the running one: a lower or re-used revision, a lost group, a jump of stages."""
    if new.revision == old.revision and new.hash != old.hash:
        raise OperatorError(
            f"routing: found revision {new.revision} with other content than the one in force; "
            f"allowed is a higher revision; write revision: {old.revision + 1}"
        )
    if new.revision < old.revision and new.rollback_of != old.revision:
        raise OperatorError(
            f"routing: found revision {new.revision} after {old.revision}; allowed is a higher revision, or a rollback; "
            f"run `poort routes rollback`, or write rollback_of: {old.revision}"
        )
    _check_lost(old, new)
    for name, group in new.groups.items():
        before = old.groups.get(name)
        _check_steps(name, group, before)


def _check_lost(old: RoutingTable, new: RoutingTable) -> None:
    moved = {name for name, group in old.groups.items() if group.highest is not Stage.LEGACY}
    if lost := sorted(moved - new.groups.keys()):
        raise OperatorError(
            f"routing: found no group {', '.join(lost)}, which is above legacy in revision {old.revision}; "
            "allowed is to remove a group in stage legacy; roll it back first"
        )


def _check_steps(name: str, group: Group, before: Group | None) -> None:
    for region in {None, *group.partitions, *(before.partitions if before else ())}:
        start = before.stage_in(region) if before else Stage.LEGACY
        end = group.stage_in(region)
        if not stages.allowed(start, end):
            place = f"{name} in {region}" if region else name
            raise OperatorError(
                f"routing: found {place} going from {start} to {end}; allowed is one stage up "
                f"({stages.following(start) or 'none in this release'}), or down; run `poort routes advance`"
            )


def _profiles(value: Value) -> Mapping[str, Profile]:
    return {name: read_profile(name, inner) for name, inner in value.entries().items()}


def _check_joined(value: Value, groups: Mapping[str, Group], profiles: Mapping[str, Profile]) -> None:
    """Check what a group says of other parts of the file."""
    for name, inner in value.entries().items():
        group, fields = groups[name], inner.entries()
        if group.evidence is not None and group.evidence not in profiles:
            fields["evidence"].refuse(
                f"profile {group.evidence!r}", ", ".join(profiles) or "none: add it under evidence"
            )
        if group.evidence and profiles[group.evidence].read.pages and name not in stages.BY_PAGES:
            fields["evidence"].refuse(
                f"profile {group.evidence!r}, which compares pages", f"that for {', '.join(stages.BY_PAGES)} alone",
                "name a profile that rests on compared answers",
            )  # fmt: skip


def _groups(value: Value, functions: Mapping[str, Kind], regions: Collection[str]) -> Mapping[str, Group]:
    groups: dict[str, Group] = {}
    owner: dict[str, str] = {}
    for name, inner in value.entries().items():
        fields, group = read_group(name, inner, regions)
        _check_functions(fields, group, functions, owner)
        _check_moved(fields, group, functions)
        groups[name] = group
    if not 0 < len(groups) <= MOST_GROUPS:
        value.refuse(f"{len(groups)} groups", f"1 to {MOST_GROUPS} groups")
    return groups


def _check_functions(fields: Fields, group: Group, functions: Mapping[str, Kind], owner: dict[str, str]) -> None:
    for item in fields["functions"].items():
        function = item.text()
        if function not in functions:
            item.refuse(f"unknown function {function!r}", "a function of the catalogue", "correct its name")
        if function in owner:
            item.refuse(f"{function!r}, which is in group {owner[function]} too", "each function in one group")
        owner[function] = group.name
        if functions[function] is Kind.MUTATE and group.owner_key is None:
            item.refuse(
                f"mutation {function!r} in a group without owner_key",
                "a group that says who owns its writes",
                "add owner_key, such as client.responsible_region",
            )
    if not group.functions:
        fields["functions"].refuse("no functions", "at least one function of the catalogue")


def _check_moved(fields: Fields, group: Group, functions: Mapping[str, Kind]) -> None:
    """Check what a group needs before it may leave `legacy`."""
    if group.highest is Stage.LEGACY:
        return
    stage = fields["stage"]
    if group.pin is not None:
        stage.refuse(f"{group.highest} on a pinned group ({group.pin.reason})", "legacy", "lift the pin first")
    if not set(group.functions) & (stages.CARRIED | stages.ANSWERED):
        stage.refuse(f"{group.highest}", "legacy: newcore knows nothing of this group yet")
    reads = {function for function in group.functions if functions[function] is not Kind.MUTATE}
    writes = set(group.functions) - reads
    if missing := sorted(writes - stages.CARRIED):
        stage.refuse(f"{group.highest}, with {', '.join(missing)}", "legacy: newcore is not kept up to date with these")
    if writes and not reads:
        stage.refuse(f"{group.highest} for mutations alone", "legacy, or a group that holds their read model too")
    if group.highest is Stage.READ and (missing := sorted(reads - stages.ANSWERED)):
        stage.refuse(f"read, with {', '.join(missing)}", "at most capture: newcore cannot answer these")
