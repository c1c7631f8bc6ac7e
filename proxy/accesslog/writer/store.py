"""One connection to the log: it writes one chain, one batch at a time, and knows what it committed.

Rules:
1. A connection is a chain. A lost connection ends its chain; the next one opens a chain of its own. The writer's name is
   chance, registered once, and held by a session lock for as long as its backend lives.
2. The head moves with a commit and with nothing else.
3. Before the last statement of a batch goes out, `attempted` says what it would leave. After a lost connection a
   successor waits until the old backend is gone (its lock is free) and then looks: stored or not, never guessed.
4. Few round trips, since they are what costs: BEGIN with new persons; sessions, facts, journal; rows with COMMIT. A batch
   without session changes and new persons is a single one.
"""

import asyncio
import os
import secrets
import socket
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Self
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.pq import TransactionStatus
from psycopg.pq.abc import PGresult

from proxy.accesslog import chain
from proxy.accesslog.batch import Bundle, document, faulted
from proxy.accesslog.parts import Attempt, Committed, Parts
from proxy.accesslog.record import ALPHABET
from proxy.accesslog.references.store import References
from proxy.accesslog.wire.store import ask, literal
from proxy.model.entry import Completion, Receipt

MONTHS_AHEAD = 3
_NAME_LENGTH = 10
_SETTINGS = """
SELECT set_config('synchronous_commit', 'on', false), set_config('timezone', 'UTC', false),
    set_config('statement_timeout', %(limit)s, false), set_config('lock_timeout', %(limit)s, false),
    set_config('idle_in_transaction_session_timeout', %(idle)s, false), set_config('application_name', %(name)s, false)
"""


class PartlyStaleError(Exception):
    """A bundle with several session changes of which only some could be stored: the batch is done again without it."""

    def __init__(self, places: Sequence[int]) -> None:
        super().__init__(f"{len(places)} of the batch")
        self.places = frozenset(places)


class Writer:
    """One chain being written."""

    def __init__(self, connection: AsyncConnection[Any], parts: Parts, name: str) -> None:
        self.name = name
        self.head = chain.opening(name)
        self.attempted: Attempt | None = None
        self._connection = connection
        self._parts = parts
        self._references = References(parts.keyring, parts.limits.references, parts.limits.references_age)
        self._moment = datetime.min.replace(tzinfo=UTC)
        self._pid = os.getpid()

    @classmethod
    async def open(cls, parts: Parts) -> Self:
        """Connect, make the coming months' partitions, and claim a chain; raises psycopg.Error."""
        seconds = max(2, int(parts.limits.timeout))
        connection = await AsyncConnection.connect(
            parts.dsn, autocommit=True, connect_timeout=seconds, keepalives_idle=10, keepalives_interval=5
        )
        writer = cls(connection, parts, "".join(secrets.choice(ALPHABET) for _ in range(_NAME_LENGTH)))
        watchdog = asyncio.get_running_loop().call_later(parts.limits.timeout, writer.cut)
        try:
            await writer._claim()
        except BaseException:
            await connection.close()
            raise
        finally:
            watchdog.cancel()
        return writer

    async def _claim(self) -> None:
        milliseconds = int(self._parts.limits.timeout * 1000)
        settings = {"limit": f"{milliseconds}ms", "idle": f"{2 * milliseconds}ms", "name": f"poort log {self.name}"}
        await self._connection.execute(_SETTINGS, settings)
        await self.make_months()
        await self._connection.execute("SELECT pg_advisory_lock(%s)", [chain.lock(self.name)])
        await self._connection.execute(
            "INSERT INTO log_writer (writer, instance) VALUES (%s, %s)", [self.name, self._parts.instance]
        )
        await self._connection.execute(
            "INSERT INTO person_key (key_id) VALUES (%s) ON CONFLICT (key_id) DO NOTHING", [self._parts.keyring.id]
        )

    @property
    def lost(self) -> bool:
        """Tell whether the connection is gone, so that what was attempted is uncertain."""
        return self._connection.closed or self._connection.pgconn.transaction_status is TransactionStatus.UNKNOWN

    async def commit(self, bundles: Sequence[Bundle], completions: Sequence[Completion]) -> Committed:
        """Write a batch in one transaction; raises psycopg.Error: then `lost` and `attempted` tell what is known."""
        if os.getpid() != self._pid:
            raise RuntimeError("a ledger was carried over a fork; each process opens its own")
        self.attempted = None
        self._moment = max(self._parts.clock.now(), self._moment)
        new, begun = await self._begin(bundles)
        kept = await self._change_sessions(bundles)
        journal = await self._write_neighbours(kept)
        references = {**self._references.known, **new} if new else self._references.known
        found = document(kept, completions, (self.head, self._moment), references)
        committed = _committed(self.name, kept, found.sequences, journal)
        intent = next((each.intent for each in kept if each.intent is not None), None)
        self.attempted = Attempt(self.name, self.head, found.head, intent, committed)
        written = literal(self._connection, found.written)
        await ask(self._connection, b"%bSELECT log_append(%b); COMMIT" % (b"" if begun else b"BEGIN; ", written))
        self.head, self.attempted = found.head, None
        self._references.remember(new)
        return committed

    async def _begin(self, bundles: Sequence[Bundle]) -> tuple[Mapping[bytes, UUID], bool]:
        """Open the transaction where it takes more than one statement; give the references that were not remembered."""
        self._references.forget_old(self._moment)
        unknown = self._references.unknown(person for each in bundles for person in each.persons())
        if unknown:
            wanted = literal(self._connection, self._references.wanted(unknown.values()))
            found = await ask(self._connection, b"BEGIN; SELECT found, reference FROM log_persons(%b)" % wanted)
            return _references(found[-1]), True
        if any(each.changes or each.facts or each.journal for each in bundles):
            await ask(self._connection, b"BEGIN")
            return {}, True
        return {}, False

    async def _change_sessions(self, bundles: Sequence[Bundle]) -> list[Bundle]:
        """Store the session changes; a bundle whose session was stale becomes its fault."""
        changes = [change for each in bundles for change in each.changes]
        failed = await self._parts.sessions.apply(self._connection, changes) if changes else set()
        if not failed:
            return list(bundles)
        partly = [place for place, each in enumerate(bundles) if 0 < _stale(each, failed) < len(each.changes)]
        if partly:
            raise PartlyStaleError(partly)
        return [faulted(each) if _stale(each, failed) else each for each in bundles]

    async def _write_neighbours(self, bundles: Sequence[Bundle]) -> Mapping[UUID, int]:
        facts = [fact for each in bundles for fact in each.facts]
        if facts:
            await self._parts.sessions.learn(self._connection, facts)
        journal = [entry for each in bundles for entry in each.journal]
        return await self._parts.journal.write(self._connection, journal) if journal else {}

    async def roll_back(self) -> None:
        """Leave the transaction of a batch that failed; nothing of it is stored."""
        self.attempted = None
        if self._connection.pgconn.transaction_status is not TransactionStatus.IDLE:
            await ask(self._connection, b"ROLLBACK")

    async def make_months(self) -> None:
        """Make the partitions of this month and the coming ones."""
        now = self._parts.clock.now()
        await self._connection.execute("SELECT log_months_ahead(%s, %s)", [now, MONTHS_AHEAD])

    async def stored(self, attempt: Attempt) -> bool | None:
        """Tell whether a predecessor's last commit came through; None: nothing in it can be looked up.

        Waits, within the lock's time-out, until the predecessor's backend has ended.
        """
        watchdog = asyncio.get_running_loop().call_later(self._parts.limits.timeout, self.cut)
        try:
            return await self._look_up(attempt)
        finally:
            watchdog.cancel()

    async def _look_up(self, attempt: Attempt) -> bool | None:
        await self._connection.execute("SELECT pg_advisory_lock(%s)", [chain.lock(attempt.writer)])
        await self._connection.execute("SELECT pg_advisory_unlock(%s)", [chain.lock(attempt.writer)])
        unmoved = attempt.head == attempt.before
        if unmoved and attempt.intent is None:
            return None
        sequence = None if unmoved else attempt.head.sequence
        found = await self._connection.execute(
            "SELECT log_stored(%s, %s, %s, %s)", [attempt.writer, sequence, attempt.head.hash, attempt.intent]
        )
        row = await found.fetchone()
        return bool(row and row[0])

    def cut(self) -> None:
        """Cut a connection that stalls: whoever waits on it gets an error at once."""
        if not self._connection.closed:
            with suppress(OSError), socket.socket(fileno=os.dup(self._connection.fileno())) as wire:
                wire.shutdown(socket.SHUT_RDWR)

    async def close(self) -> None:
        """Close the connection; its chain is complete."""
        await self._connection.close()


def _references(found: PGresult) -> dict[bytes, UUID]:
    """Read digest (hexadecimal, after a backslash and x) and reference of each row."""
    rows = ((found.get_value(row, 0), found.get_value(row, 1)) for row in range(found.ntuples))
    return {bytes.fromhex(digest[2:].decode()): UUID(person.decode()) for digest, person in rows if digest and person}


def _stale(found: Bundle, failed: set[bytes]) -> int:
    return sum(change.session.key in failed for change in found.changes)


def _committed(
    writer: str, bundles: Sequence[Bundle], sequences: Sequence[int], journal: Mapping[UUID, int]
) -> Committed:
    receipts = tuple(
        None
        if each.exchange is None
        else Receipt(each.exchange, writer, sequence, None if each.intent is None else journal.get(each.intent))
        for each, sequence in zip(bundles, sequences, strict=True)
    )
    return Committed(receipts, tuple(each.stale for each in bundles))
