"""Claims about the watermarks as a gateway follows them."""

import asyncio
from contextlib import suppress
from uuid import uuid4

import psycopg

from proxy.database import Cluster, Role
from proxy.journal.store import advance
from proxy.journal.watch import Watermarks
from tests.failures.log.builders import soon


async def ended(task: asyncio.Task[None]) -> None:
    """Call a task off and wait until it has let go of its connection."""
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_watermark_is_seen_soon_after_it_moved(database: Cluster):
    """What the worker has applied is known to the gateway within a moment; before that it knows nothing."""
    group, known = f"g-{uuid4().hex[:8]}", Watermarks(database.dsn(Role.GATEWAY))
    assert await known.applied() == {}
    task = asyncio.create_task(known.follow())
    async with await psycopg.AsyncConnection.connect(database.dsn(Role.WORKER)) as worker:
        await advance(worker, group, 12)
        await worker.execute("INSERT INTO backfill (grp, horizon, finished_at) VALUES (%s, 12, now())", [group])
        await worker.commit()

    async def seen() -> bool:
        return (await known.applied()).get(group) == 12

    assert await soon(seen)
    await ended(task)


async def test_database_that_is_away_changes_nothing():
    """Without a database the last watermarks stay, and following goes on."""
    known = Watermarks("postgresql://x:x@127.0.0.1:1/x")
    task = asyncio.create_task(known.follow())
    await asyncio.sleep(0.3)
    assert not task.done()
    assert await known.applied() == {}
    await ended(task)
