"""The ledger: an exchange's entries are durable before its answer is released.

Rules:
1. Group commit without a window: a batch is what came in during the last commit. One connection, one commit at a time, so
   one chain.
2. `append` returns a receipt of what is on disk, or raises. Past the time limit it raises StoreError; what was not begun
   by then is dropped, what was under way may still be stored: then a record exists of an answer that nobody got.
3. A commit of unknown outcome (the connection broke) is looked up by the next connection once the old backend is gone:
   stored -> its receipts are given, not stored -> it is written again, not to be known -> StoreError. Never guessed.
4. An error in the data fails its own exchange only: the batch is written again one by one.
5. Of a stale session the access record is kept as a fault, and StaleSessionError raised.
6. An exchange that was recorded and whose caller gave up is recorded all the same.
7. Completions never wait and never fail anybody; what does not fit is counted.
8. While it is known that the log cannot be reached, only what follows an answer of a core waits for its return, because
   that answer would be lost. Everything else fails at once. One try to connect follows the other, also for nobody.
"""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Self

import psycopg
import structlog

from proxy.accesslog.batch import Bundle, bundle, faulted
from proxy.accesslog.parts import Attempt, Committed, Figures, Parts
from proxy.accesslog.writer.store import PartlyStaleError, Writer
from proxy.errors import StaleSessionError, StoreError
from proxy.model.entry import Completion, Entry, Receipt

COMPLETION_WAIT = 0.5  # seconds that completions wait for a batch to join
_TRIES = 3
_PAUSE = 0.2  # seconds between attempts to connect
_AWAY = "the log cannot be reached; nothing was stored"
_NO_PARTITION = "no partition of relation"

_log = structlog.get_logger(__name__)


@dataclass(slots=True, eq=False)
class _Waiting:
    """A bundle whose caller waits for its receipt."""

    bundle: Bundle
    receipt: "asyncio.Future[Receipt]"
    deadline: float
    expired: bool = False
    stale: bool = False

    def give(self, receipt: Receipt | None, *, stale: bool) -> None:
        if self.receipt.done():
            return
        if stale or self.stale:
            self.receipt.set_exception(StaleSessionError("the session was changed by another exchange meanwhile"))
        elif receipt is None:
            self.receipt.set_exception(StoreError("stored without a receipt: neither an access record nor an intent"))
        else:
            self.receipt.set_result(receipt)

    def fail(self, reason: str) -> None:
        self.expired = True
        if not self.receipt.done():
            self.receipt.set_exception(StoreError(reason))


@dataclass(slots=True)
class _Batch:
    """What goes into one commit."""

    waiting: list[_Waiting]
    completions: list[Completion]
    tries: int = 0

    def fail(self, reason: str) -> None:
        for each in self.waiting:
            each.fail(reason)

    def give(self, committed: Committed) -> None:
        for each, receipt, stale in zip(self.waiting, committed.receipts, committed.stale, strict=True):
            each.give(receipt, stale=stale)

    def singly(self) -> "list[_Batch]":
        parts = [_Batch([each], []) for each in self.waiting]
        return [*parts, _Batch([], self.completions)] if self.completions else parts

    @property
    def single(self) -> bool:
        return len(self.waiting) + bool(self.completions) <= 1


@dataclass(slots=True)
class _Queue:
    """What waits to be written."""

    bundles: deque[_Waiting] = field(default_factory=deque)
    completions: deque[Completion] = field(default_factory=deque)
    again: deque[_Batch] = field(default_factory=deque)

    def __bool__(self) -> bool:
        return bool(self.bundles or self.completions or self.again)

    def take(self, most: int) -> _Batch:
        """Take the next batch; two changes of one session never share one."""
        if self.again:
            return self.again.popleft()
        taken: list[_Waiting] = []
        left: list[_Waiting] = []
        held: set[bytes] = set()
        while self.bundles and len(taken) < most:
            each = self.bundles.popleft()
            if each.expired:
                continue
            keys = each.bundle.keys()
            (left if keys & held else taken).append(each)
            held |= keys
        self.bundles.extendleft(reversed(left))
        ended = [self.completions.popleft() for _ in range(min(most, len(self.completions)))]
        return _Batch(taken, ended)

    def give_up(self) -> list[_Waiting]:
        """Take out what is not stored and follows no answer of a core."""
        lost = [each for each in self.waiting() if not each.bundle.follows_answer]
        for batch in self.again:
            batch.waiting = [each for each in batch.waiting if each.bundle.follows_answer]
        self.bundles = deque(each for each in self.bundles if each.bundle.follows_answer)
        return lost

    def waiting(self) -> Iterable[_Waiting]:
        for batch in self.again:
            yield from batch.waiting
        yield from self.bundles


class Ledger:
    """The access log, journal and session changes of one process; implements `ports.Ledger`."""

    def __init__(self, parts: Parts, writer: Writer) -> None:
        """Take an open writer; `start` makes one."""
        self.figures = Figures(connections=1)
        self._parts = parts
        self._limits = parts.limits
        self._writer: Writer | None = writer
        self._queue = _Queue()
        self._unsettled: tuple[Attempt, _Batch] | None = None
        self._under_way: _Batch | None = None
        self._work = asyncio.Event()
        self._closing = False
        self._away = False
        """Known to be out of reach: a commit stalled or a try to connect failed. Then there is no writer."""
        self._flush: asyncio.TimerHandle | None = None
        self._sweep: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()
        self._task = self._loop.create_task(self._drive(), name="ledger")

    @classmethod
    async def start(cls, parts: Parts) -> Self:
        """Open a chain and begin; raises StoreError when the log cannot be written."""
        try:
            return cls(parts, await Writer.open(parts))
        except psycopg.Error as fault:
            raise StoreError(f"the access log cannot be opened: {_first_line(fault)}") from fault

    @property
    def writer(self) -> str | None:
        """The name of the chain that is being written; None: no connection."""
        return self._writer.name if self._writer else None

    async def append(self, entries: Sequence[Entry]) -> Receipt:
        """Make entries durable; raises StoreError (see the rules) or StaleSessionError (access stored as fault)."""
        if self._closing or self._task.done():
            raise StoreError("the ledger is closed; nothing was stored")
        if len(self._queue.bundles) >= self._limits.waiting:
            self.figures.failed += 1
            raise StoreError(f"{self._limits.waiting} exchanges wait for the log already; nothing was stored")
        try:
            sorted_out = bundle(entries)
        except ValueError as fault:
            raise StoreError(f"nothing was stored: {fault}") from fault
        if self._away and not sorted_out.follows_answer:
            self.figures.failed += 1
            raise StoreError(_AWAY)
        waiting = _Waiting(sorted_out, self._loop.create_future(), self._loop.time() + self._limits.timeout)
        self._queue.bundles.append(waiting)
        self._work.set()
        if self._sweep is None:
            self._sweep = self._loop.call_later(self._limits.timeout / 10, self._expire)
        return await waiting.receipt

    def complete(self, completion: Completion) -> None:
        """Queue a completion row; never blocks; dropped ones are counted and read as unknown."""
        if self._closing or len(self._queue.completions) >= self._limits.completions:
            self.figures.completions_dropped += 1
            return
        self._queue.completions.append(completion)
        if self._flush is None:
            self._flush = self._loop.call_later(COMPLETION_WAIT, self._flush_now)

    async def archive(self, kind: str, digest: str, text: str) -> None:
        """Keep the text of a policy, routing or region table under its hash; on a connection of its own."""
        try:
            async with await psycopg.AsyncConnection.connect(self._parts.dsn, autocommit=True) as connection:
                await connection.execute(
                    "INSERT INTO archive (hash, kind, body) VALUES (%s, %s, %s) ON CONFLICT (hash) DO NOTHING",
                    [digest, kind, text],
                )
        except psycopg.Error as fault:
            raise StoreError(f"{kind} {digest[:12]} cannot be archived: {_first_line(fault)}") from fault

    async def close(self) -> None:
        """Write what waits, within the time limit, and close; what could not be written fails its caller."""
        self._closing = True
        self._work.set()
        _, late = await asyncio.wait({self._task}, timeout=self._limits.timeout)
        if late:
            if self._writer is not None:
                self._writer.cut()
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=self._limits.timeout)
        for timer in (self._flush, self._sweep):
            if timer is not None:
                timer.cancel()
        for each in self._queue.waiting():
            each.fail("the ledger was closed before this could be stored")
        self.figures.completions_dropped += len(self._queue.completions)
        if self._writer is not None:
            await self._writer.close()

    def _flush_now(self) -> None:
        self._flush = None
        self._work.set()

    def _expire(self) -> None:
        """Fail whoever waited too long; the queue is short, and this runs ten times a time limit."""
        now, queue = self._loop.time(), self._queue
        under_way = (each for batch in (self._under_way,) if batch for each in batch.waiting)
        unsettled = (each for pair in (self._unsettled,) if pair for each in pair[1].waiting)
        waiting = [*under_way, *unsettled, *queue.waiting()]
        for each in waiting:
            if each.deadline <= now and not each.expired:
                self.figures.failed += 1
                each.fail(f"the log did not answer within {self._limits.timeout:g} s")
        self._sweep = self._loop.call_later(self._limits.timeout / 10, self._expire) if waiting else None

    async def _drive(self) -> None:
        """Commit batch after batch until closed and empty."""
        while self._queue or self._unsettled or not self._closing:
            if not self._queue and not self._unsettled and not self._away:
                self._work.clear()
                await self._work.wait()
                continue
            writer = self._writer or await self._reconnect()
            if writer is None or not self._queue:
                continue
            self._under_way = self._queue.take(self._limits.batch)
            try:
                if self._under_way.waiting or self._under_way.completions:
                    await self._commit(writer, self._under_way)
            finally:
                self._under_way = None

    async def _commit(self, writer: Writer, batch: _Batch) -> None:
        watchdog = self._loop.call_later(self._limits.timeout, writer.cut)
        try:
            committed = await writer.commit([each.bundle for each in batch.waiting], batch.completions)
        except PartlyStaleError as fault:
            await self._without(writer, batch, fault.places)
        except Exception as fault:  # noqa: BLE001 - a fault of a neighbour or of the data becomes a refusal
            await self._failed(writer, batch, fault)
            if self._writer is None and watchdog.when() <= self._loop.time():
                self._lose()
        else:
            self.figures.commits += 1
            self.figures.bundles += len(batch.waiting)
            self.figures.stale += sum(committed.stale)
            batch.give(committed)
        finally:
            watchdog.cancel()

    async def _without(self, writer: Writer, batch: _Batch, places: frozenset[int]) -> None:
        """Write the batch again, with the partly stale bundles as faults."""
        for place in places:
            each = batch.waiting[place]
            each.bundle, each.stale = faulted(each.bundle), True
        await self._failed(writer, batch, None)

    async def _failed(self, writer: Writer, batch: _Batch, fault: Exception | None) -> None:
        """Decide what a failed batch becomes: looked up, written again, written one by one, or failed."""
        attempt, batch.tries = writer.attempted, batch.tries + 1
        if not writer.lost and await self._rolled_back(writer, fault):
            self._again(batch, fault)
            return
        _log.warning("log-connection-lost", writer=writer.name, fault=_first_line(fault), certain=attempt is None)
        self._writer = None
        await writer.close()
        if attempt is not None:
            self._unsettled = (attempt, batch)
        elif batch.tries < _TRIES:
            self._queue.again.appendleft(batch)
        else:
            self._give_up(batch, fault)

    async def _rolled_back(self, writer: Writer, fault: Exception | None) -> bool:
        try:
            await writer.roll_back()
            if _NO_PARTITION in str(fault):
                _log.error("log-month-missing", writer=writer.name, fault=_first_line(fault))
                await writer.make_months()
        except psycopg.Error:
            return False
        return not writer.lost

    def _again(self, batch: _Batch, fault: Exception | None) -> None:
        """Put a batch back that left nothing behind."""
        if batch.tries >= _TRIES or (batch.single and not _passing(fault)):
            self._give_up(batch, fault)
        elif fault is None or _NO_PARTITION in str(fault) or batch.single:
            self._queue.again.appendleft(batch)
        else:
            self._queue.again.extendleft(reversed(batch.singly()))

    def _give_up(self, batch: _Batch, fault: Exception | None) -> None:
        self.figures.failed += len(batch.waiting)
        self.figures.completions_dropped += len(batch.completions)
        _log.error("log-batch-failed", bundles=len(batch.waiting), fault=_first_line(fault))
        batch.fail(f"nothing was stored: {_first_line(fault)}")

    async def _reconnect(self) -> Writer | None:
        """Open the next chain and settle what the last one left uncertain."""
        try:
            writer = await Writer.open(self._parts)
        except psycopg.Error as fault:
            if not self._away:
                _log.warning("log-unreachable", fault=_first_line(fault))
            self._lose()
            await asyncio.sleep(_PAUSE)
            self._drop_expired()
            return None
        self._away = False
        self._writer, self.figures.connections = writer, self.figures.connections + 1
        if self._unsettled is not None:
            await self._settle(writer, *self._unsettled)
            self._unsettled = None
        return self._writer

    def _lose(self) -> None:
        """Know that the log is away: what does not follow an answer is not kept waiting."""
        self._away = True
        uncertain = self._unsettled[1].waiting if self._unsettled else []
        refusals = [each for each in uncertain if not each.bundle.follows_answer and not each.bundle.journal]
        for each in (*self._queue.give_up(), *refusals):  # of a refusal it does not matter whether it was stored
            self.figures.failed += not each.expired
            each.fail(_AWAY)

    async def _settle(self, writer: Writer, attempt: Attempt, batch: _Batch) -> None:
        """Find out what became of a commit whose answer never came."""
        try:
            stored = await writer.stored(attempt)
        except psycopg.Error as fault:
            _log.error("log-outcome-unknown", writer=attempt.writer, fault=_first_line(fault))
            stored = None
            if writer.lost:
                self._writer = None
        self.figures.looked_up += 1
        if stored:
            batch.give(attempt.committed)
        elif stored is None:
            self._give_up(batch, StoreError("it is not known whether this was stored"))
        elif batch.tries < _TRIES:
            self._queue.again.appendleft(batch)
        else:
            self._give_up(batch, None)

    def _drop_expired(self) -> None:
        """While there is no connection, forget what nobody waits for any more; a closing ledger gives up at once."""
        if self._closing:
            for each in self._queue.waiting():
                each.fail("the log cannot be reached and the ledger is closing")
            self._queue.bundles.clear()
            self._queue.again.clear()
            self.figures.completions_dropped += len(self._queue.completions)
            self._queue.completions.clear()
            self._unsettled = None


def _passing(fault: Exception | None) -> bool:
    """Tell whether an error may be gone at the next try: a deadlock, a lock or statement that took too long."""
    return fault is None or _NO_PARTITION in str(fault) or isinstance(fault, psycopg.OperationalError)


def _first_line(fault: Exception | None) -> str:
    lines = str(fault).strip().splitlines() if fault is not None else []
    return lines[0] if lines else type(fault).__name__
