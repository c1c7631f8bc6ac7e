"""Records of one kind in PostgreSQL.

Rules: a change is one statement with `WHERE version < :version`, so that two writers need no lock; a page and its total
come from one snapshot; filters compare prepared forms (`newcore/search.py`), never the text itself. What changed is noted
in the same transaction (`newcore/changes/store.py`). A record of a person who was removed is removed with her, and never
kept afterwards: whoever writes one holds the person's lock, shared; whoever removes her holds it alone. A question is made
once per shape - which fields, written how, in which order - and then asked with its values: making it took longer than asking.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    Boolean,
    Column,
    ColumnElement,
    MetaData,
    Row,
    Select,
    Table,
    Text,
    any_,
    bindparam,
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
SHAPES = 500
"""Questions that are kept made, of a kind."""
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


class Within(NamedTuple):
    """What a scope is bound by."""

    regions: bool
    municipality: bool


class Shape(NamedTuple):
    """All of a query but its values."""

    filters: tuple[tuple[str, bool], ...]
    """Fields, and whether their text has wildcards."""
    exact: tuple[str, ...]
    sort: str | None
    descending: bool
    within: Within | None


type Question = Select[*tuple[Any, ...]]


class Register:
    """The records of one kind."""

    def __init__(self, engine: AsyncEngine, kind: Kind, children: Sequence[Kind] = ()) -> None:
        """Take the engine of the process, the kind of record, and the kinds that belong to it and go with it."""
        self._engine, self.kind, self._table = engine, kind, table_of(kind)
        self._names = kind.names
        self._one, self._page = lru_cache(SHAPES)(self._make_one), lru_cache(SHAPES)(self._make_page)
        self._children = children

    async def find(self, identity: str, scope: Scope | None = None) -> Stored | None:
        """Give one record; None: unknown, removed, or of somebody who lives elsewhere."""
        found = await self._read(self._one(_within(scope)), {"id": identity, **_places(scope)})
        return self._stored(found[0]) if found else None

    async def search(self, query: Query) -> Page:
        """Give a page and the total of its query, from one snapshot."""
        rows = await self._read(self._page(self._shape(query)), self._values(query))
        return Page(tuple(self._stored(row) for row in rows if row[0] is not None), rows[0][-1])

    async def after(self, identity: str, limit: int) -> tuple[Stored, ...]:
        """Give the records that follow an id, in the order of their ids."""
        table, key = self._table, self._table.c.id.collate("C")
        statement = self._columns().where(table.c.removed.is_(False), key > identity).order_by(key).limit(limit)
        return tuple(self._stored(row) for row in await self._read(statement))

    async def _read(
        self, question: Question, values: Mapping[str, Any] | None = None
    ) -> Sequence[Row[*tuple[Any, ...]]]:
        """Ask one question: a snapshot of its own, so without the words around a transaction."""
        async with self._engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            return (await connection.execute(question, values)).all()

    def _stored(self, row: Sequence[Any]) -> Stored:
        identity, version, *texts = row
        return Stored(identity, version, dict(zip(self._names, texts, strict=False)))

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

    def _columns(self) -> Question:
        """Read id, version and texts, in the order in which `_stored` takes them."""
        table = self._table
        return select(table.c.id, table.c.version, *(table.c[name] for name in self._names))

    def _make_one(self, within: Within | None) -> Question:
        """Make the question for one record."""
        return self._columns().where(self._table.c.id == bindparam("id"), *self._there(within))

    def _make_page(self, shape: Shape) -> Question:
        """Make the question for a page and its total: the total stands in every row, also where there is no record."""
        table, found = self._table, [*self._there(shape.within), *self._conditions(shape)]
        key = self._key(shape.sort)
        counted = select(func.count().label("total")).select_from(table).where(*found).subquery()
        paged = (
            self._columns().add_columns(key.label("key")).where(*found)
            .order_by(*_ordered(key, table.c.id, down=shape.descending))
            .limit(bindparam("limit")).offset(bindparam("offset")).subquery()
        )  # fmt: skip
        joined = select(paged, counted.c.total).select_from(counted.outerjoin(paged, true()))
        return joined.order_by(*_ordered(paged.c.key, paged.c.id, down=shape.descending))

    def _shape(self, query: Query) -> Shape:
        asked = tuple((name, search.is_wild(text)) for name, text in query.filters.items() if text.strip())
        return Shape(
            asked, tuple(query.exact), query.sort, query.sort is not None and query.descending, _within(query.scope)
        )

    def _values(self, query: Query) -> dict[str, Any]:
        """Give the values that the question of this query's shape asks for."""
        form, exact = self.kind.form, {f"is_{name}": text for name, text in query.exact.items()}
        like = {
            f"like_{name}": search.pattern(text, form(name))
            if search.is_wild(text)
            else search.folded(text, form(name))
            for name, text in query.filters.items()
        }
        return {"limit": query.limit, "offset": query.offset, **exact, **like, **_places(query.scope)}

    def _there(self, within: Within | None) -> list[ColumnElement[bool]]:
        """Say which records are there for a caller: kept, and of somebody who lives within the scope."""
        kept: list[ColumnElement[bool]] = [self._table.c.removed.is_(False)]
        person = self.kind.person
        if within is None or person is None:
            return kept
        people = table_of(person)
        near = _near(people, within)
        if person is self.kind:
            return [*kept, near]
        whose = (people.c.id == self._table.c[PARENT], people.c.removed.is_(False), near)
        return [*kept, select(literal(1)).select_from(people).where(*whose).exists()]

    def _conditions(self, shape: Shape) -> list[ColumnElement[bool]]:
        exact = [self._table.c[name] == bindparam(f"is_{name}") for name in shape.exact]
        return exact + [self._matches(name, wild=wild) for name, wild in shape.filters]

    def _matches(self, name: str, *, wild: bool) -> ColumnElement[bool]:
        value: ColumnElement[str] = self._table.c.folded[name].astext.collate("C")
        asked: BindParameter[str] = bindparam(f"like_{name}", type_=Text)
        return value.like(asked, escape="\\") if wild else value == asked

    def _key(self, sort: str | None) -> ColumnElement[Any]:
        """Give by what a list is ordered."""
        table = self._table
        if sort is not None:
            key: ColumnElement[str] = table.c.ordering[sort].astext.collate("C")
            return key
        return table.c.rank.collate("C") if self.kind.by_name else table.c.ordinal


def _ordered(key: ColumnElement[Any], identity: ColumnElement[str], *, down: bool) -> tuple[ColumnElement[Any], ...]:
    """Order by a key, and where that is alike by the id."""
    tie = identity.collate("C")
    return (key.desc(), tie.desc()) if down else (key.asc(), tie.asc())


def _within(scope: Scope | None) -> Within | None:
    return None if scope is None else Within(bool(scope.regions), scope.municipality is not None)


def _places(scope: Scope | None) -> dict[str, Any]:
    """Give the values of a scope."""
    return {} if scope is None else {"regions": sorted(scope.regions), "municipality": scope.municipality}


def _near(people: Table, within: Within) -> ColumnElement[bool]:
    """Say that a person lives in, or falls under, a place of the scope; who lives nowhere is in none."""
    regions = any_(bindparam("regions", type_=ARRAY(Text)))
    places = [func.btrim(people.c[name]) == regions for name in ("region", "responsible_region")]
    town = [func.btrim(people.c.municipality) == bindparam("municipality", type_=Text)]
    return or_(false(), *(places if within.regions else ()), *(town if within.municipality else ()))


def _blank(kind: Kind) -> dict[str, Any]:
    place: dict[str, Any] = {"rank": ""} if kind.by_name else {"ordinal": 0}
    return {"removed": True, "folded": {}, "ordering": {}, **place, **dict.fromkeys(kind.names, "")}


async def _wipe(connection: AsyncConnection, kind: Kind, person: str) -> None:
    """Remove the records of a person, each at the version that it has."""
    table = table_of(kind)
    theirs = update(table).where(table.c[PARENT] == person, table.c.removed.is_(False))
    wiped = await connection.execute(theirs.values(_blank(kind)).returning(table.c.id, table.c.version))
    await note(connection, [Change(kind.name, row.id, row.version, removed=True) for row in wiped])
