"""Where comparisons are counted, and what evidence reads of them. No value of a person, no text of a request.

Rules: counts only grow; a line is group, configuration, function, shape, hour and result. A window is read in whole hours,
the one in which it begins included: a mismatch shortly before counts too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import psycopg

from proxy.journal.store import watermarks
from rollout import evidence
from rollout.evidence import Shape, Window
from rollout.shadow.book import DROPPED, OFFERED, PARITY_HIT, SAFETY, Book
from rollout.shadow.histogram import percentile
from rollout.shadow.verdict import COMPARED, PROVEN, Result

type Connection = psycopg.AsyncConnection[Any]

_COUNT = """
INSERT INTO shadow_count AS c (grp, config, function, shape, hour, result, reads)
    SELECT * FROM jsonb_to_recordset(%s) r(grp text, config text, function text, shape text, hour timestamptz, result text,
        reads bigint) WHERE reads > 0
    ORDER BY 1, 5, 2, 3, 4, 6
ON CONFLICT (grp, hour, config, function, shape, result) DO UPDATE SET reads = c.reads + excluded.reads
"""
_LATENCY = """
INSERT INTO shadow_latency AS l (grp, config, function, hour, core, bucket, reads)
    SELECT grp, config, function, hour, core, bucket, sum(reads)
    FROM jsonb_to_recordset(%s) r(grp text, config text, function text, hour timestamptz, core text, bucket smallint,
        reads bigint) GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 4, 2, 3, 5, 6
ON CONFLICT (grp, hour, config, function, core, bucket) DO UPDATE SET reads = l.reads + excluded.reads
"""
_MISMATCH = """
INSERT INTO shadow_mismatch (grp, config, function, shape, exchange, at, result, path, safety, parity, legacy, newcore)
    SELECT * FROM jsonb_to_recordset(%s) r(grp text, config text, function text, shape text, exchange uuid, at timestamptz,
        result text, path text, safety boolean, parity boolean, legacy bytea, newcore bytea)
"""
_WITHIN = (
    "grp = %(group)s AND hour >= date_trunc('hour', %(since)s) AND hour <= %(until)s AND config = ANY(%(configs)s)"
)
_COUNTED = f"""
SELECT function, shape, result, sum(reads)::bigint FROM shadow_count WHERE {_WITHIN} GROUP BY 1, 2, 3
"""  # noqa: S608
_TIMED = f"SELECT core, bucket, sum(reads)::bigint FROM shadow_latency WHERE {_WITHIN} GROUP BY 1, 2"  # noqa: S608
_PATHS = """
SELECT function, path, result, safety, count(*), max(at) FROM shadow_mismatch
WHERE grp = %(group)s AND at >= %(since)s AND result <> 'ignored' GROUP BY 1, 2, 3, 4 ORDER BY 4 DESC, 5 DESC LIMIT %(limit)s
"""
_HITS = f"SELECT coalesce(sum(reads), 0)::bigint FROM shadow_count WHERE {_WITHIN} AND result = 'safety'"  # noqa: S608
_TEXT = "SELECT body FROM archive WHERE hash = %s AND kind = 'routing'"
_AHEAD = "SELECT EXISTS (SELECT FROM journal WHERE captured AND seq > %s)"


@dataclass(frozen=True, slots=True)
class Place:
    """In what answers of a group differed, for people: no value."""

    function: str
    path: str
    result: str
    safety: bool
    count: int
    newest: datetime


async def write(connection: Connection, book: Book) -> None:
    """Write down everything in a book, all or nothing."""
    counts = [
        each.subject._asdict() | {"hour": each.hour, "result": each.result, "reads": n}
        for each, n in book.counts.items()
    ]
    times = [
        each.subject._asdict() | {"hour": each.hour, "core": each.core, "bucket": each.bucket, "reads": n}
        for each, n in book.latencies.items()
    ]
    places = [
        each.subject._asdict()
        | {"exchange": each.exchange, "at": each.at, "result": each.result, "path": each.path, "safety": each.safety}
        | {"parity": each.parity, "legacy": f"\\x{each.legacy.hex()}", "newcore": f"\\x{each.newcore.hex()}"}
        for each in book.differences
    ]
    async with connection.transaction():
        for statement, rows in ((_COUNT, counts), (_LATENCY, times), (_MISMATCH, places)):
            if rows:
                await connection.execute(statement, [_document(rows)])


def _document(rows: Sequence[Mapping[str, object]]) -> str:
    named = [{("grp" if name == "group" else name): value for name, value in row.items()} for row in rows]
    return orjson.dumps(named).decode().replace("\\u0000", "")


async def compared(connection: Connection, window: Window) -> evidence.Compared | None:
    """Give what was counted of a group; None: nothing was ever offered."""
    asked = _asked(window)
    found = await (await connection.execute(_COUNTED, asked)).fetchall()
    if not found:
        return None
    timed = await (await connection.execute(_TIMED, asked)).fetchall()
    return summed(found, timed)


def _asked(window: Window) -> dict[str, object]:
    return {"group": window.group, "since": window.since, "until": window.until, "configs": list(window.configs)}


def summed(found: Sequence[tuple[Any, ...]], timed: Sequence[tuple[Any, ...]]) -> evidence.Compared:
    """Sum lines of counts and latencies."""
    by_result: dict[str, int] = {}
    shapes: dict[str, dict[str, int]] = {}
    for function, shape, result, reads in found:
        by_result[result] = by_result.get(result, 0) + reads
        one = shapes.setdefault(f"{function} {shape}", {})
        one[result] = one.get(result, 0) + reads
    done = {each: by_result.get(each, 0) for each in COMPARED}
    ended = sum(by_result.get(each, 0) for each in Result)
    latencies = {core: {each: reads for of, each, reads in timed if of == core} for core in ("legacy", "newcore")}
    return evidence.Compared(
        compared=sum(done.values()),
        **{each.value: done[each] for each in COMPARED},
        safety=by_result.get(SAFETY, 0),
        parity=by_result.get(PARITY_HIT, 0),
        failed=by_result.get(Result.FAILED, 0),
        dropped=max(by_result.get(DROPPED, 0), by_result.get(OFFERED, 0) - ended) + by_result.get(Result.SKIPPED, 0),
        shapes={name: Shape(_seen(one), sum(one.get(each, 0) for each in PROVEN)) for name, one in shapes.items()},
        legacy_p95_ms=percentile(latencies["legacy"], 0.95),
        newcore_p95_ms=percentile(latencies["newcore"], 0.95),
    )


def _seen(one: Mapping[str, int]) -> int:
    """Say how often a shape was seen: as offered, or as it ended where the gateway's count of it was lost."""
    return max(one.get(OFFERED, 0), sum(one.get(each, 0) for each in Result))


async def hits(connection: Connection, window: Window) -> int:
    """Count mismatches in safety fields: one is too many, and stops a ramp."""
    found = await (await connection.execute(_HITS, _asked(window))).fetchone()
    return int(found[0]) if found else 0


async def places(connection: Connection, group: str, since: datetime, limit: int = 50) -> tuple[Place, ...]:
    """List in what answers differed, safety fields first."""
    found = await connection.execute(_PATHS, {"group": group, "since": since, "limit": limit})
    return tuple(Place(*row) for row in await found.fetchall())


async def routing_text(connection: Connection, config: str) -> str | None:
    """Give the routing file of a hash, as it was archived; None: it is not there (yet)."""
    found = await (await connection.execute(_TEXT, [config])).fetchone()
    return None if found is None else str(found[0])


async def ahead(connection: Connection, group: str) -> tuple[int | None, bool]:
    """Give how far a group is applied (None: it was not filled), and whether legacy is ahead of that."""
    applied = (await watermarks(connection)).get(group)
    found = await (await connection.execute(_AHEAD, [applied or 0])).fetchone()
    return applied, bool(found and found[0])
