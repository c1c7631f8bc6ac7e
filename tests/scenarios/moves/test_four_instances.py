"""How soon four gateways follow a rollback and a kill; measured on requests, asserted generously. In the long form only."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp

import psycopg
import pytest

from adapters.legacy_sonar.standin.visitor import Visitor
from proxy.routing.watch import kill_file
from tests.scenarios.conftest import System, free_base, start, stop
from tests.scenarios.moves.test_guarded import in_force, moved, searched, written

LONG = bool(os.environ.get("POORT_TEST_LONG"))
WORKERS, ROUNDS = 4, 3
USERS = ("AWE0421", "AWE0733", "AWE0815", "IDV0211", "WSP0101", "WSP0106")
LATEST = 10.0
"""Seconds; the goal is 2 for a rollback and 1 for a kill, on a machine that is not shared."""


@pytest.fixture(scope="module")
def four() -> Iterator[System]:
    """A demo whose gateway has four workers."""
    directory = Path(mkdtemp(prefix="poort-four-", dir="/var/tmp"))
    directory.chmod(0o755)
    running = start(directory, free_base(), "--clients", "50", "--workers", str(WORKERS))
    yield running
    assert stop(running) == 0


@asynccontextmanager
async def at_work(system: System) -> AsyncIterator[None]:
    """Search vacancies all the while, each time on a connection of its own, at whichever worker; a page that is none fails."""
    stopping = asyncio.Event()

    async def work(account: dict) -> None:
        async with Visitor(system.said["gateway"], account["user"], account["password"]) as visitor:
            await visitor.login()
            while not stopping.is_set():
                await searched(visitor)
                await visitor.close()

    working = [asyncio.create_task(work(each)) for each in system.said["users"] if each["user"] in USERS]
    await asyncio.sleep(1)
    yield
    stopping.set()
    await asyncio.gather(*working)


def last_of_newcore(system: System) -> datetime:
    """Give the moment of the last request that newcore answered."""
    with psycopg.connect(system.said["database"]) as connection:
        found = connection.execute("SELECT max(occurred_at) FROM access WHERE core = 'newcore'").fetchone()
    assert found is not None
    return found[0]


def changed(path: Path) -> datetime:
    """Give the moment at which a file was written."""
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


async def told(system: System, *words: str) -> dict:
    """Give a command, and wait for what is still on its way."""
    found = json.loads(await asyncio.to_thread(system.poort, "routes", *words, "--reason", "meting", "--json"))
    await asyncio.sleep(1)
    assert len(found["instances"]) == WORKERS
    return found


@pytest.mark.slow
@pytest.mark.skipif(not LONG, reason="needs a demo of four workers; POORT_TEST_LONG=1")
async def test_four_gateways_follow_a_rollback_and_a_kill(four):
    """No request goes to newcore later than the limit after the file was written; and none fails meanwhile."""
    routing = four.data_dir / "routing.yaml"
    late: dict[str, list[float]] = {"rollback": [], "kill": []}
    for _ in range(ROUNDS):
        await moved(four, "read")
        written(four, ramp="100")
        await in_force(four)
        async with at_work(four):
            killed = await told(four, "kill", "vacancies")
            written_at = changed(kill_file(routing))
            late["kill"].append((last_of_newcore(four) - written_at).total_seconds())
            await told(four, "kill", "vacancies", "--lift")
            back = await told(four, "rollback", "vacancies", "--to", "capture")
            late["rollback"].append((last_of_newcore(four) - changed(routing)).total_seconds())
        assert killed["converged"], killed
        assert back["converged"], back
        print(f"instances followed the kill after {killed['seconds']} s, the rollback after {back['seconds']} s")
    for name, seconds in late.items():
        print(f"{name}: last request of newcore {[round(each, 3) for each in seconds]} s after the file was written")
        assert max(seconds) < LATEST, name
