"""What reconciles found, under the worker's role: one row for each kind of record of each pass that came to its end."""

from collections.abc import Sequence
from typing import Any

import orjson
import psycopg

from proxy.routing.entity import FILLED
from rollout.reconcile.tally import Report

type Connection = psycopg.AsyncConnection[Any]

_KEEP = """
INSERT INTO reconcile
    (entity, begun_at, ended_at, checked, equal, raced, pending, held, repaired, unexplained, reasons, actor)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_NEWEST = """
SELECT DISTINCT ON (entity) entity, begun_at, ended_at, checked, equal, raced, pending, held, repaired, unexplained, reasons
FROM reconcile WHERE entity = ANY(%s) ORDER BY entity, number DESC
"""


async def keep(connection: Connection, report: Report, actor: str) -> None:
    """Store what a pass found of one kind."""
    counts = (report.checked, report.equal, report.raced, report.pending, report.held, report.repaired)
    reasons = orjson.dumps(dict(report.reasons)).decode()
    values = (report.entity, report.begun_at, report.ended_at, *counts, report.unexplained, reasons, actor)
    await connection.execute(_KEEP, values)


async def newest(connection: Connection, group: str) -> Sequence[Report]:
    """Give the newest report of each kind that a group shows; a kind that was never reconciled has none."""
    found = await connection.execute(_NEWEST, ([each.value for each in FILLED.get(group, ())],))
    return [Report(*row) for row in await found.fetchall()]
