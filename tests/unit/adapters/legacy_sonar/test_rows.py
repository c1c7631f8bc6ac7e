"""Which rows a link names."""

import pytest

from adapters.legacy_sonar.rows import name_rows
from adapters.legacy_sonar.wire import OddError

CV, VACANCY = "SNR CV View", "SNR Vacature View"


def test_every_row_that_a_reader_could_take_counts(views) -> None:
    """A hidden row of a posted form counts as named, though legacy acts on the cursor."""
    named = name_rows({"SWERowId0": "1-7A", "SWERowIds": "1-7B"}, views.views[CV], views)
    assert named.persons == ("1-7A", "1-7B")
    alone = name_rows({"SWERowId0": "1-7A"}, views.views[CV], views)
    assert not alone.positioned


def test_a_child_row_does_not_say_on_whom(views) -> None:
    """A note's own id is kept among the rows, where nobody knows it, and does not position."""
    named = name_rows({"SWERowId": "1-N11H"}, views.views[CV], views)
    assert named.persons == ("1-N11H",)
    assert not named.positioned


def test_a_vacancy_is_no_person(views) -> None:
    """Its row is a record, and on a view of persons it has no reading."""
    assert name_rows({"SWERowId": "1-V100"}, views.views[VACANCY], views).record == "1-V100"
    with pytest.raises(OddError, match="other-kind"):
        name_rows({"SWERowId": "1-V100"}, views.views[CV], views)
    with pytest.raises(OddError, match="other-kind"):
        name_rows({"SWERowId": "1-7ABC3"}, views.views[VACANCY], views)


@pytest.mark.parametrize(
    "link",
    [
        {"SWERowId": "1-7A", "SWEPostnRowId": "1-7B"},
        {"SWERowId": "1-7A", "SWERowId0": "1-7B", "SWEApplet0": "x"},
        {"SWERowIds": "1-7A,1-7B"},
        {"SWERowIds": "1-7A 1-7B"},
        {"SWERowId": "1-7A", "SWERowIds": "1-7B"},
    ],
)
def test_two_rows_have_no_reading(views, link) -> None:
    """Which of two a server takes is its own affair."""
    with pytest.raises(OddError, match="two-rows"):
        name_rows(link, views.views[CV], views)


@pytest.mark.parametrize("row", ["1-7abc3", "1-7ABC3 ", "17ABC3", "1-", "1-7ABC3\x00", "1-7ÀBC", "1-7ABC3;", "%31-7A"])
def test_a_row_id_has_one_spelling(views, row: str) -> None:
    """What a server might fold, cut or decode into another id is none."""
    with pytest.raises(OddError, match="row-id"):
        name_rows({"SWERowId": row}, views.views[CV], views)
