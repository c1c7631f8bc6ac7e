"""Reads the log: lines for people, links for verification, heads and checkpoints for signing.

Rules: reading only, under a role that can do nothing else; a verification sees one moment of the database (one snapshot),
so that writing goes on meanwhile; nothing large is held in memory.
"""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

import psycopg

from proxy.accesslog import chain
from proxy.accesslog.checkpoint import Signed
from proxy.accesslog.persons import Keyring
from proxy.accesslog.reading import question, rows
from proxy.accesslog.record import GROUND, Cells
from proxy.errors import StoreError

type Connection = psycopg.Connection[Any]

FETCH = 1000

_ACCESS = f"""
SELECT writer, seq, recorded_at, hash, {", ".join(f'"{each}"' for each in rows.ACCESS)}
FROM access ORDER BY writer COLLATE "C", seq, recorded_at
"""  # noqa: S608 - columns are constants
_DISCLOSURE = f"""
SELECT writer, seq, person, relation, shown, masked, deliberate, {", ".join(GROUND)}
FROM disclosure ORDER BY writer COLLATE "C", seq, position
"""  # noqa: S608 - columns are constants
_WITHHELD = f"""
SELECT writer, seq, person, relation, reason, deliberate, {", ".join(GROUND)}
FROM withheld ORDER BY writer COLLATE "C", seq, position
"""  # noqa: S608 - columns are constants
_COMPLETION = """
SELECT writer, seq, recorded_at, hash, access, delivery, size, duration_us
FROM completion ORDER BY writer COLLATE "C", seq, recorded_at
"""
# One look at the end of each chain that could have moved: the index gives it without a scan.
_HEADS = """
SELECT w.writer, h.seq, h.hash FROM log_writer w CROSS JOIN LATERAL (
    SELECT * FROM (
        (SELECT seq, hash FROM access a WHERE a.writer = w.writer ORDER BY seq DESC LIMIT 1)
        UNION ALL
        (SELECT seq, hash FROM completion c WHERE c.writer = w.writer ORDER BY seq DESC LIMIT 1)) e
    ORDER BY seq DESC LIMIT 1) h
WHERE NOT w.writer = ANY(%s) ORDER BY w.writer COLLATE "C"
"""


@contextmanager
def snapshot(dsn: str) -> Iterator[Connection]:
    """Open a connection that sees one moment of the database and writes nothing; raises StoreError."""
    try:
        with psycopg.connect(dsn, options="-c timezone=UTC -c statement_timeout=0") as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            yield connection
    except psycopg.Error as fault:
        raise StoreError(f"the log cannot be read: {str(fault).strip().splitlines()[0]}") from fault


def lines(connection: Connection, asked: question.Question) -> Iterator[dict[str, object]]:
    """Give the records that a question finds, with their persons and how they ended."""
    statement, values = question.sql(asked)
    with connection.cursor(name="lines") as cursor:
        cursor.itersize = FETCH
        cursor.execute(statement.encode(), values)
        for writer, seq, recorded_at, *columns, disclosures, withheld, completion in cursor:
            place = rows.Place(writer, seq, recorded_at)
            yield rows.shown(place, rows.stored_access(columns), (disclosures or (), withheld or (), completion))


def ends(connection: Connection, since: datetime) -> dict[str, int]:
    """Give the last number of each chain that was recorded since a moment."""
    found = connection.execute("SELECT writer, max(seq) FROM access WHERE recorded_at > %s GROUP BY writer", [since])
    return {row[0]: row[1] for row in found}


def references(connection: Connection, keyring: Keyring, plain: str) -> tuple[UUID, ...]:
    """Give the references of a person under every key; refuses when the log knows a key that is not here."""
    keyring.missing(row[0] for row in connection.execute("SELECT key_id FROM person_key"))
    digests = list(keyring.digests(plain))
    found = connection.execute("SELECT DISTINCT person FROM person_map WHERE digest = ANY(%s)", [digests])
    return tuple(row[0] for row in found)


def checkpoints(connection: Connection) -> Iterator[Signed]:
    """Give all stored checkpoints in their order."""
    with connection.cursor(name="checkpoints") as cursor:
        for payload, signature, key_id in cursor.execute(
            "SELECT payload, signature, key_id FROM checkpoint ORDER BY number"
        ):
            yield Signed(bytes(payload), bytes(signature), key_id)


def heads(connection: Connection, ended: Sequence[str] = ()) -> list[chain.Head]:
    """Give how far each chain has come, but for those known to have ended."""
    found = connection.execute(_HEADS, [list(ended)])
    return [chain.Head(writer, seq, bytes(digest)) for writer, seq, digest in found]


def links(connection: Connection) -> Iterator[chain.Link]:
    """Give every link of every chain, by writer and number, with the persons of each record."""
    return heapq.merge(_accesses(connection), _completions(connection), key=attrgetter("writer", "sequence"))


def _accesses(connection: Connection) -> Iterator[chain.Link]:
    shown = _Grouped(rows.disclosed(row[0], row[1], row[2:]) for row in _stream(connection, "shown", _DISCLOSURE))
    withheld = _Grouped(rows.withheld(row[0], row[1], row[2:]) for row in _stream(connection, "held", _WITHHELD))
    for writer, seq, recorded_at, digest, *columns in _stream(connection, "access", _ACCESS):
        place = rows.Place(writer, seq, recorded_at)
        persons = shown.of(place), withheld.of(place)
        yield rows.access_of(place, bytes(digest), rows.stored_access(columns), persons)


def _completions(connection: Connection) -> Iterator[chain.Link]:
    for writer, seq, recorded_at, digest, *columns in _stream(connection, "completion", _COMPLETION):
        yield rows.completion_of(rows.Place(writer, seq, recorded_at), bytes(digest), columns)


def _stream(connection: Connection, name: str, statement: str) -> Iterator[tuple[Any, ...]]:
    with connection.cursor(name=name) as cursor:
        cursor.itersize = FETCH
        cursor.execute(statement.encode())
        yield from cursor


class _Grouped:
    """Persons of one record after another, beside the records in the same order."""

    def __init__(self, found: Iterable[rows.Disclosed]) -> None:
        """Take the persons by writer and number."""
        self._groups = groupby(found, key=attrgetter("writer", "sequence"))
        self._next = self._read()

    def of(self, place: rows.Place) -> list[Cells]:
        """Give the persons of a record; persons without a record are passed over: their chain shows the gap."""
        wanted = (place.writer, place.sequence)
        while self._next is not None and self._next[0] < wanted:
            self._next = self._read()
        if self._next is None or self._next[0] != wanted:
            return []
        found, self._next = self._next[1], self._read()
        return found

    def _read(self) -> tuple[tuple[str, int], list[Cells]] | None:
        key, group = next(self._groups, (None, ()))
        return None if key is None else (key, [each.cells for each in group])
