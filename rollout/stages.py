"""What a move of a group changes in the routing file, and what stands against it. Pure.

Rules:
1. Forward is one stage, or a larger share. What stands against it is told at once, with what to do about it: first how
   things are (pin, kill, freeze, instances behind), then what is known of it (evidence, approvals).
2. Back is anything lower; nothing stands against it, ever: not a freeze, not a lack of evidence, not an instance behind.
3. Evidence is judged again at the moment of the move: what was counted since it was sealed counts too.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from proxy.model.route import Stage
from proxy.routing import stage as stages
from proxy.routing.group import Group
from proxy.routing.state import Report, converged
from proxy.routing.table import RoutingTable
from rollout.approval import Approval, Target, counted, same_person
from rollout.evidence import Kind, Verdict
from rollout.freeze import frozen

RAMP, ADVANCE = "ramp", "advance"


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a move needs of sealed evidence, and what a count of this moment says."""

    hash: str
    config: str
    """Hash of the routing file under which it was sealed."""
    revision: int
    verdict: Verdict
    reasons: tuple[str, ...]
    made_at: datetime
    now: tuple[Verdict, tuple[str, ...]]
    policy: str = ""
    """Hash of the authorisation matrix under which it was sealed."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Everything that holds when somebody wants to move a group forward."""

    table: RoutingTable
    reports: Collection[Report]
    killed: Collection[str]
    now: datetime
    """By the clock of the house, with its zone."""
    caller: str
    sealed: Sealed | None = None
    approvals: tuple[Approval, ...] = ()
    policy: str = ""
    """Hash of the authorisation matrix of now."""


def kind_of(target: Target) -> Kind | None:
    """Say which evidence a move needs; None: none, because nobody is shown anything else by it."""
    return {None: Kind.RAMP, Stage.SHADOW: Kind.SHADOW, Stage.READ: Kind.READ}.get(target.stage)


def unready(target: Target, moment: Moment) -> tuple[str, ...]:
    """Give what stands against a move forward, whatever the evidence; empty: it may be looked at."""
    return tuple(_state(target, moment))


def unproven(target: Target, moment: Moment) -> tuple[str, ...]:
    """Give what evidence and approvals lack for a move forward; empty, and nothing else against it: it may be made."""
    if kind_of(target) is None:
        return ()
    return (*_evidence(target, moment), *_consent(target, moment))


def lowered(group: Group, to: Stage, region: str | None = None) -> Mapping[str, Stage | int]:
    """Give what a rollback writes: a partition, or the group with every partition that stands higher."""
    if region is not None:
        values: dict[str, Stage | int] = {f"partitions.{region}": to} if region in group.partitions else {}
        left = [group.stage, *(stage for name, stage in group.partitions.items() if name != region)]
    else:
        values = {f"partitions.{name}": to for name, stage in group.partitions.items() if _above(stage, to)}
        left = []
        if _above(group.stage, to):
            values["stage"] = to
    return values if Stage.READ in left or to is Stage.READ else values | {"ramp": 0}


def raised(target: Target) -> Mapping[str, Stage | int]:
    """Give what a move forward writes."""
    if target.stage is None:
        return {"ramp": target.percent or 0}
    return {f"partitions.{target.region}" if target.region else "stage": target.stage}


def _above(stage: Stage, to: Stage) -> bool:
    return stages.level(stage) > stages.level(to)


def _state(target: Target, moment: Moment) -> Iterator[str]:
    table, name = moment.table, target.group
    group = table.groups[name]
    if group.pin is not None:
        yield f"{name} is pinned to legacy ({group.pin.reason}; {group.pin.owner}, until {group.pin.until}): lift the pin first"
    if name in moment.killed:
        yield f"{name} is killed: run `poort routes kill {name} --lift` first"
    window = frozen(table.freezes, moment.now, RAMP if target.stage is None else ADVANCE)
    if window is not None:
        yield f"freeze {window.name} until {window.until:%Y-%m-%d %H:%M}: wait; rollback and kill are always allowed"
    if not converged(moment.reports, table, moment.killed):
        found = ", ".join(
            f"{each.instance} at {each.revision}{' with alarm' if each.alarm else ''}" for each in moment.reports
        )
        yield (
            f"not every instance runs revision {table.revision}: found {found or 'no running instance'}; "
            "allowed is to move on when all do; run `poort routes status`"
        )


def _evidence(target: Target, moment: Moment) -> Iterator[str]:
    sealed, name = moment.sealed, target.group
    if sealed is None:
        yield f"no evidence for {target}: run `poort routes evidence {name}`"
        return
    if sealed.config != moment.table.hash:
        yield (
            f"evidence {sealed.hash[:12]} was sealed under another routing file (revision {sealed.revision}): it "
            f"is void, and every approval of it; run `poort routes evidence {name}`"
        )
    if sealed.policy != moment.policy:
        yield (
            f"evidence {sealed.hash[:12]} was sealed under another authorisation matrix than the one of now: it is void, "
            f"and every approval of it; run `poort routes evidence {name}`"
        )
    valid = timedelta(hours=moment.table.profile(moment.table.groups[name]).valid_hours)
    if moment.now - sealed.made_at > valid:
        yield f"evidence {sealed.hash[:12]} of {sealed.made_at:%Y-%m-%d %H:%M} is too old: run `poort routes evidence {name}`"
    if sealed.verdict is not Verdict.PASS:
        yield f"evidence {sealed.hash[:12]} says {sealed.verdict}: {'; '.join(sealed.reasons)}"
    elif sealed.now[0] is not Verdict.PASS:
        yield f"counted again it says {sealed.now[0]}: {'; '.join(sealed.now[1])}"


def _consent(target: Target, moment: Moment) -> Iterator[str]:
    needed = moment.table.approvals.needed(target.stage)
    if not needed or moment.sealed is None:
        return
    good = counted(moment.approvals, target, moment.sealed.hash, moment.caller)
    if len(good) >= needed:
        return
    held = (each for each in moment.approvals if (each.evidence, each.target) == (moment.sealed.hash, str(target)))
    mine = any(same_person(moment.caller, name) for each in held for name in (each.account, each.approver))
    yield (
        f"{len(good)} of {needed} approvals for {target}{' (your own does not count)' if mine else ''}: "
        f"run `poort routes approve {target.group} --evidence {moment.sealed.hash[:12]} --user NAME`"
    )
