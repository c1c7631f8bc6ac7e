"""Stores intents and outcomes, and reads what the new core must still apply, in an order that skips nothing.

Rules:
1. An intent is durable before the first byte goes to a core; its command is sealed. Rows are only added.
2. Numbers are taken under one lock until commit (`journal_append`), so a lower number never becomes visible later.
3. Reading goes in the order of intents and stops at the first that is still open: a watermark at N says that every
   captured mutation up to N is settled. One that stays open past `patience` (its gateway died) counts as UNKNOWN.
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
SELECT j.seq, j.id, j.function, j.core, j.revision, j.access,
    coalesce(max(s.entity), j.entity) AS entity, array_agg(s.state) FILTER (WHERE s.state IS NOT NULL) AS states,
    clock_timestamp() - j.at > %(patience)s AS overdue
FROM journal j LEFT JOIN journal_state s ON s.intent = j.id
WHERE j.captured AND j.grp = %(group)s AND j.seq > %(after)s
GROUP BY j.seq ORDER BY j.seq LIMIT %(limit)s
"""
_SETTLE = "INSERT INTO journal_state (intent, state) VALUES (%s, %s) ON CONFLICT (intent, state) DO NOTHING"
_ADVANCE = """
INSERT INTO journal_watermark (grp, seq) VALUES (%s, %s)
ON CONFLICT (grp) DO UPDATE SET seq = excluded.seq, updated_at = clock_timestamp()
    WHERE journal_watermark.seq < excluded.seq
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
            "command": _hexadecimal(self._seal(intent.command)),
        }


@dataclass(frozen=True, slots=True)
class Ask:
    """Which group, after which watermark, at most how many, and how long an open mutation is waited for."""

    group: str
    after: int
    limit: int = 100
    patience: timedelta = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Captured:
    """A captured mutation that is settled and may be applied to the new core."""

    sequence: int
    intent: UUID
    access: UUID
    function: str
    core: str
    revision: int
    entity: str | None
    state: State


@dataclass(frozen=True, slots=True)
class Stretch:
    """What follows a watermark: the mutations to apply, and how far the watermark may move once they are."""

    captured: tuple[Captured, ...]
    horizon: int


async def pending(connection: AsyncConnection[Any], ask: Ask) -> Stretch:
    """Read what follows the watermark of a group, up to the first mutation that is still open."""
    values = {"group": ask.group, "after": ask.after, "limit": ask.limit, "patience": ask.patience}
    found = await connection.execute(_PENDING, values)
    captured: list[Captured] = []
    horizon = ask.after
    for seq, intent, function, core, revision, access, entity, states, overdue in await found.fetchall():
        state = _settled(states or (), overdue=overdue)
        if state is None:
            break
        horizon = seq
        if state in {State.ACKED, State.UNKNOWN}:
            captured.append(Captured(seq, intent, access, function, core, revision, entity, state))
    return Stretch(tuple(captured), horizon)


async def settle(connection: AsyncConnection[Any], intent: UUID, state: State) -> None:
    """Record that a captured mutation was applied (SYNCED) or set aside (CONFLICT); the worker's business."""
    await connection.execute(_SETTLE, [intent, state.value])


async def advance(connection: AsyncConnection[Any], group: str, horizon: int) -> None:
    """Move the watermark of a group forward; it never moves back."""
    await connection.execute(_ADVANCE, [group, horizon])


async def watermarks(connection: AsyncConnection[Any]) -> dict[str, int]:
    """Read how far each group is applied."""
    found = await connection.execute("SELECT grp, seq FROM journal_watermark")
    return {row[0]: row[1] for row in await found.fetchall()}


def _settled(states: Sequence[str], *, overdue: bool) -> State | None:
    """Give the newest state of a mutation; None: it is still open."""
    for state in (State.SYNCED, State.CONFLICT, State.REJECTED, State.ACKED, State.UNKNOWN):
        if state.value in states:
            return state
    return State.UNKNOWN if overdue else None


def _outcome(outcome: Outcome) -> dict[str, object]:
    return {
        "intent": outcome.intent,
        "state": outcome.state,
        "digest": _hexadecimal(outcome.digest),
        "entity": outcome.entity,
    }


def _hexadecimal(octets: bytes | None) -> str | None:
    return None if octets is None else "\\x" + octets.hex()
