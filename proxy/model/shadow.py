"""A released answer of legacy beside which newcore may be asked, for comparison. It lives in memory only, never on a disk."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from proxy.model.call import Call
from proxy.model.http import Answer
from proxy.model.person import Category
from proxy.model.principal import Listing, Session
from proxy.model.statement import Statement


@dataclass(frozen=True, slots=True)
class Judged:
    """What was decided about one person of the answer, in its order."""

    row_id: str | None
    kept: bool
    hidden: frozenset[Category] = frozenset()


@dataclass(frozen=True, slots=True)
class Offer:
    """Everything that a comparison needs: what was asked, as whom, what legacy answered, what of it was shown."""

    exchange: UUID
    at: datetime
    group: str
    revision: int
    config: str
    """Hash of the routing file."""
    call: Call
    """Without the session's token."""
    session: Session
    """As it stood before the call; without its key."""
    listing: Listing | None
    """The list that the call opened or went on with."""
    statement: Statement
    answer: Answer = field(repr=False)
    """As legacy gave it, before anything was taken out."""
    judged: tuple[Judged, ...] = ()
    narrowed: bool = False
    """Legacy was asked for the statement's scope alone."""
    took_us: int = 0
    """Microseconds that legacy took."""
