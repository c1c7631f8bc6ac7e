"""One round trip on libpq itself, for the statements that every batch sends.

Why it exists: a cursor of psycopg costs 110-145 us of CPU a round trip under asyncio, libpq's own calls 40-50, and small
batches are made of round trips. Rules: simple queries of our own text; every value goes through `literal`; errors are
psycopg's, as a cursor would raise them; nobody else uses the connection meanwhile.
"""

import asyncio
from typing import Any

from psycopg import AsyncConnection, OperationalError
from psycopg.errors import error_from_result
from psycopg.pq import Escaping, ExecStatus
from psycopg.pq.abc import PGresult

_GOOD = frozenset({ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK, ExecStatus.EMPTY_QUERY})


def literal(connection: AsyncConnection[Any], text: bytes) -> bytes:
    """Quote a value for a statement."""
    return Escaping(connection.pgconn).escape_literal(text)


async def ask(connection: AsyncConnection[Any], statement: bytes) -> list[PGresult]:
    """Send one simple query, which may hold several statements, and give all results; raises psycopg.Error."""
    wire = connection.pgconn
    wire.send_query(statement)
    loop = asyncio.get_running_loop()
    descriptor = wire.socket
    while wire.flush():  # more than the socket takes at once
        await _ready(loop, descriptor, sending=True)
        wire.consume_input()
    results: list[PGresult] = []
    while True:
        while wire.is_busy():
            await _ready(loop, descriptor, sending=False)
            wire.consume_input()
        result = wire.get_result()
        if result is None:
            return _checked(results, wire.status)
        results.append(result)


def _checked(results: list[PGresult], status: object) -> list[PGresult]:
    for result in results:
        if result.status not in _GOOD:
            raise error_from_result(result)
    if not results:
        raise OperationalError(f"no answer came: {status}")
    return results


async def _ready(loop: asyncio.AbstractEventLoop, descriptor: int, *, sending: bool) -> None:
    """Wait until there is something to read, or also room to write."""
    awaited: asyncio.Future[None] = loop.create_future()
    loop.add_reader(descriptor, _wake, awaited)
    if sending:
        loop.add_writer(descriptor, _wake, awaited)
    try:
        await awaited
    finally:
        loop.remove_reader(descriptor)
        if sending:
            loop.remove_writer(descriptor)


def _wake(awaited: "asyncio.Future[None]") -> None:
    if not awaited.done():
        awaited.set_result(None)
