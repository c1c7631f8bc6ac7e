"""`poort routes advance|ramp|rollback|kill`: moving a group, and moving it back.

Rules:
1. Forward goes on evidence, with the approvals that the file asks for, by one stage or to a larger share; everything that
   stands against it is told at once, and then nothing was changed.
2. Back is one person's, always, whatever holds: in a freeze, with the database down, with instances behind.
3. Where nobody has to approve and no valid evidence is sealed, the command seals it itself: what it moved on stays written.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from cli.output import Json, show
from cli.routefile import Change, RouteFile, actor, named
from cli.start import begin
from proxy.errors import OperatorError
from proxy.model.route import Stage
from proxy.routing import stage as stages
from proxy.routing.group import Group
from proxy.routing.state import described
from proxy.routing.table import RoutingTable

if TYPE_CHECKING:
    from rollout.approval import Target
    from rollout.stages import Moment

ZONE = ZoneInfo("Europe/Amsterdam")
"""The clock of freeze windows."""
Name = Annotated[str, typer.Argument(metavar="GROUP", help="group of routing.yaml")]
Why = Annotated[str, typer.Option("--reason", help="why, for whoever asks later")]
Region = Annotated[str | None, typer.Option(help="one partition; absent: the group")]


def advance(group: Name, reason: Why = "", region: Region = None, as_json: Json = False) -> None:
    """Go one stage up, on evidence and approvals."""
    from rollout.approval import Target  # noqa: PLC0415  a kill and a rollback start without it

    file = RouteFile(begin())
    table = file.table()
    one = named(table, group)
    _partition(one, region)
    start = one.stage_in(region)
    stage = stages.following(start)
    if stage is None:
        raise OperatorError(
            f"{group} is in stage {start}; found no stage above it that this release can run; "
            f"allowed is to ramp up: run `poort routes ramp {group} PERCENT`"
        )
    _forward(file, table, Target(group, stage, region=region), ("advance", reason), as_json=as_json)


def ramp(
    group: Name,
    percent: Annotated[int, typer.Argument(min=0, max=100, help="share of the users that newcore serves")],
    reason: Why = "",
    as_json: Json = False,
) -> None:
    """Set the share of users that newcore serves, in stage `read`; up on evidence, down always."""
    file = RouteFile(begin())
    table = _sound(file, group)
    before = named(table, group)
    if before.highest is not Stage.READ:
        raise OperatorError(
            f"{group} is in stage {before.stage}; a ramp is set in stage read; run `poort routes advance`"
        )
    if percent > before.ramp:
        from rollout.approval import Target  # noqa: PLC0415

        _forward(file, table, Target(group, percent=percent), ("ramp", reason), as_json=as_json)
        return
    change = Change(group, "ramp", reason, {"ramp": percent}, {"from": before.ramp}, lessens=True)
    same = percent == before.ramp  # a new revision would void everybody's evidence for nothing
    _done(file, table if same else file.change(change), change, as_json=as_json)


def rollback(
    group: Name,
    to: Annotated[Stage, typer.Option(help="stage to go back to; a lower one than now")] = Stage.CAPTURE,
    reason: Why = "",
    region: Region = None,
    as_json: Json = False,
) -> None:
    """Give a group, or one partition of it, back to legacy, at once; always allowed."""
    from rollout.stages import lowered  # noqa: PLC0415

    file = RouteFile(begin())
    before = named(_sound(file, group), group)
    _partition(before, region)
    start = before.highest if region is None else before.stage_in(region)
    if stages.level(to) >= stages.level(start):
        lower = ", ".join(stage for stage in stages.ORDER[: stages.level(start)] if stages.STAGES[stage].open)
        raise OperatorError(f"{group} is in stage {start}; found --to {to}; allowed are {lower or 'none'}")
    change = Change(group, "rollback", reason, dict(lowered(before, to, region)), {"from": start}, lessens=True)
    _done(file, file.change(change), change, as_json=as_json)


def kill(
    group: Name,
    lift: Annotated[bool, typer.Option("--lift", help="take the kill back")] = False,
    reason: Why = "",
    as_json: Json = False,
) -> None:
    """Keep a group on legacy, whatever its stage, within half a second; needs no database and no sound file."""
    file = RouteFile(begin())
    killed = file.kill(group, reason, lift=lift)
    followed = file.settle(None, killed)
    result = {"killed": sorted(killed), **followed}
    show(result, f"killed: {', '.join(sorted(killed)) or 'nothing'}; {_followed(followed)}", as_json=as_json)


def _sound(file: RouteFile, group: str) -> RoutingTable:
    """Read the file for a way back; where it is not good, say what works all the same."""
    try:
        return file.table()
    except OperatorError as fault:
        raise OperatorError(f"{fault}; whatever the file is like, `poort routes kill {group}` works at once") from None


def _partition(group: Group, region: str | None) -> None:
    if region is not None and region not in group.partitions:
        raise OperatorError(
            f"{group.name} has no partition {region!r}; allowed are {', '.join(group.partitions) or 'none'}: add it to the "
            f"file by hand, in stage {group.stage} as it is now"
        )


def _forward(file: RouteFile, table: RoutingTable, target: "Target", act: tuple[str, str], *, as_json: bool) -> None:
    """Move forward, or refuse with what stands against it; `act` is the action and the reason."""
    from rollout.stages import Moment, kind_of, raised, unproven, unready  # noqa: PLC0415

    moment = Moment(table, file.reports(), file.killed(table), datetime.now(UTC).astimezone(ZONE), actor())
    _refuse(target, unready(target, moment))
    if kind_of(target) is not None:
        from cli.weighing import weighed  # noqa: PLC0415

        moment = file.ask(lambda dsn: weighed(file, dsn, target, moment))
        _refuse(target, unproven(target, moment))
    on = {"hash": moment.sealed.hash, "approved_by": _approved(target, moment)} if moment.sealed else {}
    change = Change(target.group, act[0], act[1], dict(raised(target)), on, judged=table.hash)
    _done(file, file.change(change), change, as_json=as_json)


def _refuse(target: "Target", against: tuple[str, ...]) -> None:
    if against:
        raise OperatorError(f"{target.group} does not go to {target}:\n" + "\n".join(f"  - {each}" for each in against))


def _approved(target: "Target", moment: "Moment") -> list[str]:
    from rollout.approval import counted  # noqa: PLC0415

    sealed = moment.sealed.hash if moment.sealed else ""
    return sorted(each.approver for each in counted(moment.approvals, target, sealed, moment.caller))


def _done(file: RouteFile, table: RoutingTable, change: Change, *, as_json: bool) -> None:
    followed = file.settle(table)
    group = table.groups[change.group]
    result = {"revision": table.revision, **described(group), "evidence": change.evidence, **followed}
    told = f"revision {table.revision}: {group.name} in stage {group.stage}, ramp {group.ramp} %; {_followed(followed)}"
    show(result, told, as_json=as_json)
    refused = next((each["alarm"] for each in followed["instances"] if each["alarm"]), "")
    if refused and not followed["converged"]:
        raise OperatorError(
            f"{change.action} of {group.name} is written and NOT in force: an instance refuses the file ({refused}); "
            f"correct the file, or run `poort routes kill {group.name}` now"
        )


def _followed(followed: dict[str, Any]) -> str:
    if not followed["instances"]:
        return "no instance is running"
    return f"{len(followed['instances'])} instances, {'all follow' if followed['converged'] else 'NOT all follow yet'}"
