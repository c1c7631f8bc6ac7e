"""What was read of some subjects, applied to the new core many records at a time, before each subject is finished by itself.

Why: a request for every record took longer than reading it. Rules: kinds go in their order, so parents are there before what
hangs on them; what one record is refused for is the failure of that record alone. The rest - what is gone, what counts as
failed - is done by `rollout/carry.py`, which finds here that its reading and its applying were done. Pure.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

from rollout.record import Dossier, Entity, Listed, RejectedError, Row, Source, Target, UnfitError

type Reading = Dossier | UnfitError
"""What a source says of a subject, or that it shows no such record."""
type Outcome = str | RejectedError


@runtime_checkable
class Many(Protocol):
    """A target that takes several records at once."""

    async def apply_many(self, entity: Entity, rows: Sequence[Row], version: int) -> Sequence[Outcome]:
        """Make records equal to their source; gives what became of each, in order. Raises UpstreamError."""


async def reading(source: Source, listed: Listed, wanted: frozenset[Entity]) -> Reading:
    """Read a subject; raises UpstreamError."""
    try:
        return await source.read(listed, wanted)
    except UnfitError as fault:
        return fault


class Ahead:
    """Both sides, as whoever copies a subject meets them when its records were read and applied before."""

    def __init__(self, sides: tuple[Source, Target], readings: Mapping[str, Reading]) -> None:
        """Take the sides, and what was read of each subject."""
        source, self._target = sides
        self.subjects, self._readings = source.subjects, readings
        self.held, self.remove, self.texts = self._target.held, self._target.remove, self._target.texts
        self._outcomes: dict[tuple[Entity, str], Outcome] = {}

    async def begin(self, version: int) -> None:
        """Apply all that was read, kind by kind; a target that takes one at a time is left to do so later."""
        if not isinstance(self._target, Many):
            return
        read = [each.rest if isinstance(each, UnfitError) else each for each in self._readings.values()]
        for entity in Entity:
            rows = [row for dossier in read for row in dossier.get(entity, ())]
            outcomes = await self._target.apply_many(entity, rows, version) if rows else ()
            self._outcomes |= {(entity, row.id): outcome for row, outcome in zip(rows, outcomes, strict=True)}

    async def read(self, listed: Listed, _: frozenset[Entity]) -> Dossier:
        """Give what was read; raises what reading raised."""
        found = self._readings[listed.id]
        if isinstance(found, UnfitError):
            raise found
        return found

    async def apply(self, entity: Entity, row: Row, version: int) -> str:
        """Give what became of a record; raises what it was refused for."""
        outcome = self._outcomes.get((entity, row.id))
        if isinstance(outcome, RejectedError):
            raise outcome
        return await self._target.apply(entity, row, version) if outcome is None else outcome
