"""How far newcore has followed the journal, per group, as this process last read it.

Rules: a watermark only ever grows, so an old one is safe: a session that wrote reads legacy a little longer. A database
that is away therefore changes nothing here. Implements `ports.RolloutState`.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

import psycopg
import structlog

from proxy.journal.store import watermarks

log = structlog.get_logger()

POLL_SECONDS = 0.5
RETRY_SECONDS = 2.0


class Watermarks:
    """The watermarks, read afresh twice a second on a connection of their own."""

    def __init__(self, dsn: str) -> None:
        """Take the address; nothing is opened before `follow`."""
        self._dsn = dsn
        self._known: Mapping[str, int] = {}

    async def applied(self) -> Mapping[str, int]:
        """Give the watermark per group."""
        return self._known

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
