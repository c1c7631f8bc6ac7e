"""A released answer of legacy beside which newcore may be asked, for comparison. It lives in memory only, never on a disk."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from proxy.model.call import Call
from proxy.model.http import Answer
from proxy.model.person import Category, Reading
from proxy.model.principal import Listing, Session
from proxy.model.statement import Statement


@dataclass(frozen=True, slots=True)
class Judged:
    """What was decided about one person of the answer, in its order."""

    row_id: str | None
    kept: bool
    hidden: frozenset[Category] = frozenset()
    learned: bool = False
    """Nothing was known of this person but what the answer itself shows."""


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
    """Without the session's token and without a password."""
    session: Session | None
    """As it stood before the call; without its key. None: the call carries its credentials."""
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


@dataclass(frozen=True, slots=True)
class Item:
    """One record on a page: a row of a list, or a form."""

    id: str
    """Row id; empty: the page names none."""
    values: Mapping[str, str] = field(repr=False)
    """Canonical field -> text exactly as it is shown, unescaped; nothing is the empty text."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a page, in words that no dialect owns."""

    name: str
    kind: str
    """`list`, `form` or `query`."""
    of: str
    """What an item is (`client` = a person)."""
    items: tuple[Item, ...]
    categories: Mapping[str, Category]
    """Of every field."""
    parent: str = ""
    """Row id of the person whose child rows these are."""
    version: str = ""
    total: int = 0
    first: int = 0
    """Place in the list of its first row."""
    turned: str = ""
    """Which ways lead on: `previous`, `next`, both or neither."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What an answer shows: everything that a person can tell from it."""

    status: int
    media: str
    view: str
    notice: str
    error: str
    parts: tuple[Part, ...]
    reading: Reading = field(repr=False)
    frame: bytes = field(repr=False)
    """The whole body without what two answers to one question differ in: clock, sequence, session, user."""
