"""What the matrix says of one role in one function, for people: every relation and class, with the rules behind it."""

from collections.abc import Iterator
from dataclasses import dataclass

from proxy.model.decision import Reason
from proxy.model.person import Category, PersonClass, Relation
from proxy.model.principal import OrganisationKind, Role
from proxy.policy.matrix import Matrix


@dataclass(frozen=True, slots=True)
class Line:
    """One relation and class: what is visible, or why nothing is."""

    relation: Relation
    protection: PersonClass
    visible: tuple[Category, ...]
    hidden: tuple[Category, ...]
    """Categories of the function and its screen that stay hidden; a page that holds one is refused for now."""
    reason: Reason
    rules: tuple[str, ...]


def explain(matrix: Matrix, role: Role, function: str, kind: OrganisationKind) -> Iterator[Line]:
    """Give the lines of a cell; none where the role has not the function, or the function shows no persons."""
    cell = matrix.index.get((function, role, kind))
    subject = matrix.subjects[function]
    for (relation, held), outcome in (cell.outcomes if cell else {}).items():
        beyond = (subject.categories | subject.accompany) - outcome.visible
        yield Line(relation, held, tuple(sorted(outcome.visible)), tuple(sorted(beyond)), outcome.reason, outcome.rules)
