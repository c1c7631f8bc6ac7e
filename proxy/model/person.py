"""The person (citizen) in facts, and as shown in an answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from re import Pattern

import msgspec

from proxy.model.http import Span
from proxy.model.tie import Appointment, Emergency, Grant, Vacancy


class Category(StrEnum):
    """Categories of personal data, from the authorisation matrix."""

    ID = "ID"
    CT = "CT"
    NA = "NA"
    ED = "ED"
    AV = "AV"
    WC = "WC"
    BN = "BN"
    LD = "LD"
    SV = "SV"
    CN = "CN"
    AP = "AP"
    VA = "VA"
    EM = "EM"
    RF = "RF"
    CO = "CO"
    DG = "DG"
    UA = "UA"
    AU = "AU"


class Relation(StrEnum):
    """Relation of a request to one person, closest first; the first that holds counts."""

    CASELOAD = "caseload"
    ASSIGNED = "assigned"
    APPOINTMENT = "appointment"
    TEAM = "team"
    MUNICIPALITY = "municipality"
    REGION = "region"
    GRANT = "grant"
    VERIFIED = "verified"
    CARD = "card"
    OUTSIDE = "outside"


class PersonClass(StrEnum):
    """Protection class of a dossier."""

    ORDINARY = "ordinary"
    SECRET = "secret"  # noqa: S105  a secret address, not a password
    STAFF = "staff"
    SELF = "self"


class Authorship(StrEnum):
    """Who wrote a contact note, seen from the account that asks; nearest first."""

    SELF = "self"
    OWN = "own"
    """Somebody of the own organisation."""
    OTHER = "other"
    """Somebody of another organisation."""
    UNKNOWN = "unknown"
    """Nobody whom the directory knows, or who has an organisation there."""


class Standing(msgspec.Struct, frozen=True, gc=False):
    """How one person stands to the account that asks: how near, under which protection for it, and in an emergency."""

    relation: Relation
    protection: PersonClass
    emergency: bool = False


@dataclass(frozen=True, slots=True)
class PersonId:
    """Who a person is, without saying it: the keyed digest, and what is needed once to make the reveal row.

    `plain` (`bsn:…` or `row:…`) lives in memory only; `sealed` is the same, encrypted at rest.
    """

    digest: bytes
    plain: str | None = field(default=None, repr=False)
    sealed: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What decides about one person. Unknown values are None and lead to the most restrictive relation."""

    row_id: str
    identity: PersonId
    municipality: str | None
    """CBS code of residence, four digits."""
    responsible_region: str | None
    """AM code; None: follows residence."""
    caseload_user: str | None = None
    team: str | None = None
    assigned: frozenset[str] = frozenset()
    """Users or SW companies to whom the person was assigned."""
    protection: PersonClass = PersonClass.ORDINARY
    moved: tuple[str, date] | None = None
    """Municipality from which the person moved, and when: both regions count for a while."""
    appointments: tuple[Appointment, ...] = ()
    grants: tuple[Grant, ...] = ()
    emergencies: tuple[Emergency, ...] = ()
    consents: bool = False
    """Agreed that the CV is published (RG6); unknown is no."""
    learned: bool = False
    """Read from an answer, not imported: a newer answer counts."""
    born: bytes | None = field(default=None, repr=False)
    """Keyed digest of the birth date of this very person (`identity.binding.birth_mark`): to check one that is typed."""


@dataclass(frozen=True, slots=True)
class Field:
    """Places of a person in an answer: their category, and the edits that empty them where the category is hidden."""

    category: Category
    edits: tuple[tuple[Span, bytes], ...]


@dataclass(frozen=True, slots=True)
class Note:
    """One contact note on the page of a person; `spans` are all bytes that belong to it alone."""

    author: str
    """Account of the legacy, as the page shows it; empty: it says none."""
    spans: tuple[Span, ...]
    """None: it is opened in a form and cannot be cut out."""
    row_id: str = ""


@dataclass(frozen=True, slots=True)
class Notes:
    """The contact notes of one person on a page: a list inside it, whose rows go one by one."""

    rows: tuple[Note, ...]
    categories: frozenset[Category]
    """What every one of them shows."""
    complete: bool = True
    """The list ends on this page and began on it."""
    counters: tuple[Span, ...] = ()
    """Places that tell totals; replaced once something may be hidden."""
    empty: tuple[tuple[Span, bytes], ...] = ()
    """Edits that make it what legacy shows where there are none, applied when no row of a complete list is left."""
    numbers: Pattern[bytes] | None = None
    """Finds, as its groups, the places in a row's bytes that tell its number."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One person in an answer, as its control map reads it. `spans` are all bytes that belong to this person alone."""

    row_id: str | None
    bsn: str | None = field(repr=False)
    municipality: str | None
    region: str | None
    """Region code that the answer itself shows; used only where facts are missing, never to widen."""
    categories: frozenset[Category]
    spans: tuple[Span, ...]
    deliberate: bool
    """Opened on purpose (single-person page, export row) rather than a row in a list."""
    responsible_region: str | None = None
    protection: PersonClass | None = None
    """Class that the answer itself shows ("Geheim adres"); None: it shows none. Makes stricter, never milder."""
    named: bool = True
    """False: a minimal row without identifying data."""
    fields: Sequence[Field] = ()
    """Every place that holds a value of this person; together they cover `categories`, or nothing can be masked."""
    traits: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Values from which a card is made (canonical field name, value as shown); never logged."""
    notes: Notes | None = None
    """Contact notes of this person; they have places in `fields` too, for where their category is hidden as a whole."""


@dataclass(frozen=True, slots=True)
class Reading:
    """All persons of one answer. `body` is decoded (decompressed); spans refer to it."""

    persons: tuple[Shown, ...]
    body: bytes = field(repr=False)
    listed: bool = False
    """A list: rows can be cut. Otherwise a withheld person means that the whole answer is refused."""
    complete: bool = True
    """The list ends on this page and began on it: nothing is beyond what was read."""
    counters: tuple[tuple[Span, bytes], ...] = ()
    """Places that tell totals; replaced by the dialect's own counter once something may be hidden."""
    own_total: bool = False
    """Totals count the user's own work only, so they are kept while nothing was cut from the page."""
    empty: tuple[Span, bytes] | None = None
    """Edit that makes the page what legacy shows for no hits, applied when no row is left."""
    numbers: Pattern[bytes] | None = None
    """Finds, as its groups, the places in a person's bytes that tell its number in the list: rows behind one that is
    gone are numbered anew."""
    cursor: str | None = None
    """Row on which SONAR's cursor stands after this answer."""
    view: str = ""
    """View that the page shows; empty: it shows none, as an error does."""
    record: tuple[str, str | None] | None = None
    """What is no person that the page shows: what it is, and the row on which SONAR's cursor stands; None: not told."""
    asking: bool = False
    """A form for a query stands in the place of the list."""
    counted: bool = True
    """The sequence number of the request was taken; an answer that says that nothing was done takes none."""
    vacancies: tuple[Vacancy, ...] = ()
    """Vacancies that the answer shows, as far as it shows them."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An answer whose persons could not be read with certainty: nothing of it is released."""

    reason: str
