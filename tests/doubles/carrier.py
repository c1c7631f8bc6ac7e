"""A carrier that answers what a test tells it, and remembers everything that the listener said to it."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager

from proxy.listener.mitm import MitmListener
from proxy.model.entry import Delivery
from proxy.model.exchange import End, Static
from proxy.model.http import Answer, BadHead, Request


def page(body: bytes = b"page", status: int = 200, fields: tuple[tuple[bytes, bytes], ...] = ()) -> Answer:
    """Make an answer."""
    return Answer(status, b"OK", fields, body)


class CarrierDouble:
    """Answers by `respond`; a page unless told otherwise."""

    def __init__(self, respond: Callable[[Request], Awaitable[Answer]] | None = None) -> None:
        self._respond = respond
        self.requests: list[Request] = []
        self.refused: list[BadHead] = []
        self.completions: list[tuple[End, Delivery, int]] = []

    async def exchange(self, request: Request) -> End:
        """Answer one request."""
        self.requests.append(request)
        return Static(await self._respond(request) if self._respond is not None else page())

    async def refuse(self, bad: BadHead) -> End:
        """Answer one refused head."""
        self.refused.append(bad)
        return Static(page(b"geweigerd", bad.status))

    def completed(self, end: End, delivery: Delivery, size: int) -> None:
        """Remember what became of an answer."""
        self.completions.append((end, delivery, size))


@asynccontextmanager
async def serving(listener: MitmListener, carrier: object):
    """Serve until the block ends; raises what `serve` raised."""
    task = asyncio.create_task(listener.serve(carrier))
    ready = asyncio.create_task(listener.started.wait())
    await asyncio.wait((task, ready), return_when=asyncio.FIRST_COMPLETED)
    ready.cancel()
    try:
        if task.done():
            task.result()
        yield listener
    finally:
        listener.stop()
        await task


async def speak(port: int, raw: bytes, *, end: bool = False, timeout: float = 5.0) -> bytes:  # noqa: ASYNC109
    """Send raw bytes and read until the other side closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(raw)
        if end:
            writer.write_eof()
        async with asyncio.timeout(timeout):
            return await reader.read(-1)
    finally:
        writer.close()
