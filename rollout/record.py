"""What is moved, and the two sides that it moves between, as values and ports. Pure."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Entity(StrEnum):
    """Kinds of records that can be moved today."""

    EMPLOYER = "employer"
    VACANCY = "vacancy"


BY_GROUP: Mapping[str, tuple[Entity, ...]] = {"vacancies": (Entity.EMPLOYER, Entity.VACANCY)}
"""What a backfill of a group fills, in order; the last one is what its mutations change."""


@dataclass(frozen=True, slots=True)
class Row:
    """A record as the source shows it: canonical field names, texts exactly as they are."""

    id: str
    texts: Mapping[str, str]


class Source(Protocol):
    """The legacy, read through sessions of its own."""

    def rows(self, entity: Entity) -> AsyncIterator[str]:
        """Give the row ids of all records, in the legacy's order; raises UpstreamError."""

    async def read(self, entity: Entity, row_id: str) -> Row | None:
        """Read one record; None: legacy says that it does not exist. Raises UpstreamError."""


class Target(Protocol):
    """The new core, over its API."""

    async def apply(self, entity: Entity, row: Row, version: int) -> str:
        """Make a record equal to its source; gives `applied`, `older` or `removed`. Raises UpstreamError, RejectedError."""

    async def remove(self, entity: Entity, row_id: str, version: int) -> str:
        """Remove a record for good."""

    def rows(self, entity: Entity) -> AsyncIterator[str]:
        """Give the ids of all records."""


class RejectedError(Exception):
    """The new core refuses a record as such: sending it again cannot help."""
