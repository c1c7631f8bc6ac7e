"""The other end of the hand-over: takes offers of all gateway processes, has them compared, writes down what was counted.

Rules:
1. One local socket, for its owner alone. So many comparisons at once and no more. Offers are asked for: a few of each
   gateway, then one for each that was compared, and none while newcore is left alone; so the gateways' own bounded queues
   fill, and drop and count, and no answer leaves a gateway that cannot be compared.
2. What is no reading is not compared, whatever a gateway sends: newcore is never asked for a change.
3. Counts are written every second, a mismatch at once; a database that is away is waited for, and counts are kept.
4. Rules are those of the routing file under which the answer was offered.
5. A socket that somebody took away, or counts that cannot be written at all, end the receiver: whoever keeps it starts another
   one. A socket that a second receiver put in its place is left to that one while it lives; gateways that are here stay.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import structlog

from proxy.errors import OperatorError, PoortError
from proxy.model.shadow import Offer
from proxy.shadow.frame import ASK, HEAD, Frame, FrameError, decode, length
from proxy.shadow.shape import lawful
from rollout.shadow import store
from rollout.shadow.book import Book, Compared, Subject
from rollout.shadow.client import Comparison
from rollout.shadow.rule import Rules
from rollout.shadow.verdict import Finding, Result

log = structlog.get_logger()

AT_ONCE = 8
WINDOW = 8
"""Offers that a gateway may send before the first was compared."""
WRITE_SECONDS = 1.0
LATE_SECONDS = 30.0
LONGEST_PATH = 100
"""Bytes of a socket's path that every system bears."""


class ReceiverError(PoortError):
    """Nobody can hand anything over here any more."""


type RulesOf = Callable[[Offer], Awaitable[Rules | None]]


@dataclass(frozen=True, slots=True)
class Desk:
    """By whom offers are compared, under which rules, and where the counts go."""

    comparison: Comparison
    rules: RulesOf
    """Rules of an offer's group; None: its routing file is not known (yet)."""
    dsn: str
    key: bytes


class Receiver:
    """Receives, has compared, counts."""

    def __init__(self, desk: Desk, at_once: int = AT_ONCE) -> None:
        """Take the desk; nothing is opened before `run`."""
        self._desk = desk
        self._free = asyncio.Semaphore(at_once)
        self._book = Book(desk.key)
        self._urgent = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self.listens = asyncio.Event()
        self.ended = 0
        """Comparisons that came to an end since the start."""

    async def run(self, path: Path, stop: asyncio.Event) -> None:
        """Serve on a socket until told to stop; then what is under way gets a moment, and everything is written."""
        server = await asyncio.start_unix_server(self._accept, sock=listening(path))
        own = inode(path)
        self.listens.set()
        writing = asyncio.create_task(self._keep_writing(stop))
        try:
            await _whole((path, own), writing, stop)
        finally:
            forget(path, own)  # before it is closed, while nobody else can have its inode
            server.close()
            for writer in self._writers:
                writer.close()
            await finished(self._tasks, 1.0)
            self._urgent.set()
            await finished({writing}, 3.0)
            with suppress(psycopg.Error):
                await self.write()

    async def write(self) -> None:
        """Write down what was counted; raises psycopg.Error, and then it is kept."""
        if not self._book:
            return
        full = self._book.taken()
        try:
            async with await psycopg.AsyncConnection.connect(self._desk.dsn, connect_timeout=5) as connection:
                await store.write(connection, full)
        except BaseException:
            self._book.put_back(full)
            raise

    async def _keep_writing(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._urgent.wait(), WRITE_SECONDS)
            self._urgent.clear()
            try:
                await self.write()
            except psycopg.Error as fault:
                log.warning("comparisons cannot be written down yet", fault=type(fault).__name__)
                await asyncio.sleep(WRITE_SECONDS)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read the frames of one gateway until it is gone."""
        self._writers.add(writer)
        try:
            writer.write(ASK * WINDOW)
            while True:
                await self._take(await read_frame(reader), writer)
        except (asyncio.IncompleteReadError, OSError):
            return
        except FrameError as fault:
            log.error("a gateway sent what is no frame", fault=str(fault))  # noqa: TRY400  says all there is
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _take(self, frame: Frame, writer: asyncio.StreamWriter) -> None:
        self._book.tell(frame.tallies, datetime.now(UTC))
        if frame.offer is None:
            return
        await self._free.acquire()
        task = asyncio.create_task(self._serve(frame.offer, frame.shape, writer))
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            log.error("a comparison failed", fault=type(fault).__name__)  # its text may quote data

    async def _serve(self, offer: Offer, shape: str, writer: asyncio.StreamWriter) -> None:
        """Compare an offer, and ask its gateway for another one as soon as newcore may be asked."""
        try:
            await self._compare(offer, shape)
        finally:
            self._free.release()
            await asyncio.sleep(self._desk.comparison.pause())
            if not writer.is_closing():
                writer.write(ASK)

    async def _compare(self, offer: Offer, shape: str) -> None:
        now = datetime.now(UTC)
        subject = Subject(offer.group, offer.config, offer.call.function or "", shape)
        finding, rules = Finding(Result.SKIPPED, fault="fault of our own"), None
        try:
            finding, rules = await self._found(offer, (now - offer.at).total_seconds())
        finally:
            self._book.add(Compared(subject, offer.exchange, now, finding, offer.took_us), rules)
            self.ended += 1
        if finding.result is Result.REAL:
            self._urgent.set()
            paths = sorted({each.path for each in finding.mismatches})
            log.warning("newcore answers otherwise than legacy", group=offer.group, paths=paths, safety=finding.safety)

    async def _found(self, offer: Offer, age: float) -> tuple[Finding, Rules | None]:
        if not lawful(offer):
            return Finding(Result.SKIPPED, fault="no reading"), None
        if age > LATE_SECONDS:
            return Finding(Result.SKIPPED, fault="late"), None
        rules = await self._desk.rules(offer)
        if rules is None:
            return Finding(Result.SKIPPED, fault="routing file not known"), None
        return await self._desk.comparison.of(offer, rules), rules


async def _whole(place: tuple[Path, int | None], writing: asyncio.Task[None], stop: asyncio.Event) -> None:
    """Wait until told to stop; raises what ended the writing, and ReceiverError when nobody listens at the socket's place."""
    path, own = place
    while not stop.is_set():
        if writing.done():
            await writing
        if inode(path) != own and not listens(path):
            raise ReceiverError("the socket is gone")
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), WRITE_SECONDS)


async def finished(tasks: Collection[asyncio.Task[None]], seconds: float) -> None:
    """Give tasks some time to end, and end those that do not."""
    _, late = await asyncio.wait(tasks, timeout=seconds) if tasks else (set(), set())
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)


async def read_frame(reader: asyncio.StreamReader) -> Frame:
    """Read one frame; raises FrameError, or IncompleteReadError at the end."""
    return decode(await reader.readexactly(length(await reader.readexactly(HEAD))))


def listening(path: Path) -> socket.socket:
    """Make a socket that only its owner can reach; one that a dead process left is replaced."""
    if len(str(path).encode()) > LONGEST_PATH:
        raise OperatorError(
            f"{path}: too long for a socket; allowed are {LONGEST_PATH} bytes; set a shorter POORT_DATA_DIR"
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    made.bind(str(path))
    path.chmod(0o600)
    return made


def inode(path: Path) -> int | None:
    """Tell which file stands at a path; None: no file."""
    with suppress(FileNotFoundError):
        return path.stat().st_ino
    return None


def listens(path: Path) -> bool:
    """Tell whether anybody accepts connections there; what a killed process left behind refuses them."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)
        try:
            probe.connect(str(path))
        except BlockingIOError:
            return True  # so many wait already
        except OSError:
            return False
        return True


def forget(path: Path, own: int | None) -> None:
    """Take our own socket away: a process that was started meanwhile may have put its own there."""
    if own is not None and inode(path) == own:
        path.unlink(missing_ok=True)
