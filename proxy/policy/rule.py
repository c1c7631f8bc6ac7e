"""What a rule of the matrix is, in typed form. All sets are closed enumerations of the model."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import product

from proxy.model.call import Kind
from proxy.model.decision import Duty
from proxy.model.person import Authorship, Category, PersonClass, Relation
from proxy.model.principal import OrganisationKind, Role


class Does(StrEnum):
    """What a rule does where it holds: a forbid goes before a mask, a mask before an allow, an allow before a card."""

    ALLOW = "allow"
    FORBID = "forbid"
    MASK = "mask"
    CARD = "card"
    """Allowed only as a card: the row is replaced by one that identifies nobody."""

    @property
    def opens(self) -> bool:
        """Tell whether it is a permission, of whatever form."""
        return self in {Does.ALLOW, Does.CARD}


class Mode(StrEnum):
    """How far a rule has come: it only reports, it announces itself to the user, it holds."""

    REPORT = "report"
    WARN = "warn"
    ENFORCE = "enforce"


class Cells(StrEnum):
    """Of which cells a rule speaks: any, those marked `(eigen)`, or the functions that a role was not given."""

    ANY = "any"
    OWN = "own"
    ABSENT = "absent"


class Requirement(StrEnum):
    """What a call must bring before a rule may allow it."""

    VACANCY = "vacancy"
    BSN_AND_BIRTH_DATE = "bsn-and-birth-date"


class Width(StrEnum):
    """How far a role looks, narrowest first: of several authorisations the narrowest that suffices is used."""

    CASELOAD = "caseload"
    MUNICIPALITY = "municipality"
    REGION = "region"
    NATIONAL = "national"


type Place = int
"""Number of a standing: (relation, class, emergency), counted in this order."""

STANDINGS: tuple[tuple[Relation, PersonClass, bool], ...] = tuple(product(Relation, PersonClass, (False, True)))
EVERY: int = (1 << len(STANDINGS)) - 1
"""A bit for every standing."""
_OF_CLASS, _OF_RELATION = 2, 2 * len(PersonClass)
_RELATIONS = {relation: at * _OF_RELATION for at, relation in enumerate(Relation)}
_CLASSES = {held: at * _OF_CLASS for at, held in enumerate(PersonClass)}


def place(relation: Relation, held: PersonClass, *, emergency: bool = False) -> Place:
    """Number a standing."""
    return _RELATIONS[relation] + _CLASSES[held] + emergency


def _bits(part: Callable[[tuple[Relation, PersonClass, bool]], object]) -> dict[object, int]:
    """Give, per value of one part of a standing, the bits of the standings that have it."""
    found: dict[object, int] = {}
    for at, standing in enumerate(STANDINGS):
        found[part(standing)] = found.get(part(standing), 0) | 1 << at
    return found


_BITS = _bits(lambda standing: standing[0]) | _bits(lambda standing: standing[1])
_EMERGENCY = _bits(lambda standing: standing[2])[True]


@dataclass(frozen=True, slots=True)
class RoleRow:
    """A role as the matrix describes it."""

    role: Role
    name: str
    organisations: frozenset[OrganisationKind]
    """Kinds of organisation that may give this role; held by another one it opens nothing."""
    width: Width
    own: frozenset[Relation]
    """Relations that `(eigen)` stands for."""
    narrow: bool = False
    """Searches of this role are narrowed in legacy itself to where it may see anybody (`scope.py`)."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What the matrix gives a role in a function: all, `(eigen)` only, or some categories."""

    own: bool = False
    only: frozenset[Category] | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """A function as far as rules look at it."""

    id: str
    kind: Kind
    categories: frozenset[Category]
    """Categories of the function itself."""
    accompany: frozenset[Category]
    """Categories that its screen shows besides."""
    persons: bool
    open: bool
    """False: known, but not yet open in this version."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A role in a kind of organisation, in a function, and what the matrix gives it there; None: nothing."""

    subject: Subject
    row: RoleRow
    kind: OrganisationKind
    given: Grant | None

    @property
    def name(self) -> str:
        """Name the cell: `role@organisation/function`."""
        return f"{self.row.role}@{self.kind}/{self.subject.id}"


@dataclass(frozen=True, slots=True)
class Exemption:
    """Where a forbid does not hold."""

    roles: frozenset[Role]
    functions: frozenset[str]
    relations: frozenset[Relation]


@dataclass(frozen=True, slots=True)
class Practice:
    """A rule of the letter that is kept by how the gateway works, not by a cell."""

    id: str
    text: str
    ground: str
    owner: str
    kept_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of the matrix, as compliance signed it."""

    id: str
    text: str
    ground: str
    owner: str
    does: Does
    mode: Mode
    since: date
    """The day from which it is in this mode."""
    enforces_on: date | None = None
    """The day that a warning announces."""
    roles: frozenset[Role]
    organisations: frozenset[OrganisationKind]
    kinds: frozenset[Kind]
    functions: frozenset[str]
    relations: frozenset[Relation] | None
    """None: the role's own relations."""
    classes: frozenset[PersonClass]
    persons: bool = True
    cells: Cells = Cells.ANY
    emergency: bool = False
    """Holds only under emergency access."""
    show: frozenset[Category] = frozenset()
    hide: frozenset[Category] = frozenset()
    authors: frozenset[Authorship] = frozenset()
    """Of a mask: it hides only what somebody of these wrote, row by row; none: whoever wrote it."""
    requires: frozenset[Requirement] = frozenset()
    duties: frozenset[Duty] = frozenset()
    exempt: tuple[Exemption, ...] = ()

    @property
    def enforced(self) -> bool:
        """Tell whether it holds already."""
        return self.mode is Mode.ENFORCE

    def concerns(self, seat: Seat) -> bool:
        """Tell whether the rule speaks of this function, role and kind of organisation at all."""
        subject = seat.subject
        return (
            seat.row.role in self.roles
            and seat.kind in self.organisations
            and subject.kind in self.kinds
            and subject.id in self.functions
            and (subject.persons is self.persons or self.cells is Cells.ABSENT)
            and (not self.authors or bool(self.hide & (subject.categories | subject.accompany)))
            and self._speaks_of(seat.given)
        )

    def _speaks_of(self, given: Grant | None) -> bool:
        """An "(eigen)" cell is opened by the rules for own cells alone; prohibitions speak of every cell."""
        if self.cells is Cells.ABSENT:
            return given is None
        if self.does.opens:
            return given is not None and given.own is (self.cells is Cells.OWN)
        return self.cells is Cells.ANY or (given is not None and given.own)

    def standings(self, seat: Seat) -> int:
        """Give the standings for which the rule holds, one bit each, where it concerns the seat."""
        relations = seat.row.own if self.relations is None else self.relations
        near = sum(_BITS[relation] for relation in relations - self._exempted(seat))
        held = sum(_BITS[protection] for protection in self.classes)
        return near & held & (_EMERGENCY if self.emergency else EVERY)

    def _exempted(self, seat: Seat) -> frozenset[Relation]:
        exempt = (each for each in self.exempt if seat.row.role in each.roles and seat.subject.id in each.functions)
        return frozenset(relation for each in exempt for relation in each.relations)
