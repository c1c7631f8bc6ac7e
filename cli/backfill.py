"""`poort backfill`: fill the new core from the legacy."""

import asyncio
from typing import Annotated, Any

import typer

from cli.output import Json, progress, show
from cli.sides import open_sides
from cli.start import begin
from proxy.database import Role, open_cluster
from proxy.errors import OperatorError, UpstreamError
from proxy.settings import Settings
from rollout.record import BY_GROUP, RejectedError
from rollout.worker import Backfill


def backfill(
    group: Annotated[str, typer.Argument(metavar="GROUP", help=f"what to fill: {', '.join(BY_GROUP)}")],
    afresh: Annotated[bool, typer.Option("--afresh", help="from the start, though an earlier run broke off")] = False,
    as_json: Json = False,
) -> None:
    """Read every record of a group from the legacy and apply it to the new core; goes on where it broke off."""
    settings = begin()
    with open_cluster(settings) as cluster:
        try:
            result = asyncio.run(_filled(settings, cluster.dsn(Role.WORKER), group, afresh=afresh))
        except (UpstreamError, RejectedError) as fault:
            raise OperatorError(f"{group}: the backfill broke off ({fault}); run it again to go on") from fault
    show(result, ", ".join(f"{name} {value}" for name, value in result.items()), as_json=as_json)


async def _filled(settings: Settings, dsn: str, group: str, *, afresh: bool) -> dict[str, Any]:
    async with open_sides(settings, dsn) as sides:
        total = sum([1 for entity in BY_GROUP.get(group, ()) async for _ in sides.source.rows(entity)])
        with progress(f"backfill {group}", total) as advance:
            fill = Backfill(sides, group, advance)
            place = await fill.run(afresh=afresh)
    return {"group": group, "records": total, **fill.counts, "journal": place.horizon}
