"""What is moved, and the two sides that it moves between, as values and ports. Pure.

Rules: what hangs on a person is read with that person, by its row id (`proxy.routing.entity.SUBJECT`); a reading of a kind
is whole: a record that it does not hold is not there; texts are exactly as the source shows them.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Protocol

from proxy.model.statement import camel
from proxy.routing.entity import FILLED, SUBJECT, Entity


@dataclass(frozen=True, slots=True)
class Row:
    """A record as the source shows it: canonical field names, texts exactly as they are."""

    id: str
    texts: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Listed:
    """A subject as the source's lists show it; what they told need not be asked again in the same reading."""

    id: str
    told: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)
    """Name of the list -> values of its row."""


type Dossier = Mapping[Entity, tuple[Row, ...]]
"""Every record of these kinds that hangs on one subject; a kind that is not in it was not read."""


class Source(Protocol):
    """The legacy, read through sessions of its own."""

    def subjects(self, subject: Entity, wanted: frozenset[Entity]) -> AsyncIterator[Listed]:
        """List everybody (or everything) that has records of these kinds, in the legacy's order; raises UpstreamError."""

    async def read(self, listed: Listed, wanted: frozenset[Entity]) -> Dossier:
        """Read the records of a subject; empty: legacy says that it does not exist. Raises UpstreamError, UnfitError."""


@dataclass(frozen=True, slots=True)
class Held:
    """A record as the new core has it, without its texts."""

    id: str
    subject: str
    version: int
    digest: str


class Target(Protocol):
    """The new core, over its API."""

    async def apply(self, entity: Entity, row: Row, version: int) -> str:
        """Make a record equal to its source; gives `applied`, `older` or `removed`. Raises UpstreamError, RejectedError."""

    async def remove(self, entity: Entity, row_id: str, version: int) -> str:
        """Remove a record for good."""

    def held(self, entity: Entity, subject: str | None = None) -> AsyncIterator[Held]:
        """Give all records of a kind in the order of their ids, or those of one subject (then without a digest)."""

    async def texts(self, entity: Entity, row_id: str) -> Mapping[str, str] | None:
        """Give the texts of a record under the names of the API; None: it has no such record."""


def digest(row: Row) -> str:
    """Give the digest of a record's texts as newcore tells it: name, 0x1F, text, 0x1E, in the order of the names."""
    named = sorted((camel(name), text) for name, text in row.texts.items())
    return sha256("".join(f"{name}\x1f{text}\x1e" for name, text in named).encode()).hexdigest()


class RejectedError(Exception):
    """The new core refuses a record as such: sending it again cannot help."""


class UnfitError(Exception):
    """The source shows something that is no such record: reading it again may help, and mostly does not."""

    def __init__(self, reason: str, rest: Dossier | None = None) -> None:
        """Say why; `rest`: the kinds of which that does not hold."""
        super().__init__(reason)
        self.rest: Dossier = rest or {}


def by_subject(entities: Iterable[Entity]) -> Mapping[Entity, frozenset[Entity]]:
    """Sort kinds by whose row id they are read by, in the order in which they are given."""
    found: dict[Entity, frozenset[Entity]] = {}
    for each in entities:
        found[SUBJECT[each]] = found.get(SUBJECT[each], frozenset()) | {each}
    return found


__all__ = [
    "FILLED", "SUBJECT", "Dossier", "Entity", "Held", "Listed", "RejectedError", "Row", "Source", "Target", "UnfitError",
    "by_subject", "digest",
]  # fmt: skip
