"""Hears whose facts changed (`NOTIFY facts`), on a connection of its own.

Why it exists: a cache may be old for long only while somebody listens for changes. Rules:
1. `heard` is the moment up to which every change is known to have been told: a question of our own is answered once a
   second behind whatever was told. A connection that is silent is no listener, whether or not it looks open.
2. With every new connection everything is forgotten: what changed in between was told to nobody.
3. Words that are not understood forget everything: a later release may tell more.
"""

import asyncio
import json
from collections.abc import Callable
from time import monotonic
from typing import Any

import psycopg
import structlog

log = structlog.get_logger()

CHANNEL = "facts"
NAME = "poort facts"
"""How the server's own views name the listener."""
HEARTBEAT_SECONDS = 1.0
ANSWER_SECONDS = 3.0
RETRY_SECONDS = 0.5

type Told = tuple[str, ...]
"""What kind of fact, and by which names it may be held; `ALL` for everything."""
ALL: Told = ("*",)
_KINDS = frozenset({"person", "vacancy", "account"})


class FactWatch:
    """Listens until cancelled; `told` is called with each change."""

    def __init__(self, dsn: str, told: Callable[[Told], None], clock: Callable[[], float] = monotonic) -> None:
        """Take the address and whom to tell; nothing is opened before `follow`."""
        self._dsn, self._told, self._clock = dsn, told, clock
        self.heard: float | None = None

    async def follow(self) -> None:
        """Listen; a connection that breaks or stays silent is made anew."""
        while True:
            try:
                connecting = psycopg.AsyncConnection.connect(
                    self._dsn, autocommit=True, connect_timeout=3, application_name=NAME
                )
                async with await connecting as connection:
                    await self._listen(connection)
            except (psycopg.Error, OSError, TimeoutError) as fault:
                if self.heard is not None:
                    log.warning("changes of facts are not heard", fault=type(fault).__name__)
                self.heard = None
                await asyncio.sleep(RETRY_SECONDS)

    async def _listen(self, connection: psycopg.AsyncConnection[Any]) -> None:
        await self._ask(connection, f"LISTEN {CHANNEL}")
        self._told(ALL)
        while True:
            async for told in connection.notifies(timeout=HEARTBEAT_SECONDS):
                self._told(read(told.payload))
            await self._ask(connection, "SELECT 1")

    async def _ask(self, connection: psycopg.AsyncConnection[Any], statement: str) -> None:
        began = self._clock()
        async with asyncio.timeout(ANSWER_SECONDS):
            await connection.execute(statement.encode())
        self.heard = began


def read(payload: str) -> Told:
    """Read what was told; anything unknown is everything."""
    try:
        words = json.loads(payload)
    except ValueError:
        return ALL
    known = isinstance(words, list) and len(words) > 1 and words[0] in _KINDS
    return tuple(str(each) for each in words) if known else ALL
