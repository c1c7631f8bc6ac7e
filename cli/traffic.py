"""`poort traffic`: scripted legacy clients that log in, search, open, page and write, at a steady rate.

Why: a route is flipped while people work; this is the work. Rules: every client is one session, as one person is; the rate
is kept by a schedule, not by what the answers take; a request is counted as failed when it gets no answer or one of 500
and up, and as refused when the gateway said so, with its reference number.
"""

import asyncio
import csv
import random
import re
import signal
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from statistics import quantiles
from typing import Annotated

import typer

from adapters.legacy_sonar.standin.visitor import Reply, Visitor
from cli.output import Json, show
from proxy.errors import OperatorError
from proxy.settings import load

ROLES = frozenset({"AW", "WSP"})
REFUSED = re.compile(r"\bSP-[0-9A-HJKMNP-TV-Z-]{6,}")
VACANCIES, VACANCY_LIST = "SNR Vacature Zoek View", "SNR Vacature List Applet"
type Action = Callable[[], Coroutine[None, None, Reply]]


@dataclass(slots=True)
class Tally:
    """What came of the requests."""

    answered: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    took_ms: list[float] = field(default_factory=list)

    def summary(self) -> dict[str, object]:
        """Sum up, for people and programs."""
        cuts = quantiles(self.took_ms, n=100) if len(self.took_ms) > 1 else [0.0] * 99
        return {
            "requests": sum(self.answered.values()) + sum(self.failed.values()),
            "failed": sum(self.failed.values()),
            "refused": sum(self.refused.values()),
            "p50_ms": round(cuts[49], 1),
            "p99_ms": round(cuts[98], 1),
            "by_action": dict(self.answered),
            "failed_by_action": dict(self.failed),
        }


class Client:
    """One person at work."""

    def __init__(self, visitor: Visitor, tally: Tally, chance: random.Random) -> None:
        """Take a browser, where to count, and a source of chance of its own."""
        self.visitor, self.tally, self.chance = visitor, tally, chance
        self.rows: list[str] = []
        self.logged_in = False

    async def step(self) -> None:
        """Do the next thing: the first is to log in."""
        if not self.logged_in:
            reply = await self.count("login", self.visitor.login)
            self.logged_in = reply is not None and reply.status == 302
            return
        name, action = self.chance.choice(self.actions())
        reply = await self.count(name, action)
        if reply is not None and name.startswith("search_name"):
            self.rows = reply.rows

    def actions(self) -> list[tuple[str, Action]]:
        """List what this person may do now, often things more often."""
        visitor, chance = self.visitor, self.chance
        letter = chance.choice("ABDGHJKMRSVW")
        found: list[tuple[str, Action]] = [
            ("worklist", visitor.worklist),
            ("search_name", lambda: visitor.search_name(f"{letter}*")),
            ("search_vacancies", visitor.search_vacancies),
            ("search_vacancies", visitor.search_vacancies),
            ("next_vacancies", lambda: visitor.next_page(VACANCIES, VACANCY_LIST)),
        ]
        if self.rows:
            row = chance.choice(self.rows)
            found += [("open_client", lambda: visitor.open_client(row)), ("next_page", visitor.next_page)]
            found.append(("create_note", lambda: visitor.create_note(row, "gesprek gevoerd")))
        return found

    async def count(self, name: str, action: Action) -> Reply | None:
        """Do it and count what came of it."""
        began = time.perf_counter()
        try:
            reply = await asyncio.wait_for(action(), 60)
        except (OSError, EOFError, TimeoutError):
            self.tally.failed[name] += 1
            return None
        self.tally.took_ms.append((time.perf_counter() - began) * 1e3)
        if reply.status >= 500:
            self.tally.failed[name] += 1
        else:
            self.tally.answered[name] += 1
            self.tally.refused[name] += bool(REFUSED.search(reply.text))
        return reply


async def play(target: str, accounts: list[tuple[str, str]], rps: float, stop: asyncio.Event) -> Tally:
    """Play `rps` requests a second over as many sessions as that takes, until `stop`."""
    tally = Tally()
    sessions = max(2, min(200, round(rps / 2)))
    idle: asyncio.Queue[Client] = asyncio.Queue()
    for number in range(sessions):
        user, password = accounts[number % len(accounts)]
        idle.put_nowait(Client(Visitor(target, user, password), tally, random.Random(number)))  # noqa: S311  no secret
    under_way: set[asyncio.Task[None]] = set()
    due = time.monotonic()
    while not stop.is_set():
        client = await idle.get()
        task = asyncio.create_task(_step(client, idle))
        under_way.add(task)
        task.add_done_callback(under_way.discard)
        due = max(due + 1 / rps, time.monotonic() - 1.0)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), max(0.0, due - time.monotonic()))
    await asyncio.gather(*under_way)
    while not idle.empty():
        await idle.get_nowait().visitor.close()
    return tally


async def _step(client: Client, idle: asyncio.Queue[Client]) -> None:
    try:
        await client.step()
    finally:
        idle.put_nowait(client)


def accounts_of(path: Path) -> list[tuple[str, str]]:
    """Read the accounts that the script plays; refuses a file without them."""
    if not path.exists():
        raise OperatorError(
            f"{path}: no accounts to play; run `poort demo` first, or set POORT_DATA_DIR to its directory"
        )
    with path.open(encoding="utf-8", newline="") as rows:
        now = date.today().isoformat()  # noqa: DTZ011  the day of this machine is good enough for a script
        valid = (row for row in csv.DictReader(rows) if not row["valid_until"] or row["valid_until"] > now)
        found = [(row["user"], row["password"]) for row in valid if row["role"] in ROLES]
    return list(dict.fromkeys(found))


async def _until_stopped(target: str, rps: float, seconds: float) -> Tally:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, stop.set)
    if seconds:
        loop.call_later(seconds, stop.set)
    return await play(target, accounts_of(load().data_dir / "users.csv"), rps, stop)


def traffic(
    rps: Annotated[float, typer.Option(min=0.1, help="requests a second")] = 10,
    seconds: Annotated[float, typer.Option(min=0, help="how long; 0: until Ctrl-C")] = 0,
    target: Annotated[str, typer.Option(help="where; the running demo's gateway by default")] = "",
    as_json: Json = False,
) -> None:
    """Play scripted legacy clients and say what came of it."""
    address = target or f"http://{load().gateway_listen}"
    summary = asyncio.run(_until_stopped(address, rps, seconds)).summary()
    told = ", ".join(f"{key} {value}" for key, value in summary.items() if not isinstance(value, dict))
    show(summary, told, as_json=as_json)
