"""Records of one kind in PostgreSQL.

Rules: a change is one statement with `WHERE version < :version`, however many records it is of, so that two writers need
no lock; a page and its total come from one snapshot; filters compare prepared forms (`newcore/search.py`), never the text
itself. A record of a person who was removed is removed with her, and never kept afterwards: whoever writes one holds the
person's lock, shared; whoever removes her holds it alone. Everybody locks persons first, then records in the order of
their ids, and last what numbers changes (`newcore/changes/store.py`), so that nobody waits in a circle. A question is made
once per shape - which fields, written how, in which order - and then asked with its values: making it took longer than asking.
"""

from collections.abc import Collection, Mapping, Sequence
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
    and_,
    any_,
    bindparam,
    column,
    func,
    literal,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.sql.dml import ReturningInsert

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


class Shape(NamedTuple):
    """All of a query but its values."""

    filters: tuple[tuple[str, bool], ...]
    """Fields, and whether their text has wildcards."""
    exact: tuple[str, ...]
    sort: str | None
    descending: bool
    within: bool
    """Whether a scope bounds it."""


type Question = Select[*tuple[Any, ...]]


class Register:
    """The records of one kind."""

    def __init__(self, engine: AsyncEngine, kind: Kind, children: Sequence[Kind] = ()) -> None:
        """Take the engine of the process, the kind of record, and the kinds that belong to it and go with it."""
        self._engine, self.kind, self._table = engine, kind, table_of(kind)
        self._names, self._children = kind.names, children
        self._reading = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._one, self._page = lru_cache(2)(self._make_one), lru_cache(SHAPES)(self._make_page)
        self._put_all = self._make_put()

    async def find(self, identity: str, scope: Scope | None = None) -> Stored | None:
        """Give one record; None: unknown, removed, or of somebody who lives elsewhere."""
        found = await self._read(self._one(scope is not None), {"id": identity, **_places(scope)})
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
        async with self._reading.connect() as connection:
            return (await connection.execute(question, values)).all()

    def _stored(self, row: Sequence[Any]) -> Stored:
        identity, version, *texts = row
        return Stored(identity, version, dict(zip(self._names, texts, strict=False)))

    async def apply(self, command: Apply) -> Applied:
        """Make a record equal to its source, unless it has this version or a later one, or its person was removed."""
        return (await self.apply_many([command]))[0]

    async def apply_many(self, commands: Sequence[Apply]) -> tuple[Applied, ...]:
        """Make records equal to their source, each under the same condition, all in one transaction; no id stands twice."""
        async with self._engine.begin() as connection:
            gone = await self._gone(connection, commands)
            kept = [each for each in commands if each.texts.get(PARENT) not in gone]
            became = await self._put(connection, [self._row(each) for each in kept])
            applied = [each for each in kept if became[each.id] is Applied.APPLIED]
            await note(connection, [Change(self.kind.name, each.id, each.version, removed=False) for each in applied])
        return tuple(became.get(each.id, Applied.REMOVED) for each in commands)

    async def remove(self, command: Remove) -> Applied:
        """Leave a tombstone, unless the record has this version or a later one; its texts are wiped, and its children's."""
        blank = {"id": command.id, "version": command.version, **_blank(self.kind)}
        async with self._engine.begin() as connection:
            if self._children:
                await connection.execute(select(func.pg_advisory_xact_lock(_PERSONS, func.hashtext(command.id))))
            became = (await self._put(connection, [blank]))[command.id]
            if became is Applied.APPLIED:
                changes = [Change(self.kind.name, command.id, command.version, removed=True)]
                for child in self._children:
                    changes += await _wipe(connection, child, command.id)
                await note(connection, changes)
        return became

    async def _gone(self, connection: AsyncConnection, commands: Sequence[Apply]) -> Collection[str]:
        """Name the persons of these records who were removed; no other one is while this transaction lasts."""
        if self.kind.parent is None:
            return ()
        people, theirs = table_of(self.kind.parent), {"persons": sorted({each.texts[PARENT] for each in commands})}
        persons = bindparam("persons", type_=ARRAY(Text))
        each = func.unnest(persons).column_valued("person")
        await connection.execute(select(func.pg_advisory_xact_lock_shared(_PERSONS, func.hashtext(each))), theirs)
        removed = select(people.c.id).where(people.c.id == any_(persons), people.c.removed)
        return set((await connection.execute(removed, theirs)).scalars())

    async def _put(self, connection: AsyncConnection, rows: Sequence[Mapping[str, Any]]) -> Mapping[str, Applied]:
        """Write rows over older ones; gives what became of each."""
        if not rows:
            return {}
        written = (await connection.execute(self._put_all, {"rows": rows})).scalars()
        put: dict[str, Applied] = dict.fromkeys(written, Applied.APPLIED)
        table, left = self._table, [row["id"] for row in rows if row["id"] not in put]
        if left:
            others = select(table.c.id, table.c.removed).where(table.c.id == any_(bindparam("ids", type_=ARRAY(Text))))
            for identity, removed in await connection.execute(others, {"ids": left}):
                put[identity] = Applied.REMOVED if removed and not self.kind.returning else Applied.OLDER
        return put

    def _make_put(self) -> ReturningInsert[str]:
        """Make the statement that writes any number of rows, which come as one value: its text never changes."""
        table = self._table
        shape = [column(each.name, each.type) for each in table.c]
        rows = func.jsonb_to_recordset(bindparam("rows", type_=JSONB)).table_valued(*shape)
        given = rows.render_derived(name="given", with_types=True)
        ordered = select(*(given.c[each.name] for each in table.c)).order_by(given.c.id.collate("C"))
        proposed = insert(table).from_select([each.name for each in table.c], ordered)
        return proposed.on_conflict_do_update(
            index_elements=["id"],
            set_={each.name: proposed.excluded[each.name] for each in table.c if each.name != "id"},
            where=and_(table.c.version < proposed.excluded.version, *self._final()),
        ).returning(table.c.id)

    def _final(self) -> tuple[ColumnElement[bool], ...]:
        """Say of which records nothing is changed any more: of removed ones, but where another takes their place."""
        return () if self.kind.returning else (self._table.c.removed.is_(False),)

    def _row(self, command: Apply) -> Mapping[str, Any]:
        """Prepare a record for its table."""
        texts, kind = command.texts, self.kind
        first, form = texts[kind.first], kind.form
        return {
            "id": command.id,
            "version": command.version,
            "removed": False,
            "folded": {name: search.folded(texts[name], form(name)) for name in kind.filters},
            "ordering": {name: search.ordering(texts[name], form(name)) for name in kind.filters},
            **({"rank": search.rank(first, form(kind.first))} if kind.by_name else {"ordinal": search.ordinal(first)}),
            **texts,
        }

    def _columns(self) -> Question:
        """Read id, version and texts, in the order in which `_stored` takes them."""
        table = self._table
        return select(table.c.id, table.c.version, *(table.c[name] for name in self._names))

    def _make_one(self, within: bool) -> Question:
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
        asked = tuple(sorted((name, search.is_wild(text)) for name, text in query.filters.items() if text.strip()))
        down = query.sort is not None and query.descending
        return Shape(asked, tuple(sorted(query.exact)), query.sort, down, query.scope is not None)

    def _values(self, query: Query) -> dict[str, Any]:
        """Give the values that the question of this query's shape asks for; one that it does not ask for is left alone."""
        form, exact = self.kind.form, {f"is_{name}": text for name, text in query.exact.items()}
        like = {
            f"like_{name}": (search.pattern if search.is_wild(text) else search.folded)(text, form(name))
            for name, text in query.filters.items()
        }
        return {"limit": query.limit, "offset": query.offset, **exact, **like, **_places(query.scope)}

    def _there(self, within: bool) -> list[ColumnElement[bool]]:
        """Say which records are there for a caller: kept, and of somebody who lives within the scope."""
        kept: list[ColumnElement[bool]] = [self._table.c.removed.is_(False)]
        person = self.kind.person
        if not within or person is None:
            return kept
        people = table_of(person)
        near = _near(people)
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


def _places(scope: Scope | None) -> dict[str, Any]:
    """Give the values of a scope."""
    return {} if scope is None else {"regions": sorted(scope.regions), "municipality": scope.municipality}


def _near(people: Table) -> ColumnElement[bool]:
    """Say that a person lives in, or falls under, a place of the scope; who lives nowhere is in none.

    What a scope has not - regions, a municipality - equals nothing.
    """
    regions = any_(bindparam("regions", type_=ARRAY(Text)))
    places = [func.btrim(people.c[name]) == regions for name in ("region", "responsible_region")]
    return or_(*places, func.btrim(people.c.municipality) == bindparam("municipality", type_=Text))


def _blank(kind: Kind) -> dict[str, Any]:
    place: dict[str, Any] = {"rank": ""} if kind.by_name else {"ordinal": 0}
    return {"removed": True, "folded": {}, "ordering": {}, **place, **dict.fromkeys(kind.names, "")}


async def _wipe(connection: AsyncConnection, kind: Kind, person: str) -> list[Change]:
    """Remove the records of a person, each at the version that it has; gives what to note."""
    table = table_of(kind)
    theirs = update(table).where(table.c[PARENT] == person, table.c.removed.is_(False))
    wiped = await connection.execute(theirs.values(_blank(kind)).returning(table.c.id, table.c.version))
    return [Change(kind.name, row.id, row.version, removed=True) for row in wiped]
