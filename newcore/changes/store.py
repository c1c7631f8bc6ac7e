"""The outbox in PostgreSQL: one row for every change, written with it.

Rules: a change and its row are of one transaction, so neither is there without the other. Rows are numbered under a lock
that is held until the commit: whoever has read up to a number has missed nothing below it.
"""

from collections.abc import Sequence

from sqlalchemy import BigInteger, Boolean, Column, Identity, MetaData, Table, Text, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from newcore.changes.model import Change

_NUMBERED = 0x4F5554
"""The lock under which changes are numbered ("OUT")."""
_CHANGE = Table(
    "change",
    MetaData(),
    Column("sequence", BigInteger, Identity(always=True), primary_key=True),
    Column("collection", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("removed", Boolean, nullable=False),
)


async def note(connection: AsyncConnection, changes: Sequence[Change]) -> None:
    """Note changes at the end of the transaction that made them."""
    if not changes:
        return
    await connection.execute(select(func.pg_advisory_xact_lock(_NUMBERED)))
    rows = [
        {"collection": each.collection, "id": each.id, "version": each.version, "removed": each.removed}
        for each in changes
    ]
    await connection.execute(insert(_CHANGE), rows)


class Outbox:
    """The changes of all kinds, to be read by whoever keeps another system equal."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Take the engine of the process."""
        self._engine = engine

    async def after(self, sequence: int, limit: int) -> tuple[Change, ...]:
        """Give the changes that follow a number, in order."""
        table = _CHANGE
        statement = select(table).where(table.c.sequence > sequence).order_by(table.c.sequence).limit(limit)
        async with self._engine.connect() as connection:
            rows = (await connection.execute(statement)).all()
        return tuple(Change(row.collection, row.id, row.version, row.removed, row.sequence) for row in rows)
