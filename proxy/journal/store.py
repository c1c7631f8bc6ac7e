"""Stores intents and outcomes, and reads what the new core must still apply, in an order that skips nothing.

Rules:
1. An intent is durable before the first byte goes to a core; its command is sealed. Rows are only added.
2. Numbers are taken under one lock until commit (`journal_append`), so a lower number never becomes visible later.
3. Reading goes in the order of intents and gives each with how far it is; one that is still open is given as such. One that
   stays open past `patience` (its gateway died) counts as UNKNOWN.
4. A watermark at N says that every captured mutation up to N that can have changed the group's records is applied. It may
   be relied on only while the group is filled: `watermarks` gives no other.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from psycopg import AsyncConnection

from proxy.journal.states import State
from proxy.model.entry import Intent, Outcome

_APPEND = "SELECT intent, seq FROM journal_append(%s)"
_PENDING = """
SELECT j.seq, j.id, j.core, j.revision, coalesce(j.functions, ARRAY[j.function]),
    array_remove(coalesce(j.named, ARRAY[j.entity]) || max(s.entity), NULL),
    array_agg(s.state) FILTER (WHERE s.state IS NOT NULL),
    clock_timestamp() - min(s.at) FILTER (WHERE s.state = 'unknown'), clock_timestamp() - j.at
FROM journal j LEFT JOIN journal_state s ON s.intent = j.id
WHERE j.captured AND j.seq > %(after)s
GROUP BY j.seq ORDER BY j.seq LIMIT %(limit)s
"""
_SETTLE = "INSERT INTO journal_state (intent, state) SELECT *, %s FROM unnest(%s::uuid[]) ON CONFLICT (intent, state) DO NOTHING"
_ADVANCE = """
INSERT INTO journal_watermark (grp, seq) VALUES (%s, %s)
ON CONFLICT (grp) DO UPDATE SET seq = excluded.seq, updated_at = clock_timestamp()
    WHERE journal_watermark.seq < excluded.seq
"""
_WATERMARKS = """
SELECT w.grp, w.seq FROM journal_watermark w JOIN backfill b ON b.grp = w.grp WHERE b.finished_at IS NOT NULL
"""


class Journal:
    """The ledger's journal writer; implements `accesslog.seams.JournalWriter`."""

    def __init__(self, seal: Callable[[bytes], bytes]) -> None:
        """Take the function that seals a command for the disk."""
        self._seal = seal

    async def write(self, connection: AsyncConnection[Any], entries: Sequence[Intent | Outcome]) -> Mapping[UUID, int]:
        """Insert intents, then outcomes, on the transaction that is open; give the number of each intent."""
        intents = [self._intent(each) for each in entries if isinstance(each, Intent)]
        outcomes = [_outcome(each) for each in entries if isinstance(each, Outcome)]
        written = orjson.dumps({"intents": intents, "outcomes": outcomes}).decode()
        cursor = await connection.execute(_APPEND, [written])
        return {row[0]: row[1] for row in await cursor.fetchall()}

    def _intent(self, intent: Intent) -> dict[str, object]:
        return {
            "id": intent.id,
            "access": intent.access,
            "function": intent.function,
            "grp": intent.group,
            "core": intent.core,
            "revision": intent.revision,
            "entity": intent.entity,
            "session": _hexadecimal(intent.session),
            "captured": intent.captured,
            "functions": list(intent.functions or (intent.function,)),
            "named": list(intent.named or ((intent.entity,) if intent.entity else ())),
            "command": _hexadecimal(self._seal(intent.command)),
        }


@dataclass(frozen=True, slots=True)
class Ask:
    """After which number, at most how many, and how long an open mutation is waited for."""

    after: int
    limit: int = 1000
    patience: timedelta = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Captured:
    """A captured mutation, and how far it is."""

    sequence: int
    intent: UUID
    core: str
    revision: int
    functions: tuple[str, ...]
    rows: tuple[str, ...]
    """Rows that it names, with one that its answer named as new; none: it may have changed any."""
    state: State
    """INTENT: still open."""
    unknown_for: timedelta | None = None
    """How long its outcome has been unknown; None: it is not."""


async def pending(connection: AsyncConnection[Any], ask: Ask) -> tuple[Captured, ...]:
    """Read the captured mutations after a number, in order, whatever became of them."""
    values = {"after": ask.after, "limit": ask.limit}
    found = await connection.execute(_PENDING, values)
    return tuple(_captured(row, ask.patience) for row in await found.fetchall())


def _captured(row: Sequence[Any], patience: timedelta) -> Captured:
    seq, intent, core, revision, functions, rows, states, unknown_for, age = row
    state = _settled(states or (), overdue=age > patience)
    waited = (unknown_for or age) if state is State.UNKNOWN else None
    named = tuple(dict.fromkeys(rows))
    return Captured(seq, intent, core, revision, tuple(functions), named, state, waited)


async def settle(connection: AsyncConnection[Any], intents: Sequence[UUID], state: State) -> None:
    """Record that captured mutations were applied (SYNCED) or set aside (CONFLICT); the worker's business."""
    await connection.execute(_SETTLE, [state.value, list(intents)])


async def advance(connection: AsyncConnection[Any], group: str, horizon: int) -> None:
    """Move the watermark of a group forward; it never moves back."""
    await connection.execute(_ADVANCE, [group, horizon])


async def watermarks(connection: AsyncConnection[Any]) -> dict[str, int]:
    """Read how far each group is applied that newcore holds whole; one that is being filled is not told."""
    found = await connection.execute(_WATERMARKS)
    return {row[0]: row[1] for row in await found.fetchall()}


def _settled(states: Sequence[str], *, overdue: bool) -> State:
    """Give the newest state of a mutation; INTENT: it is still open."""
    for state in (State.SYNCED, State.CONFLICT, State.REJECTED, State.ACKED, State.UNKNOWN):
        if state.value in states:
            return state
    return State.UNKNOWN if overdue else State.INTENT


def _outcome(outcome: Outcome) -> dict[str, object]:
    return {
        "intent": outcome.intent,
        "state": outcome.state,
        "digest": _hexadecimal(outcome.digest),
        "entity": outcome.entity,
    }


def _hexadecimal(octets: bytes | None) -> str | None:
    return None if octets is None else "\\x" + octets.hex()
