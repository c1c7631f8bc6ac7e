"""mitmproxy in: terminates TCP, TLS and HTTP/1.1 for clients and hands every request to the carrier (port `Listener`).

Why so: mitmproxy as shipped forwards a request when an add-on raises. Here it has nowhere to forward to: an own proxy
mode (registered by subclassing), our reader and stream in its HTTP layer, three locks against a connection upstream
(no command in the stream, `get_connection` raises, `open_connection` answers with an error), and our pool beyond the
carrier. Rules:
1. No business word in here; translation only.
2. A port that is taken ends the start with an OperatorError.
3. `stop` ends accepting; exchanges under way are finished with `Connection: close` up to the limit; what was not
   finished by then is counted in `unfinished`, so that the process can leave with another exit code. A client that was
   answered a moment ago may be asking the next thing: it is answered too, instead of being cut off in the middle of it.
4. TLS, where set, is ours: client certificates are required, verified and listed (mitmproxy's own switch takes any).
"""

import asyncio
import contextlib
import os
import socket
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from mitmproxy import master
from mitmproxy import options as moptions
from mitmproxy.proxy import mode_specs
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.layer import Layer
from mitmproxy.proxy.mode_servers import AsyncioServerInstance, ServerInstance
from OpenSSL import SSL

from proxy.errors import OperatorError
from proxy.listener import guard
from proxy.listener.client import ClientConnection, House, Wire
from proxy.listener.head import RequestRules
from proxy.listener.layers import Terms
from proxy.listener.phase import Deadlines
from proxy.ports import Carrier

SWEEP_SECONDS = 0.5
GRACE_SECONDS = 2.0
"""How long a client who was answered may take to ask again, once the listener stops."""
BACKLOG = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsSettings:
    """Our certificate; with `clients` (a CA file) a client certificate is required, verified, and listed if listed."""

    certificate: Path
    key: Path
    clients: Path | None = None
    subjects: frozenset[str] | None = None
    """Common names that are let in; None: everybody whom the CA knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenerSettings:
    """Where and how to listen. Port 0 takes a free one (`MitmListener.port` tells which)."""

    host: str = "127.0.0.1"
    port: int = 8080
    rules: RequestRules = field(default_factory=lambda: RequestRules(hosts=frozenset((b"localhost", b"127.0.0.1"))))
    deadlines: Deadlines = field(default_factory=Deadlines)
    drain: float = 30.0
    reuse_port: bool = False
    """Several workers share the port; whoever starts them calls `claim_port` first."""
    tls: TlsSettings | None = None


class ListenerMode(mode_specs.ProxyMode):  # type: ignore[no-untyped-call] # registers by subclassing
    """The mode `listener`: no upstream address, no host rewriting, no question which layer comes next."""

    description = "Sonarpoort"
    transport_protocol: Literal["tcp", "udp", "both"] = "tcp"

    def __post_init__(self) -> None:
        """Take no data."""
        if self.data:
            raise ValueError("the mode listener takes no arguments")


class ListenerServer(AsyncioServerInstance[ListenerMode]):  # type: ignore[no-untyped-call] # the same
    """The server of that mode: our socket, our connections."""

    async def listen(self, host: str, port: int) -> list[Any]:
        """Open the listening socket and serve it by `Wire`."""
        owner = self.manager
        if not isinstance(owner, MitmListener):
            raise OperatorError("the mode listener is served by MitmListener only")
        return [await owner.open_server(host, port)]

    def make_top_layer(self, context: Context) -> Layer:
        """Refuse: connections make their own layers, with no stock one among them."""
        raise OperatorError(f"the mode listener has no stock layers ({context.client.peername})")


class MitmListener:
    """The client side. One per process; `serve` runs in the event loop of its carrier."""

    def __init__(self, settings: ListenerSettings) -> None:
        """Check the versions before anything is opened."""
        guard.check()
        self._settings = settings
        self._tls = _tls_context(settings.tls) if settings.tls is not None else None
        self._house: House | None = None
        self._stopping = asyncio.Event()
        self.connections: dict[tuple[Any, ...] | str, Any] = {}
        """What mitmproxy's manager of servers must have; our own connections are in `_house`."""
        self.started = asyncio.Event()
        self.port = settings.port
        self.unfinished = 0

    async def serve(self, carrier: Carrier) -> None:
        """Accept until `stop`; then finish what is in flight. Raises OperatorError when the port is taken."""
        options = moptions.Options(listen_host=self._settings.host, listen_port=self._settings.port)
        host = master.Master(options)
        mode = ListenerMode.parse("listener")
        terms = Terms(self._settings.rules)
        subjects = self._settings.tls.subjects if self._settings.tls is not None else None
        self._house = House(carrier, terms, self._settings.deadlines, options, mode, self._tls, subjects, set())
        server: ServerInstance[Any] = ServerInstance.make(mode, self)
        try:
            await self._start(server)
            await self._run(server, self._house)
        finally:
            await host.done()

    def stop(self) -> None:
        """Stop accepting; `serve` returns when the last exchange was answered or the limit passed."""
        self._stopping.set()

    def register_connection(self, connection_id: tuple[Any, ...] | str, handler: Any) -> Any:
        """Refuse: a connection that mitmproxy made by itself is none of ours."""
        raise OperatorError(f"a connection was made outside the listener ({connection_id}, {handler})")

    async def open_server(self, host: str, port: int) -> asyncio.Server:
        """Bind and listen."""
        house = self._house
        if house is None:
            raise OperatorError("the listener is not being served")
        bound = _bind(host, port, reuse_port=self._settings.reuse_port)
        self.port = bound.getsockname()[1]
        return await asyncio.get_running_loop().create_server(lambda: Wire(house), sock=bound, backlog=BACKLOG)

    async def _start(self, server: ServerInstance[Any]) -> None:
        where = f"{self._settings.host}:{self._settings.port}"
        try:
            await server.start()
        except OSError as error:
            raise _not_free(where, error) from error
        self.started.set()

    async def _run(self, server: ServerInstance[Any], house: House) -> None:
        sweep = asyncio.create_task(_sweep(house))
        try:
            await self._stopping.wait()
        finally:
            house.terms.draining = True
            await server.stop()
            await self._drain(house)
            sweep.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await sweep

    async def _drain(self, house: House) -> None:
        """Let what is under way end; past the limit cut it and count it."""
        loop = asyncio.get_running_loop()
        limit = loop.time() + self._settings.drain
        while house.connections and loop.time() < limit:
            for connection in list(house.connections):
                connection.drain(GRACE_SECONDS)
            await asyncio.sleep(0.02)
        self.unfinished = sum(1 for connection in house.connections if connection.under_way)
        for connection in list(house.connections):
            connection.give_up()
        await asyncio.sleep(0)


async def _sweep(house: House) -> None:
    """Look at the deadline of every connection, twice a second."""
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        now = loop.time()
        for connection in list(house.connections):
            connection.check(now)


def _bind(host: str, port: int, *, reuse_port: bool) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if reuse_port:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        bound.bind((host, port))
        bound.listen(BACKLOG)
    except OSError:
        bound.close()
        raise
    bound.setblocking(False)
    return bound


def claim_port(host: str, port: int) -> None:
    """Check that nobody listens there before workers share the port; raises OperatorError."""
    try:
        _bind(host, port, reuse_port=False).close()
    except OSError as error:
        raise _not_free(f"{host}:{port}", error) from error


def _not_free(where: str, error: OSError) -> OperatorError:
    cause = os.strerror(error.errno) if error.errno else str(error)
    return OperatorError(
        f"the listener: found {where} not free ({cause}), allowed is a free address; stop what listens there, or set "
        "POORT_GATEWAY_LISTEN"
    )


def _tls_context(settings: TlsSettings) -> SSL.Context:
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_min_proto_version(SSL.TLS1_2_VERSION)
    try:
        context.use_certificate_chain_file(str(settings.certificate))
        context.use_privatekey_file(str(settings.key))
        if settings.clients is not None:
            context.load_verify_locations(str(settings.clients))
            context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *seen: bool(seen[-1]))
    except SSL.Error as error:
        raise OperatorError(
            f"TLS: found {settings} that cannot be loaded ({error}); give PEM files that fit"
        ) from error
    context.set_alpn_select_callback(
        lambda _, offered: b"http/1.1" if b"http/1.1" in offered else SSL.NO_OVERLAPPING_PROTOCOLS
    )
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    return context


__all__ = ["ClientConnection", "Deadlines", "ListenerSettings", "MitmListener", "TlsSettings", "claim_port"]
