"""What the sync worker does with a stretch of the journal. Pure.

Rules:
1. A mutation is never carried over itself: the record is read again from legacy, after the acknowledgement, and applied
   under the highest journal number of that record in the stretch. So order within a stretch does not matter.
2. A mutation that names no record (a new one whose answer did not tell) makes all records be read.
3. An unknown outcome may still happen in legacy. Its record is read once it is older than the longest answer, and until
   then the watermark stays below it; later mutations are applied meanwhile.
4. The watermark moves to the end of the stretch, or to just below the first mutation that is held.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

SETTLING = timedelta(seconds=150)
"""Longer than an exchange can take: after this, legacy does nothing more with a request that was cut off."""


@dataclass(frozen=True, slots=True)
class Mutation:
    """One captured mutation that may have changed a record."""

    sequence: int
    intent: UUID
    entity: str | None
    unknown_for: timedelta | None = None
    """How long its outcome has been unknown; None: it was acknowledged."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Which records to read again, under which numbers, and how far the watermark may move after that."""

    records: Mapping[str, int]
    everything: int | None
    """Read all records under this number; None: not needed."""
    done: tuple[UUID, ...]
    """Mutations that are carried over when all of this succeeded."""
    watermark: int


def plan(mutations: Sequence[Mutation], after: int, horizon: int) -> Plan:
    """Plan a stretch that begins after a watermark and ends at a horizon."""
    ready = [each for each in mutations if not held(each)]
    first_held = min((each.sequence for each in mutations if held(each)), default=horizon + 1)
    records: dict[str, int] = {}
    for each in ready:
        if each.entity is not None:
            records[each.entity] = max(records.get(each.entity, 0), each.sequence)
    nameless = [each.sequence for each in ready if each.entity is None]
    return Plan(
        records=records,
        everything=max(nameless, default=None),
        done=tuple(each.intent for each in ready),
        watermark=max(after, min(horizon, first_held - 1)),
    )


def held(mutation: Mutation) -> bool:
    """Tell whether a mutation may still happen in legacy."""
    return mutation.unknown_for is not None and mutation.unknown_for < SETTLING
