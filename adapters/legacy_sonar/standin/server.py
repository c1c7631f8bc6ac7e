"""The stand-in as a process: two ports on 127.0.0.1, ends cleanly on SIGINT and SIGTERM."""

from __future__ import annotations

import asyncio
import secrets
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from adapters.legacy_sonar.standin.application import Application
from adapters.legacy_sonar.standin.control import Control
from adapters.legacy_sonar.standin.modes import Clock
from adapters.legacy_sonar.standin.sessions import Sessions
from adapters.legacy_sonar.standin.store import Store
from adapters.legacy_sonar.standin.wire import Wire

FROZEN_SECRET = "frozen"  # noqa: S105 - makes the session ids of recordings repeatable


@dataclass(frozen=True, slots=True)
class Options:
    """How to start; a frozen clock also makes session ids repeatable. A control port of -1 is none."""

    port: int
    control_port: int = -1
    clients: int = 2000
    seed: int = 1
    data_dir: Path | None = None
    host: str = "127.0.0.1"
    idle: float = 1800.0
    per_minute: int = 0
    frozen: str | None = None


def build(options: Options) -> Application:
    """The application with its records; raises WrongDirectoryError."""
    clock = Clock()
    clock.freeze(options.frozen)
    store = Store(options.clients, options.seed, options.data_dir)
    secret = FROZEN_SECRET if options.frozen else secrets.token_hex(16)
    return Application(store, Sessions(secret, options.idle, options.per_minute), clock)


async def start(application: Application, options: Options) -> list[asyncio.Server]:
    """Listen; the first server is the main one, the second the control port."""
    loop, control = asyncio.get_running_loop(), Control(application)

    def main() -> Wire:
        control.connections += 1
        return Wire(application.answer, application.clock, control.watch)

    servers = [await loop.create_server(main, options.host, options.port, backlog=1024)]
    if options.control_port >= 0:
        servers.append(
            await loop.create_server(lambda: Wire(control.answer, application.clock), "127.0.0.1", options.control_port)
        )
    return servers


def port_of(server: asyncio.Server) -> int:
    """The port that a server really has."""
    return int(server.sockets[0].getsockname()[1])


async def serve(options: Options) -> None:
    """Run until a signal comes; says on stderr where it listens."""
    application = build(options)
    servers = await start(application, options)
    stop = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    control = f", control http://127.0.0.1:{port_of(servers[1])}" if len(servers) > 1 else ""
    sys.stderr.write(
        f"stand-in of SONAR: http://{options.host}:{port_of(servers[0])}/sonar_nld/start.swe{control}, {options.clients} persons\n"
    )
    sys.stderr.flush()
    await stop.wait()
    for server in servers:
        server.close()
    application.store.close()


def run(options: Options) -> None:
    """Serve on the fastest loop that is there."""
    try:
        import uvloop  # noqa: PLC0415 - optional, not on every system
    except ImportError:
        asyncio.run(serve(options))
    else:
        uvloop.run(serve(options))
