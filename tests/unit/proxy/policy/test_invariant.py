"""The promises of the letter hold in every cell, and each of them has teeth."""

from dataclasses import replace

import pytest

from proxy.errors import OperatorError
from proxy.model.decision import Duty, Reason
from proxy.model.person import Authorship, Category, PersonClass, Relation
from proxy.model.principal import OrganisationKind, Role
from proxy.policy.invariant import LADDER, NEARER, PENDING, PROMISES, broken, broken_in, keep_promises
from proxy.policy.matrix import Matrix, load
from proxy.policy.rule import STANDINGS, place
from proxy.policy.table import Outcome

UWV = OrganisationKind.UWV


def test_every_promise_holds_in_every_cell(matrix):
    """Over all standings of all cells: nothing is broken."""
    assert [str(each) for each in broken(matrix)] == []
    assert keep_promises(matrix) is matrix


def opened(*categories: str, rules=("RGX",), **over) -> Outcome:
    """An outcome that shows these."""
    return replace(Outcome(frozenset(map(Category, categories)), Reason.ALLOWED, rules, whole=True), **over)


def unseen(*authors: str) -> frozenset[tuple[Authorship, Category]]:
    """The notes of these are kept back."""
    return frozenset((Authorship(author), Category.CN) for author in authors)


def told(matrix: Matrix, where: tuple[str, Role, OrganisationKind], at: int, outcome: Outcome) -> set[str]:
    """The promises that are broken when one standing of one cell is another outcome."""
    seat = next(each for each in matrix.seats if (each.subject.id, each.row.role, each.kind) == where)
    cell = matrix.target.index[where]
    outcomes = (*cell.outcomes[:at], outcome, *cell.outcomes[at + 1 :])
    return {each.promise for each in broken_in(seat, replace(cell, outcomes=outcomes))}


CV, NOTES, WC = "client.cv.view", "client.note.view", "client.workcapacity.view"
OUTSIDE, ORDINARY = Relation.OUTSIDE, PersonClass.ORDINARY
TEETH = [
    (1, ("client.overview.view", Role.AW), (Relation.CASELOAD, PersonClass.SELF, False), opened("ID")),
    (2, ("client.overview.view", Role.AW), (Relation.REGION, PersonClass.STAFF, False), opened("ID")),
    (3, ("client.overview.view", Role.AW), (Relation.REGION, PersonClass.SECRET, False), opened("ID", "CT")),
    (4, ("client.search", Role.AW), (OUTSIDE, ORDINARY, False), opened("ID")),
    (5, (NOTES, Role.AW), (Relation.REGION, ORDINARY, False), opened("ID", "CN")),
    (6, (CV, Role.LB), (Relation.REGION, ORDINARY, False), opened("ED", "NA")),
    (7, ("client.contact.update", Role.AW), (OUTSIDE, ORDINARY, False), opened("CT")),
    (8, ("list.export", Role.EXP), (Relation.GRANT, ORDINARY, False), opened("ED")),
    (9, ("client.benefit.view", Role.AW), (OUTSIDE, ORDINARY, True), opened("ID", "BN")),
    (9, (WC, Role.IDV), (OUTSIDE, ORDINARY, True), opened("WC", duties=frozenset(Duty))),
    (9, ("client.search", Role.AW), (OUTSIDE, ORDINARY, True), opened("ID", duties=frozenset(Duty))),
    (10, ("match.candidates.search", Role.WSP), (Relation.CARD, ORDINARY, False), opened("ED", "AV")),
    (10, ("match.candidates.search", Role.WSP), (Relation.CARD, ORDINARY, False), opened("ED", "ID", card=True)),
    (11, (NOTES, Role.AW), (Relation.CASELOAD, ORDINARY, False), opened("ID", "CN")),
    (11, (NOTES, Role.AW), (Relation.CASELOAD, ORDINARY, False), opened("ID", "CN", unseen=unseen("other"))),
    (
        11,
        (NOTES, Role.AW),
        (Relation.CASELOAD, ORDINARY, False),
        opened("ID", "CN", unseen=unseen("own", "other", "unknown")),
    ),
    (
        0,
        (NOTES, Role.AW),
        (Relation.REGION, ORDINARY, False),
        Outcome(frozenset(), Reason.OUT_OF_REACH, (), whole=False, unseen=unseen("other")),
    ),
    (0, (CV, Role.AW), (Relation.REGION, ORDINARY, False), opened("ED", "AV", unseen=unseen("other"))),
    (0, (CV, Role.AW), (Relation.REGION, ORDINARY, False), opened("ED", "AV", "WC")),
    (0, (CV, Role.AW), (Relation.REGION, ORDINARY, False), opened("ID")),
    (0, (CV, Role.AW), (Relation.REGION, ORDINARY, False), opened("ED", "AV", rules=())),
    (0, (CV, Role.AW), (Relation.REGION, ORDINARY, False), opened("ED", "AV", whole=False)),
    (0, (CV, Role.AW), (Relation.REGION, ORDINARY, False), opened()),
]


@pytest.mark.parametrize(("promise", "where", "standing", "outcome"), TEETH)
def test_a_promise_has_teeth(matrix, promise, where, standing, outcome):
    """One outcome that opens too much, or contradicts itself, and its promise is named."""
    relation, held, emergency = standing
    found = told(matrix, (*where, UWV), place(relation, held, emergency=emergency), outcome)
    assert PROMISES[promise][0] in found


def test_every_promise_was_tried():
    """No promise without a broken cell that proves it."""
    assert {tooth[0] for tooth in TEETH} == set(range(len(PROMISES)))


def test_whoever_is_further_away_never_sees_more(matrix):
    """A closer relation that shows less than the next one, or a card where the next is whole, is found."""
    where = ("client.overview.view", Role.AW, UWV)
    assert NEARER in told(matrix, where, place(Relation.TEAM, ORDINARY), opened("ID", whole=False))
    where = (NOTES, Role.AW, UWV)
    assert NEARER in told(matrix, where, place(Relation.TEAM, ORDINARY), opened("ID", "CN", whole=False))
    where = ("match.candidates.search", Role.LB, UWV)
    assert NEARER in told(matrix, where, place(Relation.CASELOAD, ORDINARY), opened("ED", "AV", "LD", card=True))
    assert set(LADDER) == set(Relation) - {Relation.VERIFIED}


def test_nothing_is_pending_in_the_target(matrix):
    """What all rules together say waits for no rule."""
    at = place(Relation.REGION, ORDINARY)
    cell = matrix.target.index[CV, Role.AW, UWV]
    assert PENDING in told(matrix, (CV, Role.AW, UWV), at, replace(cell.outcomes[at], pending=("RG1",)))


def test_a_file_that_breaks_a_promise_is_not_put_in_force(source, catalogue):
    """A rule that opens own dossiers is sound YAML; it is refused with the cells that it opens."""
    wrong = source.replace("    classes: [self]", "    classes: [staff]", 1)
    assert wrong != source
    with pytest.raises(OperatorError, match=r"found \d+ standings that break a promise: .*niemand opent het eigen"):
        keep_promises(load(wrong, catalogue))


def test_a_stricter_file_is_put_in_force_though_distance_then_adds(source, catalogue):
    """Closing the region before the grant is told as odd; it opens nothing, so it is not refused."""
    stricter = source.replace("    show: [ID, CT, ED, AV, LD, SV, AP]\n", "    show: [ID, CT, AV, LD, SV, AP]\n", 1)
    loaded = load(stricter, catalogue)
    assert {each.promise for each in broken(loaded)} == {NEARER}
    assert keep_promises(loaded) is loaded


def test_every_standing_is_looked_at(matrix):
    """The check visits all places of a cell: a hole at any of them is found."""
    where = ("client.overview.view", Role.AW, UWV)
    for at in range(len(STANDINGS)):
        assert told(matrix, where, at, opened("ID", "WC")), STANDINGS[at]
