"""Where backfill and sync keep their place: journal, watermark and backfill rows, under the worker's role.

Rules: one worker at a time holds a group (advisory lock); numbers come from the journal's own sequence, so that versions
of backfill and sync are of one order; a watermark moves only after what it promises is durable in the new core.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from proxy.journal.states import State
from proxy.journal.store import Ask, advance, pending, settle, watermarks
from rollout.plan import Mutation

type Connection = psycopg.AsyncConnection[Any]

_JOURNAL_LOCK = 0x4A4F5552  # journal_append holds it until commit
_WORKER_LOCK = 0x53594E43
_UNKNOWN = "SELECT intent, clock_timestamp() - max(at) FROM journal_state WHERE intent = ANY(%s) AND state = 'unknown' GROUP BY intent"
_OPEN = """
SELECT count(*) FROM journal j WHERE j.grp = %(group)s AND j.seq < %(before)s
    AND (j.at > clock_timestamp() - interval '5 minutes')
    AND (NOT EXISTS (SELECT FROM journal_state s WHERE s.intent = j.id)
        OR (EXISTS (SELECT FROM journal_state s WHERE s.intent = j.id AND s.state = 'unknown'
                AND s.at > clock_timestamp() - interval '150 seconds')
            AND NOT EXISTS (SELECT FROM journal_state s WHERE s.intent = j.id AND s.state IN ('acked', 'rejected', 'synced'))))
"""
_BEGIN = """
INSERT INTO backfill (grp, horizon) VALUES (%(group)s, %(horizon)s)
ON CONFLICT (grp) DO UPDATE SET horizon = excluded.horizon, entity = '', place = '',
    started_at = clock_timestamp(), finished_at = NULL
"""


@dataclass(frozen=True, slots=True)
class Place:
    """How far a backfill is."""

    horizon: int
    entity: str
    place: str
    started_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """What follows the watermark of a group."""

    mutations: tuple[Mutation, ...]
    after: int
    horizon: int


async def connect(dsn: str) -> Connection:
    """Open a connection of the worker."""
    return await psycopg.AsyncConnection.connect(dsn, autocommit=True, connect_timeout=5)


async def hold(connection: Connection, group: str) -> bool:
    """Try to become the one worker of a group, for as long as the connection lives."""
    found = await connection.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", (_WORKER_LOCK, group))
    row = await found.fetchone()
    return bool(row and row[0])


async def fresh_number(connection: Connection) -> int:
    """Take a number of the journal's sequence; every lower one is visible, or was never given to a row."""
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(%s)", (_JOURNAL_LOCK,))
        found = await connection.execute("SELECT nextval('journal_seq_seq')")
        row = await found.fetchone()
    return int(row[0]) if row else 0


async def still_open(connection: Connection, group: str, before: int) -> int:
    """Count mutations below a number that may still change legacy."""
    found = await connection.execute(_OPEN, {"group": group, "before": before})
    row = await found.fetchone()
    return int(row[0]) if row else 0


async def stretch(connection: Connection, group: str, limit: int = 200) -> Stretch:
    """Read what follows the watermark."""
    after = (await watermarks(connection)).get(group, 0)
    found = await pending(connection, Ask(group, after, limit))
    unknown = [each.intent for each in found.captured if each.state is State.UNKNOWN]
    ages = await _ages(connection, unknown)
    mutations = tuple(
        Mutation(each.sequence, each.intent, each.entity, ages.get(each.intent)) for each in found.captured
    )
    return Stretch(mutations, after, found.horizon)


async def _ages(connection: Connection, intents: Sequence[UUID]) -> dict[UUID, Any]:
    """Tell how long outcomes have been unknown; one without a row was taken as such after the journal's patience."""
    if not intents:
        return {}
    found = await connection.execute(_UNKNOWN, (list(intents),))
    return {row[0]: row[1] for row in await found.fetchall()}


async def finish(connection: Connection, group: str, done: Sequence[UUID], watermark: int) -> None:
    """Record that mutations are carried over, then move the watermark."""
    for intent in done:
        await settle(connection, intent, State.SYNCED)
    await advance(connection, group, watermark)


async def begin(connection: Connection, group: str, horizon: int) -> None:
    """Begin a backfill from its start."""
    await connection.execute(_BEGIN, {"group": group, "horizon": horizon})


async def place(connection: Connection, group: str) -> Place | None:
    """Say how far the last backfill of a group came; None: there was none."""
    found = await connection.execute(
        "SELECT horizon, entity, place, started_at, finished_at FROM backfill WHERE grp = %s", (group,)
    )
    row = await found.fetchone()
    return None if row is None else Place(*row)


async def keep(connection: Connection, group: str, entity: str, row_id: str) -> None:
    """Keep the place of a backfill after a record."""
    await connection.execute("UPDATE backfill SET entity = %s, place = %s WHERE grp = %s", (entity, row_id, group))


async def complete(connection: Connection, group: str, horizon: int) -> None:
    """End a backfill: newcore holds everything up to its number."""
    await connection.execute("UPDATE backfill SET finished_at = clock_timestamp() WHERE grp = %s", (group,))
    await advance(connection, group, horizon)
