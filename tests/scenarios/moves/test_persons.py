"""Persons' pages move to newcore and back while people work, files are reloaded and workers replaced: nobody notices.

The short form moves twice, reloads ten times and replaces two workers; POORT_TEST_LONG=1 does it twenty, a hundred and twenty
times. Every page must be the one that was asked for, and every write, sent without saying whose it is, stands once on the
record that the user saw.
"""

import asyncio
import csv
import json
import os
import re
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import mkdtemp

import psycopg
import pytest

from tests.doubles.colleagues import Colleague, astray
from tests.doubles.control import Control
from tests.doubles.script import Script
from tests.scenarios.conftest import System, free_base, start, stop

LONG = bool(os.environ.get("POORT_TEST_LONG"))
ROUNDS, RELOADS, RESTARTS = (20, 100, 20) if LONG else (1, 10, 2)
WORKERS, USERS, PAUSE = 2, ("AWE0421", "AWE0733", "AWE0815", "AWE0999"), 0.05
GROUPS = ("client_search", "client_file", "contact_notes", "suwi_query")
STAGES = ("capture", "shadow", "read")
PATIENCE = 30.0
SUWI = "iface.gem.client.query"


class Moves:
    """A running demo, its routing file, and who works on it."""

    def __init__(self, system: System) -> None:
        """Find the files of the demo."""
        self.system = system
        self.file = system.data_dir / "routing.yaml"
        self.persons = list(csv.DictReader((system.data_dir / "persons.csv").read_text(encoding="utf-8").splitlines()))
        rows = [(each["caseload_user"], each["row_id"]) for each in self.persons if each["class"] == "ordinary"]
        accounts = {each["user"]: each for each in system.said["users"]}
        self.colleagues = [
            Colleague.of(system, accounts[user], [row for owner, row in rows if owner == user]) for user in USERS
        ]

    def instances(self) -> list[dict[str, object]]:
        """Say what every gateway process runs."""
        reports = (self.system.data_dir / "instances").glob("gateway-*.json")
        return [json.loads(each.read_text(encoding="utf-8")) for each in reports]

    def write(self, change: Callable[[str], str]) -> int:
        """Change the routing file as an editor does, one revision up; gives the revision."""
        text = self.file.read_text(encoding="utf-8")
        number = int(re.search(r"^revision: (\d+)", text, re.MULTILINE)[1]) + 1
        fresh = self.file.with_suffix(".fresh")
        fresh.write_text(re.sub(r"(?m)^revision: \d+", f"revision: {number}", change(text)), encoding="utf-8")
        fresh.replace(self.file)
        return number

    async def follow(self, number: int) -> None:
        """Wait until every gateway runs a revision."""
        until = time.monotonic() + PATIENCE
        while {each["revision"] for each in self.instances()} != {number}:
            assert time.monotonic() < until, self.instances()
            await asyncio.sleep(0.05)

    async def to(self, stage: str, ramp: int) -> None:
        """Put the groups of persons into a stage, with a ramp, and wait until it is so everywhere."""

        def change(text: str) -> str:
            for group in GROUPS:
                head, name, rest = re.split(rf"(?m)^(  {group}:)", text)
                rest = re.sub(r"(?m)^    stage: \w+", f"    stage: {stage}", rest, count=1)
                text = head + name + re.sub(r"(?m)^    ramp: \d+", f"    ramp: {ramp}", rest, count=1)
            return text

        await self.follow(self.write(change))

    async def filled(self) -> None:
        """Wait until newcore holds the groups."""
        query, until = "SELECT grp FROM backfill WHERE finished_at IS NOT NULL", time.monotonic() + PATIENCE
        while not set(GROUPS) <= {
            row[0] for row in await asyncio.to_thread(asked, self.system.said["database"], query)
        }:
            assert time.monotonic() < until, "newcore is not filled"
            await asyncio.sleep(0.2)

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Let everybody work meanwhile; afterwards no page failed and every write is where it belongs."""
        stop_now = asyncio.Event()
        tasks = [asyncio.create_task(each.work(stop_now, PAUSE)) for each in self.colleagues]
        try:
            yield
        finally:
            stop_now.set()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
        assert [each for each in ended if each is not None] == []
        failed = [each for colleague in self.colleagues for each in colleague.failed]
        pages = sum(colleague.pages for colleague in self.colleagues)
        print(f"{pages} pages, {len(failed)} failed")
        assert not failed, "\n".join(failed[:4])
        assert self.misplaced() == []
        assert pages > 40

    def misplaced(self) -> list[str]:
        """Say which writes are not, or not once, on the record of which the user saw the page."""
        control = Control(self.system.control)
        return [
            f"{row}: {each}"
            for colleague in self.colleagues
            for row in colleague.rows
            for each in astray(
                control.ask(f"/record/{row}"),
                colleague.phones.get(row, ""),
                [text for owner, text in colleague.notes if owner == row],
            )
        ]

    def answered(self, limit: int = 400) -> Counter[tuple[str, str]]:
        """Count which core answered which function of late."""
        records = self.system.log(limit=limit)
        return Counter(
            (each["function"], each["core"]) for each in records if each["core"] and each["kind"] != "shadow"
        )

    async def replaced(self, name: str) -> None:
        """Stop one gateway process as a supervisor does, and wait until another one serves in its place."""
        pid = self.pid(name)
        os.kill(pid, signal.SIGTERM)
        until = time.monotonic() + PATIENCE
        while self.pid(name) in {0, pid} or name not in {each["instance"] for each in self.instances()}:
            assert time.monotonic() < until, f"{name} was not replaced"
            await asyncio.sleep(0.05)

    def pid(self, name: str) -> int:
        """Find the process of a worker among the demo's own; 0: there is none at the moment."""
        for each in Path("/proc").glob("[0-9]*/comm"):
            try:
                mine = each.read_text().strip() == name and self.is_ours(int(each.parent.name))
            except (OSError, ValueError):
                continue
            if mine:
                return int(each.parent.name)
        return 0

    def is_ours(self, pid: int) -> bool:
        """Tell whether a process descends from this demo."""
        while pid > 1:
            if pid == self.system.process.pid:
                return True
            pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        return False


def asked(dsn: str, query: str) -> list[tuple]:
    """Ask the database of the demo."""
    with psycopg.connect(dsn) as connection:
        return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def moves() -> Iterator[Moves]:
    """A demo of its own with two gateway processes, in which newcore holds the persons."""
    directory = Path(mkdtemp(prefix="poort-moves-", dir="/var/tmp"))
    directory.chmod(0o755)
    system = start(directory, free_base(), "--clients", "60", "--workers", str(WORKERS))
    made = Moves(system)
    asyncio.run(climbed(made))
    yield made
    assert stop(system) == 0


async def climbed(moves: Moves) -> None:
    """Go up stage by stage, nobody served by newcore yet; the worker fills what is captured."""
    for stage in STAGES:
        await moves.to(stage, 0)
        await moves.filled()


@pytest.fixture(autouse=True)
def _rested(moves: Moves) -> None:
    """Let everybody begin the day anew."""
    for each in moves.colleagues:
        each.pages = 0
        each.failed.clear()


@pytest.mark.slow
async def test_persons_move_up_and_down_while_people_work_and_no_page_or_write_goes_astray(moves):
    """0 -> 100 -> 0: lists, records, tabs, Back and writes by cursor of sessions that use both cores."""
    async with moves.at_work():
        for _ in range(ROUNDS):
            for ramp in (100, 0):
                await moves.to("read", ramp)
                await asyncio.sleep(2.5)
        await moves.to("read", 100)
        await asyncio.sleep(2.0)
    told = await asyncio.to_thread(moves.answered, 4_000)
    print(dict(told))
    for function in ("client.search", "client.overview.view", "client.identity.view", "client.note.view"):
        assert told[function, "newcore"], function
    assert told["client.contact.update", "legacy"]
    await moves.to("read", 0)


@pytest.mark.slow
async def test_a_file_that_is_reloaded_under_load_fails_no_request(moves):
    """Every reload changes who is served by newcore."""
    async with moves.at_work():
        for number in range(RELOADS):
            await moves.to("read", (50, 100, 0)[number % 3])
    await moves.to("read", 0)


@pytest.mark.slow
async def test_workers_replaced_one_at_a_time_under_load_fail_no_request(moves):
    """A release is rolled out: each process finishes what it has, and another one takes its place."""
    await moves.to("read", 50)
    async with moves.at_work():
        for number in range(RESTARTS):
            await moves.replaced(f"gateway-{number % WORKERS + 1}")
            await asyncio.sleep(1.0)
    await moves.to("read", 0)


@pytest.mark.slow
async def test_a_municipal_system_gets_the_same_bytes_from_either_core(moves):
    """Known and unknown, near and far, and with a wrong password: what legacy says of it newcore says too."""
    account = next(user for user in moves.system.said["users"] if user["role"] == "GEMSYS")
    known = sorted(moves.persons, key=lambda each: f"GEM{each['municipality_code']}" != account["organisation"])
    numbers = [*[each["bsn"] for each in known if each["bsn"]][:25], "999999990"]

    async def answers(password: str = account["password"]) -> list[tuple[int, str]]:
        script = Script(moves.system.said, account | {"password": password})
        replies = [await script.send("soap_profile", {"row_id": "", "name": "", "bsn": each}) for each in numbers]
        await script.browser.close()
        return [(each.status, each.text) for each in replies]

    async def cores() -> Counter[str]:
        found = await asyncio.to_thread(moves.answered)
        return Counter({core: count for (function, core), count in found.items() if function == SUWI})

    before, start = await answers(), await cores()
    assert {status for status, _ in before} == {200}
    assert 2 < sum("<ns:ClientSuwi>" in text for _, text in before) < len(before)
    await moves.to("read", 100)
    assert await answers() == before
    moved = await cores()
    assert (
        moved["newcore"] - start["newcore"] >= len(numbers) - 1
    )  # a process that does not know the account asks legacy first
    wrong = await answers("fout")
    assert {"SNR-1001" in text for _, text in wrong} == {True}
    assert (await cores())["newcore"] == moved["newcore"]
    await asyncio.sleep(1.0)
    records = await asyncio.to_thread(moves.system.log, "--function", SUWI, limit=10 * len(numbers))
    ours = [each["id"] for each in records if each["kind"] == "interface"]
    compared = {each["detail"] for each in records if each["kind"] == "shadow"}
    assert not compared & {*ours[: len(numbers)]}, "a refused log-in is no answer to compare"
    assert compared & {*ours}
    await moves.to("read", 0)
    assert await answers() == before
