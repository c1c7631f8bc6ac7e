"""A page of our own, in words that no dialect owns: what it says and what it asks. The dialect gives it form and charset.

Rules: every text here is plain text, which the dialect escapes; a page of our own never holds a value of a person.
"""

from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Entry:
    """One value that a form asks: free text, a choice where `choices` are given, or a hidden value without a label."""

    name: str
    label: str = ""
    value: str = field(default="", repr=False)
    choices: tuple[tuple[str, str], ...] = ()
    """(value, text), in order."""
    long: bool = False
    """Several lines of text."""


@dataclass(frozen=True, slots=True)
class Form:
    """What is asked, and where it goes: `action` is the name of one of our own functions' paths."""

    action: str
    entries: tuple[Entry, ...]
    button: str


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table, with what can be done about it: (text, action, number)."""

    cells: tuple[str, ...]
    links: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A list with its headings."""

    title: str
    heads: tuple[str, ...]
    lines: tuple[Line, ...]
    nothing: str = "Geen"


@dataclass(frozen=True, slots=True)
class Screen:
    """A page of our own."""

    title: str
    texts: tuple[str, ...] = ()
    error: str = ""
    tables: tuple[Table, ...] = ()
    forms: tuple[Form, ...] = ()
    links: tuple[tuple[str, str, str], ...] = ()
    """(text, action, number) below everything else."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What the gateway says at the top of a page of the legacy, and where it leads (an action of ours, or nothing)."""

    text: str
    action: str = ""
    link: str = ""


class Side(StrEnum):
    """Which page of a person."""

    CV = "cv"
    OVERVIEW = "overview"


@dataclass(frozen=True, slots=True)
class Turn:
    """Send the browser to the legacy's own page of a person, where the person is decided about like any other."""

    row_id: str = field(repr=False)
    side: Side


type Own = Screen | Turn
"""What a function of our own answers."""


@dataclass(frozen=True, slots=True)
class Card:
    """What a found candidate outside the region may look like (RG5). Bands and clusters only; empty: not known."""

    reference: str
    """Keyed, of one day and one vacancy: it links nothing across them."""
    handle: str = field(repr=False)
    """What "benaderen" sends; means something to the session that it was issued to, and to no other."""
    education: str = ""
    occupation: str = ""
    experience: str = ""
    hours: str = ""
    available: str = ""
    """Month and year."""
    travel: str = ""
    licence: str = ""
    target_group: str = ""
