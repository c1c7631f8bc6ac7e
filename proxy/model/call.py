"""What a request asks for, in words that no dialect owns: functions of the catalogue, rows, searches."""

from dataclasses import dataclass, field
from enum import StrEnum

from proxy.model.person import Category


class Format(StrEnum):
    """The dialect in which the caller expects its answer, refusals included."""

    HTML = "html"
    RPC = "rpc"
    SOAP = "soap"
    PLAIN = "plain"


class Kind(StrEnum):
    """What a function does, as the access record names it."""

    CONSULT = "consult"
    MUTATE = "mutate"
    SEARCH = "search"
    EXPORT = "export"
    REPORT = "report"
    ADMIN = "admin"
    INTERFACE = "interface"
    SHADOW = "shadow"


class SearchClass(StrEnum):
    """How a person is looked for."""

    BSN = "bsn"
    NAME = "name"
    EXPRESSION = "expression"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Search:
    """The query of a person search; the values never reach a log."""

    by: SearchClass
    bsn: str | None = field(default=None, repr=False)
    birth_date: bool = False
    """Whether a complete birth date was asked for beside the BSN (RG15)."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a log-in claims; the password stays in the request's bytes and is not kept."""

    user: str


@dataclass(frozen=True, slots=True)
class Link:
    """One command of a (chained) request.

    `function` is the catalogue's id, or None where a navigation inherits it from the session's view.
    """

    function: str | None
    view: str = ""
    applet: str = ""
    command: str = ""
    method: str = ""
    row_id: str | None = None
    of_view: str | None = None
    """Function by which the named view is looked at: what a navigation inherits where the session is elsewhere."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request that has exactly one reading. Its links are in the order of execution; every one must be allowed."""

    format: Format
    links: tuple[Link, ...]
    function: str | None
    """Function of the most sensitive link; None: all links inherit from the session (see `identity.continuity`)."""
    kind: Kind
    """Kind of the strictest link: a read that carries field data is a mutation."""
    token: bytes | None = field(default=None, repr=False)
    """The session token as the client sent it (cookie or URL); secret."""
    account: str | None = None
    """Claimed account of a call that carries its credentials (SOAP)."""
    password: bytes | None = field(default=None, repr=False)
    """The password beside it; secret, neither stored nor handed over. None: there is none, or more than one."""
    login: Credentials | None = None
    logoff: bool = False
    row_ids: tuple[str, ...] = ()
    """Rows of persons that the request names."""
    by_cursor: bool = False
    """Acts on the record where SONAR's cursor stands, because the request names no row."""
    by_place: bool = False
    """Acts on a place in the list that legacy shows, because no row is named."""
    moves_cursor: bool = False
    pages: bool = False
    """Goes on with the list that the session opened (next set, previous set, sort, export of the list)."""
    context: bool = True
    """Uses or changes session context, so it may not overlap with others of its session."""
    repeatable: bool = False
    """A read that may be sent a second time: moves no cursor and changes nothing."""
    first_page: bool = False
    """Opens a list: the only moment at which the list may change core."""
    opens: bool = False
    """Opens one record: the one that it names, else the current one."""
    again: bool = False
    """Shows once more what is there: the list of the view that it names, else what the session looks at."""
    by_child: bool = False
    """Acts on what stands below the current person (a note, a referral) where SONAR stands on it, because it names none."""
    sequence: int | None = None
    search: Search | None = None
    vacancy: str | None = None
    asks: frozenset[Category] = frozenset()
    """Categories by which persons are searched or sorted: to show a row is to tell the value that was asked for."""
    writes: frozenset[Category] = frozenset()
    """Categories of the controls for which the request carries a value that may be stored."""
    own: bool = False
    """Asks a function of the gateway itself (the third core): no core is asked, nothing is forwarded."""
    aliases: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """Arguments that translation to newcore needs (canonical name, value); never logged."""


READINGS = frozenset({Kind.CONSULT, Kind.SEARCH})


def only_reads(call: Call) -> bool:
    """Tell whether a call only shows something: a consultation, a search, or a service's question."""
    return call.kind in READINGS or (call.kind is Kind.INTERFACE and call.format is Format.SOAP and call.repeatable)


@dataclass(frozen=True, slots=True)
class Unclear:
    """A request with no reading, or more than one: refused and recorded, never sent."""

    reason: str
    """A closed word (`duplicate`, `unknown-command`, `body-not-parsed` ...)."""
    format: Format = Format.HTML
    token: bytes | None = field(default=None, repr=False)
    detail: str = ""
    """What was found, for the operator; names only, no values."""


@dataclass(frozen=True, slots=True)
class StaticCall:
    """A catalogued static prefix: no session, no person; passed on and counted, not recorded."""

    prefix: str
