"""The gateway's end of the hand-over; implements `ports.Mirror`.

Why it exists: comparing in the gateway's own loop made clients wait for a core that hangs. Rules:
1. `offer` only appends to a queue that is bounded in count and bytes: it never waits and never raises. What does not fit
   is dropped, and counted by shape.
2. One task writes to a local socket, one offer for each that the receiver asked for (a byte each). A receiver that is away,
   slow, or without a core to compare with costs offers, never a client's time. What waited too long is dropped too: a
   comparison of old answers proves nothing.
3. Nothing leaves that nobody asked for, and nothing before its access record is stored; where the log is away nothing
   leaves at all.
4. Nothing touches a disk. Counts that could not be sent stay, and go with the next frame.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from os import urandom
from pathlib import Path
from typing import Self

import structlog

from proxy.accesslog.record import uuid7
from proxy.model.entry import Entry
from proxy.model.shadow import Offer
from proxy.shadow.frame import Frame, Tally, encode
from proxy.shadow.record import handed_over
from proxy.shadow.shape import lawful, shape

log = structlog.get_logger()

SOCKET = "shadow.sock"
"""Its name in the data directory."""
OTHER = "other"
SPARE = 2048
"""Bytes that an offer takes beside its answer."""
TELL_SECONDS = 1.0
LONGEST_PAUSE = 5.0

type Record = Callable[[Sequence[Entry]], Awaitable[object]]
type Key = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much may wait, and how long."""

    offers: int = 256
    octets: int = 8 * 1024 * 1024
    seconds: float = 10.0
    """Age at which an offer is dropped."""
    batch: int = 16
    """Offers whose records are stored together."""
    shapes: int = 500
    """Different shapes that are told apart."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An offer in the queue."""

    offer: Offer
    key: Key
    size: int
    since: float


class HandOver:
    """Takes what is offered, and hands it to whoever listens on the socket."""

    def __init__(self, path: Path, instance: str, record: Record, bounds: Bounds | None = None) -> None:
        """Take the socket's place, this instance's name and where records are stored; nothing is opened before `start`."""
        self._path, self._instance, self._record = path, instance, record
        self._bounds = bounds or Bounds()
        self._queue: deque[Waiting] = deque()
        self._octets = 0
        self._tallies: dict[Key, list[int]] = {}
        self._asked = 0
        """Offers that the receiver takes at the moment."""
        self._ready = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.handed = 0
        """Offers written to the socket since the start."""
        self.dropped = 0

    def start(self) -> None:
        """Begin to hand over."""
        self._task = asyncio.create_task(self._run())

    async def __aenter__(self) -> Self:
        self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Stop; what still waits is let go."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def offer(self, offered: Offer) -> None:
        """Hand an answer over; never blocks, never raises."""
        try:
            self._take(offered)
        except Exception as fault:  # noqa: BLE001  a client's answer is on its way: nothing may come in between
            self.dropped += 1
            log.error("an offer could not be taken", fault=type(fault).__name__)  # noqa: TRY400  a trace may quote data

    def _take(self, offered: Offer) -> None:
        key = self._key(offered)
        tally = self._tallies.setdefault(key, [0, 0])
        tally[0] += 1
        size, bounds = len(offered.answer.body) + SPARE, self._bounds
        full = len(self._queue) >= bounds.offers or self._octets + size > bounds.octets
        if full or not lawful(offered):
            self._drop(key)
            return
        self._queue.append(Waiting(offered, key, size, time.monotonic()))
        self._octets += size
        self._look()

    def _key(self, offered: Offer) -> Key:
        key = (offered.group, offered.config, offered.call.function or "", shape(offered.call))
        fits = key in self._tallies or len(self._tallies) < self._bounds.shapes
        return key if fits else (*key[:3], OTHER)

    def _drop(self, key: Key) -> None:
        self.dropped += 1
        self._tallies.setdefault(key, [0, 0])[1] += 1

    def _look(self) -> None:
        """Say whether an offer can go."""
        if self._queue and self._asked:
            self._ready.set()
        else:
            self._ready.clear()

    async def _run(self) -> None:
        pause = 0.1
        while True:
            try:
                reader, writer = await asyncio.open_unix_connection(str(self._path))
            except OSError:
                self._shed()
                await asyncio.sleep(pause)
                pause = min(LONGEST_PAUSE, pause * 2)
                continue
            pause, self._asked = 0.1, 0
            hearing = asyncio.create_task(self._hear(reader))
            try:
                await self._hand(writer, hearing)
            except Exception as fault:  # noqa: BLE001  whatever breaks here costs offers, never the handing over itself
                log.warning("the hand-over broke off and begins again", fault=type(fault).__name__)
            finally:
                hearing.cancel()
                writer.close()
            await asyncio.sleep(pause)

    async def _hear(self, reader: asyncio.StreamReader) -> None:
        """Count what the receiver asks for, until it is gone."""
        with suppress(OSError):
            while asked := await reader.read(1024):
                self._asked += len(asked)
                self._look()

    async def _hand(self, writer: asyncio.StreamWriter, hearing: asyncio.Task[None]) -> None:
        """Write until the other end is gone; raises OSError."""
        while not hearing.done():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ready.wait(), TELL_SECONDS)
            batch = await self._recorded(self._taken())
            if not batch and self._tallies:
                await self._send(writer, None)
            while batch:
                each = batch.pop(0)
                try:
                    await self._send(writer, each)
                except OSError:
                    for lost in (each, *batch):
                        self._drop(lost.key)
                    raise

    def _taken(self) -> list[Waiting]:
        """Take the next offers that are asked for and not too old."""
        self._shed()
        batch = [self._queue.popleft() for _ in range(min(self._bounds.batch, self._asked, len(self._queue)))]
        self._octets -= sum(each.size for each in batch)
        self._asked -= len(batch)
        self._look()
        return batch

    def _shed(self) -> None:
        """Drop what waited too long."""
        oldest = time.monotonic() - self._bounds.seconds
        while self._queue and self._queue[0].since < oldest:
            gone = self._queue.popleft()
            self._octets -= gone.size
            self._drop(gone.key)

    async def _recorded(self, batch: list[Waiting]) -> list[Waiting]:
        """Store the record of each; give those that have one."""
        now = datetime.now(UTC)
        records = (self._record((handed_over(each.offer, uuid7(now, urandom(10)), now),)) for each in batch)
        stored = await asyncio.gather(*records, return_exceptions=True)
        for each, result in zip(batch, stored, strict=True):
            if isinstance(result, BaseException):
                self._asked += 1
                self._drop(each.key)
        return [each for each, result in zip(batch, stored, strict=True) if not isinstance(result, BaseException)]

    async def _send(self, writer: asyncio.StreamWriter, each: Waiting | None) -> None:
        """Write one frame with all counts so far; those of a frame that did not go are kept."""
        told, self._tallies = self._tallies, {}
        tallies = tuple(Tally(*key, *counts) for key, counts in told.items())
        try:
            frame = Frame(self._instance, tallies, each.key[3], each.offer) if each else Frame(self._instance, tallies)
            writer.write(encode(frame))
            await writer.drain()
        except Exception as fault:
            for key, (offered, dropped) in told.items():
                kept = self._tallies.setdefault(key, [0, 0])
                kept[0] += offered
                kept[1] += dropped
            if isinstance(fault, OSError):
                raise
            if each is not None:
                self._asked += 1
                self._drop(each.key)
            log.warning("an offer cannot be written as a frame", fault=type(fault).__name__)
        else:
            self.handed += each is not None
