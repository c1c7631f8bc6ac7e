"""`poort backfill`: fill the new core from the legacy."""

import asyncio
from typing import Annotated, Any

import typer

from cli.factread import read_facts
from cli.output import Json, progress, show
from cli.sides import open_sides
from cli.start import begin
from proxy.database import Role, open_cluster
from proxy.errors import OperatorError, UpstreamError
from proxy.settings import Settings
from rollout import store
from rollout.backfill.worker import Backfill
from rollout.record import FILLED

FACTS = "facts"
"""What the gateway itself has to know of persons, beside what operators import."""


def backfill(
    group: Annotated[str, typer.Argument(metavar="GROUP", help=f"what to fill: {', '.join((*FILLED, FACTS))}")],
    afresh: Annotated[bool, typer.Option("--afresh", help="from the start, though an earlier run broke off")] = False,
    once: Annotated[bool, typer.Option("--once", help="do nothing where an earlier run came to its end")] = False,
    as_json: Json = False,
) -> None:
    """Read every record of a group from the legacy and apply it to the new core; goes on where it broke off.

    `facts`: read the overview of every person instead, for what the gateway decides by.
    """
    settings = begin()
    with open_cluster(settings) as cluster:
        try:
            result = asyncio.run(_filled(settings, cluster.dsn(Role.WORKER), group, afresh=afresh, once=once))
        except UpstreamError as fault:
            raise OperatorError(f"{group}: the backfill broke off ({fault}); run it again to go on") from fault
    show(result, ", ".join(f"{name} {value}" for name, value in result.items()), as_json=as_json)


async def _filled(settings: Settings, dsn: str, group: str, *, afresh: bool, once: bool) -> dict[str, Any]:
    if group == FACTS:
        return await read_facts(settings, dsn)
    async with open_sides(settings, dsn) as sides:
        filling = Backfill(sides, group)
        if once and await finished(dsn, group):
            return {"group": group, "records": 0, "journal": None}
        total = await filling.begin(afresh=afresh)
        with progress(f"backfill {group}", total) as advance:
            number = await filling.fill(advance)
    return {"group": group, "records": total, **filling.counts, "journal": number}


async def finished(dsn: str, group: str) -> bool:
    """Tell whether a backfill of the group has come to its end."""
    async with await store.connect(dsn) as connection:
        place = await store.place(connection, group)
    return place is not None and place.finished_at is not None
