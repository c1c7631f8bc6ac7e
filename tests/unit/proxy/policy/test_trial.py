"""Claims about how words of the log become words of the engine, and what is asked of both matrices."""

from dataclasses import replace

import pytest

from proxy.model.person import Category, PersonClass, Relation, Standing
from proxy.model.principal import OrganisationKind, Role
from proxy.model.recorded import RecordedCall, RecordedPerson
from proxy.policy.matrix import Matrix, load
from proxy.policy.trial import Spot, Trial, UnnamedError, held, named, standings, stands, words

CALL = RecordedCall(
    "5f" * 32, "consult", "allow", "allowed", "AW", "UWV", "client.cv.view", "AW@UWV/client.cv.view", vacancy=False
)
NEAR = Standing(Relation.CASELOAD, PersonClass.ORDINARY)
PERSON = RecordedPerson("region", "ordinary", False, frozenset({"ID", "ED"}))
KEY = "client.cv.view", Role.AW, OrganisationKind.UWV


def test_a_cell_names_its_functions_and_the_relation_at_which_a_row_was_refused(matrix: Matrix):
    """A chain, an export right behind a list, and a row that was refused before sending."""
    assert named(CALL, matrix).keys == (KEY,)
    refused = named(replace(CALL, cell="AW@UWV/client.cv.view/region"), matrix)
    assert (refused.name, refused.relation) == ("AW@UWV/client.cv.view", "region")
    both = named(replace(CALL, cell="AW@UWV/client.cv.view + AW@UWV/client.search > EXP@UWV/list.export"), matrix)
    assert [key[:2] for key in both.keys] == [
        ("client.cv.view", Role.AW),
        ("client.search", Role.AW),
        ("list.export", Role.EXP),
    ]


def test_the_function_counts_too_where_the_cell_names_others(matrix: Matrix):
    """A function without persons is not in the name of a chain's cell; one that was refused as such has no cell."""
    assert [key[0] for key in named(replace(CALL, function="vacancy.search"), matrix).keys] == [
        "client.cv.view",
        "vacancy.search",
    ]
    assert named(replace(CALL, cell=""), matrix).keys == (KEY,)


@pytest.mark.parametrize(
    "strange",
    [
        {"cell": "AW/client.cv.view/caseload"},
        {"cell": "AW@UWV/client.vanished"},
        {"cell": "ZZ@UWV/client.cv.view"},
        {"cell": "AW@moon/client.cv.view"},
        {"cell": "", "function": None},
        {"cell": "", "role": None},
    ],
)
def test_a_record_that_names_no_cell_of_this_release_is_refused(matrix: Matrix, strange: dict[str, str]):
    """Nothing is guessed at."""
    with pytest.raises(UnnamedError):
        named(replace(CALL, **strange), matrix)


def test_other_authorisations_are_those_of_the_directory_without_the_one_that_was_used(matrix: Matrix):
    """In words of this release; others cannot open anything here."""
    call = replace(CALL, held=frozenset({"AW@UWV", "KM@municipality", "ZZ@UWV"}))
    assert held(call, [KEY], matrix) == ((("client.cv.view", Role.KM, OrganisationKind.MUNICIPALITY),),)


def test_a_person_without_a_ground_stands_nowhere_and_may_stand_anywhere_at_that_relation():
    """Class and emergency are unknown, not ordinary."""
    assert stands(PERSON) == Standing(Relation.REGION, PersonClass.ORDINARY)
    bare = replace(PERSON, protection=None, emergency=None, present=None)
    assert stands(bare) is None
    assert len(standings(bare)) == 2 * len(PersonClass)
    assert {each.relation for each in standings(bare)} == {Relation.REGION}
    with pytest.raises(UnnamedError):
        words(["ID", "QQ"])


def test_both_matrices_are_asked_through_one_door(source: str, catalogue, matrix: Matrix):
    """What the candidate shows, what was shown, and nothing of a matrix that is not archived."""
    narrow = load(source.replace("    show: [ID, CT, ED, AV, LD, SV, AP]", "    show: [ID]"), catalogue)
    region = Standing(Relation.REGION, PersonClass.ORDINARY)
    spot = Spot(Trial(narrow, {matrix.hash: matrix}), replace(CALL, policy=matrix.hash), CALL.cell)
    before = spot.before(region)
    assert before is not None
    assert Category.ED in before.visible
    assert Category.ED not in spot.seen(region).view.visible
    assert spot.seen(NEAR).view == spot.before(NEAR)
    assert Spot(Trial(narrow), CALL, CALL.cell).before(region) is None


def test_doors_are_the_same_where_functions_and_requirements_are(source: str, catalogue, matrix: Matrix):
    """What rules show does not matter to whether a call is allowed."""
    call = replace(CALL, policy=matrix.hash)
    narrow = load(source.replace("    show: [ID, CT, ED, AV, LD, SV, AP]", "    show: [ID]"), catalogue)
    closed = load(source.replace("  client.cv.view: {AW: all, ", "  client.cv.view: {"), catalogue)
    assert Trial(narrow, {matrix.hash: matrix}).same_doors(call, KEY)
    assert not Trial(closed, {matrix.hash: matrix}).same_doors(call, KEY)
    assert not Trial(matrix).same_doors(call, KEY)
