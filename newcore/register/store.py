"""Records of one kind in PostgreSQL.

Rules: a change is one statement with `WHERE version < :version`, so that two writers need no lock; a page and its total
come from one snapshot; filters compare prepared forms (`newcore/search.py`), never the text itself. What changed is noted
in the same transaction (`newcore/changes/store.py`). A record of a person who was removed is removed with her, and never
kept afterwards: whoever writes one holds the person's lock, shared; whoever removes her holds it alone.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    MetaData,
    Row,
    Select,
    Table,
    Text,
    false,
    func,
    literal,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from newcore import search
from newcore.changes.model import Change
from newcore.changes.store import note
from newcore.register.commands import Apply, Remove
from newcore.register.model import PARENT, Applied, Kind, Page, Query, Stored
from newcore.statement import Scope

_METADATA = MetaData()
_PERSONS = 0x504552
"""The first half of the advisory locks of persons ("PER")."""


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
        Column("rank", Text, nullable=False) if kind.by_name else Column("ordinal", BigInteger, nullable=False),
        Column("folded", JSONB, nullable=False),
        Column("ordering", JSONB, nullable=False),
        *(Column(name, Text, nullable=False) for name in kind.names),
    )


class Register:
    """The records of one kind."""

    def __init__(self, engine: AsyncEngine, kind: Kind, children: Sequence[Kind] = ()) -> None:
        """Take the engine of the process, the kind of record, and the kinds that belong to it and go with it."""
        self._engine, self.kind, self._table = engine, kind, table_of(kind)
        self._names = kind.names
        self._children = children

    async def find(self, identity: str, scope: Scope | None = None) -> Stored | None:
        """Give one record; None: unknown, removed, or of somebody who lives elsewhere."""
        found = await self._read(self._columns().where(self._table.c.id == identity, *self._there(scope)))
        return self._stored(found[0]) if found else None

    async def search(self, query: Query) -> Page:
        """Give a page and the total of its query, from one snapshot."""
        table, found = self._table, [*self._there(query.scope), *self._conditions(query)]
        key, down = self._key(query)
        counted = select(func.count().label("total")).select_from(table).where(*found).subquery()
        paged = (
            self._columns().add_columns(key.label("key")).where(*found)
            .order_by(*_ordered(key, table.c.id, down=down)).limit(query.limit).offset(query.offset).subquery()
        )  # fmt: skip
        statement = (
            select(paged, counted.c.total).select_from(counted.outerjoin(paged, true()))
            .order_by(*_ordered(paged.c.key, paged.c.id, down=down))
        )  # fmt: skip
        rows = await self._read(statement)
        return Page(tuple(self._stored(row) for row in rows if row[0] is not None), rows[0][-1])

    async def after(self, identity: str, limit: int) -> tuple[Stored, ...]:
        """Give the records that follow an id, in the order of their ids."""
        table, key = self._table, self._table.c.id.collate("C")
        statement = self._columns().where(table.c.removed.is_(False), key > identity).order_by(key).limit(limit)
        return tuple(self._stored(row) for row in await self._read(statement))

    async def _read(self, statement: Select[*tuple[Any, ...]]) -> Sequence[Row[*tuple[Any, ...]]]:
        """Ask one question: a snapshot of its own, so without the words around a transaction."""
        async with self._engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            return (await connection.execute(statement)).all()

    def _columns(self) -> Select[*tuple[Any, ...]]:
        """Read id, version and texts, in the order in which `_stored` takes them."""
        table = self._table
        return select(table.c.id, table.c.version, *(table.c[name] for name in self._names))

    async def apply(self, command: Apply) -> Applied:
        """Make a record equal to its source, unless it has this version or a later one, or its person was removed."""
        texts, kind = command.texts, self.kind
        folded = {name: search.folded(texts[name], kind.form(name)) for name in kind.filters}
        ordering = {name: search.ordering(texts[name], kind.form(name)) for name in kind.filters}
        first = texts[kind.first]
        place = (
            {"rank": search.rank(first, kind.form(kind.first))} if kind.by_name else {"ordinal": search.ordinal(first)}
        )
        mark = {"removed": False, "folded": folded, "ordering": ordering}
        async with self._engine.begin() as connection:
            if kind.parent is not None and await self._is_gone(connection, kind.parent, texts[PARENT]):
                return Applied.REMOVED
            return await self._upsert(
                connection, {"id": command.id, "version": command.version, **mark, **place, **texts}
            )

    async def remove(self, command: Remove) -> Applied:
        """Leave a tombstone, unless the record has this version or a later one; its texts are wiped, and its children's."""
        async with self._engine.begin() as connection:
            if self._children:
                await connection.execute(select(func.pg_advisory_xact_lock(_PERSONS, func.hashtext(command.id))))
            applied = await self._upsert(
                connection, {"id": command.id, "version": command.version, **_blank(self.kind)}
            )
            for child in self._children if applied is Applied.APPLIED else ():
                await _wipe(connection, child, command.id)
            return applied

    async def _is_gone(self, connection: AsyncConnection, parent: Kind, identity: str) -> bool:
        """Tell whether the person whom a record belongs to was removed; she is not while this transaction lasts."""
        await connection.execute(select(func.pg_advisory_xact_lock_shared(_PERSONS, func.hashtext(identity))))
        table = table_of(parent)
        removed = (await connection.execute(select(table.c.removed).where(table.c.id == identity))).scalar()
        return bool(removed)

    async def _upsert(self, connection: AsyncConnection, values: dict[str, Any]) -> Applied:
        table = self._table
        proposed = insert(table).values(values)
        changes = {name: proposed.excluded[name] for name in values if name != "id"}
        statement = proposed.on_conflict_do_update(
            index_elements=["id"],
            set_=changes,
            where=(table.c.version < proposed.excluded.version) & table.c.removed.is_(False),
        ).returning(table.c.id)
        if (await connection.execute(statement)).first() is None:
            removed = select(table.c.removed).where(table.c.id == values["id"])
            return Applied.REMOVED if (await connection.execute(removed)).scalar_one() else Applied.OLDER
        await note(connection, [Change(self.kind.name, values["id"], values["version"], values["removed"])])
        return Applied.APPLIED

    def _there(self, scope: Scope | None) -> list[ColumnElement[bool]]:
        """Say which records are there for a caller: kept, and of somebody who lives within the scope."""
        kept: list[ColumnElement[bool]] = [self._table.c.removed.is_(False)]
        person = self.kind.person
        if scope is None or person is None:
            return kept
        people = table_of(person)
        within = _within(people, scope)
        if person is self.kind:
            return [*kept, within]
        whose = (people.c.id == self._table.c[PARENT], people.c.removed.is_(False), within)
        return [*kept, select(literal(1)).select_from(people).where(*whose).exists()]

    def _conditions(self, query: Query) -> list[ColumnElement[bool]]:
        exact = [self._table.c[name] == text for name, text in query.exact.items()]
        return exact + [self._matches(name, asked) for name, asked in query.filters.items() if asked.strip()]

    def _matches(self, name: str, asked: str) -> ColumnElement[bool]:
        form = self.kind.form(name)
        value: ColumnElement[str] = self._table.c.folded[name].astext.collate("C")
        if search.is_wild(asked):
            return value.like(search.pattern(asked, form), escape="\\")
        return value == search.folded(asked, form)

    def _key(self, query: Query) -> tuple[ColumnElement[Any], bool]:
        """Give by what a list is ordered, and whether from the end."""
        table = self._table
        if query.sort is not None:
            return table.c.ordering[query.sort].astext.collate("C"), query.descending
        return table.c.rank.collate("C") if self.kind.by_name else table.c.ordinal, False

    def _stored(self, row: Sequence[Any]) -> Stored:
        identity, version, *texts = row
        return Stored(identity, version, dict(zip(self._names, texts, strict=False)))


def _ordered(key: ColumnElement[Any], identity: ColumnElement[str], *, down: bool) -> tuple[ColumnElement[Any], ...]:
    """Order by a key, and where that is alike by the id."""
    tie = identity.collate("C")
    return (key.desc(), tie.desc()) if down else (key.asc(), tie.asc())


def _within(people: Table, scope: Scope) -> ColumnElement[bool]:
    """Say that a person lives in, or falls under, a place of the scope; who lives nowhere is in none."""
    places = [func.btrim(people.c[name]).in_(sorted(scope.regions)) for name in ("region", "responsible_region")]
    town = [func.btrim(people.c.municipality) == scope.municipality] if scope.municipality is not None else []
    return or_(false(), *(places if scope.regions else ()), *town)


def _blank(kind: Kind) -> dict[str, Any]:
    place: dict[str, Any] = {"rank": ""} if kind.by_name else {"ordinal": 0}
    return {"removed": True, "folded": {}, "ordering": {}, **place, **dict.fromkeys(kind.names, "")}


async def _wipe(connection: AsyncConnection, kind: Kind, person: str) -> None:
    """Remove the records of a person, each at the version that it has."""
    table = table_of(kind)
    theirs = update(table).where(table.c[PARENT] == person, table.c.removed.is_(False))
    wiped = await connection.execute(theirs.values(_blank(kind)).returning(table.c.id, table.c.version))
    await note(connection, [Change(kind.name, row.id, row.version, removed=True) for row in wiped])
