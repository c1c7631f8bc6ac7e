"""The access log as the reader's role sees it: what tests count, straight from the tables."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

type Row = dict[str, Any]
FIRST = UUID(int=0)
TABLES = ("access", "disclosure", "withheld", "completion", "journal", "journal_state")


@dataclass(frozen=True, slots=True)
class ReadLog:
    """The log behind a reader's DSN."""

    dsn: str

    @contextmanager
    def open(self) -> Iterator[psycopg.Connection[Row]]:
        """Open a connection for a moment."""
        with psycopg.connect(self.dsn, autocommit=True, row_factory=dict_row, connect_timeout=5) as connection:
            yield connection

    def rows(self, query: str, values: Sequence[object] = ()) -> list[Row]:
        """Read rows."""
        with self.open() as connection:
            return connection.execute(query.encode(), values).fetchall()

    def count(self, table: str, where: str = "true", values: Sequence[object] = ()) -> int:
        """Count rows of one of the log's tables."""
        assert table in TABLES
        return int(self.rows(f"SELECT count(*) AS n FROM {table} WHERE {where}", values)[0]["n"])

    def newest(self) -> UUID:
        """Give the newest access id: what comes after it is new."""
        found = self.rows("SELECT id FROM access ORDER BY id DESC LIMIT 1")
        return found[0]["id"] if found else FIRST

    def since(self, mark: UUID) -> list[Row]:
        """Give the access records after a mark, in their order, each with the persons that it shows and withholds."""
        records = self.rows("SELECT * FROM access WHERE id > %s ORDER BY id", [mark])
        for table in ("disclosure", "withheld"):
            by_access: dict[UUID, list[Row]] = {}
            for row in self.rows(f"SELECT * FROM {table} WHERE access > %s", [mark]):
                by_access.setdefault(row["access"], []).append(row)
            for record in records:
                record[table] = by_access.get(record["id"], [])
        return records

    def await_completions(self, mark: UUID, count: int, seconds: float = 10.0) -> int:
        """Wait until so many exchanges since a mark are completed; gives how many are."""
        until = monotonic() + seconds
        while (found := self.count("completion", "access > %s", [mark])) < count and monotonic() < until:
            sleep(0.1)
        return found

    def everything(self) -> Iterator[tuple[str, str]]:
        """Give every row of every table that the role can read, as text."""
        with self.open() as connection:
            named = connection.execute(
                "SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                "WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
            ).fetchall()
            for table in (row["name"] for row in named):
                try:
                    for row in connection.execute(f"SELECT t::text AS line FROM {table} t".encode()):
                        yield table, row["line"]
                except psycopg.errors.InsufficientPrivilege:
                    continue
