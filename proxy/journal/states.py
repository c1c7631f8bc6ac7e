"""The life of a mutation, as a table: what may follow what. The diagram in the documents is printed from these rows.

Rules: a state is a row of its own, never a changed one; `sent` is not stored, since an intent without outcome must be
taken as sent; whatever is not in the table is refused.
"""

from enum import StrEnum


class State(StrEnum):
    """How far a mutation is."""

    INTENT = "intent"
    SENT = "sent"
    ACKED = "acked"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    SYNCED = "synced"
    CONFLICT = "conflict"


class Event(StrEnum):
    """What happens to a mutation."""

    FORWARDED = "forwarded"
    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    LOST = "lost"
    RE_READ = "re-read"
    APPLIED = "applied"
    COLLIDED = "collided"


TABLE: tuple[tuple[State, Event, State], ...] = (
    (State.INTENT, Event.FORWARDED, State.SENT),
    (State.INTENT, Event.LOST, State.UNKNOWN),
    (State.SENT, Event.ACKNOWLEDGED, State.ACKED),
    (State.SENT, Event.REFUSED, State.REJECTED),
    (State.SENT, Event.LOST, State.UNKNOWN),
    (State.UNKNOWN, Event.RE_READ, State.ACKED),
    (State.UNKNOWN, Event.REFUSED, State.REJECTED),
    (State.UNKNOWN, Event.APPLIED, State.SYNCED),
    (State.UNKNOWN, Event.COLLIDED, State.CONFLICT),
    (State.ACKED, Event.APPLIED, State.SYNCED),
    (State.ACKED, Event.COLLIDED, State.CONFLICT),
    (State.CONFLICT, Event.APPLIED, State.SYNCED),
)
_NEXT = {(before, event): after for before, event, after in TABLE}


def follow(state: State, event: Event) -> State:
    """Give the state after an event; raises ValueError where the table has no such row."""
    after = _NEXT.get((state, event))
    if after is None:
        allowed = ", ".join(each for before, each, _ in TABLE if before is state) or "nothing"
        raise ValueError(f"found {event} in state {state}; allowed here: {allowed}")
    return after


def final(state: State) -> bool:
    """Tell whether nothing follows any more."""
    return all(before is not state for before, _, _ in TABLE)


def diagram() -> str:
    """Draw the table as a Mermaid state diagram."""
    rows = [f"    {before} --> {after}: {event}" for before, event, after in TABLE]
    ends = [f"    {state} --> [*]" for state in State if final(state)]
    return "\n".join(("stateDiagram-v2", f"    [*] --> {State.INTENT}", *rows, *ends)) + "\n"
