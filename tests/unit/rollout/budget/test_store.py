"""Claims about the one budget of reads, on a real PostgreSQL."""

import asyncio
import time

import psycopg
import pytest

from proxy.database import Cluster, Role
from rollout.budget.store import Budget


async def test_two_processes_share_one_budget(fresh_database: Cluster):
    """Together they get what the rate allows, and not each for itself."""
    dsn = fresh_database.dsn(Role.WORKER)
    async with Budget(dsn, 20) as one, Budget(dsn, 20) as other:
        began = time.monotonic()
        ends = await asyncio.gather(*(each.take() for each in (one, other) for _ in range(20)))
        took = time.monotonic() - began
    assert len(ends) == 40
    assert took >= 0.9, "twenty at once, the other twenty after a second"


async def test_who_takes_spare_ones_leaves_half_to_the_others(fresh_database: Cluster):
    """A reconcile stands still while a backfill needs everything, and goes on when it does not."""
    dsn = fresh_database.dsn(Role.WORKER)
    async with Budget(dsn, 20) as busy, Budget(dsn, 20) as spare:
        for _ in range(20):
            await busy.take()
        waiting = asyncio.create_task(spare.spare())
        await asyncio.sleep(0)
        assert not waiting.done()
        await busy.take()
        await asyncio.wait_for(waiting, 10)
        assert (busy.taken, spare.taken) == (21, 1)


async def test_a_rate_below_one_has_spare_ones_too(fresh_database: Cluster):
    """A legacy that may be asked once in two seconds is still compared."""
    async with Budget(fresh_database.dsn(Role.WORKER), 0.5) as budget:
        await asyncio.wait_for(budget.spare(), 10)


async def test_a_database_that_is_away_gives_no_token():
    """Nobody reads without a budget."""
    async with Budget("postgresql://x:x@127.0.0.1:1/x", 20) as budget:
        with pytest.raises(psycopg.Error):
            await budget.take()
