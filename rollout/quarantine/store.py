"""The records in quarantine, under the worker's role.

Rules: a record is tried `TRIES` times and then held; the watermark goes on without it, and whoever opens that person reads
legacy; a reading that succeeds lets it out by itself; a reason never holds a value.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from proxy.routing.entity import FILLED
from rollout.carry import Failure
from rollout.record import Entity

type Connection = psycopg.AsyncConnection[Any]

TRIES = 5
_TRIED = """
INSERT INTO quarantine AS q (entity, row_id, subject, number, tries, reason, state)
VALUES (%(entity)s, %(row)s, %(subject)s, %(number)s, 1, %(reason)s, CASE WHEN %(most)s <= 1 THEN 'held' ELSE 'trying' END)
ON CONFLICT (entity, row_id) DO UPDATE SET number = greatest(q.number, excluded.number), tries = q.tries + 1,
    reason = excluded.reason, last_at = clock_timestamp(), released_by = NULL,
    state = CASE WHEN q.state <> 'trying' OR q.tries + 1 >= %(most)s THEN 'held' ELSE 'trying' END
RETURNING state
"""
_LIST = """
SELECT entity, row_id, subject, number, tries, reason, state, first_at, last_at FROM quarantine
WHERE state <> 'trying' ORDER BY first_at, entity, row_id
"""


@dataclass(frozen=True, slots=True)
class Case:
    """A record in quarantine."""

    entity: str
    row_id: str
    subject: str
    number: int
    tries: int
    reason: str
    state: str
    first_at: datetime
    last_at: datetime


async def tried(connection: Connection, failure: Failure, number: int, most: int = TRIES) -> bool:
    """Count one more failure; tells whether the record is held now."""
    values = {
        "entity": failure.entity.value, "row": failure.row_id, "subject": failure.subject, "number": number,
        "reason": failure.reason, "most": most,
    }  # fmt: skip
    row = await (await connection.execute(_TRIED, values)).fetchone()
    return bool(row and row[0] == "held")


async def recovered(connection: Connection, subject: str, entities: Iterable[Entity]) -> None:
    """Let the records of a subject out, which were carried over just now."""
    await connection.execute(
        "DELETE FROM quarantine WHERE subject = %s AND entity = ANY(%s)", (subject, [each.value for each in entities])
    )


async def cases(connection: Connection) -> Sequence[Case]:
    """List the records that wait for a person, oldest first."""
    return [Case(*row) for row in await (await connection.execute(_LIST)).fetchall()]


async def count(connection: Connection, group: str) -> int:
    """Count the records of a group that wait for a person."""
    found = await connection.execute(
        "SELECT count(*) FROM quarantine WHERE state <> 'trying' AND entity = ANY(%s)",
        ([each.value for each in FILLED.get(group, ())],),
    )
    row = await found.fetchone()
    return int(row[0]) if row else 0


async def release(connection: Connection, by: str, row_id: str | None = None) -> int:
    """Have held records tried once more, all or one row; gives how many."""
    done = await connection.execute(
        "UPDATE quarantine SET state = 'released', released_by = %s WHERE state = 'held' AND (%s::text IS NULL OR row_id = %s)",
        (by, row_id, row_id),
    )
    return done.rowcount


async def released(connection: Connection) -> Mapping[str, frozenset[Entity]]:
    """Give the subjects that are to be tried again, with the kinds."""
    found = await connection.execute(
        "SELECT subject, array_agg(DISTINCT entity) FROM quarantine WHERE state = 'released' GROUP BY subject ORDER BY subject"
    )
    return {subject: frozenset(map(Entity, kinds)) for subject, kinds in await found.fetchall()}


async def subjects(connection: Connection) -> frozenset[str]:
    """Name everybody of whom a record failed and has not recovered."""
    found = await connection.execute("SELECT DISTINCT subject FROM quarantine")
    return frozenset(row[0] for row in await found.fetchall())
