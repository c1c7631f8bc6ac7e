"""Claims about one writer: one connection, one chain."""

import asyncio
import os

import psycopg
import pytest

from proxy.accesslog import chain
from proxy.accesslog.batch import bundle
from proxy.accesslog.parts import Attempt, Committed
from proxy.accesslog.writer.store import PartlyStaleError, Writer
from proxy.database import Cluster, Role
from proxy.model.entry import SessionChange
from tests.failures.log.builders import access, exchange, parts, rows, session


async def test_each_writer_claims_a_chain_of_its_own(database: Cluster):
    """Two writers of one instance have two names, registered, each held by its lock for as long as it lives."""
    one, two = await Writer.open(parts(database)), await Writer.open(parts(database))
    assert one.name != two.name
    held = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND (classid::bigint << 32) | objid::bigint = %s"
    assert await rows(database, held, chain.lock(one.name)) == [(1,)]
    known = await rows(database, "SELECT instance FROM log_writer WHERE writer IN (%s, %s)", one.name, two.name)
    assert known == [("test",), ("test",)]
    await one.close()
    await two.close()
    await asyncio.sleep(0.2)
    assert await rows(database, held, chain.lock(one.name)) == []


async def test_head_moves_with_a_commit_and_with_nothing_else(database: Cluster):
    """A refused batch leaves the head where it was, and the next batch goes on from there."""
    writer = await Writer.open(parts(database))
    before = writer.head
    with pytest.raises(psycopg.DataError):
        await writer.commit([bundle((access(upstream_status=2**40),))], [])
    await writer.roll_back()
    assert (writer.head, writer.attempted, writer.lost) == (before, None, False)
    done = await writer.commit([bundle(exchange())], [])
    assert done.receipts[0] is not None
    assert done.receipts[0].sequence == writer.head.sequence == 1
    await writer.close()


async def test_partly_stale_exchange_is_told_by_its_place(database: Cluster):
    """Of an exchange with two changes of which one is stale neither may be stored: the batch must be done again."""
    writer = await Writer.open(parts(database))
    changes = (SessionChange(0, session(os.urandom(32))), SessionChange(4, session(os.urandom(32), 4)))
    with pytest.raises(PartlyStaleError) as told:
        await writer.commit([bundle(exchange()), bundle((access(), *changes))], [])
    assert told.value.places == {1}
    await writer.roll_back()
    await writer.close()


async def test_predecessor_is_looked_up_only_once_it_is_gone(database: Cluster):
    """While the old backend lives its outcome is not settled: the question waits for its lock, then tells the truth."""
    old, new = await Writer.open(parts(database)), await Writer.open(parts(database))
    before = old.head
    await old.commit([bundle(exchange())], [])
    attempt = Attempt(old.name, before, old.head, None, Committed((), ()))
    never = Attempt(old.name, before, chain.Head(old.name, 1, b"x" * 32), None, Committed((), ()))
    asked = asyncio.create_task(new.stored(attempt))
    await asyncio.sleep(0.3)
    assert not asked.done()
    await old.close()
    assert await asked is True
    assert await new.stored(never) is False
    assert await new.stored(Attempt(old.name, old.head, old.head, None, Committed((), ()))) is None
    await new.close()


async def test_cut_connection_is_lost(database: Cluster):
    """After a cut the next statement fails at once, and the writer knows that its outcome is uncertain."""
    writer = await Writer.open(parts(database))
    writer.cut()
    with pytest.raises(psycopg.OperationalError):
        await writer.commit([bundle(exchange())], [])
    assert writer.lost
    await writer.close()


async def test_writer_does_not_survive_a_fork(database: Cluster):
    """A ledger that was carried over a fork would write one chain twice: it refuses."""
    writer = await Writer.open(parts(database))
    writer._pid = -1
    with pytest.raises(RuntimeError, match="fork"):
        await writer.commit([bundle(exchange())], [])
    await writer.close()


async def test_wrong_password_leaves_no_connection(database: Cluster):
    """A writer that cannot open says so."""
    with pytest.raises(psycopg.OperationalError):
        await Writer.open(
            parts(database, dsn=database.dsn(Role.GATEWAY).replace(":", "://x", 1).replace("://x//", "://x"))
        )
