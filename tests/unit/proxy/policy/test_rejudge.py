"""Claims about persons who are decided again; that the answers are right is shown in `test_replay`."""

from dataclasses import replace

import pytest

from proxy.model.person import Authorship, Category
from proxy.model.recorded import RecordedCall, RecordedPerson
from proxy.policy.matrix import Matrix, load
from proxy.policy.rejudge import judge_released, judge_withheld
from proxy.policy.trial import Spot, Trial, named
from proxy.policy.turn import SAME, Lack, Verb

NAME = "AW@UWV/client.cv.view"
CALL = RecordedCall("", "consult", "allow", "allowed", "AW", "UWV", "client.cv.view", NAME, vacancy=False)
HELD = frozenset({"ID", "ED", "AV"})
SHOWN = RecordedPerson("region", "ordinary", False, HELD, HELD)
KEPT = RecordedPerson("outside", "ordinary", False, HELD, reason="out-of-reach")
BASIC = "    relations: [team, municipality, region]\n    show: [ID, CT, ED, AV, LD, SV, AP]"


@pytest.fixture
def spot(source: str, catalogue, matrix: Matrix):
    """Give a place under a candidate that sees this in place of the region's basic data."""

    def of(after: str) -> Spot:
        assert BASIC in source
        trial = Trial(load(source.replace(BASIC, after), catalogue), {matrix.hash: matrix})
        return Spot(trial, replace(CALL, policy=matrix.hash), NAME)

    return of


def test_what_is_newly_hidden_is_lost_at_least(spot):
    """Whether the page can be emptied so far is not in the record."""
    (turn,) = judge_released(spot(BASIC.replace("ED, AV", "ED")), SHOWN)
    assert (turn.verb, turn.categories, turn.least) == (Verb.MASKED, {Category.AV}, True)


def test_a_person_of_whom_nothing_of_the_function_is_left_goes(spot):
    """The page says only who it is about."""
    (turn,) = judge_released(spot(BASIC.replace("[ID, CT, ED, AV,", "[ID, CT,")), SHOWN)
    assert (turn.verb, turn.categories) == (Verb.WITHHELD, {Category.ID, Category.ED, Category.AV})


def test_whoever_was_kept_back_is_gained_only_where_nothing_is_hidden(spot):
    """With something to hide it depends on whether that can be emptied."""
    outside = BASIC.replace("region]", "region, outside]")
    (turn,) = judge_released(spot(outside), KEPT)
    assert (turn.verb, turn.categories, turn.rules) == (Verb.SHOWN, {Category.ID, Category.ED, Category.AV}, ("RG2",))
    assert judge_released(spot(outside), replace(KEPT, present=HELD | {"BN"})) is Lack.FIELDS
    assert judge_released(spot(BASIC), replace(KEPT, present=HELD | {"BN"})) == SAME


def test_a_refused_page_opens_where_everybody_in_it_does(spot, matrix: Matrix):
    """One who is still denied keeps it closed."""
    place = spot(BASIC.replace("region]", "region, outside]"))
    cells = named(replace(CALL, policy=matrix.hash), matrix)
    assert [each.verb for each in judge_withheld(place, cells, (KEPT, KEPT))] == [Verb.SHOWN, Verb.SHOWN]
    assert judge_withheld(place, cells, (KEPT, replace(KEPT, protection="self"))) == SAME


def test_a_row_that_was_refused_before_sending_is_gained_as_far_as_the_function_goes(spot, matrix: Matrix):
    """Nothing was sent, so only a function of which everything is visible can be told."""
    place = spot(BASIC.replace("region]", "region, outside]"))
    cells = named(replace(CALL, policy=matrix.hash, cell=f"{NAME}/outside"), matrix)
    row = replace(KEPT, present=frozenset())
    (turn,) = judge_withheld(place, cells, (row,))
    assert (turn.verb, Category.ED in turn.categories) == (Verb.SHOWN, True)
    assert judge_withheld(spot(BASIC), cells, (row,)) == SAME


AUTHORS = "    authors: [other, unknown]\n"
NOTES = replace(CALL, function="client.note.view", cell="AW@UWV/client.note.view")
HISTORY = RecordedPerson(
    "caseload", "ordinary", False, frozenset({"ID", "CN"}), frozenset({"ID", "CN"}),
    notes=frozenset({"own", "other", "unknown"}), notes_withheld=frozenset({"other", "unknown"}),
)  # fmt: skip


@pytest.fixture
def history(source: str, catalogue, matrix: Matrix):
    """Give the place of a contact history under a candidate in which this stands for the authors."""

    def of(after: str, past: bool = True) -> Spot:
        assert AUTHORS in source
        trial = Trial(load(source.replace(AUTHORS, after), catalogue), {matrix.hash: matrix} if past else {})
        return Spot(trial, replace(NOTES, policy=matrix.hash), NOTES.cell)

    return of


def test_notes_go_and_come_by_who_wrote_them(history):
    """Only those that the page held; an author who was not on it changes nothing."""
    (lost,) = judge_released(history("    authors: all\n"), HISTORY)
    assert (lost.verb, lost.authors, lost.categories) == (Verb.SIFTED, {Authorship.OWN}, frozenset())
    assert (lost.rules, lost.least) == (("RG3.verslagen",), False)
    (gained,) = judge_released(history("    authors: [other]\n"), HISTORY)
    assert (gained.verb, gained.authors) == (Verb.UNSIFTED, {Authorship.UNKNOWN})
    alone = replace(HISTORY, notes=frozenset({"self"}), notes_withheld=frozenset())
    assert judge_released(history("    authors: all\n"), alone) == SAME
    assert judge_released(history(AUTHORS), HISTORY) == SAME


def test_a_record_that_counts_no_notes_tells_nothing_of_them(history):
    """Unless both matrices keep back the same, or the candidate nothing at all."""
    bare = replace(HISTORY, notes=None, notes_withheld=frozenset())
    assert judge_released(history("    authors: all\n"), bare) is Lack.AUTHORS
    assert judge_released(history(AUTHORS), bare) == SAME
    assert judge_released(history(AUTHORS, past=False), bare) is Lack.AUTHORS
    assert judge_released(history(AUTHORS, past=False), HISTORY) == SAME


def test_a_row_without_a_ground_is_told_only_where_nothing_changes(spot):
    """Both matrices decide every class alike, or it cannot be told."""
    bare = replace(SHOWN, protection=None, emergency=None, present=None)
    assert judge_released(spot(BASIC), bare) == SAME
    assert judge_released(spot(BASIC.replace("ED, AV", "ED")), bare) is Lack.GROUND
