"""Claims about the signing worker."""

import asyncio
from datetime import UTC, datetime

import psycopg

from monitoring.checkpoint.worker import Round, run
from proxy.accesslog import whole
from proxy.accesslog.checkpoint import public_bytes
from proxy.accesslog.reading import store as reading
from proxy.database import Cluster, Role
from tests.failures.log.builders import exchange, ledger

KEY = b"w" * 32


def count(cluster: Cluster) -> int:
    """Count the checkpoints."""
    with psycopg.connect(cluster.dsn(Role.READER)) as connection:
        row = connection.execute("SELECT count(*) FROM checkpoint").fetchone()
        return row[0] if row else 0


async def test_worker_signs_at_its_interval_and_at_the_stop(fresh_database: Cluster):
    """It signs while it runs, and what was written last is signed at the stop."""
    stop = asyncio.Event()
    task = asyncio.create_task(run(Round(fresh_database.dsn(Role.WORKER), KEY, seconds=0.05), stop))
    async with ledger(fresh_database) as log:
        await log.append(exchange())
        await asyncio.sleep(0.5)
        before = count(fresh_database)
        await log.append(exchange())
        stop.set()
        await asyncio.wait_for(task, 5)
    assert before >= 2
    with reading.snapshot(fresh_database.dsn(Role.CONSOLE)) as connection:
        found = whole.evidence(reading.checkpoints(connection), [], [public_bytes(KEY)])
        verdict = whole.verdict(reading.links(connection), found)
    assert verdict.whole
    assert verdict.unsigned == 0
    assert verdict.last is not None
    assert abs((datetime.now(UTC) - verdict.last).total_seconds()) < 30


async def test_worker_waits_for_a_database_that_is_away():
    """It neither dies nor spins while the database cannot be reached, and stops when it is told."""
    stop = asyncio.Event()
    task = asyncio.create_task(run(Round("postgresql://x:x@127.0.0.1:1/x", KEY), stop))
    await asyncio.sleep(0.3)
    assert not task.done()
    stop.set()
    await asyncio.wait_for(task, 5)


async def test_worker_outlives_a_cut_connection(fresh_database: Cluster):
    """A backend that is ended costs one round, not the worker."""
    stop = asyncio.Event()
    task = asyncio.create_task(run(Round(fresh_database.dsn(Role.WORKER), KEY, seconds=0.05), stop))
    await asyncio.sleep(0.3)
    with psycopg.connect(fresh_database.dsn(Role.WORKER), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
        )
    before = count(fresh_database)
    await asyncio.sleep(2)
    assert count(fresh_database) > before
    stop.set()
    await asyncio.wait_for(task, 5)


async def test_worker_makes_the_coming_months(fresh_database: Cluster):
    """A month that is missing ahead of time is made by the worker, also when the clock is two months further."""
    stop = asyncio.Event()
    later = datetime(2033, 12, 31, 22, 59, 58, tzinfo=UTC)
    task = asyncio.create_task(run(Round(fresh_database.dsn(Role.WORKER), KEY), stop, lambda: later))
    await asyncio.sleep(0.5)
    stop.set()
    await asyncio.wait_for(task, 10)
    with psycopg.connect(fresh_database.dsn(Role.READER)) as connection:
        found = connection.execute(
            "SELECT count(*) FROM pg_class WHERE relname IN ('access_2033_12', 'access_2034_03', 'completion_2034_03')"
        ).fetchone()
    assert found == (3,)
