"""`poort reconcile`: compare the new core with the legacy, record by record, and say what is in quarantine.

Rules: one command for each group that can be filled; what differs is read again once, then repaired; exit code 1 where
something differed that nobody explains, though it may be repaired by now. No report holds a value of a person.
"""

import asyncio
import sys
from collections.abc import Callable
from getpass import getuser
from typing import Annotated, Any

import typer

from cli.output import Json, progress, show, show_rows
from cli.sides import open_sides
from cli.start import begin
from proxy.database import Role, open_cluster
from proxy.errors import OperatorError, UpstreamError
from proxy.settings import Settings
from rollout import store
from rollout.quarantine import store as quarantine
from rollout.reconcile.tally import joined
from rollout.reconcile.worker import Reconcile
from rollout.record import FILLED

app = typer.Typer()
held = typer.Typer()
app.add_typer(
    held, name="quarantine", help="records that could not be carried over: list, release", no_args_is_help=True
)


@app.callback()
def reconcile() -> None:
    """Compare the new core with the legacy."""


def compared(group: str, *, as_json: bool) -> None:
    """Compare every record of a group, and end with 1 where something differed that nobody explains."""
    settings = begin()
    with open_cluster(settings) as cluster:
        try:
            result = asyncio.run(_compared(settings, cluster.dsn(Role.WORKER), group))
        except UpstreamError as fault:
            raise OperatorError(f"{group}: the comparison broke off ({fault}), so there is no report") from fault
    show(result, _told(result), as_json=as_json)
    if result["unexplained"]:
        sys.exit(1)


async def _compared(settings: Settings, dsn: str, group: str) -> dict[str, Any]:
    async with await store.connect(dsn) as connection:
        place = await store.place(connection, group)
    if place is None or place.finished_at is None:
        raise OperatorError(f"found no finished backfill of {group}; run `poort backfill {group}` first")
    async with open_sides(settings, dsn) as sides:
        with progress(f"reconcile {group}", 0) as advance:
            found = await Reconcile(sides, getuser()).compare(FILLED[group], advance)
    return {"group": group} | joined(found)


def _told(result: dict[str, Any]) -> str:
    counts = ", ".join(f"{name} {value}" for name, value in result.items() if isinstance(value, int))
    reasons = "".join(f"\n  {reason}: {count}" for reason, count in result["reasons"].items())
    verdict = "zero difference" if not result["unexplained"] else "differences that nobody explains"
    return f"{result['group']}: {verdict}; {counts}{reasons}"


def _of(group: str) -> Callable[[bool], None]:
    def command(as_json: Json = False) -> None:
        compared(group, as_json=as_json)

    return command


for _group in FILLED:
    app.command(_group, help=f"compare every record that the pages of {_group} show")(_of(_group))


@held.command("list")
def list_(as_json: Json = False) -> None:
    """List the records in quarantine, oldest first: which, how often tried, why."""
    settings = begin()
    with open_cluster(settings) as cluster:
        cases = asyncio.run(_cases(cluster.dsn(Role.WORKER)))
    show_rows(({name: getattr(each, name) for name in each.__slots__} for each in cases), as_json=as_json)


async def _cases(dsn: str) -> list[quarantine.Case]:
    async with await store.connect(dsn) as connection:
        return list(await quarantine.cases(connection))


@held.command("release")
def release(
    row: Annotated[str, typer.Argument(metavar="[ROW]", help="a row id of the list; absent: give --all")] = "",
    everything: Annotated[bool, typer.Option("--all", help="every record in quarantine")] = False,
    as_json: Json = False,
) -> None:
    """Have records tried once more; one that fails again is held again."""
    if bool(row) == everything:
        raise OperatorError("found neither a row nor --all, or both; allowed is one of them")
    settings = begin()
    with open_cluster(settings) as cluster:
        count = asyncio.run(_release(cluster.dsn(Role.WORKER), row or None))
    if not count and row:
        raise OperatorError(f"found no record {row!r} in quarantine; `poort reconcile quarantine list` names them")
    show({"released": count}, f"released {count}", as_json=as_json)


async def _release(dsn: str, row: str | None) -> int:
    async with await store.connect(dsn) as connection:
        return await quarantine.release(connection, getuser(), row)
