"""kill -9 at random moments: no acknowledged record is ever lost, and the log stays whole."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from proxy import embedded
from proxy.accesslog import whole
from proxy.accesslog.parts import Limits
from proxy.accesslog.reading import store as reading
from proxy.accesslog.store import Ledger
from proxy.database import Cluster, Database, Role, described, upgrade
from proxy.errors import StoreError
from proxy.settings import load
from tests.failures.log.builders import exchange, parts, soon

ROUNDS = int(os.environ.get("POORT_TEST_KILLS", "10"))

pytestmark = pytest.mark.chaos


def kept(cluster: Cluster) -> dict[UUID, int]:
    """Count the stored records by id, and check that each has its two persons."""
    with psycopg.connect(cluster.owner_dsn()) as connection:
        found = connection.execute("SELECT id, count(*) FROM access GROUP BY id").fetchall()
        lone = connection.execute(
            "SELECT count(*) FROM access a WHERE (SELECT count(*) FROM disclosure d WHERE d.access = a.id) <> 2"
        ).fetchone()
    assert lone == (0,)
    return dict(found)


def assert_whole(cluster: Cluster, acknowledged: Sequence[UUID]) -> None:
    """Every receipt is on disk once, and verification finds nothing."""
    stored = kept(cluster)
    assert [each for each in acknowledged if each not in stored] == []
    assert set(stored.values()) <= {1}
    with reading.snapshot(cluster.dsn(Role.CONSOLE)) as connection:
        found = whole.verdict(reading.links(connection), whole.Evidence())
    assert found.whole, found.breaks


@pytest.mark.timeout(60 + 18 * ROUNDS)
def test_killed_writer_loses_no_receipt(fresh_database: Cluster, settings):
    """A gateway process that dies at any moment has acknowledged nothing that is not on disk."""
    chance = random.Random(4)
    name, acknowledged = fresh_database.name(Database.GATEWAY), []
    for _ in range(ROUNDS):
        command = [sys.executable, "-m", "tests.failures.log.load", fresh_database.owner, str(settings.data_dir), name]
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[3]) as writer:
            assert writer.stdout is not None
            first = writer.stdout.readline()
            time.sleep(chance.random() * 0.4)
            writer.send_signal(signal.SIGKILL)
            rest = writer.stdout.read()
        acknowledged += [UUID(line) for line in (first + rest).decode().split("\n") if len(line) == 36]
    assert len(acknowledged) > ROUNDS
    assert_whole(fresh_database, acknowledged)


@pytest.mark.timeout(60 + 18 * ROUNDS)
async def test_killed_postgres_loses_no_receipt(reachable_directory: Path):
    """PostgreSQL dies under load again and again: the ledger finds its way back and never promised what is gone."""
    settings = load({"POORT_DATA_DIR": str(reachable_directory)})
    server, child = embedded.spawn(reachable_directory / "postgres")
    cluster = described(settings, server.owner)
    upgrade(cluster)
    ledger = await Ledger.start(parts(cluster, limits=Limits(timeout=4)))
    acknowledged: list[UUID] = []
    load_of = [asyncio.create_task(_client(ledger, acknowledged)) for _ in range(8)]
    chance = random.Random(7)
    try:
        for _ in range(ROUNDS):
            before = len(acknowledged)
            await asyncio.sleep(0.05 + chance.random() * 0.3)
            child.kill()
            child.wait()
            _, child = await asyncio.to_thread(embedded.spawn, reachable_directory / "postgres", server.port)

            async def back(before: int = before) -> bool:
                return len(acknowledged) > before

            assert await soon(back, 10), "the ledger did not come back"
        for each in load_of:
            each.cancel()
        await ledger.close()
        assert ledger.figures.connections > 1
        assert_whole(cluster, acknowledged)
    finally:
        child.kill()
        child.wait()


async def _client(ledger: Ledger, acknowledged: list[UUID]) -> None:
    while True:
        try:
            receipt = await ledger.append(exchange(2))
        except StoreError:
            await asyncio.sleep(0.05)
            continue
        acknowledged.append(receipt.access)


@pytest.mark.timeout(60)
async def test_frozen_postgres_is_a_refusal_in_bounded_time(reachable_directory: Path):
    """A server that accepts and answers nothing: every append fails in time, closing ends in time, and later all goes on."""
    settings = load({"POORT_DATA_DIR": str(reachable_directory)})
    server, child = embedded.spawn(reachable_directory / "postgres")
    cluster = described(settings, server.owner)
    upgrade(cluster)
    ledger = await Ledger.start(parts(cluster, limits=Limits(timeout=1)))
    await ledger.append(exchange(2))
    processes = [child.pid, *_children(child.pid)]
    try:
        for each in processes:
            os.kill(each, signal.SIGSTOP)
        began = time.monotonic()
        results = await asyncio.gather(*(ledger.append(exchange(2)) for _ in range(20)), return_exceptions=True)
        assert time.monotonic() - began < 2
        assert {type(each) for each in results} == {StoreError}
        for each in processes:
            os.kill(each, signal.SIGCONT)
        await asyncio.sleep(1.5)
        assert (await ledger.append(exchange(2))).sequence >= 1
        for each in (child.pid, *_children(child.pid)):
            os.kill(each, signal.SIGSTOP)
        began = time.monotonic()
        await ledger.close()
        assert time.monotonic() - began < 8
    finally:
        for each in (*_children(child.pid), child.pid):
            os.kill(each, signal.SIGKILL)
        child.wait()


def _children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
