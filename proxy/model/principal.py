"""Who asks: the account behind a session, its authorisations, and what the session has seen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from proxy.model.person import Category
from proxy.model.tie import Cover


class Role(StrEnum):
    """Roles of the catalogue: what the platform offers (bound to a person by an authorisation)."""

    AW = "AW"
    IDV = "IDV"
    AD = "AD"
    WSP = "WSP"
    AWG = "AWG"
    MAT = "MAT"
    LB = "LB"
    KM = "KM"
    SWB = "SWB"
    KCC = "KCC"
    PLAN = "PLAN"
    TL = "TL"
    MIA = "MIA"
    EXP = "EXP"
    FB = "FB"
    CO = "CO"
    FG = "FG"
    WNL = "WNL"
    GEMSYS = "GEMSYS"
    BATCH = "BATCH"
    KVK = "KVK"
    MIG = "MIG"


class OrganisationKind(StrEnum):
    """The three kinds of organisation that share SONAR, and machines."""

    UWV = "UWV"
    MUNICIPALITY = "municipality"
    SW = "sw"
    MACHINE = "machine"


@dataclass(frozen=True, slots=True)
class Organisation:
    """An office of UWV, a CBS municipality code, an SW company."""

    kind: OrganisationKind
    code: str


@dataclass(frozen=True, slots=True)
class Authorisation:
    """A role bound to a person by the own organisation, with regions, dates and legal ground."""

    id: str
    role: Role
    organisation: Organisation
    regions: frozenset[str]
    """AM codes; empty: none. A national role is national by its rule, not by listing every region."""
    valid_from: date
    valid_until: date | None
    legal_ground: str = ""
    issued_by: str = ""


@dataclass(frozen=True, slots=True)
class Principal:
    """An account of the directory with everything that it may be at this moment."""

    user: str
    authorisations: tuple[Authorisation, ...]
    team: str | None = None
    locked_at: datetime | None = None
    identity: bytes | None = field(default=None, repr=False)
    """Keyed digest of the employee's own identity, to recognise the own dossier (class `self`)."""
    covers: tuple[Cover, ...] = ()
    """Colleagues for whom this account stands in."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The list that a session opened: its function and core stay until a new list is opened."""

    function: str
    core: str
    rows: tuple[str, ...]
    """Row ids that were shown (withheld ones are not in it)."""
    vacancy: str | None = None
    query: str = field(default="", repr=False)
    """Canonical query of a list that newcore answers. It may say whom was asked for, so it is sealed where it is stored."""
    offset: int = 0
    view: str = ""
    """View in which the list stands; legacy keeps one list per view."""
    asked: frozenset[Category] = frozenset()
    """Categories by which it was searched or sorted."""
    cut: bool = False
    """Rows were taken out: a place in it means another row to legacy."""


@dataclass(frozen=True, slots=True)
class Astray:
    """Where SONAR stands elsewhere than the user sees, since newcore answered: what depends on it is positioned first."""

    view: bool = False
    """Its view, and the page that it would show once more."""
    person: bool = False
    """Its current person: the user stands on `Session.current`."""
    records: tuple[str, ...] = ()
    """What is no person: the user stands on the row of `Session.records`."""
    sequence: int | None = None
    """Last sequence number that SONAR saw, where the client is further; None: it saw the client's last one."""
    since: datetime | None = None
    """When SONAR last heard of the session, where newcore answered since."""


@dataclass(frozen=True, slots=True)
class Below:
    """What SONAR stands on below a person in one view: the note that is being written there, or the last one named."""

    view: str
    person: str
    unfinished: bool = False


HOME = Astray()
"""SONAR stands where the user sees it."""


@dataclass(frozen=True, slots=True)
class Session:
    """What the gateway knows of a legacy session: kept by keyed digest of its token, shared by all gateways."""

    key: bytes = field(repr=False)
    version: int
    """Compare-and-set: a change is stored only on the version it was read at. 0: never stored."""
    user: str
    started_at: datetime
    last_seen: datetime
    view: str = ""
    function: str | None = None
    """Function of the current view, which navigation inherits."""
    current: str | None = None
    """Row id under SONAR's cursor, if its person may be seen; None: unknown or withheld."""
    listing: Listing | None = None
    """The list that was opened last, or that the call at hand goes on with."""
    verified: frozenset[str] = frozenset()
    """Rows whose identity was checked in this session (RG15)."""
    wrote: Mapping[str, int] = field(default_factory=dict)
    """Read-your-own-writes token: highest journal sequence of this session per function group."""
    sequence: int | None = None
    """Last sequence number (SWEC) that the client used."""
    lists: tuple[Listing, ...] = ()
    """Lists of other views, newest first, without `listing`: a session may go back to them."""
    matches: tuple[tuple[str, str], ...] = ()
    """(vacancy, row) of candidates that this session's own searches returned, newest last, also those shown as a card."""
    stamp: str = field(default="", repr=False)
    """What legacy writes into every link and form of this session; empty: its log-in did not show it."""
    noticed: frozenset[str] = frozenset()
    """Ids of announced rules of which the user said to have read the notice."""
    astray: Astray = HOME
    records: tuple[tuple[str, str], ...] = ()
    """What is no person on which the user stands: what it is, and its row; an empty one: on none."""
    below: tuple[Below, ...] = ()
    """What SONAR stands on below a person, one for each view."""
