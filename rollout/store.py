"""Where backfill and sync keep their place: journal, watermark and backfill rows, under the worker's role.

Rules: one worker at a time follows the journal, and one backfill at a time fills a group (advisory locks); numbers come
from the journal's own sequence, so that versions of backfill and sync are of one order; a group is followed from the moment
its backfill takes its number, and its watermark counts once that backfill is finished.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from proxy.journal.states import State
from proxy.journal.store import Ask, Captured, advance, pending, settle
from proxy.routing.entity import FILLED, changing, touched
from rollout.plan import Mutation, Settled, fate
from rollout.record import Entity

type Connection = psycopg.AsyncConnection[Any]

FOLLOWING = "journal"
_JOURNAL_LOCK = 0x4A4F5552  # journal_append holds it until commit
_WORKER_LOCK = 0x53594E43
_OPEN = """
SELECT count(*) FROM journal j WHERE coalesce(j.functions, ARRAY[j.function]) && %(functions)s AND j.seq < %(before)s
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
_FOLLOWED = "SELECT b.grp, coalesce(w.seq, b.horizon) FROM backfill b LEFT JOIN journal_watermark w ON w.grp = b.grp"
_AWAITED = """
SELECT max(j.seq) FROM journal j
WHERE j.captured AND j.seq > %(after)s AND coalesce(j.functions, ARRAY[j.function]) && %(functions)s
    AND (%(row)s = ANY(coalesce(j.named, ARRAY[j.entity])) OR coalesce(cardinality(j.named), 0) = 0 AND j.entity IS NULL)
    AND NOT EXISTS (SELECT FROM journal_state s WHERE s.intent = j.id AND s.state IN ('synced', 'rejected', 'conflict'))
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
    """What follows the lowest watermark of the groups that are followed."""

    mutations: tuple[Mutation, ...]
    after: dict[str, int]


async def connect(dsn: str) -> Connection:
    """Open a connection of the worker."""
    return await psycopg.AsyncConnection.connect(dsn, autocommit=True, connect_timeout=5)


async def hold(connection: Connection, what: str) -> bool:
    """Try to become the one that does this, for as long as the connection lives."""
    found = await connection.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", (_WORKER_LOCK, what))
    row = await found.fetchone()
    return bool(row and row[0])


async def fresh_number(connection: Connection) -> int:
    """Take a number of the journal's sequence; every lower one is visible, or was never given to a row."""
    async with connection.transaction():
        return await _number(connection)


async def _number(connection: Connection) -> int:
    await connection.execute("SELECT pg_advisory_xact_lock(%s)", (_JOURNAL_LOCK,))
    found = await connection.execute("SELECT nextval('journal_seq_seq')")
    row = await found.fetchone()
    return int(row[0]) if row else 0


async def still_open(connection: Connection, entities: Iterable[Entity], before: int) -> int:
    """Count mutations below a number that may still change such a record in legacy."""
    values = {"functions": sorted(changing(entities)), "before": before}
    row = await (await connection.execute(_OPEN, values)).fetchone()
    return int(row[0]) if row else 0


async def awaited(connection: Connection, entities: Iterable[Entity], row_id: str, after: int) -> bool:
    """Tell whether a captured mutation above a number may explain why a record is not the same on both sides."""
    values = {"functions": sorted(changing(entities)), "row": row_id, "after": after}
    row = await (await connection.execute(_AWAITED, values)).fetchone()
    return bool(row and row[0])


async def followed(connection: Connection) -> dict[str, int]:
    """Give the groups that are kept up to date, filled or being filled, with how far each is."""
    found = await connection.execute(_FOLLOWED)
    return {group: seq for group, seq in await found.fetchall() if group in FILLED}


async def filled(connection: Connection) -> tuple[str, ...]:
    """Give the groups whose backfill is finished."""
    found = await connection.execute("SELECT grp FROM backfill WHERE finished_at IS NOT NULL ORDER BY grp")
    return tuple(row[0] for row in await found.fetchall() if row[0] in FILLED)


async def stretch(connection: Connection, limit: int = 2000) -> Stretch:
    """Read what follows the lowest watermark, in one snapshot with the groups that are followed.

    A mutation that is in it came before, or with, every group that is not: such a group's backfill has a higher number.
    """
    async with connection.transaction():
        await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        after = await followed(connection)
        if not after:
            return Stretch((), {})
        found = await pending(connection, Ask(min(after.values()), limit))
    return Stretch(tuple(_mutation(each) for each in found), after)


def _mutation(each: Captured) -> Mutation:
    told = fate(
        settled=each.state in {State.SYNCED, State.CONFLICT},
        refused=each.state is State.REJECTED,
        unknown_for=each.unknown_for,
        acked=each.state is State.ACKED,
    )
    return Mutation(each.sequence, each.intent, each.rows, touched(each.functions), told)


async def finish(connection: Connection, outcome: Settled) -> None:
    """Record which mutations are carried over, then move the watermarks."""
    async with connection.transaction():
        await _settle(connection, outcome.done, State.SYNCED)
        await _settle(connection, outcome.aside, State.CONFLICT)
        for group, number in outcome.watermarks.items():
            await advance(connection, group, number)


async def _settle(connection: Connection, intents: Sequence[UUID], state: State) -> None:
    if intents:
        await settle(connection, intents, state)


async def begin(connection: Connection, group: str) -> int:
    """Begin a backfill from its start, under a number of its own; from now on the group is followed."""
    async with connection.transaction():
        number = await _number(connection)
        await connection.execute(_BEGIN, {"group": group, "horizon": number})
        await advance(connection, group, number)
    return number


async def forget(connection: Connection, groups: Iterable[str]) -> list[str]:
    """Take groups for ones that were never filled, because their writes are not captured; names those that were filled."""
    found = await connection.execute(
        "UPDATE backfill SET finished_at = NULL, entity = '', place = '' "
        "WHERE grp = ANY(%s) AND finished_at IS NOT NULL RETURNING grp",
        (list(groups),),
    )
    return [row[0] for row in await found.fetchall()]


async def place(connection: Connection, group: str) -> Place | None:
    """Say how far the last backfill of a group came; None: there was none."""
    found = await connection.execute(
        "SELECT horizon, entity, place, started_at, finished_at FROM backfill WHERE grp = %s", (group,)
    )
    row = await found.fetchone()
    return None if row is None else Place(*row)


async def keep(connection: Connection, group: str, entity: str, row_id: str) -> None:
    """Keep the place of a backfill after a subject."""
    await connection.execute("UPDATE backfill SET entity = %s, place = %s WHERE grp = %s", (entity, row_id, group))


async def complete(connection: Connection, group: str) -> None:
    """End a backfill: newcore holds everything up to its number, and what was captured since is followed."""
    await connection.execute("UPDATE backfill SET finished_at = clock_timestamp() WHERE grp = %s", (group,))
