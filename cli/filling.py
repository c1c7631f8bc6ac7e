"""The worker fills what a stage asks for: a group from `capture` on that was never filled whole is filled, one after another.

Rules: a group whose filling broke off goes on where it was; one that another process fills, or that waits for legacy or
newcore, is looked at again later; what is filled is kept up to date by the sync. A group that is in stage `legacy` again
misses writes, so it counts as never filled from then on: no gateway reads it, and `capture` fills it afresh.
"""

import asyncio
from collections.abc import Iterable
from contextlib import suppress

import structlog

from cli.backfill import finished
from cli.guard import Watched
from cli.routefile import RouteFile
from cli.sides import open_sides
from proxy.errors import OperatorError, UpstreamError
from proxy.routing.stage import STAGES
from proxy.routing.table import RoutingTable
from proxy.settings import Settings
from rollout import store
from rollout.backfill.worker import Backfill
from rollout.record import FILLED

log = structlog.get_logger()

LOOK_SECONDS = 2.0


async def fill(settings: Settings, dsn: str, stop: asyncio.Event) -> None:
    """Fill groups until told to stop; one that is being filled then goes on at the next start."""
    watched, whole = Watched(RouteFile(settings)), set[str]()
    while not stop.is_set():
        asked = due(watched.moment()[0])
        whole.intersection_update(asked)
        await _forget(dsn, FILLED.keys() - asked)
        for group in asked:
            if group not in whole and (await finished(dsn, group) or await _filled(settings, dsn, group)):
                whole.add(group)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOK_SECONDS)


def due(table: RoutingTable) -> Iterable[str]:
    """Name the groups of which newcore has to hold everything."""
    return [name for name, group in table.groups.items() if name in FILLED and STAGES[group.highest].captured]


async def _forget(dsn: str, groups: Iterable[str]) -> None:
    async with await store.connect(dsn) as connection:
        for group in await store.forget(connection, groups):
            log.warning("a group is not captured any more, so it is filled no longer", group=group)


async def _filled(settings: Settings, dsn: str, group: str) -> bool:
    """Fill one group; False: not this time."""
    try:
        async with open_sides(settings, dsn) as sides:
            filling = Backfill(sides, group)
            total = await filling.begin()
            log.info("a group is being filled", group=group, subjects=total)
            await filling.fill()
    except (OperatorError, UpstreamError) as fault:
        log.warning("a group could not be filled yet", group=group, fault=str(fault))
        return False
    log.info("a group is filled", group=group, **filling.counts)
    return True
