"""Records of one kind in PostgreSQL.

Rules: a change is one statement with `WHERE version < :version`, so that two writers need no lock; a page and its total
come from one snapshot; filters compare prepared forms (`newcore/search.py`), never the text itself.
"""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, ColumnElement, MetaData, Table, Text, func, select
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from newcore import search
from newcore.register.commands import Apply, Remove
from newcore.register.model import Applied, Kind, Page, Query, Stored

_METADATA = MetaData()
_OWN = ("id", "version", "removed", "ordinal", "folded", "ordering")


def table_of(kind: Kind) -> Table:
    """Describe the table of a kind; its columns are made by the migrations."""
    if kind.table in _METADATA.tables:
        return _METADATA.tables[kind.table]
    return Table(
        kind.table,
        _METADATA,
        Column("id", Text, primary_key=True),
        Column("version", BigInteger, nullable=False),
        Column("removed", Boolean, nullable=False),
        Column("ordinal", BigInteger, nullable=False),
        Column("folded", JSONB, nullable=False),
        Column("ordering", JSONB, nullable=False),
        *(Column(name, Text, nullable=False) for name in kind.fields),
    )


class Register:
    """The records of one kind."""

    def __init__(self, engine: AsyncEngine, kind: Kind) -> None:
        """Take the engine of the process and the kind of record."""
        self._engine, self._kind, self._table = engine, kind, table_of(kind)

    async def find(self, identity: str) -> Stored | None:
        """Give one record; None: unknown or removed."""
        table = self._table
        statement = select(table).where(table.c.id == identity, table.c.removed.is_(False))
        async with self._engine.connect() as connection:
            row = (await connection.execute(statement)).mappings().first()
        return None if row is None else self._stored(dict(row))

    async def search(self, query: Query) -> Page:
        """Give a page and the total of its query, from one snapshot."""
        table = self._table
        found = [table.c.removed.is_(False), *self._conditions(query)]
        counted = select(func.count()).select_from(table).where(*found)
        paged = select(table).where(*found).order_by(*self._order(query)).limit(query.limit).offset(query.offset)
        async with self._engine.connect() as connection:
            await connection.execution_options(isolation_level="REPEATABLE READ")
            total = (await connection.execute(counted)).scalar_one()
            rows = (await connection.execute(paged)).mappings().all()
        return Page(tuple(self._stored(dict(row)) for row in rows), total)

    async def apply(self, command: Apply) -> Applied:
        """Make a record equal to its source, unless it has this version or a later one."""
        folded = {name: search.folded(command.texts[name]) for name in self._kind.filters}
        ordering = {name: search.ordering(command.texts[name]) for name in self._kind.filters}
        return await self._upsert(
            {
                "id": command.id,
                "version": command.version,
                "removed": False,
                "ordinal": search.ordinal(command.texts[self._kind.number]),
                "folded": folded,
                "ordering": ordering,
                **command.texts,
            }
        )

    async def remove(self, command: Remove) -> Applied:
        """Leave a tombstone, unless the record has this version or a later one; its texts are wiped."""
        blank: dict[str, object] = dict.fromkeys(self._kind.fields, "")
        mark = {"removed": True, "ordinal": 0, "folded": {}, "ordering": {}}
        return await self._upsert({"id": command.id, "version": command.version, **mark, **blank})

    async def _upsert(self, values: dict[str, object]) -> Applied:
        table = self._table
        proposed = insert(table).values(values)
        changes = {name: proposed.excluded[name] for name in values if name != "id"}
        statement = proposed.on_conflict_do_update(
            index_elements=["id"],
            set_=changes,
            where=(table.c.version < proposed.excluded.version) & table.c.removed.is_(False),
        ).returning(table.c.id)
        async with self._engine.begin() as connection:
            if (await connection.execute(statement)).first() is not None:
                return Applied.APPLIED
            return await self._why_not(connection, str(values["id"]))

    async def _why_not(self, connection: AsyncConnection, identity: str) -> Applied:
        removed = select(self._table.c.removed).where(self._table.c.id == identity)
        return Applied.REMOVED if (await connection.execute(removed)).scalar_one() else Applied.OLDER

    def _conditions(self, query: Query) -> list[ColumnElement[bool]]:
        wanted = {name: asked for name, asked in query.filters.items() if asked.strip()}
        return [
            self._table.c.folded[name].astext.collate("C").like(search.pattern(asked), escape="\\")
            for name, asked in wanted.items()
        ]

    def _order(self, query: Query) -> list[ColumnElement[Any]]:
        table = self._table
        if query.sort is None:
            return [table.c.ordinal.asc(), table.c.id.collate("C").asc()]
        key, tie = table.c.ordering[query.sort].astext.collate("C"), table.c.id.collate("C")
        return [key.desc(), tie.desc()] if query.descending else [key.asc(), tie.asc()]

    def _stored(self, row: dict[str, object]) -> Stored:
        texts = {name: str(row[name]) for name in self._kind.fields}
        return Stored(str(row["id"]), int(str(row["version"])), texts)
