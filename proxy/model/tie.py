"""What ties an employee to a person besides caseload and residence: dated, from trusted sources only.

Words: *appointment* (agreed, near in time), *cover* (for a colleague), *grant* (a found candidate was approached on a
vacancy), *emergency* (one client, one hour, with a reason and a review after it), *vacancy* (what a match is a match for).
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Appointment:
    """An appointment of a user with a person."""

    user: str
    day: date


@dataclass(frozen=True, slots=True)
class Cover:
    """A user stands in for a colleague, both days included (RG13)."""

    covered: str
    begins: date
    ends: date
    granted_by: str = ""


class GrantState(StrEnum):
    """Where a grant stands. Only `open` opens anything."""

    REQUESTED = "requested"
    OPEN = "open"
    REFUSED = "refused"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Grant:
    """A user may consult and refer one candidate for one vacancy, until it ends (RG6, RG7)."""

    id: UUID
    user: str
    row_id: str
    vacancy: str
    state: GrantState
    asked_at: datetime
    until: datetime | None
    """None while it is only requested."""
    reason: str = field(default="", repr=False)
    decided_by: str | None = None
    """Who answered the request; None: nobody yet, or nobody had to."""
    decided_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Emergency:
    """Access for one hour to one client, to be reviewed afterwards (RG12)."""

    id: UUID
    user: str
    row_id: str
    begins: datetime
    until: datetime
    category: str
    reason: str = field(repr=False)
    review_by: date


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A vacancy as far as a match depends on it."""

    id: str
    region: str | None
    occupation: str | None
    organisation: str | None
    """Code of the organisation that owns it."""
    opened: date | None
    closed: date | None
    """Unknown dates are None: a vacancy that is not known to be open is closed."""


type Tie = Grant | Emergency
"""What an exchange can make or change: stored in the exchange's one transaction, the newest state of an id counts."""
