"""How far newcore has followed the journal, per group, as this process last read it, and what it has not followed yet.

Rules:
1. A watermark only ever grows, so an old one is safe: a session that wrote reads legacy a little longer. A database that is
   away therefore changes nothing here.
2. What was written of a record is asked at the moment itself: a write that somebody was told of a moment ago must be seen.
   Everything captured above the lowest watermark is read, which is little while newcore keeps up; where it is much, every
   record counts as written. Asks of one moment share one statement.
3. A write that named no record may be of any; a record in quarantine counts as written until it is let out.
Implements `ports.RolloutState`.
"""

import asyncio
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import psycopg
import structlog

from proxy.journal.store import watermarks
from proxy.postgres.worker import Courier

log = structlog.get_logger()

POLL_SECONDS = 0.5
RETRY_SECONDS = 2.0
MOST = 500
"""Writes that newcore lacks, above which nobody looks which records they are of."""
EVERYTHING = 2**62
_WRITTEN = """
SELECT seq, coalesce(named, ARRAY[entity]) FROM (
    SELECT seq, named, entity FROM journal WHERE captured AND seq > %(after)s ORDER BY seq LIMIT %(most)s + 1) j
UNION ALL SELECT %(everything)s, array_agg(DISTINCT subject) FROM quarantine WHERE state <> 'trying' HAVING count(*) > 0
"""

type Names = Sequence[str]


class Watermarks:
    """The watermarks, read afresh twice a second on a connection of their own, and the writes above them when asked."""

    def __init__(self, dsn: str, *, seconds: float = 5.0) -> None:
        """Take the address and the limit of a statement; followed for as long as it is entered."""
        self._dsn = dsn
        self._known: Mapping[str, int] = {}
        self._writes: Courier[Names, int] = Courier(dsn, self._read, seconds=seconds)
        self._following: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._following = asyncio.create_task(self.follow(), name="watermarks")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        if self._following is not None:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)
        await self._writes.close()

    async def applied(self) -> Mapping[str, int]:
        """Give the watermark per group."""
        return self._known

    async def written(self, rows: Names) -> int:
        """Give the highest write of these records that newcore may not have yet; raises StoreError."""
        return await self._writes.ask(rows) if self._known else 0

    async def follow(self) -> None:
        """Read until cancelled; a connection that breaks is made anew."""
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(self._dsn, autocommit=True) as connection:
                    await self._poll(connection)
            except psycopg.Error as fault:
                log.warning("watermarks cannot be read", fault=type(fault).__name__)
                await asyncio.sleep(RETRY_SECONDS)

    async def _poll(self, connection: psycopg.AsyncConnection[Any]) -> None:
        while True:
            self._known = await watermarks(connection)
            await asyncio.sleep(POLL_SECONDS)

    async def _read(self, connection: psycopg.AsyncConnection[Any], asks: Sequence[Names]) -> Sequence[int]:
        values = {"after": min(self._known.values(), default=0), "most": MOST, "everything": EVERYTHING}
        found = await (await connection.execute(_WRITTEN, values, prepare=True)).fetchall()
        if len(found) > MOST:
            return [EVERYTHING] * len(asks)
        return [_highest(found, frozenset(rows)) for rows in asks]


def _highest(found: Sequence[tuple[int, Sequence[str | None]]], rows: frozenset[str]) -> int:
    written = ((seq, [row for row in named if row is not None]) for seq, named in found)
    return max((seq for seq, named in written if not named or rows.intersection(named)), default=0)
