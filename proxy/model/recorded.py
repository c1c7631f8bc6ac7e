"""Recorded decisions as a replay reads them: distinct vectors of the access log, each with how often it occurs.

Why words and not enumerations: the log keeps what earlier releases wrote, so a word in it may be one that this release no
longer knows. Whoever reads them refuses such a word; nothing here guesses.
"""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """What a vector is about."""

    CALL = "call"
    """The call as such: allowed, or refused before anybody was named."""
    PERSON = "person"
    """One person of an answer that was released: shown, or kept back from a list."""
    REFUSED = "refused"
    """A refused exchange with everybody who was in it."""


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """What the access record says of the call."""

    policy: str
    kind: str
    decision: str
    reason: str
    role: str | None
    organisation: str | None
    """The kind of organisation of the authorisation that was used."""
    function: str | None
    cell: str
    vacancy: bool
    """Whether it named a vacancy."""
    bare: bool = False
    """A change in whose answer nobody was read: the record does not tell how the person stood whom it was about."""
    held: frozenset[str] = frozenset()
    """What the directory knows the account to hold besides: `role@kind of organisation`."""


@dataclass(frozen=True, slots=True)
class RecordedPerson:
    """What the log says of a person; None: it was written before grounds were kept."""

    relation: str
    protection: str | None
    emergency: bool | None
    present: frozenset[str] | None
    shown: frozenset[str] = frozenset()
    masked: frozenset[str] = frozenset()
    reason: str | None = None
    """Why kept back; None: shown."""
    notes: frozenset[str] | None = None
    """Whose contact notes the answer held; None: it held none, or nobody counted them yet."""
    notes_withheld: frozenset[str] = frozenset()
    """Whose of them were kept back."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One distinct vector."""

    id: int
    level: Level
    call: RecordedCall
    persons: tuple[RecordedPerson, ...]
    count: int
    """Accesses; at the level of a person: persons."""


@dataclass(frozen=True, slots=True)
class Trace:
    """How many accesses of one account hold exactly these changed vectors."""

    account: str | None
    team: str | None
    vectors: frozenset[int]
    count: int
