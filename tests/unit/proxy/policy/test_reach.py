"""Reachable dossiers: persons counted once, by what any function of any authorisation shows of them."""

import pytest

from proxy.model.person import Category, PersonClass, Relation
from proxy.model.principal import OrganisationKind, Role
from proxy.policy.reach import Crowd, Sight, sight, tally

ORDINARY, SECRET, SELF = PersonClass.ORDINARY, PersonClass.SECRET, PersonClass.SELF


@pytest.fixture(scope="module")
def looking(matrix) -> Sight:
    """What the matrix of this release shows."""
    return sight(matrix, matrix.enforced)


def crowd(count: int, *points: tuple[Role, Relation], held: PersonClass = ORDINARY) -> Crowd:
    """Persons who stand this way to an account of UWV."""
    return Crowd(frozenset((role, OrganisationKind.UWV, relation) for role, relation in points), held, count)


def test_a_person_is_reached_by_whatever_function_shows_something(looking):
    """The region in basic, the caseload in whole, nobody outside."""
    aw = Role.AW
    found = tally(
        looking,
        [crowd(100, (aw, Relation.REGION)), crowd(10, (aw, Relation.CASELOAD)), crowd(1000, (aw, Relation.OUTSIDE))],
    )
    assert found.anything == 110
    assert (found.categories[Category.ID], found.categories[Category.WC], found.categories[Category.CN]) == (
        110,
        10,
        10,
    )


def test_with_two_authorisations_a_person_counts_once(looking):
    """One reaches it as adviser of the region, the other as handler: both categories, one person."""
    found = tally(looking, [crowd(5, (Role.AW, Relation.REGION), (Role.AD, Relation.ASSIGNED))])
    assert (found.anything, found.categories[Category.WC], found.categories[Category.ED]) == (5, 5, 5)


def test_protected_dossiers_count_for_what_is_left_of_them(looking):
    """A secret address without contact, the own dossier not at all."""
    found = tally(
        looking, [crowd(3, (Role.AW, Relation.REGION), held=SECRET), crowd(1, (Role.AW, Relation.CASELOAD), held=SELF)]
    )
    assert (found.anything, found.categories[Category.CT]) == (3, 0)


def test_cards_exports_emergencies_and_checks_are_not_reach(looking):
    """None of them names somebody beforehand."""
    found = tally(looking, [crowd(7, (Role.WSP, Relation.CARD)), crowd(7, (Role.EXP, Relation.REGION)), crowd(7, (Role.AD, Relation.OUTSIDE))])  # fmt: skip
    assert found.anything == 0


def test_a_negative_crowd_takes_away(looking):
    """Who is tied to the account is taken out of the group and counted where it belongs."""
    crowds = [
        crowd(10, (Role.AW, Relation.REGION)),
        crowd(-1, (Role.AW, Relation.REGION)),
        crowd(1, (Role.AW, Relation.CASELOAD)),
    ]
    found = tally(looking, crowds)
    assert (found.anything, found.categories[Category.CN]) == (10, 1)
