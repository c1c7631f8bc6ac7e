"""Reachable dossiers: how many persons an employee can see anything of, per category. The figure that shows the risk falling.

Before the gateway everybody reached every person in every category. After: for each person the relation that holds, and
what the matrix shows for it in any function of the role. Rules:
1. Counted are persons, once: with several authorisations a person is reached in a category if one of them reaches it.
2. A card, emergency access, and a check of somebody's identity are not counted: none of them names a person beforehand.
3. An export is not counted: it shows nothing that its list does not show.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from proxy.model.call import Kind
from proxy.model.person import Category, PersonClass, Relation
from proxy.model.principal import OrganisationKind, Role
from proxy.policy.matrix import Matrix
from proxy.policy.rule import place
from proxy.policy.table import Outcome, Table

type Standpoint = tuple[Role, OrganisationKind, Relation]
"""Under which authorisation an account looks at a person, and how near that is."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """Persons who stand the same way to an account, under each of its authorisations; a negative count takes away."""

    standpoints: frozenset[Standpoint]
    protection: PersonClass
    count: int


@dataclass(frozen=True, slots=True)
class Reached:
    """What an account reaches."""

    anything: int
    """Persons of whom anything can be seen."""
    categories: Mapping[Category, int]


@dataclass(frozen=True, slots=True)
class Sight:
    """What a role sees of a person in any of its functions."""

    outcomes: Mapping[tuple[Role, OrganisationKind], tuple[tuple[Outcome, ...], ...]]
    known: dict[tuple[frozenset[Standpoint], PersonClass], frozenset[Category]] = field(default_factory=dict)
    """What was worked out before: there are few kinds of standing and many accounts."""

    def seen(self, standpoints: frozenset[Standpoint], protection: PersonClass) -> frozenset[Category]:
        """Give the categories of which something can be seen."""
        key = standpoints, protection
        if key not in self.known:
            each = (self._one(point, protection) for point in standpoints)
            self.known[key] = frozenset[Category]().union(*each)
        return self.known[key]

    def _one(self, point: Standpoint, protection: PersonClass) -> frozenset[Category]:
        role, kind, relation = point
        at = place(relation, protection)
        found = (outcomes[at] for outcomes in self.outcomes.get((role, kind), ()))
        return frozenset[Category]().union(*(each.visible for each in found if not each.card))


def sight(matrix: Matrix, table: Table) -> Sight:
    """Make the sight of a table: functions that are open, and no export."""
    found: dict[tuple[Role, OrganisationKind], tuple[tuple[Outcome, ...], ...]] = {}
    for (function, role, kind), cell in table.index.items():
        subject = matrix.subjects[function]
        if subject.open and subject.kind is not Kind.EXPORT and cell.outcomes:
            found[role, kind] = (*found.get((role, kind), ()), cell.outcomes)
    return Sight(found)


def tally(looking: Sight, crowds: Iterable[Crowd]) -> Reached:
    """Count what an account reaches of these crowds."""
    anything, categories = 0, dict.fromkeys(Category, 0)
    for crowd in crowds:
        seen = looking.seen(crowd.standpoints, crowd.protection)
        anything += crowd.count if seen else 0
        for category in seen:
            categories[category] += crowd.count
    return Reached(anything, categories)
