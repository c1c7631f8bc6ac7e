"""What the matrix says of one role in one function, for people: every standing, with the rules behind it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from proxy.model.decision import Reason
from proxy.model.person import Authorship, Category, PersonClass, Relation
from proxy.model.principal import OrganisationKind, Role
from proxy.policy.matrix import Matrix
from proxy.policy.rule import STANDINGS
from proxy.policy.table import DENIED, Outcome, Unseen


@dataclass(frozen=True, slots=True)
class Line:
    """One standing: what is visible, or why nothing is."""

    relation: Relation
    protection: PersonClass
    emergency: bool
    visible: tuple[Category, ...]
    hidden: tuple[Category, ...]
    """Categories of the function and its screen that are emptied, or for which the page is closed."""
    reason: Reason
    rules: tuple[str, ...]
    card: bool
    duties: tuple[str, ...]
    pending: tuple[str, ...]
    """Rules that are not enforced yet and would change this."""
    later: tuple[Category, ...]
    """What all rules together would leave visible."""
    unseen: tuple[Authorship, ...]
    """Whose contact notes are kept back."""
    unseen_later: tuple[Authorship, ...]
    """Whose all rules together would keep back."""


def explain(matrix: Matrix, role: Role, function: str, kind: OrganisationKind) -> Iterator[Line]:
    """Give the lines of a cell; none where the role has not the function, or the function shows no persons."""
    cell = matrix.cell(function, role, kind)
    aim = matrix.target.index.get((function, role, kind))
    subject = matrix.subjects[function]
    for at, standing in enumerate(STANDINGS if cell and cell.outcomes else ()):
        outcome = cell.outcomes[at] if cell else DENIED
        later = aim.outcomes[at] if aim else DENIED
        yield _line(standing, outcome, later, subject.categories | subject.accompany)


def _line(
    standing: tuple[Relation, PersonClass, bool], outcome: Outcome, later: Outcome, held: frozenset[Category]
) -> Line:
    return Line(
        *standing,
        visible=tuple(sorted(outcome.visible & held)),
        hidden=tuple(sorted(held - outcome.visible)),
        reason=outcome.reason,
        rules=outcome.rules,
        card=outcome.card,
        duties=tuple(sorted(outcome.duties)),
        pending=outcome.pending,
        later=tuple(sorted(later.visible)),
        unseen=authors(outcome.unseen, held),
        unseen_later=authors(later.unseen, held),
    )


def authors(unseen: Unseen, held: frozenset[Category]) -> tuple[Authorship, ...]:
    """Name whose rows are kept back of what a function and its screen hold, nearest first."""
    hidden = {author for author, category in unseen if category in held}
    return tuple(author for author in Authorship if author in hidden)


def sentences(matrix: Matrix, names: Iterable[str]) -> Iterator[str]:
    """Give the sentences that compliance signed for these ids, in the order of the file, with the stage of each."""
    wanted = set(names)
    for rule in matrix.rules:
        if rule.id in wanted:
            stage = "" if rule.enforced else f" [{rule.mode} sinds {rule.since}]"
            yield f"{rule.id}: {rule.text} ({rule.ground}){stage}"
    for practice in matrix.practices:
        if practice.id in wanted:
            yield f"{practice.id}: {practice.text} ({practice.ground})"
