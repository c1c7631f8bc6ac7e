"""What the sync worker does with a stretch of the journal. Pure.

Rules:
1. A mutation is never carried over itself: what it may have changed is read again from legacy, after the acknowledgement,
   and applied under the highest journal number of that subject in the stretch. So order within a stretch does not matter.
2. A mutation that names no row (a new record whose answer did not tell) makes all records of its kinds be read.
3. One that is open, or whose outcome is unknown, may still happen in legacy. It is read once it is settled, or older than
   the longest answer, and until then the watermarks that it concerns stay below it; later mutations are applied meanwhile.
4. What is read after a later mutation of the same subject was carried over is applied under a fresh number: under its own
   it would be `older`, and what was read would be lost.
5. A watermark moves to the end of the stretch, or to just below the first mutation of its group that is not carried over.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from rollout.record import FILLED, Entity

SETTLING = timedelta(seconds=150)
"""Longer than an exchange can take: after this, legacy does nothing more with a request that was cut off."""
MOST = 100
"""Subjects of one stretch: so many are read before the watermark moves."""


class Fate(StrEnum):
    """How far a mutation is."""

    OPEN = "open"
    READY = "ready"
    CARRIED = "carried"
    """Applied, or set aside for a person to decide."""
    VOID = "void"
    """Legacy refused it: nothing was changed."""


@dataclass(frozen=True, slots=True)
class Mutation:
    """One captured mutation: which rows, and which kinds of their records, it may have changed."""

    sequence: int
    intent: UUID
    rows: tuple[str, ...]
    entities: frozenset[Entity]
    fate: Fate = Fate.READY


@dataclass(frozen=True, slots=True)
class Read:
    """What is read again of one subject, and under which number it is applied; None: a fresh one."""

    entities: frozenset[Entity]
    number: int | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What to read again, and between which numbers."""

    reads: Mapping[str, Read]
    everything: frozenset[Entity]
    """Kinds of which all records are read."""
    mutations: tuple[Mutation, ...]
    after: Mapping[str, int]
    """Per group that is followed: its watermark."""
    horizon: int


@dataclass(frozen=True, slots=True)
class Settled:
    """What a carried plan leaves behind."""

    done: tuple[UUID, ...]
    aside: tuple[UUID, ...]
    """Of which a record is in quarantine."""
    watermarks: Mapping[str, int] = field(default_factory=dict)
    """Those that move."""


def plan(mutations: Sequence[Mutation], after: Mapping[str, int], most: int = MOST) -> Plan:
    """Plan a stretch: what follows the lowest watermark of the groups that are followed."""
    followed = frozenset(entity for group in after for entity in FILLED.get(group, ()))
    near = [_narrowed(each, followed) for each in mutations]
    reads: dict[str, Read] = {}
    everything: frozenset[Entity] = frozenset()
    taken: list[Mutation] = []
    for each in near:
        if len(reads) >= most or everything:
            break
        taken.append(each)
        if each.fate is Fate.READY:
            everything |= frozenset() if each.rows else each.entities
            _add(reads, each)
    late = _late(taken, near)
    planned = {row: Read(read.entities, None if row in late else read.number) for row, read in reads.items()}
    return Plan(planned, everything, tuple(taken), after, max((each.sequence for each in taken), default=0))


def settled(planned: Plan, failed: Collection[str], held: Collection[str] = ()) -> Settled:
    """Say what is carried over; `failed` are subjects to try again, `held` those with a record in quarantine."""
    undone = [each for each in planned.mutations if each.entities and not _carried(each, failed)]
    ready = [each for each in planned.mutations if each.fate is Fate.READY and each.entities and each not in undone]
    aside = [each.intent for each in ready if set(each.rows) & set(held)]
    moves: dict[str, int] = {}
    for group, before in planned.after.items():
        shown = frozenset(FILLED[group])
        first = min((each.sequence for each in undone if each.entities & shown), default=planned.horizon + 1)
        if first - 1 > before:
            moves[group] = first - 1
    return Settled(tuple(each.intent for each in ready if each.intent not in aside), tuple(aside), moves)


def fate(*, settled: bool, refused: bool, unknown_for: timedelta | None, acked: bool) -> Fate:
    """Say how far a mutation is, by what the journal knows of it."""
    if settled:
        return Fate.CARRIED
    if refused:
        return Fate.VOID
    if acked:
        return Fate.READY
    return Fate.READY if unknown_for is not None and unknown_for >= SETTLING else Fate.OPEN


def _narrowed(each: Mutation, followed: frozenset[Entity]) -> Mutation:
    return Mutation(each.sequence, each.intent, each.rows, each.entities & followed, each.fate)


def _add(reads: dict[str, Read], each: Mutation) -> None:
    for row in each.rows if each.entities else ():
        before = reads.get(row, Read(frozenset(), 0))
        reads[row] = Read(before.entities | each.entities, max(before.number or 0, each.sequence))


def _late(taken: Iterable[Mutation], every: Sequence[Mutation]) -> frozenset[str]:
    """Name the subjects of which something later was carried over already."""
    first: dict[str, int] = {}
    for each in taken:
        if each.fate is Fate.READY and each.entities:
            for row in each.rows:
                first.setdefault(row, each.sequence)
    carried = [each for each in every if each.fate is Fate.CARRIED]
    return frozenset(row for each in carried for row in each.rows if each.sequence > first.get(row, each.sequence))


def _carried(each: Mutation, failed: Collection[str]) -> bool:
    if each.fate is Fate.OPEN:
        return False
    return each.fate is not Fate.READY or not set(each.rows) & set(failed)
