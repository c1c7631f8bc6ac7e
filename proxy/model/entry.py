"""The closed types of what an exchange leaves behind. The entries of one exchange are one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from proxy.model.call import Kind
from proxy.model.decision import Effect, Reason
from proxy.model.http import BadHead
from proxy.model.person import Authorship, Category, PersonClass, PersonFacts, PersonId, Relation
from proxy.model.principal import Session
from proxy.model.tie import Tie, Vacancy

_NO_NOTES: Mapping[Authorship, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Access:
    """One exchange: who, what, on which ground, by which core (`accesslog.md` §1). No body, secret or BSN."""

    id: UUID
    """UUIDv7 of the exchange; its reference number is derived from it (`accesslog.record.reference`)."""
    occurred_at: datetime
    kind: Kind
    decision: Effect
    reason: Reason
    session: bytes | None = None
    user: str | None = None
    organisation_kind: str | None = None
    organisation: str | None = None
    role: str | None = None
    authorisation: str | None = None
    client: str = ""
    function: str | None = None
    target: Effect | None = None
    """What all rules together would decide (differs from `decision` while a rule is only reported)."""
    rules: tuple[str, ...] = ()
    policy: str = ""
    cell: str = ""
    purpose: str = ""
    vacancy: str | None = None
    core: str | None = None
    revision: int | None = None
    routing: str = ""
    upstream_status: int | None = None
    rows: int = 0
    detail: str = ""
    """A closed word beside the reason: the Unclear reason, the broken head rule, the fault's step."""
    regions: str = ""
    """Hash of the region table that was used."""


@dataclass(frozen=True, slots=True)
class Ground:
    """On which facts and rules a person was shown or withheld: enough to decide again under any later matrix."""

    protection: PersonClass
    emergency: bool
    rules: tuple[str, ...]
    present: frozenset[Category]
    """Categories that the answer held of this person."""
    target: Effect
    """What all rules together would do, also those that are only reported."""
    lost: frozenset[Category] = frozenset()
    """Categories shown that all rules together would hide."""
    pending: tuple[str, ...] = ()
    notes: Mapping[Authorship, int] = _NO_NOTES
    """How many contact notes the answer held, by who wrote them; none: no notes, or their category was hidden as a whole."""
    notes_withheld: Mapping[Authorship, int] = _NO_NOTES
    """How many of those were kept back."""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """A person shown in the answer."""

    access: UUID
    person: PersonId
    relation: Relation
    shown: frozenset[Category]
    masked: frozenset[Category] = frozenset()
    deliberate: bool = False
    ground: Ground | None = None


@dataclass(frozen=True, slots=True)
class Withheld:
    """A person kept back from the answer."""

    access: UUID
    person: PersonId
    relation: Relation
    reason: Reason
    deliberate: bool = False
    ground: Ground | None = None


@dataclass(frozen=True, slots=True)
class SessionChange:
    """The session after the exchange, stored only if it is still at `before` (0: new). `ended` removes it."""

    before: int
    session: Session
    ended: bool = False
    rekeyed_from: bytes | None = field(default=None, repr=False)
    """Old key where the legacy rotated its token."""


@dataclass(frozen=True, slots=True)
class Learned:
    """Facts of a person seen in a legacy answer, of whom nothing was imported: new ones, or newer than learned before."""

    facts: PersonFacts


@dataclass(frozen=True, slots=True)
class LearnedVacancy:
    """A vacancy as a legacy answer shows it: no personal data; the newest reading counts."""

    vacancy: Vacancy


@dataclass(frozen=True, slots=True)
class Tied:
    """A grant or emergency access that this exchange made or changed."""

    tie: Tie


@dataclass(frozen=True, slots=True)
class Intent:
    """A mutation about to be sent: durable before the first byte goes to a core."""

    id: UUID
    access: UUID
    function: str
    group: str | None
    core: str
    revision: int
    entity: str | None
    """Row id of what is changed, if the request names it."""
    command: bytes = field(repr=False)
    """Canonical command, encrypted at rest by the store."""
    session: bytes | None = None
    captured: bool = False
    functions: tuple[str, ...] = ()
    """All functions of the chain; empty: `function` alone."""
    named: tuple[str, ...] = ()
    """All rows that the chain names: every one of them may be changed."""


class OutcomeState(StrEnum):
    """How a mutation ended, as far as is known."""

    ACKED = "acked"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the intended mutation ended, with the digest of the answer that told it."""

    intent: UUID
    state: OutcomeState
    digest: bytes = b""
    entity: str | None = None
    """Row id of a record that the answer names as new."""


type Entry = Access | Disclosure | Withheld | SessionChange | Learned | LearnedVacancy | Tied | Intent | Outcome


class Delivery(StrEnum):
    """What became of the answer after the record was stored."""

    DELIVERED = "delivered"
    CLIENT_GONE = "client_gone"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Completion:
    """After the last byte: a missing one reads `unknown`."""

    access: UUID
    delivery: Delivery
    size: int
    """Bytes of the answer's body."""
    duration_us: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof that the entries of an exchange are durable. Only a ledger makes one."""

    access: UUID
    writer: str
    sequence: int
    journal: int | None = None
    """Journal sequence, where the entries held an Intent."""


__all__ = [
    "Access",
    "BadHead",
    "Completion",
    "Delivery",
    "Disclosure",
    "Entry",
    "Ground",
    "Intent",
    "Learned",
    "LearnedVacancy",
    "Outcome",
    "OutcomeState",
    "Receipt",
    "SessionChange",
    "Tied",
    "Withheld",
]
