"""A core that misbehaves on purpose, on a raw socket: what a test tells it to send is sent byte by byte, or never.

It shares no code with the gateway: it splits requests by their Content-Length only, and keeps every byte that it saw.
"""

import asyncio
import contextlib
import re
import socket
import struct
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Self


class Peer:
    """One connection that the gateway opened."""

    def __init__(self, number: int, writer: asyncio.StreamWriter) -> None:
        self.number, self._writer = number, writer

    async def send(self, data: bytes, pieces: int = 0) -> None:
        """Send bytes, at once or in pieces of this size."""
        step = pieces or max(len(data), 1)
        for at in range(0, len(data), step):
            self._writer.write(data[at : at + step])
            with contextlib.suppress(OSError):
                await self._writer.drain()
            if pieces:
                await asyncio.sleep(0)

    def close(self) -> None:
        """Close in order."""
        self._writer.close()

    def reset(self) -> None:
        """End with RST."""
        raw = self._writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()


type Behaviour = Callable[[Peer, bytes], Awaitable[None]]


class Origin:
    """Listens on a free port; calls `behaviour` for every complete request."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self.seen: list[tuple[int, bytes]] = []
        self.connections = 0
        self.open = 0
        self.most_open = 0
        self.url = ""
        self.port = 0
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=1 << 24)
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def requests(self) -> list[bytes]:
        """What came, in order."""
        return [request for _, request in self.seen]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        self.connections += 1
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        peer = Peer(self.connections, writer)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = re.search(rb"\r\ncontent-length: (\d+)", head, re.IGNORECASE)
                request = head + (await reader.readexactly(int(length[1])) if length else b"")
                self.seen.append((peer.number, request))
                await self.behaviour(peer, request)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self.open -= 1
            writer.close()


def open_descriptors() -> int:
    """Count what this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


def ok(body: bytes = b"ok", fields: bytes = b"") -> bytes:
    """Write a plain answer with a length."""
    return b"HTTP/1.1 200 OK\r\n" + fields + b"Content-Length: %d\r\n\r\n" % len(body) + body


def always(raw: bytes, pieces: int = 0) -> Behaviour:
    """Send the same bytes to every request."""

    async def behaviour(peer: Peer, request: bytes) -> None:
        await peer.send(raw, pieces)

    return behaviour
