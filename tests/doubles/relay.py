"""A wire between a store and its PostgreSQL that a test can break."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import psycopg


class Relay:
    """It swallows answers, or asks, or refuses to connect."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.swallow_answers = self.swallow_asks = self.closed = False
        self._wires: list[asyncio.StreamWriter] = []
        self._carried: set[asyncio.Task[None]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection."""
        task = asyncio.current_task()
        assert task is not None
        self._carried.add(task)
        if self.closed:
            writer.close()
        else:
            await self._carry(reader, writer)
        with suppress(OSError):
            await writer.wait_closed()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self.port)
        self._wires += [writer, up_writer]
        await asyncio.gather(
            self._pump(reader, up_writer, lambda: self.swallow_asks),
            self._pump(up_reader, writer, lambda: self.swallow_answers),
        )
        with suppress(OSError):
            await up_writer.wait_closed()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, swallowed: Callable[[], bool]
    ) -> None:
        with suppress(OSError):
            while octets := await reader.read(65536):
                if not swallowed():
                    writer.write(octets)
                    await writer.drain()
        writer.close()

    def cut(self) -> None:
        """Break every connection, and be a whole wire for the next."""
        for each in self._wires:
            each.transport.abort()
        self._wires.clear()
        self.swallow_answers = self.swallow_asks = False

    async def end(self) -> None:
        """Break every connection for good, and leave nothing open."""
        self.closed = True
        self.cut()
        await asyncio.gather(*self._carried, return_exceptions=True)


@asynccontextmanager
async def relayed(dsn: str) -> AsyncIterator[tuple[str, Relay]]:
    """Give an address that leads over a wire."""
    port = int(psycopg.conninfo.conninfo_to_dict(dsn)["port"])
    relay = Relay(port)
    server = await asyncio.start_server(relay.serve, "127.0.0.1", 0)
    try:
        yield dsn.replace(f":{port}/", f":{server.sockets[0].getsockname()[1]}/"), relay
    finally:
        server.close()
        await relay.end()
        await server.wait_closed()
