"""What evidence reads of backfill, reconcile, quarantine and journal, under the worker's role. Nothing is written here.

Rules: a group is as good as the worst of the kinds of records that its pages show; a kind that was never compared makes the
reconcile of the group none; a lag is from the acknowledgement of legacy to the mutation being carried over.
"""

from typing import Any

import psycopg
from psycopg.rows import dict_row

from proxy.routing.entity import FILLED, changing
from rollout.evidence import Synced, Window

TIMEOUT_SECONDS = 5

_FILLED = "SELECT started_at, finished_at FROM backfill WHERE grp = %(group)s"
_RECONCILED = """
SELECT min(ended_at) AS ended, sum(checked)::bigint AS checked, sum(unexplained)::bigint AS unexplained, count(*) AS kinds
FROM (SELECT DISTINCT ON (entity) * FROM reconcile WHERE entity = ANY(%(entities)s) ORDER BY entity, number DESC) r
"""
_HELD = "SELECT count(*) AS held FROM quarantine WHERE entity = ANY(%(entities)s) AND state = 'held'"
_CARRIED = """
SELECT count(*) FILTER (WHERE s.state = 'synced') AS synced, count(*) FILTER (WHERE s.state = 'conflict') AS conflict,
    percentile_cont(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM s.at - a.at) * 1000)
        FILTER (WHERE s.state = 'synced' AND a.at IS NOT NULL) AS lag
FROM journal j JOIN journal_state s ON s.intent = j.id AND s.state IN ('synced', 'conflict')
LEFT JOIN journal_state a ON a.intent = j.id AND a.state = 'acked'
WHERE j.captured AND coalesce(j.functions, ARRAY[j.function]) && %(functions)s AND j.at >= %(since)s AND s.at <= %(until)s
"""


def synced(dsn: str, window: Window) -> Synced | None:
    """Count how a group is kept up to date; None: newcore was never filled with it."""
    kinds = FILLED.get(window.group, ())
    values: dict[str, Any] = {
        "group": window.group, "entities": [each.value for each in kinds], "functions": sorted(changing(kinds)),
        "since": window.since, "until": window.until,
    }  # fmt: skip
    with psycopg.connect(dsn, connect_timeout=TIMEOUT_SECONDS, row_factory=dict_row) as connection:
        filled, reconciled, held, carried = (
            connection.execute(each.encode(), values).fetchone() for each in (_FILLED, _RECONCILED, _HELD, _CARRIED)
        )
    if filled is None or reconciled is None or held is None or carried is None:
        return None
    whole = reconciled["kinds"] == len(kinds)
    return Synced(
        backfill_begun=filled["started_at"],
        backfill_finished=filled["finished_at"],
        reconciled=reconciled["ended"] if whole else None,
        records=reconciled["checked"] or 0,
        differences=reconciled["unexplained"] or 0,
        applied=carried["synced"],
        rejected=carried["conflict"],
        quarantined=held["held"],
        lag_p99_ms=None if carried["lag"] is None else float(carried["lag"]),
    )
