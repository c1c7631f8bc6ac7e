"""One client connection: a transport below, mitmproxy's layers above, and the only hook between them and the carrier.

Rules:
1. Commands of the layers are performed here directly; a command that would open a connection is answered with an error
   (the third lock), an unknown one ends the connection.
2. An exchange is finished and completed also when its client is gone. The completion follows the last byte.
3. A connection that we end is half-closed first, then read and dropped for two seconds: a plain close would send RST
   and could destroy the refusal on its way.
4. Every phase has a deadline, kept by the listener's sweep: head, body, hook, delivery, idle, lingering.
"""

import asyncio
import contextvars
import socket
from dataclasses import dataclass
from typing import cast

import structlog
from mitmproxy import options as moptions
from mitmproxy.connection import ConnectionState
from mitmproxy.proxy import commands, events, layer, mode_specs, server
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.layers.tls import (
    ClientTLSLayer,
    TlsClienthelloHook,
    TlsEstablishedClientHook,
    TlsFailedClientHook,
    TlsStartClientHook,
)
from OpenSSL import SSL

from proxy.errors import place
from proxy.listener.layers import CarryHook, LockedHttpLayer, Sent, StrictServer, Terms, TimedOut
from proxy.listener.phase import Deadlines, Phase
from proxy.model.entry import Delivery
from proxy.ports import Carrier

log = structlog.get_logger()
CONNECTION: contextvars.ContextVar[int] = contextvars.ContextVar("connection")
"""Which client connection an exchange came over: a number per process, for carriers without sessions (`bench`)."""
BACKLOG_LIMIT = 64 * 1024
SETTLE_SECONDS = 0.1
"""How long a client that has closed its side has to say by RST that it closed both."""
TCP_CLOSE = 7
"""The state in the first byte of Linux's `struct tcp_info`."""


@dataclass(slots=True)
class House:
    """What the connections of one listener share."""

    carrier: Carrier
    terms: Terms
    deadlines: Deadlines
    options: moptions.Options
    mode: mode_specs.ProxyMode
    tls: SSL.Context | None
    subjects: frozenset[str] | None
    connections: "set[ClientConnection]"
    count: int = 0


class Wire(asyncio.Protocol):
    """The transport's side: hands bytes to the connection, which is made when there is a peer."""

    __slots__ = ("_connection", "_house")

    def __init__(self, house: House) -> None:
        self._house = house
        self._connection: ClientConnection | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin with a write buffer that tells the moment of the last byte."""
        stream = cast("asyncio.Transport", transport)  # uvloop's transports are none by inheritance
        stream.set_write_buffer_limits(high=0)
        self._connection = ClientConnection(self._house, stream)
        self._connection.feed(events.Start())

    def data_received(self, data: bytes) -> None:
        """Hand on what came."""
        if self._connection is not None:
            self._connection.received(data)

    def eof_received(self) -> bool:
        """The client closed its side; ours stays open for the answer."""
        if self._connection is not None:
            self._connection.ended()
        return True

    def resume_writing(self) -> None:
        """The last byte left."""
        if self._connection is not None:
            self._connection.drained()

    def connection_lost(self, error: Exception | None) -> None:  # noqa: ARG002 - the protocol's signature
        """Nothing can be delivered any more."""
        if self._connection is not None:
            self._connection.lost()
            self._connection = None


class ClientConnection(server.LiveConnectionHandler):
    """mitmproxy's connection handler, driven by transport callbacks in place of tasks."""

    def __init__(self, house: House, transport: asyncio.Transport) -> None:
        super().__init__(transport, transport, house.options, house.mode)  # type: ignore[arg-type]
        self._house, self._transport = house, transport
        self._loop = asyncio.get_running_loop()
        peer = self.client.peername
        self.strict = StrictServer(self.layer.context, house.terms, str(peer[0]) if peer else "")  # type: ignore[redundant-expr] # gone already
        self.layer = _top_layer(self.layer.context, self.strict, secure=house.tls is not None)
        self.phase, self.since = Phase.IDLE, self._loop.time()
        self._answered = False
        self._task: asyncio.Task[None] | None = None
        self._sent: Sent | None = None
        self._left = 0
        house.count += 1
        self._context = contextvars.Context()
        self._context.run(CONNECTION.set, house.count)
        house.connections.add(self)

    # ------------------------------------------------------------------------------------- from the transport

    def received(self, data: bytes) -> None:
        """Bytes of the client."""
        if self.phase is Phase.LINGER or self.phase is Phase.GONE:
            return
        self.feed(events.DataReceived(self.client, data))
        if self.strict.busy:
            if len(self.strict.waiting) > BACKLOG_LIMIT:
                self._transport.pause_reading()
        elif self.strict.in_body:
            self._enter(Phase.BODY)
        elif self.strict.waiting:
            self._enter(Phase.HEAD)

    def ended(self) -> None:
        """The client closed its side."""
        if self.phase is Phase.LINGER:
            self._close()
        elif self.phase is not Phase.GONE:
            self.client.state &= ~ConnectionState.CAN_READ
            self.feed(events.ConnectionClosed(self.client))

    def drained(self) -> None:
        """The last byte of the answer left."""
        if self._sent is not None:
            self._delivered(self._sent)

    def lost(self) -> None:
        """The transport is gone; an exchange under way goes on to its end."""
        self.phase = Phase.GONE
        self.client.state = ConnectionState.CLOSED
        if self._sent is not None:
            sent, self._sent = self._sent, None
            self._complete(sent, Delivery.CLIENT_GONE)
        if self._task is None:
            self._house.connections.discard(self)

    # ---------------------------------------------------------------------------------------- from the layers

    def feed(self, event: events.Event) -> None:
        """Give an event to the layers and perform what they command; a fault in there ends the connection."""
        hooks: list[commands.StartHook] = []
        try:
            for command in self.layer.handle_event(event):
                self._perform(command, hooks)
        except Exception as fault:  # noqa: BLE001  of any kind: it ends the connection
            log.error("listener.layers", **place(fault))  # noqa: TRY400  a trace may quote data
            self.strict.dead = True
            self._transport.abort()
            return
        for hook in hooks:
            self._run_hook(hook)

    def _perform(self, command: commands.Command, hooks: list[commands.StartHook]) -> None:
        if isinstance(command, commands.SendData):
            if self.phase is not Phase.GONE and command.connection is self.client:
                self._transport.write(command.data)
        elif isinstance(command, Sent):
            self._on_sent(command)
        elif isinstance(command, commands.StartHook):
            hooks.append(command)
        elif isinstance(command, commands.CloseConnection):
            self._close()
        elif isinstance(command, commands.OpenConnection):
            self._loop.call_soon(self.feed, events.OpenConnectionCompleted(command, "no way upstream"))
        elif not isinstance(command, commands.Log):
            raise TypeError(f"a command that nobody performs: {command}")

    def _run_hook(self, hook: commands.StartHook) -> None:
        if isinstance(hook, CarryHook):
            self._enter(Phase.HOOK)
            task = asyncio.Task(self._carry(hook), loop=self._loop, eager_start=True, context=self._context)
            self._task = None if task.done() else task
            return
        if isinstance(hook, TlsStartClientHook):
            self._start_tls(hook)
        elif isinstance(hook, TlsEstablishedClientHook):
            if not self._is_listed():
                return
        elif not isinstance(hook, TlsClienthelloHook | TlsFailedClientHook):
            raise TypeError(f"a hook that nobody answers: {hook}")
        self.feed(events.HookCompleted(hook, None))

    async def _carry(self, hook: CarryHook) -> None:
        """Ask the carrier. It must not raise; if it does, the client gets the plain refusal and the connection ends."""
        arrival, carrier = hook.arrival, self._house.carrier
        try:
            if arrival.request is not None:
                arrival.end = await carrier.exchange(arrival.request)
            elif arrival.bad is not None:
                arrival.end = await carrier.refuse(arrival.bad)
        except asyncio.CancelledError:
            log.warning("listener.hook_limit", seconds=self._house.deadlines.hook)
        except Exception as fault:  # noqa: BLE001  of any kind: nothing is answered
            log.error("listener.carrier", **place(fault))  # noqa: TRY400  a trace may quote data
        self.feed(events.HookCompleted(hook, None))

    async def open_connection(self, command: commands.OpenConnection) -> None:
        """Answer with an error without opening anything."""
        self.feed(events.OpenConnectionCompleted(command, "no way upstream"))

    async def server_event(self, event: events.Event) -> None:
        """Mitmproxy's own entry, the same as `feed`."""
        self.feed(event)

    async def handle_hook(self, hook: commands.StartHook) -> None:
        """Mitmproxy's own entry; hooks are run by `feed`, so nothing may come here."""
        raise TypeError(f"a hook that nobody answers: {hook}")

    # -------------------------------------------------------------------------------------------- the delivery

    def _on_sent(self, sent: Sent) -> None:
        self._task = None
        if self.phase is Phase.GONE:
            self._complete(sent, Delivery.CLIENT_GONE)
            self._house.connections.discard(self)
            return
        self._left = self._transport.get_write_buffer_size()
        if self._left:
            self._sent = sent
            self._enter(Phase.DELIVERY)
        elif self.strict.waiting:
            self._loop.call_soon(self._delivered, sent)
        elif self.strict.ended:
            self._transport.write_eof()
            self._loop.call_later(SETTLE_SECONDS, self._delivered, sent)
        else:
            self._delivered(sent)

    def _delivered(self, sent: Sent) -> None:
        self._sent = None
        if self.phase is Phase.GONE or (self.strict.ended and self._was_reset()):
            self._complete(sent, Delivery.CLIENT_GONE)
            self._house.connections.discard(self)
            self._transport.abort()
            return
        self._complete(sent, Delivery.FAILED if sent.arrival.failed else Delivery.DELIVERED)
        if sent.close or (self.strict.ended and not self.strict.waiting):
            self._linger()
        else:
            self._next()

    def _was_reset(self) -> bool:
        """Ask the kernel: a client that closed instead of half-closing answers our bytes with RST."""
        descriptor = self._transport.get_extra_info("socket")
        try:
            return bool(descriptor.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == TCP_CLOSE)
        except OSError:
            return True

    def _next(self) -> None:
        self._answered = True
        self._enter(Phase.IDLE)
        if not self.strict.release():
            if self._house.terms.draining:
                self._linger()
            return
        self._transport.resume_reading()
        self.received(b"")
        if self.strict.ended and not self.strict.busy:
            self._close()

    def _complete(self, sent: Sent, delivery: Delivery) -> None:
        if sent.arrival.end is None:
            return
        size = sent.arrival.size if delivery is Delivery.DELIVERED else 0
        try:
            self._house.carrier.completed(sent.arrival.end, delivery, size)
        except Exception as fault:  # noqa: BLE001  of any kind: the answer has gone
            log.error("listener.completed", **place(fault))  # noqa: TRY400  a trace may quote data

    def _linger(self) -> None:
        """Say that no more comes, and let the client read what did."""
        if self.strict.ended or self._transport.is_closing():
            self._close()
            return
        self._enter(Phase.LINGER)
        self._transport.resume_reading()
        try:
            self._transport.write_eof()
        except OSError:
            self._close()

    def _close(self) -> None:
        self._transport.close()

    # ------------------------------------------------------------------------------------------- the deadlines

    def _enter(self, phase: Phase) -> None:
        if phase is not self.phase:
            self.phase, self.since = phase, self._loop.time()

    def check(self, now: float) -> None:
        """Keep the deadline of the phase; called by the sweep."""
        spent, limits = now - self.since, self._house.deadlines
        if (self.phase is Phase.HEAD and spent > limits.head) or (self.phase is Phase.BODY and spent > limits.body):
            self._time_out()
        elif self.phase is Phase.IDLE and spent > limits.idle:
            self._linger()
        elif self.phase is Phase.LINGER and spent > limits.linger:
            self._transport.abort()
        elif self.phase is Phase.DELIVERY:
            self._check_reader(now, spent > limits.delivery)
        elif self._task is not None and spent > limits.hook:
            self._task.cancel()

    def _time_out(self) -> None:
        if self._house.tls is not None and not self.client.tls_established:
            self._transport.abort()
        else:
            self.feed(TimedOut())

    def _check_reader(self, now: float, late: bool) -> None:
        """A client that reads something is slow; one that reads nothing for the whole limit is not there."""
        left = self._transport.get_write_buffer_size()
        if left != self._left:
            self._left, self.since = left, now
        elif late:
            self._transport.abort()

    @property
    def under_way(self) -> bool:
        """Tell whether an exchange has not come to its end."""
        return self._task is not None or self._sent is not None

    def drain(self, grace: float) -> None:
        """The listener stops: end where nothing was asked of late. Who was answered a moment ago may be asking just now."""
        if self.phase is Phase.IDLE and (not self._answered or self._loop.time() - self.since >= grace):
            self._linger()

    def give_up(self) -> None:
        """The limit of the drain passed."""
        if self._task is not None:
            self._task.cancel()
        self._transport.abort()

    # ------------------------------------------------------------------------------------------------- the TLS

    def _start_tls(self, hook: TlsStartClientHook) -> None:
        if self._house.tls is not None:
            hook.data.ssl_conn = SSL.Connection(self._house.tls)
            hook.data.ssl_conn.set_accept_state()

    def _is_listed(self) -> bool:
        """Take the subject of the verified certificate; one that is not listed ends the connection, with what it sent."""
        certificates = self.client.certificate_list
        self.strict.certificate = str(certificates[0].cn) if certificates and certificates[0].cn else None
        listed = self._house.subjects
        if listed is not None and self.strict.certificate not in listed:
            log.warning("listener.certificate_not_listed", subject=self.strict.certificate)
            self.strict.dead = True
            self._transport.abort()
            return False
        return True


def _top_layer(context: Context, strict: StrictServer, *, secure: bool) -> layer.Layer:
    http = LockedHttpLayer(context, strict)
    if not secure:
        return http
    top = ClientTLSLayer(context)
    top.child_layer = http
    return top
