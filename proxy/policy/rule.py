"""What a rule of the matrix is, in typed form. All sets are closed enumerations of the model."""

from dataclasses import dataclass
from enum import StrEnum

from proxy.model.call import Kind
from proxy.model.person import Category, PersonClass, Relation
from proxy.model.principal import OrganisationKind, Role


class Does(StrEnum):
    """What a rule does where it holds: a forbid goes before a mask, a mask before an allow."""

    ALLOW = "allow"
    FORBID = "forbid"
    MASK = "mask"


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


@dataclass(frozen=True, slots=True)
class RoleRow:
    """A role as the matrix describes it."""

    role: Role
    name: str
    width: Width
    own: frozenset[Relation]
    """Relations that `(eigen)` stands for."""


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
class Exemption:
    """Where a forbid does not hold."""

    roles: frozenset[Role]
    functions: frozenset[str]
    relations: frozenset[Relation]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the matrix, as compliance signed it."""

    id: str
    text: str
    ground: str
    does: Does
    roles: frozenset[Role]
    organisations: frozenset[OrganisationKind]
    kinds: frozenset[Kind]
    functions: frozenset[str]
    relations: frozenset[Relation] | None
    """None: the role's own relations."""
    classes: frozenset[PersonClass]
    persons: bool
    own_cells: bool
    show: frozenset[Category]
    hide: frozenset[Category]
    requires: frozenset[Requirement]
    exempt: tuple[Exemption, ...] = ()

    def concerns(self, subject: Subject, row: RoleRow, kind: OrganisationKind) -> bool:
        """Tell whether the rule speaks of this function, role and kind of organisation at all."""
        return (
            row.role in self.roles
            and kind in self.organisations
            and subject.kind in self.kinds
            and subject.id in self.functions
            and subject.persons is self.persons
        )

    def holds(self, subject: Subject, row: RoleRow, relation: Relation, held: PersonClass) -> bool:
        """Tell whether the rule holds for a relation and class, where it concerns the function."""
        relations = row.own if self.relations is None else self.relations
        return relation in relations and held in self.classes and not self._exempt(subject, row, relation)

    def _exempt(self, subject: Subject, row: RoleRow, relation: Relation) -> bool:
        return any(
            row.role in each.roles and subject.id in each.functions and relation in each.relations
            for each in self.exempt
        )
