"""What a comparison has to know of this moment: how far newcore is kept up to date, and under which rules an answer was offered.

Rules: how far newcore is may be a quarter of a second old, which only makes a comparison more careful; a routing file is
read by its hash, from the archive or from the file itself, and one that is in neither has no rules, so nothing is compared
under it.
"""

import asyncio
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from proxy.errors import OperatorError
from proxy.model.call import Kind
from proxy.model.shadow import Offer
from proxy.routing.table import RoutingTable, digest, load
from proxy.watch import read
from rollout.shadow import store
from rollout.shadow.rule import Rules, rules

FRESH_SECONDS = 0.25
MOST_FILES = 50

type Ahead = tuple[int | None, bool]


class Database:
    """One connection, opened again when it broke; one question at a time."""

    def __init__(self, dsn: str) -> None:
        """Take the address, under the worker's role."""
        self._dsn = dsn
        self._alone = asyncio.Lock()
        self._connection: store.Connection | None = None
        self._ahead: dict[str, tuple[float, Ahead]] = {}

    async def ahead(self, group: str) -> Ahead:
        """Give how far a group is applied (None: it was not filled), and whether legacy is ahead of that."""
        async with self._alone:
            known = self._ahead.get(group)
            if known is None or time.monotonic() - known[0] > FRESH_SECONDS:
                known = (time.monotonic(), await self._asked(group))
                self._ahead[group] = known
            return known[1]

    async def _asked(self, group: str) -> Ahead:
        try:
            return await store.ahead(await self._open(), group)
        except psycopg.Error:
            await self._close()
            raise

    async def routing_text(self, config: str) -> str | None:
        """Give an archived routing file."""
        async with self._alone:
            try:
                return await store.routing_text(await self._open(), config)
            except psycopg.Error:
                await self._close()
                raise

    async def _open(self) -> store.Connection:
        if self._connection is None:
            self._connection = await psycopg.AsyncConnection.connect(self._dsn, autocommit=True, connect_timeout=5)
        return self._connection

    async def _close(self) -> None:
        gone, self._connection = self._connection, None
        if gone is not None:
            with suppress(psycopg.Error):
                await gone.close()

    async def close(self) -> None:
        """Close the connection."""
        async with self._alone:
            await self._close()


@dataclass(frozen=True, slots=True)
class Terms:
    """By what a routing file is read."""

    file: Path
    functions: Mapping[str, Kind]
    regions: Collection[str]


class Files:
    """Routing files by their hash."""

    def __init__(self, database: Database, terms: Terms) -> None:
        """Take where they are archived, and where the one in force lies."""
        self._database, self._terms = database, terms
        self._known: dict[str, RoutingTable] = {}

    async def rules(self, offer: Offer) -> Rules | None:
        """Give the rules of an offer's group, on this day; None: its routing file is not known."""
        table = self._known.get(offer.config) or await self._found(offer.config)
        group = table.groups.get(offer.group) if table else None
        return None if group is None else rules(group.shadow, datetime.now(UTC).date())

    async def _found(self, config: str) -> RoutingTable | None:
        text = self._current(config) or await self._database.routing_text(config)
        if text is None:
            return None
        if len(self._known) >= MOST_FILES:
            self._known.clear()
        try:
            self._known[config] = load(text, self._terms.functions, self._terms.regions)
        except OperatorError:
            return None
        return self._known[config]

    def _current(self, config: str) -> str | None:
        """Give the file in force, if it is the one that is asked for."""
        try:
            text = read(self._terms.file)
        except OperatorError:
            return None
        return text if digest(text) == config else None
