"""Filling the new core, and keeping it up to date: the loops over the journal, the legacy and the new core.

Rules:
1. Sync: what the journal says was acknowledged is read again from legacy and applied; the watermark moves only after
   that. Legacy, newcore or database away: wait and go on; nothing is skipped.
2. Backfill: takes a number of the journal, waits until every mutation below it is settled, then reads everything and
   applies it under that number. A later write has a higher number, so it wins, whichever of the two arrives first.
3. All reads of legacy share the budget of this process.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import dataclass, field

import psycopg
import structlog

from proxy.errors import OperatorError, UpstreamError
from rollout import store
from rollout.bucket import full
from rollout.plan import Plan, plan
from rollout.record import BY_GROUP, Entity, RejectedError, Row, Source, Target

log = structlog.get_logger()

POLL_SECONDS = 0.2
LONGEST_PAUSE = 10.0
SETTLE_SECONDS = 400.0
KEEP_EVERY = 20


class Budget:
    """A source whose reads share one token bucket; implements `rollout.record.Source`."""

    def __init__(self, source: Source, rate: float) -> None:
        """Allow `rate` reads a second."""
        self._source = source
        self._bucket = full(rate, time.monotonic())

    async def rows(self, entity: Entity) -> AsyncIterator[str]:
        """List, a token for every ten rows: the size of a page."""
        count = 0
        async for row_id in self._source.rows(entity):
            if count % 10 == 0:
                await self._wait()
            count += 1
            yield row_id

    async def read(self, entity: Entity, row_id: str) -> Row | None:
        """Read one record, after its token."""
        await self._wait()
        return await self._source.read(entity, row_id)

    async def _wait(self) -> None:
        self._bucket, seconds = self._bucket.take(time.monotonic())
        if seconds:
            await asyncio.sleep(seconds)


@dataclass(frozen=True, slots=True)
class Sides:
    """Between what records move, and where the place is kept."""

    dsn: str = field(repr=False)
    source: Source
    target: Target


class Sync:
    """Keeps one group of the new core up to date."""

    def __init__(self, sides: Sides, group: str) -> None:
        """Take the sides; nothing is opened before `run`."""
        self._sides, self._group = sides, group
        self._entity = BY_GROUP[group][-1]
        self.carried = 0
        """Records applied since the start."""
        self.trouble = ""
        """What it waits for; empty: nothing."""

    async def run(self) -> None:
        """Follow the journal until cancelled."""
        pause = POLL_SECONDS
        while True:
            try:
                async with await store.connect(self._sides.dsn) as connection:
                    while not await store.hold(connection, self._group):  # noqa: ASYNC110  another process holds it
                        await asyncio.sleep(1.0)
                    while True:
                        await self.step(connection)
                        pause, self.trouble = POLL_SECONDS, ""
                        await asyncio.sleep(POLL_SECONDS)
            except (psycopg.Error, UpstreamError, RejectedError) as fault:
                self.trouble = f"{type(fault).__name__}: {fault}"
                log.warning("sync waits", group=self._group, fault=type(fault).__name__, seconds=pause)
                await asyncio.sleep(pause)
                pause = min(LONGEST_PAUSE, pause * 2)

    async def step(self, connection: store.Connection) -> None:
        """Carry over one stretch, then move the watermark; raises what went wrong, and then the watermark stayed."""
        found = await store.stretch(connection, self._group)
        todo = plan(found.mutations, found.after, found.horizon)
        if found.horizon > found.after or todo.done:
            await self._carry(todo)
            await store.finish(connection, self._group, todo.done, todo.watermark)

    async def _carry(self, todo: Plan) -> None:
        for row_id, number in todo.records.items():
            await copy(self._sides, self._entity, row_id, number)
            self.carried += 1
        if todo.everything is not None:
            async for _ in everything(self._sides, self._entity, todo.everything):
                self.carried += 1


async def copy(sides: Sides, entity: Entity, row_id: str, number: int) -> str:
    """Make one record of newcore what legacy says now: its texts, or gone."""
    row = await sides.source.read(entity, row_id)
    if row is None:
        return await sides.target.remove(entity, row_id, number)
    return await sides.target.apply(entity, row, number)


async def everything(sides: Sides, entity: Entity, number: int) -> AsyncIterator[str]:
    """Copy all records; gives the result of each."""
    rows = [row_id async for row_id in sides.source.rows(entity)]
    for row_id in rows:
        yield await copy(sides, entity, row_id, number)
    async for result in vanished(sides, entity, rows, number):
        yield result


async def vanished(sides: Sides, entity: Entity, rows: Collection[str], number: int) -> AsyncIterator[str]:
    """Copy what newcore has and legacy's list did not show: legacy is asked by name before anything is removed."""
    known = [row_id async for row_id in sides.target.rows(entity)]
    for row_id in sorted(set(known) - set(rows)):
        yield await copy(sides, entity, row_id, number)


class Backfill:
    """Fills a group of the new core; can be stopped anywhere and goes on where it was."""

    def __init__(self, sides: Sides, group: str) -> None:
        """Take the sides; refuses a group that cannot be filled."""
        if group not in BY_GROUP:
            raise OperatorError(f"found group {group!r}; allowed are {', '.join(BY_GROUP)}: only these can be filled")
        self._sides, self._group = sides, group
        self._rows: dict[Entity, list[str]] = {}
        self._number = 0
        self.counts: dict[str, int] = {}
        """Records by what became of them."""

    async def begin(self, *, afresh: bool = False) -> int:
        """Take a number, or that of a run that broke off; wait until it is safe to read; give the number of records."""
        async with await store.connect(self._sides.dsn) as connection:
            place = await store.place(connection, self._group)
            if afresh or place is None or place.finished_at is not None:
                self._number = await store.fresh_number(connection)
                await store.begin(connection, self._group, self._number)
            else:
                self._number = place.horizon
            await self._settled(connection)
        for entity in BY_GROUP[self._group]:  # after the number: a record made before it must be in the list
            self._rows[entity] = [row_id async for row_id in self._sides.source.rows(entity)]
        return sum(len(rows) for rows in self._rows.values())

    async def fill(self, told: Callable[[], object] = lambda: None) -> int:
        """Copy everything and move the watermark; gives the number. Raises UpstreamError, and then the place is kept."""
        async with await store.connect(self._sides.dsn) as connection:
            for entity, rows in self._rows.items():
                await self._fill(connection, entity, rows, told)
                async for result in vanished(self._sides, entity, rows, self._number):
                    self._count(result)
            await store.complete(connection, self._group, self._number)
        return self._number

    async def _settled(self, connection: store.Connection) -> None:
        """Wait until no mutation below the number can change legacy any more."""
        end = time.monotonic() + SETTLE_SECONDS
        while count := await store.still_open(connection, self._group, self._number):
            if time.monotonic() > end:
                raise OperatorError(
                    f"{self._group}: {count} writes are still open after {SETTLE_SECONDS:.0f} s; run it again"
                )
            await asyncio.sleep(0.1)

    async def _fill(
        self, connection: store.Connection, entity: Entity, rows: list[str], told: Callable[[], object]
    ) -> None:
        """Copy one kind, but what an earlier run did; the place is kept now and then, since copying twice is harmless."""
        done = await self._done_before(connection, entity, rows)
        for _ in rows[:done]:
            self._count("before")
            told()
        for number, row_id in enumerate(rows[done:], 1):
            self._count(await copy(self._sides, entity, row_id, self._number))
            if number % KEEP_EVERY == 0 or row_id == rows[-1]:
                await store.keep(connection, self._group, entity, row_id)
            told()

    async def _done_before(self, connection: store.Connection, entity: Entity, rows: list[str]) -> int:
        place = await store.place(connection, self._group)
        if place is None or not place.entity:
            return 0
        order = [each.value for each in BY_GROUP[self._group]]
        if place.entity != entity:
            return len(rows) if order.index(place.entity) > order.index(entity) else 0
        return rows.index(place.place) + 1 if place.place in rows else 0

    def _count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1
