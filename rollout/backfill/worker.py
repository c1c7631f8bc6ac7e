"""Filling a group of the new core from the legacy, while people write.

Rules:
1. A backfill takes a number of the journal, waits until every mutation below it is settled, then reads everything and
   applies it under that number. A later write has a higher number, so it wins, whichever of the two arrives first; sync
   follows the group from the moment of the number.
2. It can be stopped anywhere and goes on where it was; copying twice changes nothing.
3. A kind of record that another filled group keeps up to date already is not read again, unless it is asked for afresh.
4. What cannot be carried over goes to quarantine, and the rest goes on.
5. Subjects are read and applied some at a time; while some are applied, the next ones are read.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import zip_longest

import structlog

from proxy.errors import OperatorError
from rollout import store
from rollout.backfill.ahead import Ahead, Reading, reading
from rollout.carry import MANY, Copied, Known
from rollout.record import FILLED, Entity, Listed, by_subject
from rollout.worker import Sides, abreast, hold, vanished

log = structlog.get_logger()

SETTLE_SECONDS = 400.0
CHUNK = 20
"""Subjects that are applied together, and after which the place is kept."""


type Keep = Callable[[Sequence[Listed]], Awaitable[None]]
"""What is done when some subjects are copied."""


async def nowhere(_: Sequence[Listed]) -> None:
    """Keep no place: these subjects are in no list."""


class Backfill:
    """Fills a group of the new core."""

    def __init__(self, sides: Sides, group: str) -> None:
        """Take the sides; refuses a group that cannot be filled."""
        if group not in FILLED:
            raise OperatorError(f"found group {group!r}; allowed are {', '.join(FILLED)}: only these can be filled")
        self._sides, self._group = sides, group
        self._listed: dict[Entity, list[Listed]] = {}
        self._wanted: dict[Entity, frozenset[Entity]] = {}
        self._number = 0
        self.counts: Counter[str] = Counter()
        """Records by what became of them; `before`: subjects that an earlier run did."""

    async def begin(self, *, afresh: bool = False) -> int:
        """Take a number, or that of a run that broke off; wait until it is safe to read; give the number of subjects."""
        async with await store.connect(self._sides.dsn) as connection:
            if not await store.hold(connection, f"backfill-{self._group}"):
                raise OperatorError(f"{self._group} is being filled by another process; wait for it")
            place = await store.place(connection, self._group)
            over = afresh or place is None or place.finished_at is not None or not place.entity
            self._number = await store.begin(connection, self._group) if over or place is None else place.horizon
            kinds = await self._kinds(connection, afresh=afresh)
            await self._settled(connection, kinds)
        self._wanted = dict(by_subject(kinds))
        for subject, wanted in self._wanted.items():  # after the number: a record made before it must be in the list
            self._listed[subject] = [each async for each in self._sides.source.subjects(subject, wanted)]
        return sum(len(rows) for rows in self._listed.values())

    async def fill(self, told: Callable[[], object] = lambda: None) -> int:
        """Copy everything, then let the watermark count; gives the number. Raises UpstreamError, and the place is kept."""
        async with await store.connect(self._sides.dsn) as connection:
            if not await store.hold(connection, f"backfill-{self._group}"):
                raise OperatorError(f"{self._group} is being filled by another process; wait for it")
            for subject, wanted in self._wanted.items():
                await self._fill(connection, subject, wanted, told)
            await store.complete(connection, self._group)
        return self._number

    async def _kinds(self, connection: store.Connection, *, afresh: bool) -> tuple[Entity, ...]:
        """Name what has to be read: what no other filled group keeps up to date already."""
        others = [group for group in await store.filled(connection) if group != self._group]
        kept = {entity for group in others for entity in FILLED[group]}
        return tuple(each for each in FILLED[self._group] if afresh or each not in kept)

    async def _settled(self, connection: store.Connection, kinds: Sequence[Entity]) -> None:
        """Wait until no mutation below the number can change legacy any more."""
        end = time.monotonic() + SETTLE_SECONDS
        while count := await store.still_open(connection, kinds, self._number):
            if time.monotonic() > end:
                raise OperatorError(
                    f"{self._group}: {count} writes are still open after {SETTLE_SECONDS:.0f} s; run it again"
                )
            await asyncio.sleep(0.1)

    async def _fill(
        self, connection: store.Connection, subject: Entity, wanted: frozenset[Entity], told: Callable[[], object]
    ) -> None:
        """Copy one kind of subject, but what an earlier run did, and then what newcore has and the list had not."""
        listed = self._listed[subject]
        done = await self._done_before(connection, subject)
        for _ in listed[:done]:
            self.counts["before"] += 1
            told()
        known = await self._known(wanted)

        async def keep(part: Sequence[Listed]) -> None:
            await store.keep(connection, self._group, subject, part[-1].id)
            for _ in part:
                told()

        await self._copy(connection, listed[done:], (wanted, known), keep)
        if subject in wanted:
            await self._copy(connection, await vanished(self._sides, subject, listed), (wanted, known), nowhere)

    async def _copy(
        self, connection: store.Connection, listed: Sequence[Listed], what: tuple[frozenset[Entity], Known], keep: Keep
    ) -> None:
        """Copy subjects, so many at a time; the next ones are read while the last ones are applied."""
        wanted, _ = what
        parts = [listed[start : start + CHUNK] for start in range(0, len(listed), CHUNK)]
        coming = asyncio.create_task(self._read(parts[0] if parts else (), wanted))
        try:
            for part, following in zip_longest(parts, parts[1:], fillvalue=()):
                ahead = Ahead((self._sides.source, self._sides.target), await coming)
                coming = asyncio.create_task(self._read(following, wanted))
                await self._apply(connection, part, ahead, what)
                await keep(part)
        finally:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)

    async def _read(self, part: Sequence[Listed], wanted: frozenset[Entity]) -> Mapping[str, Reading]:
        """Read some subjects."""

        async def one(each: Listed) -> tuple[str, Reading]:
            return each.id, await reading(self._sides.source, each, wanted)

        return dict(await abreast(partial(one, each) for each in part))

    async def _apply(
        self, connection: store.Connection, part: Sequence[Listed], ahead: Ahead, what: tuple[frozenset[Entity], Known]
    ) -> None:
        """Apply what was read of some subjects, and put aside what cannot be."""
        wanted, known = what
        await ahead.begin(self._number)
        sides = replace(self._sides, source=ahead, target=ahead)
        for each in part:
            copied = await sides.copy(each, (wanted, self._number), known)
            self._count(copied)
            await hold(connection, copied, self._number)

    async def _known(self, wanted: frozenset[Entity]) -> Known:
        """Ask newcore once what it has of kinds of which a subject may have several."""
        rows: dict[Entity, dict[str, list[str]]] = {}
        for entity in sorted(wanted & MANY):
            rows[entity] = {}
            async for each in self._sides.target.held(entity):
                rows[entity].setdefault(each.subject, []).append(each.id)
        return Known(rows)

    async def _done_before(self, connection: store.Connection, subject: Entity) -> int:
        place = await store.place(connection, self._group)
        if place is None or not place.entity:
            return 0
        order, rows = list(self._wanted), [each.id for each in self._listed[subject]]
        if place.entity != subject:
            held = next((index for index, each in enumerate(order) if each == place.entity), -1)
            return len(rows) if held > order.index(subject) else 0
        return rows.index(place.place) + 1 if place.place in rows else 0

    def _count(self, copied: Copied) -> None:
        self.counts.update(copied.results)
        if copied.failures:
            self.counts["quarantined"] += len(copied.failures)
