"""Published revisions and acknowledgements in the database. Nothing on the way of a request waits for it.

Rules: a revision is stored once, with its text; acts (advance, ramp, rollback, kill) are rows that only grow; an
instance's row says what it runs now. A command waits a moment for the database and no longer: a kill that was written must
not seem to hang because somebody holds a table.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import psycopg
import structlog

from proxy.routing.state import Report
from proxy.routing.table import RoutingTable

log = structlog.get_logger()

ACKNOWLEDGE_SECONDS = 0.5
REFRESH_SECONDS = 3.0
RETRY_SECONDS = 2.0
TIMEOUT_SECONDS = 3

_REVISION = "INSERT INTO routing_revision (revision, hash, body, actor, action, reason) VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"
_ACT = "INSERT INTO routing_act (revision, grp, actor, action, reason, evidence) VALUES (%s, %s, %s, %s, %s, %s)"
_ACKNOWLEDGE = """
INSERT INTO routing_instance (instance, revision, hash, killed, alarm) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (instance) DO UPDATE SET revision = excluded.revision, hash = excluded.hash, killed = excluded.killed,
    alarm = excluded.alarm, at = clock_timestamp()
"""
_HISTORY = """
SELECT a.at, a.revision, a.grp AS group, a.actor, a.action, a.reason, a.evidence FROM routing_act a
WHERE %(group)s::text IS NULL OR a.grp = %(group)s ORDER BY a.number DESC LIMIT %(limit)s
"""
_SEEN = """
SELECT r.at, r.revision, r.body, p.body AS before FROM routing_revision r
CROSS JOIN LATERAL (SELECT body FROM routing_revision p WHERE p.at < r.at ORDER BY p.at DESC LIMIT 1) p
WHERE r.action = 'seen' AND (%(since)s::timestamptz IS NULL OR r.at >= %(since)s) ORDER BY r.at DESC LIMIT %(limit)s
"""
_SINCE = """
SELECT r.body FROM routing_revision r
WHERE r.at >= %(at)s OR r.revision = (SELECT max(p.revision) FROM routing_revision p WHERE p.at < %(at)s)
"""
_PUBLISHED = "SELECT at, hash, body FROM routing_revision ORDER BY at DESC LIMIT %s"
_UNKNOWN = """
SELECT count(*) AS requests, a.detail, coalesce(a.function, '-') AS function, min(a.reason) AS reason,
    max(a.occurred_at) AS last, count(DISTINCT a.account) AS accounts
FROM access a WHERE a.reason IN ('unclear', 'unknown-function') AND a.occurred_at > now() - make_interval(days => %s)
GROUP BY a.detail, 3, a.reason ORDER BY requests DESC, last DESC LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody did to a group, and why."""

    group: str
    actor: str
    action: str
    reason: str
    evidence: Mapping[str, Any]


def record(dsn: str, table: RoutingTable, act: Act) -> None:
    """Store a revision and the act that made it; raises psycopg.Error where the database is not there."""
    with _connect(dsn) as connection:
        connection.execute(_REVISION, (table.revision, table.hash, table.text, act.actor, act.action, act.reason))
        evidence = orjson.dumps(act.evidence, default=str).decode()
        connection.execute(_ACT, (table.revision, act.group, act.actor, act.action, act.reason, evidence))


def text_of(dsn: str, revision: int, config: str) -> str | None:
    """Give the text of a revision whose hash is `config`; None: never published."""
    query = "SELECT body FROM routing_revision WHERE revision = %s AND hash = %s"
    with _connect(dsn) as connection:
        row = connection.execute(query, (revision, config)).fetchone()
    return None if row is None else str(row[0])


def texts_since(dsn: str, at: datetime) -> Sequence[str]:
    """Give the texts that were in force at a moment or later, as far as instances and commands published them."""
    return [row["body"] for row in _rows(dsn, _SINCE, {"at": at})]


@dataclass(frozen=True, slots=True)
class Published:
    """A revision as it came into force."""

    at: datetime
    hash: str
    text: str


def published(dsn: str, limit: int) -> Sequence[Published]:
    """Give the newest revisions, newest first."""
    return [Published(row["at"], row["hash"], row["body"]) for row in _rows(dsn, _PUBLISHED, (limit,))]


def history(dsn: str, group: str | None, limit: int) -> Sequence[Mapping[str, Any]]:
    """List acts, newest first."""
    return _rows(dsn, _HISTORY, {"group": group, "limit": limit})


def seen(dsn: str, since: datetime | None, limit: int) -> Sequence[Mapping[str, Any]]:
    """List revisions that no command recorded, with the text before each, newest first: an instance saw them come into force."""
    return _rows(dsn, _SEEN, {"since": since, "limit": limit})


def unknown(dsn: str, days: int, limit: int) -> Sequence[Mapping[str, Any]]:
    """Count the requests that had no reading or no known function, by shape."""
    return _rows(dsn, _UNKNOWN, (days, limit), seconds=0)


def reports(dsn: str) -> tuple[Report, ...]:
    """Give what the instances acknowledged."""
    found = _rows(dsn, "SELECT instance, revision, hash, killed, alarm, at FROM routing_instance", ())
    return tuple(
        Report(row["instance"], row["revision"], row["hash"], tuple(row["killed"]), row["alarm"], row["at"])
        for row in found
    )


def _connect(dsn: str, seconds: int = TIMEOUT_SECONDS) -> psycopg.Connection[tuple[Any, ...]]:
    """Open a connection on which a statement gets so many seconds; 0: as many as it takes."""
    limit = f"-c statement_timeout={seconds * 1000}"
    return psycopg.connect(dsn, connect_timeout=TIMEOUT_SECONDS, options=limit)


def _rows(
    dsn: str, query: str, values: Mapping[str, Any] | Sequence[Any], seconds: int = TIMEOUT_SECONDS
) -> Sequence[Mapping[str, Any]]:
    with _connect(dsn, seconds) as connection:
        cursor = connection.execute(query.encode(), values)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


async def acknowledging(dsn: str, current: Callable[[], tuple[Report, RoutingTable]]) -> None:
    """Acknowledge what an instance runs until cancelled; a database that is away is tried again."""
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(
                dsn, autocommit=True, connect_timeout=TIMEOUT_SECONDS
            ) as connection:
                await _acknowledge(connection, current)
        except psycopg.Error as fault:
            log.warning("routing revision not acknowledged", fault=type(fault).__name__)
            await asyncio.sleep(RETRY_SECONDS)


async def _acknowledge(
    connection: psycopg.AsyncConnection[Any], current: Callable[[], tuple[Report, RoutingTable]]
) -> None:
    last: tuple[object, datetime] | None = None
    while True:
        report, table = current()
        state = (report.hash, report.killed, report.alarm)
        if last is None or last[0] != state or (report.at - last[1]).total_seconds() >= REFRESH_SECONDS:
            stored = (table.revision, table.hash, table.text, report.instance, "seen", "")
            await connection.execute(_REVISION, stored)
            await connection.execute(
                _ACKNOWLEDGE, (report.instance, report.revision, report.hash, list(report.killed), report.alarm)
            )
            last = (state, report.at)
        await asyncio.sleep(ACKNOWLEDGE_SECONDS)
