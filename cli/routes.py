"""`poort routes`: which core answers which function, and moving that, and moving it back.

Rules: advance goes one stage up, on evidence; rollback, ramp down and kill are always allowed, also with the database
down; a command waits at most two seconds to tell whether every running instance follows.
"""

import asyncio
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from cli.dryrun import dry_run
from cli.output import Json, show, show_rows
from cli.routefile import Change, RouteFile
from cli.start import begin
from proxy.errors import OperatorError
from proxy.facts.store import FactStore
from proxy.model.call import Call, Format, Kind, Link
from proxy.model.decision import Reason
from proxy.model.principal import Principal, Session
from proxy.model.route import Stage
from proxy.routing import stage as stages
from proxy.routing import store
from proxy.routing.choose import Situation, choose
from proxy.routing.group import Group
from proxy.routing.state import converged, described
from proxy.routing.table import RoutingTable, check_successor, uncovered

app = typer.Typer()
app.command("dry-run")(dry_run)
Name = Annotated[str, typer.Argument(metavar="GROUP", help="group of routing.yaml")]
Why = Annotated[str, typer.Option("--reason", help="why, for whoever asks later")]


@app.command()
def check(as_json: Json = False) -> None:
    """Check the routing file as a gateway would; exit code 1 with file, line, what was found and what to do."""
    file = RouteFile(begin())
    table = file.table()
    published = None if file.dsn is None else _published(file)
    if published is not None and published.hash != table.hash:
        check_successor(published, table)
    missing = uncovered(table, file.functions)
    result = {
        "ok": True, "revision": table.revision, "hash": table.hash, "groups": len(table.groups), "uncovered": missing,
    }  # fmt: skip
    told = f"revision {table.revision}: {len(table.groups)} groups; refused because in no group: {', '.join(missing) or '-'}"
    show(result, told, as_json=as_json)


@app.command()
def status(as_json: Json = False) -> None:
    """Show stage and ramp of every group, the kills, and which instances run which revision."""
    file = RouteFile(begin())
    table, killed, reports = file.table(), file.killed(), file.reports()
    result = {
        "revision": table.revision,
        "hash": table.hash,
        "converged": converged(reports, table, killed),
        "drift": [each.instance for each in reports if not converged([each], table, killed)],
        "killed": sorted(killed),
        "instances": [each.document() for each in reports],
        "groups": [described(group) for group in table.groups.values()],
    }
    show(result, _told(result, reports_known=bool(reports)), as_json=as_json)


@app.command()
def advance(
    group: Name,
    reason: Why = "",
    samples: Annotated[int, typer.Option(min=20, max=2000, help="searches to compare before `read`")] = 60,
    as_json: Json = False,
) -> None:
    """Go one stage up; to `read` only when every compared page is the same byte for byte."""
    file = RouteFile(begin())
    table = file.table()
    found = _group(table, group)
    target = stages.following(found.stage)
    if target is None:
        raise OperatorError(
            f"{group} is in stage {found.stage}; found no stage above it that this release can run without shadow, "
            "evidence and approvals; only vacancies may go from capture to read, on a byte comparison"
        )
    _all_follow(file, table)
    evidence = _compared(file, samples) if target is Stage.READ else {}
    change = Change(group, "advance", reason, {"stage": target}, evidence)
    _done(file, file.change(change), change, as_json=as_json)


@app.command()
def ramp(
    group: Name,
    percent: Annotated[int, typer.Argument(min=0, max=100, help="share of the users that newcore serves")],
    reason: Why = "",
    as_json: Json = False,
) -> None:
    """Set the share of users that newcore serves, in stage `read`."""
    file = RouteFile(begin())
    table = file.table()
    before = _group(table, group)
    if before.stage is not Stage.READ:
        raise OperatorError(
            f"{group} is in stage {before.stage}; a ramp is set in stage read; run `poort routes advance`"
        )
    lessens = percent <= before.ramp
    if not lessens:
        _all_follow(file, table)
        if group in file.killed():
            raise OperatorError(f"{group} is killed; found a ramp up; run `poort routes kill {group} --lift` first")
    change = Change(group, "ramp", reason, {"ramp": percent}, {"from": before.ramp}, lessens=lessens)
    _done(file, file.change(change), change, as_json=as_json)


@app.command()
def rollback(
    group: Name,
    to: Annotated[Stage, typer.Option(help="stage to go back to; a lower one than now")] = Stage.CAPTURE,
    reason: Why = "",
    as_json: Json = False,
) -> None:
    """Give a group back to legacy, at once; always allowed."""
    file = RouteFile(begin())
    before = _group(file.table(), group)
    if stages.level(to) >= stages.level(before.stage):
        lower = ", ".join(stage for stage in stages.ORDER[: stages.level(before.stage)] if stages.STAGES[stage].open)
        raise OperatorError(f"{group} is in stage {before.stage}; found --to {to}; allowed are {lower or 'none'}")
    if before.partitions:
        raise OperatorError(
            f"{group} has partitions in stages of their own; edit them by hand, then `poort routes check`"
        )
    change = Change(group, "rollback", reason, {"stage": to, "ramp": 0}, {"from": before.stage}, lessens=True)
    _done(file, file.change(change), change, as_json=as_json)


@app.command()
def kill(
    group: Name,
    lift: Annotated[bool, typer.Option("--lift", help="take the kill back")] = False,
    reason: Why = "",
    as_json: Json = False,
) -> None:
    """Keep a group on legacy, whatever its stage, within half a second; needs no database."""
    file = RouteFile(begin())
    killed = file.kill(group, reason, lift=lift)
    followed = file.settle(file.table())
    result = {"killed": sorted(killed), **followed}
    show(result, f"killed: {', '.join(sorted(killed)) or 'nothing'}; {_followed(followed)}", as_json=as_json)


@app.command()
def explain(user: str, function: str, as_json: Json = False) -> None:
    """Say which core would answer a user's function now, and why."""
    file = RouteFile(begin())
    table = file.table()
    if function not in file.functions:
        raise OperatorError(f"found function {function!r}; allowed are {', '.join(sorted(file.functions))}")
    principal = file.ask(lambda dsn: asyncio.run(_principal(dsn, user)))
    if principal is None:
        raise OperatorError(f"found no account {user!r}; run `poort users import`")
    kind = file.functions[function]
    call = Call(
        Format.HTML, (Link(function),), function, kind, first_page=kind in {Kind.SEARCH, Kind.CONSULT}, context=True
    )
    route = choose(table, call, Situation(_fresh_session(user), principal, killed=file.killed()))
    if isinstance(route, Reason):
        result: dict[str, Any] = {"user": user, "function": function, "core": None, "reason": route.value}
    else:
        result = {
            "user": user, "function": function, "core": route.core.value, "reason": route.reason, "group": route.group,
            "stage": route.stage.value, "revision": route.revision, "captured": route.captured,
        }  # fmt: skip
    show(result, "\n".join(f"{name:10} {value}" for name, value in result.items()), as_json=as_json)


@app.command()
def unknown(
    days: Annotated[int, typer.Option(min=1, max=3650, help="how far back")] = 30,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
    as_json: Json = False,
) -> None:
    """List request shapes that had no reading or no known function, by count: what the catalogue still lacks."""
    file = RouteFile(begin())
    show_rows(file.ask(lambda dsn: store.unknown(dsn, days, limit)), as_json=as_json)


@app.command()
def history(
    group: Annotated[str | None, typer.Argument(help="a group; absent: all")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50,
    as_json: Json = False,
) -> None:
    """List who changed what, when, why and on which evidence, newest first."""
    file = RouteFile(begin())
    show_rows(file.ask(lambda dsn: store.history(dsn, group, limit)), as_json=as_json)


def _compared(file: RouteFile, samples: int) -> dict[str, Any]:
    from cli.comparison import compared  # noqa: PLC0415  half the start of a command, and a kill must not wait for it

    return file.ask(lambda dsn: compared(file, dsn, samples))


def _group(table: RoutingTable, name: str) -> Group:
    if name not in table.groups:
        raise OperatorError(f"found no group {name!r}; allowed are {', '.join(table.groups)}")
    return table.groups[name]


def _published(file: RouteFile) -> RoutingTable | None:
    """Give the newest revision that a running instance reports, as it was published."""
    reports = file.reports()
    if not reports:
        return None
    text = file.ask(lambda dsn: store.text_of(dsn, max(each.revision for each in reports)))
    return None if text is None else file.parsed(text)


def _all_follow(file: RouteFile, table: RoutingTable) -> None:
    """Refuse to move on while an instance runs something else: nobody would know what is in force."""
    reports = file.reports()
    if not converged(reports, table, file.killed()):
        found = ", ".join(
            f"{each.instance} at {each.revision}{' with alarm' if each.alarm else ''}" for each in reports
        )
        raise OperatorError(
            f"not every instance runs revision {table.revision}: found {found or 'no running instance'}; "
            "allowed is to move on when all do; run `poort routes status`"
        )


def _done(file: RouteFile, table: RoutingTable, change: Change, *, as_json: bool) -> None:
    followed = file.settle(table)
    group = table.groups[change.group]
    result = {"revision": table.revision, **described(group), "evidence": change.evidence, **followed}
    told = f"revision {table.revision}: {group.name} in stage {group.stage}, ramp {group.ramp} %; {_followed(followed)}"
    show(result, told, as_json=as_json)


def _followed(followed: dict[str, Any]) -> str:
    if not followed["instances"]:
        return "no instance is running"
    return f"{len(followed['instances'])} instances, {'all follow' if followed['converged'] else 'NOT all follow yet'}"


def _told(result: dict[str, Any], *, reports_known: bool) -> str:
    lines = [f"revision {result['revision']} ({result['hash'][:12]})"]
    lines += [
        f"  {each['group']:16} {each['stage']:8} {each['ramp']:3} %{'  KILLED' if each['group'] in result['killed'] else ''}"
        for each in result["groups"]
    ]
    for each in result["instances"]:
        lines.append(f"  {each['instance']} runs {each['revision']} {each['alarm']}".rstrip())
    lines.append(f"converged: {'yes' if result['converged'] else 'no' if reports_known else 'no instance is running'}")
    return "\n".join(lines)


async def _principal(dsn: str, user: str) -> Principal | None:
    facts = FactStore(dsn, bytes)
    try:
        return await facts.principal(user)
    finally:
        await facts.close()


def _fresh_session(user: str) -> Session:
    now = datetime.now(UTC)
    return Session(b"", 0, user, now, now)
