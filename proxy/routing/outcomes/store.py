"""Counts of outcomes in the database: written by every gateway about once a second, read by the guard and for evidence.

Rules: no exchange waits for it; a database that is away costs the counts of that time, which are counted as dropped; rows
become visible in the order of their numbers (`outcome_append` takes a lock until its commit), so a reader that remembers
the highest one misses nothing.
"""

import asyncio
from collections.abc import Sequence
from typing import Any, Self

import orjson
import psycopg
import structlog

from proxy.routing.tally import Counted, Tally

log = structlog.get_logger()

type Connection = psycopg.AsyncConnection[Any]

FLUSH_SECONDS = 1.0
TIMEOUT_SECONDS = 3

_APPEND = "SELECT outcome_append(%s, %s)"


class Outcomes:
    """Carries the counts of one process to the database."""

    def __init__(self, dsn: str, instance: str, tally: Tally) -> None:
        """Take the address, the name of the process and its counts; within `async with` they are written."""
        self._dsn, self._instance, self._tally = dsn, instance, tally
        self._connection: Connection | None = None
        self._following: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._following = asyncio.create_task(self.follow())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._following is not None:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)
        await self.close()

    async def follow(self, pause: float = FLUSH_SECONDS) -> None:
        """Write until cancelled."""
        while True:
            await asyncio.sleep(pause)
            await self.flush()

    async def close(self) -> None:
        """Write what is left, where that is possible, and let go of the connection."""
        await self.flush()
        await self._close()

    async def flush(self) -> None:
        """Write what was counted since the last time; never raises for a database that is away."""
        taken = self._tally.take()
        if not taken:
            return
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                connection = await self._connected()
                await connection.execute(_APPEND, (self._instance, _json(taken)), prepare=True)
        except (psycopg.Error, TimeoutError) as fault:
            self._tally.lose(taken)
            log.warning("outcomes not counted", fault=type(fault).__name__, dropped=self._tally.dropped)
            await self._close()

    async def _connected(self) -> Connection:
        if self._connection is None or self._connection.closed:
            self._connection = await psycopg.AsyncConnection.connect(
                self._dsn, autocommit=True, connect_timeout=TIMEOUT_SECONDS
            )
        return self._connection

    async def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()


def _json(taken: Sequence[Counted]) -> str:
    return orjson.dumps([
        {
            "revision": each.side.revision,
            "config": each.side.config,
            "grp": each.side.group,
            "partition": each.side.partition,
            "core": each.side.core.value,
            "answered": each.answered,
            "faults": each.faults,
            "untranslatable": each.untranslatable,
            "shed": each.shed,
            "latency": each.latency,
        }
        for each in taken
    ]).decode()  # fmt: skip
