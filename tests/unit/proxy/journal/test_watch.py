"""Claims about the watermarks as a gateway follows them."""

import asyncio
from contextlib import suppress
from uuid import uuid4

import psycopg

from proxy.database import Cluster, Role
from proxy.journal.store import Journal, advance
from proxy.journal.watch import EVERYTHING, Watermarks
from tests.failures.log.builders import access, intent, soon


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


async def test_a_write_of_somebody_else_is_known_at_once(fresh_database: Cluster):
    """A record that anybody's captured write concerns is named by it the moment its intent is stored; others are not."""
    async with (
        Watermarks(fresh_database.dsn(Role.GATEWAY)) as known,
        await psycopg.AsyncConnection.connect(fresh_database.dsn(Role.WORKER), autocommit=True) as worker,
        await psycopg.AsyncConnection.connect(fresh_database.dsn(Role.GATEWAY), autocommit=True) as gateway,
    ):
        assert await known.written(["1-7A"]) == 0, "nothing is filled, so nobody is asked"
        await worker.execute("INSERT INTO backfill (grp, horizon, finished_at) VALUES ('client_file', 0, now())")
        await advance(worker, "client_file", 0)
        await soon(known.applied)
        first = intent(access(), named=("1-7A", "1-7B"))
        numbers = await Journal(bytes).write(gateway, [first])
        assert await known.written(["1-7B"]) == numbers[first.id]
        assert await known.written(["1-7C"]) == 0
        nameless = intent(access(), entity=None)
        numbers = await Journal(bytes).write(gateway, [nameless, intent(access(), captured=False, named=("1-7C",))])
        assert await known.written(["1-7C"]) == numbers[nameless.id]
        await advance(worker, "client_file", numbers[nameless.id])
        assert await soon(lambda: _none(known, "1-7A"))
        held = "INSERT INTO quarantine (entity, row_id, subject, number, tries, reason, state) VALUES ('contact_note', '1-N1', '1-7A', 1, 5, 'x', 'held')"
        await worker.execute(held)
        assert await known.written(["1-7A"]) == EVERYTHING


async def _none(known: Watermarks, row: str) -> bool:
    return await known.written([row]) == 0


async def test_a_backlog_makes_every_record_count_as_written(fresh_database: Cluster):
    """After an outage nobody looks through thousands of writes for each request."""
    with psycopg.connect(fresh_database.owner_dsn(), autocommit=True) as owner:
        owner.execute("INSERT INTO backfill (grp, horizon, finished_at) VALUES ('client_file', 0, now())")
        owner.execute("INSERT INTO journal_watermark (grp, seq) VALUES ('client_file', 0)")
        owner.execute(
            "INSERT INTO journal (id, access, function, core, revision, captured, functions, named) SELECT gen_random_uuid(), "
            "gen_random_uuid(), 'client.note.create', 'legacy', 1, true, '{client.note.create}', '{1-7A}' "
            "FROM generate_series(1, 501)"
        )
    async with Watermarks(fresh_database.dsn(Role.GATEWAY)) as known:
        assert await soon(known.applied)
        assert await known.written(["1-7B"]) == EVERYTHING
