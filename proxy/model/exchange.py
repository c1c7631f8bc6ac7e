"""What the line yields and returns. Nothing is sent without an `Admitted`, nothing answered but the three ends."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from proxy.model.call import Call, StaticCall
from proxy.model.decision import Decision, Effect, Reason
from proxy.model.entry import Entry, Receipt
from proxy.model.http import Answer, Request
from proxy.model.person import PersonFacts
from proxy.model.principal import Listing, Organisation, Principal, Session
from proxy.model.route import Core, Route
from proxy.model.shadow import Offer
from proxy.model.statement import Statement
from proxy.model.tie import Tie, Vacancy


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request with the identity and time that the carrier gave it."""

    id: UUID
    at: datetime
    request: Request


@dataclass(frozen=True, slots=True)
class Admitted:
    """A call that may be sent: an allowing decision and a route. A denied decision cannot become one."""

    call: Call | StaticCall
    decision: Decision
    route: Route

    def __post_init__(self) -> None:
        """Refuse a decision that does not allow."""
        if self.decision.effect is not Effect.ALLOW:
            message = f"a denied call cannot be admitted ({self.decision.reason})"
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class About:
    """Which ties a function of our own is about: those of this user, on this vacancy, or on persons for whom it answers."""

    user: str
    regions: frozenset[str] = frozenset()
    """Regions for whose persons without a caseload holder the user answers; empty: none."""
    vacancy: str | None = None


@dataclass(frozen=True, slots=True)
class Gather:
    """Ask the world. Without `rows`: the session (claimed if the call uses context), the account, the rows named.

    With `rows`: the facts of the persons that an answer shows and the organisations of the authors on it, and nothing else -
    but for a function of our own, which also needs ties, the persons in them and the vacancy.
    """

    call: Call
    rows: tuple[str, ...] | None = None
    about: About | None = None
    authors: tuple[str, ...] = ()
    """Accounts that wrote the contact notes of the answer."""


@dataclass(frozen=True, slots=True)
class Known:
    """The world's reply. What is absent is unknown, and unknown is refused."""

    session: Session | None = None
    principal: Principal | None = None
    persons: Mapping[str, PersonFacts] = field(default_factory=dict)
    applied: Mapping[str, int] = field(default_factory=dict)
    """Per group: highest journal sequence that newcore has applied (watermark)."""
    vacancies: Mapping[str, Vacancy] = field(default_factory=dict)
    """The vacancy that the call or its list is about, if it is known."""
    ties: tuple[Tie, ...] = ()
    """Newest state of the ties that were asked about."""
    organisations: Mapping[str, frozenset[Organisation]] = field(default_factory=dict)
    """Of the authors that were asked about, today; none of whom the directory does not know."""
    written: int = 0
    """Highest captured write of the records named that newcore may not have yet, whoever wrote it."""
    vouched: bool = False
    """Legacy accepted the credentials of this call a moment ago."""


@dataclass(frozen=True, slots=True)
class Send:
    """Send the exchange's request to the admitted core, exactly once."""

    admitted: Admitted
    session: Session | None = None
    statement: Statement | None = None
    """What newcore is told of it; None: legacy answers."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back: the answer, the core that really gave it, and the list that newcore opened."""

    answer: Answer
    core: Core
    listing: Listing | None = None
    narrowed: bool = False
    """The core was asked for less than the client asked: the query was written into a scope."""
    positioned: bool = False
    """Legacy was first placed where the user stood, by a row that was written into the request or by a read of ours."""
    took_us: int = field(default=0, compare=False)
    """Microseconds that the core took."""


@dataclass(frozen=True, slots=True)
class Append:
    """Make these entries durable, all or none; replies with their receipt."""

    entries: tuple[Entry, ...]


type Command = Gather | Send | Append
type Reply = Known | Answered | Receipt


@dataclass(frozen=True, slots=True)
class Released:
    """An answer that may leave: its record is stored."""

    answer: Answer
    receipt: Receipt
    offer: Offer | None = None
    """What a comparison with newcore needs, where this answer is one of its samples."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refusal in the caller's dialect. The receipt is absent only where the log itself could not be written."""

    answer: Answer
    reason: Reason
    reference: str
    receipt: Receipt | None


@dataclass(frozen=True, slots=True)
class Static:
    """The answer under a catalogued static prefix: counted, not recorded."""

    answer: Answer


type End = Released | Refusal | Static
