"""The one bucket of reads towards legacy, kept in the database, so that every process that reads for us shares it.

Rules: tokens are taken in small handfuls, so that the database is asked about twenty times a second at most; what is not
used within a second is lost; who takes `spare` ones leaves half of the bucket to the others; a database that is away
gives none.
"""

import asyncio
import time
from types import TracebackType
from typing import Any, Self

import psycopg

_TAKE = """
INSERT INTO legacy_budget AS b (level, at) VALUES (%(size)s - %(count)s, clock_timestamp())
ON CONFLICT (one) DO UPDATE SET at = clock_timestamp(), level = least(%(size)s,
        b.level + extract(epoch FROM clock_timestamp() - b.at) * %(rate)s) - %(count)s
    WHERE least(%(size)s, b.level + extract(epoch FROM clock_timestamp() - b.at) * %(rate)s) - %(count)s >= %(floor)s
RETURNING level
"""
_HANDFULS = 20
_FRESH_SECONDS = 1.0
_DEEPEST = -1e9
_LATER_SECONDS = 0.25


class Budget:
    """So many reads a second for everybody together; `take` and `spare` wait for one."""

    def __init__(self, dsn: str, rate: float) -> None:
        """Take the address and the rate; nothing is opened before the first token."""
        self._dsn, self._rate = dsn, rate
        self._handful = max(1, int(rate / _HANDFULS))
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._left, self._until = 0, 0.0
        self._alone = asyncio.Lock()
        self.taken = 0
        """Tokens used by this process."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        if self._connection is not None:
            await self._connection.close()

    async def take(self) -> None:
        """Wait for a token; raises psycopg.Error where the database is away."""
        await self._take(_DEEPEST)

    async def spare(self) -> None:
        """Wait for a token that nobody else needs."""
        size = max(1.0, self._rate)
        await self._take(min(size / 2, size - self._handful))

    async def _take(self, floor: float) -> None:
        async with self._alone:
            while self._left < 1 or time.monotonic() > self._until:
                level = await self._ask(floor)
                if level is None:
                    await asyncio.sleep(_LATER_SECONDS)
                    continue
                self._left = self._handful
                if level < 0:
                    await asyncio.sleep(-level / self._rate)
                self._until = time.monotonic() + _FRESH_SECONDS
            self._left -= 1
            self.taken += 1

    async def _ask(self, floor: float) -> float | None:
        """Take a handful; gives the level after it, or None where it would go below the floor."""
        if self._connection is None or self._connection.broken:
            self._connection = await psycopg.AsyncConnection.connect(self._dsn, autocommit=True, connect_timeout=5)
        values = {"size": max(1.0, self._rate), "count": self._handful, "rate": self._rate, "floor": floor}
        row = await (await self._connection.execute(_TAKE, values)).fetchone()
        return None if row is None else float(row[0])
