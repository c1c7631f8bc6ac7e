"""`poort routes`: which core answers which function, and moving that, and moving it back.

Rules: forward goes on evidence and approvals; rollback, ramp down and kill are always allowed, also with the database down
(`moving.py`); a command waits at most two seconds to tell whether every running instance follows; what counts and what
checks credentials is loaded by the commands that need it.
"""

import asyncio
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

import psycopg
import typer

from cli import approval, evidence, moving
from cli.dryrun import dry_run
from cli.output import Json, show, show_rows
from cli.routefile import RouteFile
from cli.start import begin
from proxy.errors import OperatorError
from proxy.facts.store import FactStore, region_table
from proxy.journal.store import watermarks
from proxy.model.call import Kind
from proxy.model.decision import Reason
from proxy.model.principal import Principal, Session
from proxy.routing import store
from proxy.routing.choose import Situation, choose
from proxy.routing.state import changes, converged, described
from proxy.routing.table import check_successor, uncovered
from rollout.forecast import begins
from rollout.sealed.store import last

KNOWN_SECONDS = 5.0
"""A database that hangs is one that does not answer."""

MOST_EDITS = 50

app = typer.Typer()
for command in (moving.advance, moving.ramp, moving.rollback, moving.kill, evidence.evidence, approval.approve):
    app.command()(command)
app.command("dry-run")(dry_run)
app.add_typer(approval.people, name="approver")


@app.command()
def check(as_json: Json = False) -> None:
    """Check the routing file as a gateway would; exit code 1 with file, line, what was found and what to do."""
    file = RouteFile(begin())
    table = file.table()
    published = file.running()
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
    """Show stage and ramp of every group, kills, evidence and approvals, and which instances run which revision."""
    file = RouteFile(begin())
    table, refused = file.usable()
    if table is None:
        raise OperatorError(refused)
    killed, reports = file.killed(table), file.reports()
    sealed = file.known(last) or {}
    policy = _policy(file)
    actual = file.known(lambda dsn: store.published(dsn, 1))
    result = {
        "revision": table.revision,
        "hash": table.hash,
        "refused": refused or None,
        "published": {"hash": actual[0].hash, "at": actual[0].at} if actual else None,
        "converged": converged(reports, table, killed),
        "drift": [each.instance for each in reports if not converged([each], table, killed)],
        "killed": sorted(killed),
        "instances": [each.document() for each in reports],
        "groups": [
            {**described(group), "evidence": _proven((table.hash, policy), sealed.get(group.name))}
            for group in table.groups.values()
        ],
    }
    show(result, _told(result, reports_known=bool(reports)), as_json=as_json)


@app.command()
def explain(
    user: str,
    function: str,
    region: Annotated[str | None, typer.Option(help="region responsible for the person that is asked for")] = None,
    as_json: Json = False,
) -> None:
    """Say which core would answer a user's function now, by the file that instances run, and why.

    A service is answered for as if legacy had just accepted its credentials.
    """
    file = RouteFile(begin())
    if function not in file.functions:
        raise OperatorError(f"found function {function!r}; allowed are {', '.join(sorted(file.functions))}")
    if region is not None and region not in region_table().names:
        raise OperatorError(f"found region {region!r}; allowed is a labour market region, AM01 up to AM35")
    table = file.running() or file.table()
    principal, applied = file.ask(lambda dsn: asyncio.run(_known(dsn, user)))
    if principal is None:
        raise OperatorError(f"found no account {user!r}; run `poort users import`")
    kind = file.functions[function]
    asks = kind is Kind.INTERFACE
    today = datetime.now(moving.ZONE).date()
    session = None if asks else _fresh_session(user)
    now = Situation(session, principal, applied, file.killed(table), region=region, today=today, vouched=asks)
    route = choose(table, begins(function, kind), now)
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
    """List who changed what, when, why and on which evidence, newest first; and what was changed by no command."""
    file = RouteFile(begin())
    acts = file.ask(lambda dsn: store.history(dsn, group, limit))
    since = acts[-1]["at"] if len(acts) == limit else None
    by_hand = [row for row in _by_hand(file, since) if group in {None, row["group"]}]
    rows = sorted((*acts, *by_hand), key=lambda row: row["at"], reverse=True)
    show_rows(rows[:limit], as_json=as_json)


def _by_hand(file: RouteFile, since: datetime | None) -> Iterator[Mapping[str, Any]]:
    """Give what came into force without a command that recorded it: edits by hand, and moves while the database was away."""
    for each in file.ask(lambda dsn: store.seen(dsn, since, MOST_EDITS)):
        try:
            found = changes(file.parsed(each["before"]), file.parsed(each["body"]))
        except OperatorError:
            found = {"*": {"group": "a file that this release cannot read"}}
        for name, told in found.items():
            yield {
                "at": each["at"], "revision": each["revision"], "group": name, "actor": "-", "action": "edit",
                "reason": "no command recorded it", "evidence": told,
            }  # fmt: skip


def _policy(file: RouteFile) -> str:
    """Give the hash of the authorisation matrix; empty, so that no evidence is good, where it cannot be read."""
    try:
        return file.policy()
    except OperatorError:
        return ""


def _proven(now: tuple[str, str], kept: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Say what the newest evidence of a group is worth; None: there is none."""
    if kept is None:
        return None
    return {
        "hash": kept["hash"], "for": kept["target"], "verdict": kept["verdict"], "void": (kept["config"], kept["policy"]) != now,
        "age_hours": round((datetime.now(UTC) - kept["made_at"]).total_seconds() / 3600, 1),
        "approvals": kept["approvals"],
    }  # fmt: skip


def _told_proven(found: Mapping[str, Any] | None) -> str:
    if found is None:
        return ""
    worth = "void" if found["void"] else f"{found['verdict']}, {found['approvals']} approvals"
    return f"  evidence {found['hash'][:12]} for {found['for']}, {found['age_hours']} h old: {worth}"


def _told(result: dict[str, Any], *, reports_known: bool) -> str:
    lines = [f"revision {result['revision']} ({result['hash'][:12]})"]
    lines += (
        [f"  routing.yaml is REFUSED, this revision stays in force: {result['refused']}"] if result["refused"] else []
    )
    lines += [
        f"  {each['group']:16} {each['stage']:8} {each['ramp']:3} %{'  KILLED' if each['group'] in result['killed'] else ''}"
        f"{_told_proven(each['evidence'])}"
        for each in result["groups"]
    ]
    for each in result["instances"]:
        lines.append(f"  {each['instance']} runs {each['revision']} {each['alarm']}".rstrip())
    lines.append(f"converged: {'yes' if result['converged'] else 'no' if reports_known else 'no instance is running'}")
    return "\n".join(lines)


async def _known(dsn: str, user: str) -> tuple[Principal | None, Mapping[str, int]]:
    facts = FactStore(dsn, bytes)
    try:
        async with (
            asyncio.timeout(KNOWN_SECONDS),
            await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection,
        ):
            return await facts.principal(user), await watermarks(connection)
    finally:
        await facts.close()


def _fresh_session(user: str) -> Session:
    now = datetime.now(UTC)
    return Session(b"", 0, user, now, now)
