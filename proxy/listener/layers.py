"""The layers of mitmproxy on our terms, free of I/O: a strict reader, one stream per connection, and no way upstream.

Rules:
1. `StrictServer` reads requests by our grammar and writes answers by our encoder; nothing of the stock parser is used.
2. `LineStream` knows one thing to do with a request: ask `CarryHook`, then answer. It has no command that connects.
3. `LockedHttpLayer` raises when anything asks for an upstream connection.
4. One request at a time per connection; what is pipelined waits, and after a refusal it is dropped.
"""

from dataclasses import dataclass

from mitmproxy.proxy import commands, events, layer
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.layers.http import GetHttpConnection, HttpLayer, HTTPMode, SendHttp
from mitmproxy.proxy.layers.http._base import HttpEvent, ReceiveHttp
from mitmproxy.proxy.layers.http._http1 import Http1Server

from proxy.listener import encode
from proxy.listener.body import ChunkedBody, LengthBody
from proxy.listener.head import RequestHead, RequestRules, read_request
from proxy.listener.rule import BrokenRuleError, Rule, status_of
from proxy.model.exchange import End
from proxy.model.http import Answer, BadHead, Request

STREAM = 1
_CLOSE = ((b"Connection", b"close"),)
_KEEP = ((b"Connection", b"keep-alive"),)


@dataclass(slots=True, eq=False)
class Arrival:
    """One request, or what the grammar refused, on its way through the hook; `end` is None where the carrier failed."""

    request: Request | None
    bad: BadHead | None
    method: bytes
    version: bytes
    keep: bool
    end: End | None = None
    size: int = 0
    failed: bool = False


@dataclass
class CarryHook(commands.StartHook):  # type: ignore[no-untyped-call] # mitmproxy registers subclasses without types
    """The one hook of an exchange: hands the arrival to the carrier."""

    arrival: Arrival


@dataclass
class Arrived(HttpEvent):
    """A request is complete, or refused."""

    arrival: Arrival


@dataclass
class Answered(HttpEvent):
    """The carrier came back."""

    arrival: Arrival


class TimedOut(events.Event):
    """The client took too long for a head or a body."""


class Sent(commands.Command):
    """The answer of this arrival was handed to the transport; `close`: nothing else will be."""

    def __init__(self, arrival: Arrival, *, close: bool) -> None:
        self.arrival, self.close = arrival, close


class ForbiddenError(RuntimeError):
    """Something tried to open a connection upstream from inside mitmproxy."""


@dataclass(slots=True)
class Terms:
    """What all connections of a listener share; `draining` is set once."""

    rules: RequestRules
    draining: bool = False


class StrictServer(Http1Server):
    """Reads requests strictly, answers with one framing."""

    def __init__(self, context: Context, terms: Terms, peer: str) -> None:
        super().__init__(context)
        self._terms, self._peer = terms, peer
        self.certificate: str | None = None
        self.waiting = b""
        """Bytes that nobody has read yet: a head that is not complete, or what was pipelined."""
        self.busy = False
        self.dead = False
        """Nothing more is read from this client."""
        self.ended = False
        """The client has closed its side."""
        self._head: RequestHead | None = None
        self._content: LengthBody | ChunkedBody | None = None

    @property
    def in_body(self) -> bool:
        """Tell whether a head was read whose body is missing."""
        return self._content is not None

    def _handle_event(self, event: events.Event) -> layer.CommandGenerator[None]:
        if isinstance(event, events.DataReceived):
            if not self.dead:
                self.waiting = self.waiting + event.data if self.waiting else event.data
                if not self.busy:
                    yield from self._read()
        elif isinstance(event, Answered):
            yield from self._answer(event.arrival)
        elif isinstance(event, events.ConnectionClosed):
            self.ended = True
            if not self.busy:
                self.dead = True
                yield commands.CloseConnection(self.conn)
        elif isinstance(event, TimedOut) and not self.busy:
            yield from self._refuse(Rule.BODY_SLOW if self._content is not None else Rule.HEAD_SLOW)

    def release(self) -> bool:
        """The answer was delivered, so the next request may be read; tells whether bytes wait."""
        self.busy = False
        return bool(self.waiting)

    def _read(self) -> layer.CommandGenerator[None]:
        try:
            complete = self._content is not None or self._read_head()
            if complete and self._content is not None:
                data, self.waiting = self.waiting, b""
                if self._head is not None and self._head.expects and not data:
                    yield commands.SendData(self.conn, encode.CONTINUE)
                complete = self._content.feed(data)
        except BrokenRuleError as broken:
            yield from self._refuse(broken.rule, broken.method)
        else:
            if complete:
                yield from self._arrive()

    def _read_head(self) -> bool:
        if not self.waiting:
            return False
        head = read_request(self.waiting, self._terms.rules)
        if head is None:
            return False
        self._head, self.waiting = head, self.waiting[head.size :]
        if head.length != 0:
            self._content = ChunkedBody(head.limit) if head.length is None else LengthBody(head.length)
        return True

    def _arrive(self) -> layer.CommandGenerator[None]:
        head, content = self._head, self._content
        if head is None:
            raise ForbiddenError("a request without a head")
        self._head = self._content = None
        body = b""
        if content is not None:
            body, self.waiting = content.body(), content.rest
        scheme = b"https" if self.conn.tls else b"http"
        request = Request(
            head.method, head.target, head.version, head.fields, body, self._peer, scheme, self.certificate
        )
        self.busy = True
        yield ReceiveHttp(Arrived(STREAM, Arrival(request, None, head.method, head.version, head.keep)))

    def _refuse(self, rule: Rule, method: bytes = b"") -> layer.CommandGenerator[None]:
        """A broken rule ends the connection: nothing that lies behind it is served."""
        known = method or (self._head.method if self._head is not None else b"")
        bad = BadHead(rule.value, status_of(rule), self._peer, known)
        self._head, self._content, self.waiting = None, None, b""
        self.busy = self.dead = True
        yield ReceiveHttp(Arrived(STREAM, Arrival(None, bad, known, b"HTTP/1.1", keep=False)))

    def _answer(self, arrival: Arrival) -> layer.CommandGenerator[None]:
        if arrival.end is None:
            arrival.keep, arrival.failed = False, True
        keep = arrival.keep and not self._terms.draining and not (self.ended and not self.waiting)
        head, body, keep = self._encode(arrival, keep)
        arrival.size = len(body)
        self.dead = self.dead or not keep
        if self.dead:
            self.waiting = b""
        if len(body) <= encode.INLINE_LIMIT:
            yield commands.SendData(self.conn, head + body)
        else:
            yield commands.SendData(self.conn, head)
            yield commands.SendData(self.conn, body)
        yield Sent(arrival, close=self.dead)

    @staticmethod
    def _encode(arrival: Arrival, keep: bool) -> tuple[bytes, bytes, bool]:
        """Write the answer; one that would change its meaning on the way is replaced by the plain refusal."""
        answer = _answer_of(arrival)
        hop = (_KEEP if arrival.version == b"HTTP/1.0" else ()) if keep else _CLOSE
        try:
            return (*encode.encode_answer(answer, arrival.method, hop), keep)
        except BrokenRuleError:
            arrival.failed = True
            return (*encode.encode_answer(encode.plain_answer(502), arrival.method, _CLOSE), False)


def _answer_of(arrival: Arrival) -> Answer:
    if arrival.end is not None:
        return arrival.end.answer
    return encode.plain_answer(arrival.bad.status if arrival.bad is not None else 503)


class LineStream(layer.Layer):
    """Asks the carrier, then answers."""

    def _handle_event(self, event: events.Event) -> layer.CommandGenerator[None]:
        if isinstance(event, Arrived):
            yield CarryHook(event.arrival)
            yield SendHttp(Answered(STREAM, event.arrival), self.context.client)


class LockedHttpLayer(HttpLayer):
    """mitmproxy's HTTP layer with our reader in its table and no way upstream."""

    def __init__(self, context: Context, strict: StrictServer) -> None:
        super().__init__(context, HTTPMode.transparent)
        self.connections[context.client] = strict

    def _handle_event(self, event: events.Event) -> layer.CommandGenerator[None]:
        if isinstance(event, events.Start):
            yield from self.make_stream(STREAM)
        if isinstance(event, TimedOut):
            yield from self.event_to_child(self.connections[self.context.client], event)
        else:
            yield from super()._handle_event(event)

    def make_stream(self, stream_id: int) -> layer.CommandGenerator[None]:
        """Put our stream in the place of the stock one."""
        stream = LineStream(self.context.fork())
        self.streams[stream_id] = stream  # type: ignore[assignment]
        yield from self.event_to_child(stream, events.Start())

    def get_connection(self, event: GetHttpConnection, *, reuse: bool = True) -> layer.CommandGenerator[None]:
        """Refuse: the gateway's own pool is the only way to a core."""
        raise ForbiddenError(f"a connection upstream was asked for ({event}, reuse={reuse})")
