"""`vacancy.search` moves to newcore and back while people work, and nobody notices."""

import asyncio
import json
import os
import time

import pytest

from adapters.legacy_sonar.standin.visitor import Visitor

ROUNDS = int(os.environ.get("POORT_TEST_ROUNDS", "1"))
RATE, USERS = 50.0, ("AWE0421", "AWE0733", "AWE0815", "IDV0211", "WSP0101", "WSP0106")


class Worker:
    """A user who searches vacancies and turns pages, at a steady rate, until told to stop."""

    def __init__(self, system, account) -> None:
        self._visitor = Visitor(system.said["gateway"], account["user"], account["password"])
        self.pages = 0
        self.failed: list[str] = []

    async def work(self, stop: asyncio.Event, pause: float) -> None:
        """Log in, then search and turn two pages, over and over; a list must go on where it left off."""
        async with self._visitor as visitor:
            await visitor.login()
            while not stop.is_set():
                await self._turn(await visitor.search_vacancies(), "1 - 10")
                for shown in ("11 - 20", "21 - 30"):
                    await asyncio.sleep(pause)
                    page = await visitor.next_page("SNR Vacature Zoek View", "SNR Vacature List Applet")
                    await self._turn(page, shown)
                await asyncio.sleep(pause)

    async def _turn(self, reply, shown: str) -> None:
        self.pages += 1
        if reply.status != 200 or f'class="teller">{shown} van' not in reply.text:
            self.failed.append(f"{shown}: {reply.status} {reply.text[:200]}")


def to_read(system) -> None:
    """Move vacancies up to `read`, as engineers do: a reconcile, compared pages, and two people who are not the one who moves it."""
    stage = json.loads(system.poort("routes", "status", "--json"))["groups"][0]["stage"]
    if stage != "read":
        system.poort("reconcile", "vacancies")
    if stage == "capture":
        system.poort("routes", "advance", "vacancies", "--reason", "test")
    if stage in {"capture", "shadow"}:
        made = json.loads(system.poort("routes", "evidence", "vacancies", "--json"))
        assert made["verdict"] == "pass", made["reasons"]
        secret = system.data_dir / "approver.txt"
        secret.write_text("een wachtwoord van de test")
        secret.chmod(0o600)
        for name in ("anna", "bram"):
            system.poort("routes", "approver", "add", name, "--password-file", str(secret))
            words = ("--evidence", made["hash"], "--user", name, "--password-file", str(secret))
            system.poort("routes", "approve", "vacancies", *words)
        system.poort("routes", "advance", "vacancies", "--reason", "test")


@pytest.mark.slow
async def test_a_ramp_up_and_down_under_load_fails_no_request(system):
    """0 -> 100 -> 0, again and again: no failed request, no list that changes core, and both cores did answer."""
    await asyncio.to_thread(to_read, system)
    accounts = [user for user in system.said["users"] if user["user"] in USERS]
    workers, stop = [Worker(system, account) for account in accounts], asyncio.Event()
    tasks = [asyncio.create_task(each.work(stop, len(workers) / RATE)) for each in workers]
    start = time.monotonic()
    for _ in range(ROUNDS):
        for share in ("100", "0"):
            told = json.loads(await asyncio.to_thread(system.poort, "routes", "ramp", "vacancies", share, "--json"))
            assert told["converged"]
            await asyncio.sleep(2.0)
    stop.set()
    await asyncio.gather(*tasks)
    failed = [each for worker in workers for each in worker.failed]
    pages = sum(worker.pages for worker in workers)
    print(f"{pages} pages in {time.monotonic() - start:.1f} s, {len(failed)} failed")
    assert not failed, failed[:3]
    cores = {record["core"] for record in system.log(limit=pages) if record["function"] == "vacancy.search"}
    assert cores == {"legacy", "newcore"}
