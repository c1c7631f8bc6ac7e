"""What can be asked of the log, as SQL. Every value is a parameter; the words are closed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson

from proxy.accesslog.reading.rows import ACCESS
from proxy.accesslog.record import GROUND, candidates

NEWEST_FIRST = "a.recorded_at DESC, a.writer DESC, a.seq DESC"
OLDEST_FIRST = "a.recorded_at, a.writer, a.seq"


def _ground(table: str) -> str:
    """Write the ground of a person as pairs of a JSON object."""
    return ", ".join(f"'{name}', {table}.{name}" for name in GROUND)


_SELECT = f"""
SELECT a.writer, a.seq, a.recorded_at, {", ".join(f"a.{each}" for each in ACCESS)},
    (SELECT json_agg(json_build_object('person', d.person, 'relation', d.relation, 'shown', d.shown, 'masked', d.masked,
        'deliberate', d.deliberate, {_ground("d")}) ORDER BY d.position)
     FROM disclosure d WHERE d.writer = a.writer AND d.seq = a.seq AND d.recorded_at = a.recorded_at),
    (SELECT json_agg(json_build_object('person', w.person, 'relation', w.relation, 'reason', w.reason,
        'deliberate', w.deliberate, {_ground("w")}) ORDER BY w.position)
     FROM withheld w WHERE w.writer = a.writer AND w.seq = a.seq AND w.recorded_at = a.recorded_at),
    (SELECT json_build_object('delivery', c.delivery, 'size', c.size, 'duration_us', c.duration_us)
     FROM completion c WHERE c.access = a.id AND c.recorded_at >= a.recorded_at
        AND c.recorded_at < a.recorded_at + interval '1 day' ORDER BY c.recorded_at LIMIT 1)
FROM access a
"""  # noqa: S608 - columns are constants
_PERSON = """(a.writer, a.seq, a.recorded_at) IN (
    SELECT writer, seq, recorded_at FROM disclosure WHERE person = ANY(%(persons)s)
    UNION ALL SELECT writer, seq, recorded_at FROM withheld WHERE person = ANY(%(persons)s))"""

_AFTER = "a.seq > coalesce((%(after)s::jsonb->>a.writer)::bigint, 0)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Filters on access records; what is None does not filter."""

    user: str | None = None
    function: str | None = None
    decision: str | None = None
    reason: str | None = None
    reference: str | None = None
    sessionless: bool = False
    since: datetime | None = None
    until: datetime | None = None
    persons: tuple[UUID, ...] | None = None
    after: Mapping[str, int] | None = None
    """Per chain the number after which to begin; chains that are not named are given whole."""
    limit: int | None = 50
    order: str = NEWEST_FIRST


def sql(question: Question) -> tuple[str, dict[str, object]]:
    """Write a question as a statement and its parameters; raises ValueError on what is no reference number."""
    wanted, values = _conditions(question)
    values |= {"limit": question.limit}
    where = f"WHERE {' AND '.join(wanted)}" if wanted else ""
    limit = "" if question.limit is None else "LIMIT %(limit)s"
    return f"{_SELECT} {where} ORDER BY {question.order} {limit}", values


def _conditions(question: Question) -> tuple[list[str], dict[str, object]]:
    given: Sequence[tuple[object, str, dict[str, object]]] = (
        (question.user, "a.account = %(user)s", {"user": question.user}),
        (question.function, "a.function = %(function)s", {"function": question.function}),
        (question.decision, "a.decision = %(decision)s", {"decision": question.decision}),
        (question.reason, "a.reason = %(reason)s", {"reason": question.reason}),
        (question.sessionless or None, "a.session IS NULL", {}),
        (question.since, "a.recorded_at >= %(since)s", {"since": question.since}),
        (question.until, "a.occurred_at < %(until)s", {"until": question.until}),
        (question.after, _AFTER, {"after": orjson.dumps(dict(question.after or {})).decode()}),
        (question.persons, _PERSON, {"persons": list(question.persons or ())}),
    )
    wanted = [condition for value, condition, _ in given if value is not None]
    values: dict[str, object] = {}
    for value, _, parameters in given:
        values |= parameters if value is not None else {}
    if question.reference is not None:
        ranges = candidates(question.reference)
        wanted.append("(a.id BETWEEN %(low0)s AND %(high0)s OR a.id BETWEEN %(low1)s AND %(high1)s)")
        for place, (low, high) in enumerate(ranges):
            values |= {f"low{place}": low, f"high{place}": high}
    return wanted, values
