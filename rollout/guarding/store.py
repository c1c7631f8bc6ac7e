"""Counts of outcomes for the guard and for evidence, and where the guard stands.

Rules: batches are read in the order of their numbers, each once; where the guard stands is stored with the number up to
which it judged, so that a worker that is started again neither forgets an error nor counts it twice; one guard at a time.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import orjson
import psycopg
from psycopg.rows import dict_row

from proxy.model.route import Core
from proxy.routing.tally import Counted, Side, quantile, together
from rollout.evidence import Served, Window
from rollout.guard import SHARE, WHOLE, WINDOW, Batch, Score, Standing, Trip

type Connection = psycopg.AsyncConnection[Any]

GUARD_LOCK = 0x47554152  # "GUAR"
KEPT = timedelta(days=35)
"""Longer than the window of any evidence."""
MOST = 5_000

_COLUMNS = "number, at, grp, core, revision, config, partition, answered, faults, untranslatable, shed, latency"
_AFTER = f"SELECT {_COLUMNS} FROM route_outcome WHERE grp = %s AND number > %s ORDER BY number LIMIT {MOST}"  # noqa: S608
_RECENT = f"""SELECT {_COLUMNS} FROM route_outcome
    WHERE grp = %s AND number <= %s AND at > clock_timestamp() - %s ORDER BY number"""  # noqa: S608
_LAST = "SELECT coalesce(max(number), 0) FROM route_outcome WHERE grp = %s"
_BEFORE = f"{_LAST} AND (revision < %s OR at < clock_timestamp() - %s)"
_STANDING = """SELECT partition, mark, begun, place, score, calm, clear, answered, faults, tripped, acted
    FROM route_guard WHERE grp = %s ORDER BY partition"""
_SAVE = """
INSERT INTO route_guard (grp, partition, mark, begun, place, score, calm, clear, answered, faults, tripped, acted)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (grp, partition) DO UPDATE SET mark = excluded.mark, begun = excluded.begun, place = excluded.place,
    score = excluded.score, calm = excluded.calm, clear = excluded.clear, answered = excluded.answered,
    faults = excluded.faults, tripped = excluded.tripped, acted = excluded.acted, at = clock_timestamp()
"""
_TOLD = """SELECT mark AS setting, begun AS since_revision, answered, faults, score, clear, tripped, acted AS given_back_by, at
    FROM route_guard WHERE grp = %s AND partition = %s"""
_SERVED = """
SELECT core, latency, answered, faults FROM route_outcome
WHERE grp = %(group)s AND at >= %(since)s AND at < %(until)s AND config = ANY(%(configs)s)
"""
_TRIPPED = """
SELECT EXISTS (SELECT FROM routing_act WHERE grp = %(group)s AND actor = 'guard' AND at >= %(since)s AND at < %(until)s)
"""


async def connect(dsn: str) -> Connection:
    """Open a connection of the worker."""
    return await psycopg.AsyncConnection.connect(dsn, autocommit=True, connect_timeout=5)


async def hold(connection: Connection) -> bool:
    """Try to become the one guard, for as long as the connection lives."""
    found = await connection.execute("SELECT pg_try_advisory_lock(%s, 0)", (GUARD_LOCK,))
    row = await found.fetchone()
    return bool(row and row[0])


async def after(connection: Connection, group: str, place: int) -> tuple[Batch, ...]:
    """Give the batches of a group that follow a number, a bounded number of them."""
    found = await connection.execute(_AFTER, (group, place), prepare=True)
    return _batches(await found.fetchall())


async def begun(connection: Connection, group: str, mark: str, revision: int) -> Standing:
    """Give a standing that judges what was routed under a revision, as far as it is recent: the guard may be late."""
    found = await connection.execute(_BEFORE, (group, revision, WINDOW))
    return Standing(mark, revision, place=_number(await found.fetchone()))


async def begun_now(connection: Connection, group: str, mark: str, revision: int) -> Standing:
    """Give a standing that judges what comes from now on."""
    found = await connection.execute(_LAST, (group,))
    return Standing(mark, revision, place=_number(await found.fetchone()))


def _number(row: Sequence[Any] | None) -> int:
    return int(row[0]) if row else 0


async def stood(connection: Connection, group: str) -> Standing | None:
    """Give where the guard of a group stood, with the batches of the last minutes; None: it never began."""
    found = await connection.execute(_STANDING, (group,))
    rows = await found.fetchall()
    whole = next((row for row in rows if row[0] == WHOLE), None)
    if whole is None:
        return None
    _, mark, revision, place, *_, tripped, acted = whole
    scores = {row[0]: Score(*row[4:9]) for row in rows if row[1:3] == (mark, revision)}
    found = await connection.execute(_RECENT, (group, place, WINDOW))
    trip = None if tripped is None else Trip(**tripped)
    return Standing(mark, revision, place, scores, _batches(await found.fetchall()), trip, acted)


async def save(connection: Connection, group: str, standing: Standing) -> None:
    """Keep where the guard stands: all partitions, or none of them."""
    trip = standing.trip
    tripped = None if trip is None else orjson.dumps(trip).decode()
    setting = standing.mark, standing.begun, standing.place
    scores = {WHOLE: Score()} | dict(standing.scores)
    async with connection.transaction(), connection.cursor() as cursor:
        await cursor.executemany(
            _SAVE,
            [
                (
                    group, name, *setting, each.value, each.calm, each.clear, each.answered, each.faults, tripped,
                    standing.acted,
                )
                for name, each in scores.items()
            ],
        )  # fmt: skip


async def forget(connection: Connection) -> int:
    """Delete counts that no evidence can be about any more; gives their number."""
    return (await connection.execute("DELETE FROM route_outcome WHERE at < clock_timestamp() - %s", (KEPT,))).rowcount


def served(dsn: str, window: Window) -> Served | None:
    """Count how newcore answered the people whom it served; None: it served nobody."""
    asked = {
        "group": window.group, "since": window.since, "until": window.until, "configs": sorted(window.configs),
    }  # fmt: skip
    with psycopg.connect(dsn, connect_timeout=5) as connection:
        rows = connection.execute(_SERVED, asked).fetchall()
        tripped = connection.execute(_TRIPPED, asked).fetchone()
    new, old = ([row for row in rows if row[0] == core] for core in (Core.NEWCORE, Core.LEGACY))
    answered, failed = sum(row[2] for row in new), sum(row[3] for row in new)
    if not answered + failed:
        return None
    return Served(answered, failed, bool(tripped and tripped[0]), _p95(new), _p95(old))


def standing(dsn: str, group: str) -> Mapping[str, Any] | None:
    """Tell where the guard of a group stands, for people; None: it never began."""
    with psycopg.connect(dsn, connect_timeout=5, row_factory=dict_row) as connection:
        return connection.execute(_TOLD, (group, WHOLE)).fetchone()


def _p95(rows: Iterable[Sequence[Any]]) -> float | None:
    found = quantile(together(*(row[1] for row in rows)), SHARE)
    return None if found is None else round(found * 1e3, 1)


def _batches(rows: Iterable[Sequence[Any]]) -> tuple[Batch, ...]:
    return tuple(_batch(row) for row in rows)


def _batch(row: Sequence[Any]) -> Batch:
    number, at, group, core, revision, config, partition, answered, faults, untranslatable, shed, latency = row
    side = Side(group, Core(core), revision, config, partition)
    return Batch(number, at, Counted(side, answered, faults, untranslatable, shed, tuple(latency)))
