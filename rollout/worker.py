"""Keeping the new core up to date: the loop over the journal, the legacy and the new core.

Rules: what the journal says was acknowledged is read again from legacy and applied; the watermarks move only after that.
Legacy, newcore or database away: wait and go on; nothing is skipped. A record that newcore refuses, or that nobody can read,
is tried some times, then goes to quarantine, and the watermarks go on.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import psycopg
import structlog

from proxy.errors import UpstreamError
from rollout import store
from rollout.carry import Copied, Known, copy
from rollout.plan import Plan, plan, settled
from rollout.quarantine import store as quarantine
from rollout.record import Entity, Listed, Source, Target, by_subject

log = structlog.get_logger()

POLL_SECONDS = 0.2
LONGEST_PAUSE = 10.0
ABREAST = 4
"""Subjects that are read at the same time."""
PATIENCE = timedelta(seconds=2)
"""Between two tries of a record that could not be carried over."""


@dataclass(frozen=True, slots=True)
class Sides:
    """Between what records move, and where the place is kept."""

    dsn: str = field(repr=False)
    source: Source
    target: Target

    async def copy(self, listed: Listed, wanted: tuple[frozenset[Entity], int], known: Known | None = None) -> Copied:
        """Make one subject of newcore what legacy says now; raises UpstreamError."""
        return await copy((self.source, self.target), listed, wanted, known or Known())


async def abreast[T](work: Iterable[Callable[[], Awaitable[T]]], width: int = ABREAST) -> list[T]:
    """Do some things at the same time, no more than `width`; the first that fails calls the others off and is raised."""
    waiting, results = iter(work), list[T]()

    async def one() -> None:
        for each in waiting:
            results.append(await each())

    tasks = [asyncio.create_task(one()) for _ in range(width)]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return results


class Sync:
    """Keeps the new core up to date with what is captured, of all groups that are filled or being filled."""

    def __init__(self, sides: Sides, patience: timedelta = PATIENCE) -> None:
        """Take the sides; nothing is opened before `run`."""
        self._sides, self._patience = sides, patience.total_seconds()
        self._later: dict[str, float] = {}
        self.carried = 0
        """Subjects applied since the start."""
        self.trouble = ""
        """What it waits for; empty: nothing."""

    async def run(self) -> None:
        """Follow the journal until cancelled."""
        pause = POLL_SECONDS
        while True:
            try:
                async with await store.connect(self._sides.dsn) as connection:
                    while not await store.hold(connection, store.FOLLOWING):  # noqa: ASYNC110  another process holds it
                        await asyncio.sleep(1.0)
                    while True:
                        await self.step(connection)
                        pause, self.trouble = POLL_SECONDS, ""
                        await asyncio.sleep(POLL_SECONDS)
            except (psycopg.Error, UpstreamError) as fault:
                self.trouble = f"{type(fault).__name__}: {fault}"
                log.warning("sync waits", fault=type(fault).__name__, seconds=pause)
                await asyncio.sleep(pause)
                pause = min(LONGEST_PAUSE, pause * 2)

    async def step(self, connection: store.Connection) -> None:
        """Carry over one stretch, then move the watermarks; raises what went wrong, and then they stayed."""
        found = await store.stretch(connection)
        todo = plan(found.mutations, found.after)
        failed, held = await self._carry(connection, todo)
        outcome = settled(todo, failed, held)
        if outcome.done or outcome.aside or outcome.watermarks:
            await store.finish(connection, outcome)
        await self._release(connection)

    async def _carry(self, connection: store.Connection, todo: Plan) -> tuple[set[str], set[str]]:
        """Read and apply what is planned; gives the subjects to try again, and those with a record in quarantine."""
        late = {row for row in todo.reads if self._later.get(row, 0.0) > time.monotonic()}
        ready = {row: read for row, read in todo.reads.items() if row not in late}
        fresh = todo.everything or any(read.number is None for read in ready.values())
        number = await store.fresh_number(connection) if fresh else 0
        work = {row: (read.entities, read.number or number) for row, read in ready.items()}
        copied = await abreast(partial(self._sides.copy, Listed(row), wanted) for row, wanted in work.items())
        states = await self._counted(connection, copied, {row: wanted[1] for row, wanted in work.items()})
        if todo.everything:
            await self._everything(connection, todo.everything, number)
        self.carried += len(copied) - sum(states.values())
        return late | {row for row, held in states.items() if not held}, {row for row, held in states.items() if held}

    async def _counted(
        self, connection: store.Connection, copied: Iterable[Copied], numbers: Mapping[str, int]
    ) -> dict[str, bool]:
        """Count failures, let out who recovered; tells of every subject with failures whether they are all held now."""
        known = await quarantine.subjects(connection)
        states: dict[str, bool] = {}
        for each in copied:
            if each.failures:
                number = numbers[each.subject]
                tries = [await quarantine.tried(connection, failure, number) for failure in each.failures]
                states[each.subject] = all(tries)
                self._later[each.subject] = time.monotonic() + self._patience
                tell(each, held=all(tries))
            if each.subject in known:
                await quarantine.recovered(connection, each.subject, each.fine)
        return states

    async def _everything(self, connection: store.Connection, entities: frozenset[Entity], number: int) -> None:
        """Copy all records of some kinds: a mutation did not say which it changed. What fails is held at once."""
        log.info("all records are read again: a change named none", kinds=sorted(entities))
        for subject, wanted in by_subject(sorted(entities)).items():
            listed = [each async for each in self._sides.source.subjects(subject, wanted)]
            gone = await vanished(self._sides, subject, listed)
            work = (partial(self._sides.copy, each, (wanted, number)) for each in (*listed, *gone))
            for copied in await abreast(work):
                await hold(connection, copied, number)

    async def _release(self, connection: store.Connection) -> None:
        """Try once more what a person let go."""
        for subject, entities in (await quarantine.released(connection)).items():
            number = await store.fresh_number(connection)
            copied = await self._sides.copy(Listed(subject), (entities, number))
            await self._counted(connection, [copied], {subject: number})


async def hold(connection: store.Connection, copied: Copied, number: int) -> None:
    """Put what failed into quarantine at once: nothing will have it tried again by itself."""
    for failure in copied.failures:
        await quarantine.tried(connection, failure, number, most=1)
    if copied.failures:
        tell(copied, held=True)


def tell(copied: Copied, *, held: bool) -> None:
    """Write into the operational log what failed: kinds and reasons, no row and no value."""
    reasons = sorted({f"{each.entity}: {each.reason}" for each in copied.failures})
    log.warning("records cannot be carried over", held=held, records=len(copied.failures), reasons=reasons)


async def vanished(sides: Sides, subject: Entity, listed: Iterable[Listed]) -> list[Listed]:
    """List what newcore has and legacy's list did not show: legacy is asked by name before anything is removed."""
    shown = {each.id for each in listed}
    return [Listed(row) for row in sorted({each.id async for each in sides.target.held(subject)} - shown)]
