"""One core over pooled HTTP/1.1: what was decided is what is sent, once.

Rules:
1. A connection belongs to the session that used it last; another session never gets it, because HTTP/1.1 cannot tell a
   late second answer from the answer to the next request. Idle ones are closed least recently used first.
2. At check-out the socket is asked whether bytes wait: an idle connection that can be read is dead or poisoned.
3. A request is sent once. Only a repeatable one goes out a second time, on a fresh connection, when a reused one ended
   before the first byte of an answer. A mutation never does: then nobody knows, and the error says `sent`.
4. At most `max_connections`; who waits longer than `queue_deadline` gets `busy`, and nothing was sent.
5. Raw target, field order, case and duplicates go up as they came (`encode.py`); answers pass `incoming.py` or are
   garbage. No URL library on the way.
Every fault is an UpstreamError with one of: unreachable, busy, timeout, cut, garbage, too-large.
"""

import asyncio
import contextlib
import select
import ssl
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import urlsplit

from proxy.errors import OperatorError, UpstreamError
from proxy.listener.encode import INLINE_LIMIT, encode_request
from proxy.listener.incoming import AnswerCaps, IncomingAnswer
from proxy.listener.rule import BrokenRuleError, Rule
from proxy.model.http import Answer, Request

SWEEP_SECONDS = 0.25
_PENDING = select.POLLIN | select.POLLHUP | select.POLLERR | select.POLLRDHUP


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamSettings:
    """Bounds of one core. `timeout` (of a report `slow_timeout`) runs from the send to the last byte of the answer."""

    max_connections: int = 64
    queue_deadline: float = 5.0
    connect_timeout: float = 2.0
    timeout: float = 60.0
    slow_timeout: float = 120.0
    idle_timeout: float = 30.0
    caps: AnswerCaps = field(default_factory=AnswerCaps)
    tls: ssl.SSLContext | None = None
    """Only for an https core: how it is verified; None: by the system's authorities."""


class Link(asyncio.Protocol):
    """One connection to a core."""

    def __init__(self, pool: "Pool", session: bytes) -> None:
        self._pool = pool
        self.session = session
        self.closed = False
        self.used = False
        self.deadline = 0.0
        self._transport: asyncio.Transport | None = None
        self._poll: select.poll | None = None
        self._incoming: IncomingAnswer | None = None
        self._waiter: asyncio.Future[Answer] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember the way out."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's transports are none by inheritance
        descriptor = transport.get_extra_info("socket")
        if descriptor is not None:
            self._poll = select.poll()
            self._poll.register(descriptor.fileno(), _PENDING)

    def is_clean(self) -> bool:
        """Tell whether nothing came in since the last answer, also what the loop has not read yet."""
        return not self.closed and self._poll is not None and not self._poll.poll(0)

    def send(self, request: Request, head: bytes, incoming: IncomingAnswer) -> "asyncio.Future[Answer]":
        """Send one request; the future has the answer or the fault."""
        self._waiter = asyncio.get_running_loop().create_future()
        self._incoming = incoming
        if self._transport is None or self.closed:
            self._fail("cut")
            return self._waiter
        if len(request.body) <= INLINE_LIMIT:
            self._transport.write(head + request.body)
        else:
            self._transport.write(head)
            self._transport.write(request.body)
        return self._waiter

    def data_received(self, data: bytes) -> None:
        """Feed the answer that is waited for; bytes that nobody asked for end the connection."""
        if self._incoming is None:
            self.abort()
            return
        try:
            answer = self._incoming.feed(data)
        except BrokenRuleError as broken:
            self._fail("too-large" if broken.rule is Rule.BODY else "garbage")
        else:
            if answer is not None:
                self._finish(answer)

    def eof_received(self) -> None:
        """The core closed in order: that completes a body without a length, and cuts any other."""
        if self._incoming is None:
            return
        try:
            answer = self._incoming.end()
        except BrokenRuleError:
            self._fail("garbage")
        else:
            self._fail("cut") if answer is None else self._finish(answer)

    def connection_lost(self, error: Exception | None) -> None:  # noqa: ARG002 - the protocol's signature
        """Nothing more will come."""
        self.closed = True
        self._fail("cut")
        self._pool.forget(self)

    def expire(self) -> None:
        """The deadline passed."""
        self._fail("timeout")

    def abort(self) -> None:
        """End the connection at once."""
        self.closed = True
        if self._transport is not None:
            self._transport.abort()

    def _finish(self, answer: Answer) -> None:
        waiter, incoming = self._waiter, self._incoming
        self._waiter = self._incoming = None
        self.used = True
        unsent = self._transport is not None and self._transport.get_write_buffer_size()
        if incoming is None or not incoming.keep or unsent:
            self.abort()
        if waiter is not None and not waiter.done():
            waiter.set_result(answer)

    def _fail(self, fault: str) -> None:
        waiter, self._waiter, self._incoming = self._waiter, None, None
        self.abort()
        if waiter is not None and not waiter.done():
            waiter.set_exception(UpstreamError(fault, sent=True, core=self._pool.core))


@dataclass(slots=True)
class _Place:
    """Somebody who waits for a connection."""

    session: bytes
    given: "asyncio.Future[None]"


class Pool:
    """The bounded pool of one core (the port `Upstream`). One per core and process; belongs to one event loop."""

    def __init__(self, url: str, settings: UpstreamSettings | None = None, core: str = "legacy") -> None:
        """Read `http[s]://host[:port]`; anything more is refused, since the target goes up as the client sent it."""
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.query:
            raise OperatorError(f"{core}: found the address {url!r}, allowed is http[s]://host[:port] and no path")
        self.core, self._settings = core, settings or UpstreamSettings()
        self._host, self._port = parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)
        self._tls = (self._settings.tls or ssl.create_default_context()) if parts.scheme == "https" else None
        self._authority = parts.netloc.rpartition("@")[2].encode("ascii")
        self._idle: OrderedDict[Link, float] = OrderedDict()
        self._of_session: dict[bytes, list[Link]] = {}
        self._busy: set[Link] = set()
        self._opening = 0
        self._queue: deque[_Place] = deque()
        self._timer: asyncio.TimerHandle | None = None

    async def send(self, request: Request, *, session: bytes, repeatable: bool, slow: bool = False) -> Answer:
        """Send once and read one answer; raises UpstreamError. Only a repeatable request may go out a second time."""
        seconds = self._settings.slow_timeout if slow else self._settings.timeout
        try:
            head = encode_request(request, self._authority)
        except BrokenRuleError:
            raise UpstreamError("garbage", sent=False, core=self.core) from None
        link = await self._check_out(session)
        try:
            return await self._exchange(link, request, (head, seconds))
        except _NotBegunError as ended:
            if not repeatable:
                raise ended.error from None
        link = await self._check_out(session, fresh=True)
        try:
            return await self._exchange(link, request, (head, seconds))
        except _NotBegunError as ended:
            raise ended.error from None

    async def close(self) -> None:
        """Close every connection; requests under way end as cut."""
        if self._timer is not None:
            self._timer.cancel()
        for link in (*self._idle, *self._busy):
            link.abort()
        await asyncio.sleep(0)

    @property
    def open_connections(self) -> int:
        """How many connections exist or are being made."""
        return len(self._idle) + len(self._busy) + self._opening

    async def _exchange(self, link: Link, request: Request, sent: tuple[bytes, float]) -> Answer:
        """Send a head and a body and wait for the answer, for so many seconds."""
        loop, (head, seconds) = asyncio.get_running_loop(), sent
        reused, incoming = link.used, IncomingAnswer(request.method, self._settings.caps)
        link.deadline = loop.time() + seconds
        self._arm(loop)
        try:
            return await link.send(request, head, incoming)
        except UpstreamError as error:
            if reused and error.fault == "cut" and not incoming.begun:
                raise _NotBegunError(error) from None
            raise
        except asyncio.CancelledError:
            link.abort()
            raise
        finally:
            self._check_in(link)

    async def _check_out(self, session: bytes, *, fresh: bool = False) -> Link:
        """Give a connection of this session, or a new one; waits for a place until the deadline."""
        deadline = asyncio.get_running_loop().time() + self._settings.queue_deadline
        while True:
            while not fresh and (own := self._take_idle(session)) is not None:
                if own.is_clean():
                    self._busy.add(own)
                    return own
                own.abort()
            if self._make_room():
                return await self._open(session)
            await self._wait(session, deadline)

    def _make_room(self) -> bool:
        """Tell whether a connection may be opened; closes the idle one that was not used for longest where needed."""
        if self.open_connections >= self._settings.max_connections and self._idle:
            self._drop(next(iter(self._idle)))
        return self.open_connections < self._settings.max_connections

    async def _open(self, session: bytes) -> Link:
        self._opening += 1
        loop, link = asyncio.get_running_loop(), Link(self, session)
        try:
            async with asyncio.timeout(self._settings.connect_timeout):
                await loop.create_connection(lambda: link, self._host, self._port, ssl=self._tls)
        except (OSError, TimeoutError):
            link.abort()
            raise UpstreamError("unreachable", sent=False, core=self.core) from None
        except asyncio.CancelledError:
            link.abort()
            raise
        else:
            self._busy.add(link)
            return link
        finally:
            self._opening -= 1
            if link not in self._busy:
                self._wake()

    async def _wait(self, session: bytes, deadline: float) -> None:
        place = _Place(session, asyncio.get_running_loop().create_future())
        self._queue.append(place)
        try:
            async with asyncio.timeout_at(deadline):
                await place.given
        except TimeoutError:
            raise UpstreamError("busy", sent=False, core=self.core) from None
        finally:
            with contextlib.suppress(ValueError):
                self._queue.remove(place)
            if place.given.done() and not place.given.cancelled() and self._queue:
                self._wake()

    def _wake(self) -> None:
        while self._queue:
            place = self._queue.popleft()
            if not place.given.done():
                place.given.set_result(None)
                return

    def _check_in(self, link: Link) -> None:
        self._busy.discard(link)
        if not link.closed:
            self._idle[link] = asyncio.get_running_loop().time()
            self._of_session.setdefault(link.session, []).append(link)
        self._wake()

    def _take_idle(self, session: bytes) -> Link | None:
        own = self._of_session.get(session)
        if not own:
            return None
        link = own.pop()
        if not own:
            del self._of_session[session]
        self._idle.pop(link, None)
        return link

    def _drop(self, link: Link) -> None:
        """Close an idle connection."""
        self._idle.pop(link, None)
        own = self._of_session.get(link.session, [])
        if link in own:
            own.remove(link)
        if not own:
            self._of_session.pop(link.session, None)
        link.abort()

    def forget(self, link: Link) -> None:
        """A connection ended by itself."""
        if link in self._idle:
            self._drop(link)
            self._wake()

    def _arm(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._timer is None:
            self._timer = loop.call_later(SWEEP_SECONDS, self._sweep, loop)

    def _sweep(self, loop: asyncio.AbstractEventLoop) -> None:
        """Enforce the deadlines of everything under way, and close what was idle for too long."""
        now = loop.time()
        for link in [link for link in self._busy if link.deadline <= now]:
            link.expire()
        for link in [link for link, since in self._idle.items() if since + self._settings.idle_timeout <= now]:
            self._drop(link)
        self._timer = None
        if self._busy or self._idle:
            self._arm(loop)


class _NotBegunError(Exception):
    """A reused connection ended before the first byte of an answer."""

    def __init__(self, error: UpstreamError) -> None:
        super().__init__(str(error))
        self.error = error
