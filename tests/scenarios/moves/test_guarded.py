"""newcore stops answering while it serves everybody: nobody sees an error, and the guard gives the group back by itself."""

import asyncio
import json
import os
import re
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256

import psycopg
import pytest

from adapters.legacy_sonar.standin.visitor import Visitor

USERS = ("AWE0421", "AWE0733", "AWE0815")
LADDER = ["legacy", "capture", "shadow", "read"]
WAITED = 10.0
"""Seconds that a user may wait for one page: newcore's limit of 2, legacy, and much for a machine that is shared."""


def written(system, **values: str) -> None:
    """Edit vacancies by hand, as an engineer may: one value each, and the next revision."""
    path = system.data_dir / "routing.yaml"
    head, group, rest = parts(path.read_text())
    for key, value in values.items():
        group = re.sub(rf"(?m)^    {key}: \S+", f"    {key}: {value}", group)
    head = re.sub(r"(?m)^revision: (\d+)", lambda found: f"revision: {int(found[1]) + 1}", head, count=1)
    fresh = path.with_suffix(".fresh")
    fresh.write_text(head + group + rest)
    fresh.replace(path)


def parts(text: str) -> tuple[str, str, str]:
    """Split a routing file around the group of vacancies."""
    head, start, tail = text.partition("\n  vacancies:\n")
    group, end, rest = tail.partition("\n\n")
    return head + start, group, end + rest


def stage(system) -> tuple[str, str]:
    """Give stage and ramp of vacancies in the file."""
    _, group, _ = parts((system.data_dir / "routing.yaml").read_text())
    found = (re.search(rf"(?m)^    {key}: (\S+)", group) for key in ("stage", "ramp"))
    name, ramp = (each[1] for each in found if each)
    return name, ramp


async def in_force(system) -> None:
    """Wait until every instance runs the file."""
    digest = sha256((system.data_dir / "routing.yaml").read_bytes()).hexdigest()
    async with asyncio.timeout(30):
        while not all(each["hash"] == digest for each in instances(system)):  # noqa: ASYNC110  other processes do it
            await asyncio.sleep(0.02)


def instances(system) -> list[dict]:
    """Read what the instances say that they run."""
    return [json.loads(path.read_text()) for path in (system.data_dir / "instances").glob("*.json")]


@contextmanager
def hung(system) -> Iterator[None]:
    """Stop newcore's process where it stands: it accepts, and never answers."""
    children = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(system.process.pid)], capture_output=True, text=True, check=True
    )
    (pid,) = [int(line.split()[0]) for line in children.stdout.splitlines() if " newcore" in line]
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


async def searched(visitor: Visitor) -> float:
    """Search vacancies; gives the seconds, and fails on anything but a first page."""
    began = time.monotonic()
    reply = await visitor.search_vacancies()
    assert reply.status == 200
    assert 'class="teller">1 - 10 van' in reply.text, reply.text[:300]
    return time.monotonic() - began


@pytest.fixture
async def visitors(system, everybody) -> AsyncIterator[list[Visitor]]:
    """Users who logged in and whom newcore answers; their connections are closed whatever happens."""
    accounts = [user for user in system.said["users"] if user["user"] in USERS]
    found = [Visitor(system.said["gateway"], each["user"], each["password"]) for each in accounts]
    for visitor in found:
        await visitor.login()
    yield found
    for visitor in found:
        await visitor.close()


@pytest.fixture
async def everybody(system):
    """Vacancies in `read` for everybody; given back as they were."""
    name, ramp = stage(system)
    await moved(system, "read")
    written(system, ramp="100")
    await in_force(system)
    yield
    await moved(system, name)
    written(system, ramp=ramp)
    await in_force(system)


async def moved(system, to: str) -> None:
    """Go to a stage: one at a time up, at once down, with nobody served below `read`."""
    now = LADDER.index(stage(system)[0])
    if to != "read":
        written(system, ramp="0")
    for name in LADDER[now + 1 : LADDER.index(to) + 1] or [to]:
        written(system, stage=name)
        await in_force(system)


@pytest.mark.slow
async def test_a_newcore_that_hangs_loses_its_cohort_by_itself_and_no_user_sees_an_error(system, visitors):
    """Each user waits for it once at most; the history says by whom and on which numbers."""
    for visitor in visitors:
        await searched(visitor)
    assert {record["core"] for record in system.log(limit=len(visitors))} == {"newcore"}
    with hung(system):
        began, hangs = time.monotonic(), datetime.now(UTC)
        first = await asyncio.gather(*map(searched, visitors))
        later = await asyncio.gather(*map(searched, visitors))
        async with asyncio.timeout(30):
            while stage(system)[0] == "read":
                later += await asyncio.gather(*map(searched, visitors))
        await in_force(system)
        gone = time.monotonic() - began
        later += await asyncio.gather(*map(searched, visitors))
    newest = json.loads(system.poort("routes", "history", "vacancies", "--limit", "1", "--json").splitlines()[0])
    assert (newest["actor"], newest["action"]) == ("guard", "rollback")
    assert newest["evidence"]["faults"] >= 3
    assert datetime.fromisoformat(newest["at"]) > hangs
    with psycopg.connect(system.said["database"]) as connection:
        counted = connection.execute(
            "SELECT sum(faults), sum(shed) FROM route_outcome WHERE core = 'newcore'"
        ).fetchone()
    assert counted is not None
    assert counted[1] > 0  # nobody waited for it
    assert max(first + later) < WAITED
    print(f"given back {gone:.1f} s after newcore hung; longest wait {max(first):.2f} s, then {max(later):.2f} s")
