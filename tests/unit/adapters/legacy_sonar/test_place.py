"""Places: every control is one, with its category; what is emptied reads as a page with empty values."""

from dataclasses import replace
from itertools import combinations

import pytest

from adapters.legacy_sonar.place import TRAITS
from proxy.disclosure.withhold import Cut, withhold
from proxy.model.person import Category, Reading

SINGLE = (
    "klantbeeld", "persoonsgegevens", "contactgegevens", "cv", "belastbaarheid", "uitkering", "dienstverlening",
    "contacthistorie", "verwijzingen", "bijlagen",
)  # fmt: skip
LISTS = ("client_search_name", "worklist", "candidate_search", "client_search_national")


def read(dialect, exchange, body: bytes | None = None) -> Reading:
    """Read the persons of a recorded exchange."""
    answer = exchange.answer if body is None else replace(exchange.answer, body=body)
    found = dialect.persons(dialect.read(exchange.request), answer)
    assert isinstance(found, Reading), found
    return found


def parts(held):
    """Every part of a set."""
    return [frozenset(each) for size in range(1, len(held) + 1) for each in combinations(sorted(held), size)]


@pytest.mark.parametrize("name", [f"in_region_{page}" for page in SINGLE] + list(LISTS))
def test_every_category_of_a_page_has_places_and_no_other(dialect, recorded, name: str) -> None:
    """What is told to be on a page can be emptied, all of it."""
    for person in read(dialect, recorded[name]).persons:
        assert {each.category for each in person.fields} == person.categories
        assert len(person.fields) == len(tuple(person.fields))
        assert person.fields[0].category in person.categories


@pytest.mark.parametrize("page", SINGLE)
def test_a_masked_page_reads_as_one_with_empty_values(dialect, recorded, page: str) -> None:
    """Whatever is hidden: the same view, the same person, nothing of the values, and masking twice changes nothing."""
    exchange = recorded[f"in_region_{page}"]
    (before,) = read(dialect, exchange).persons
    for hidden in parts(before.categories):
        left = withhold(exchange.answer, read(dialect, exchange), Cut(masked={0: hidden})).body
        again = read(dialect, exchange, left)
        (after,) = again.persons
        assert (after.row_id, after.categories) == (before.row_id, before.categories)
        assert after.bsn == (None if Category.ID in hidden else before.bsn)
        assert withhold(replace(exchange.answer, body=left), again, Cut(masked={0: hidden})).body == left


@pytest.mark.parametrize("name", LISTS)
def test_masked_rows_read_as_rows_with_empty_cells(dialect, recorded, name: str) -> None:
    """Rows, row ids and links stay; a row of which anything is hidden has no tooltip."""
    exchange = recorded[name]
    reading = read(dialect, exchange)
    chosen = {0, len(reading.persons) - 1}
    for hidden in parts(reading.persons[0].categories):
        left = withhold(exchange.answer, reading, Cut(masked=dict.fromkeys(chosen, hidden))).body
        after = read(dialect, exchange, left)
        assert [each.row_id for each in after.persons] == [each.row_id for each in reading.persons]
        assert left.count(b' title="') == exchange.answer.body.count(b' title="') - len(chosen)
        for index in chosen:
            spans = after.persons[index].spans
            row = left[slice(*spans[0])]
            emptied = sum(len(each.edits) - 1 for each in reading.persons[index].fields if each.category in hidden)
            assert row.count(b">&nbsp;<") >= emptied
        for other in set(range(len(reading.persons))) - chosen:
            assert after.persons[other].bsn == reading.persons[other].bsn


def test_an_input_of_a_masked_control_is_taken_out_filled_or_not(dialect, recorded) -> None:
    """What is not on the form is not submitted: nothing is overwritten, and nobody can tell what was empty."""
    exchange = recorded["in_region_persoonsgegevens"]
    left = withhold(exchange.answer, read(dialect, exchange), Cut(masked={0: frozenset({Category.CT})})).body
    assert b'name="s_3_1_' in left
    for control in range(9, 14):
        assert b'<td id="s_3_1_%d_0"></td>' % control in left
        assert b'name="s_3_1_%d_0"' % control not in left
    assert b'name="s_3_1_2_0"' in left


@pytest.mark.parametrize(
    ("page", "category", "counted"),
    [
        ("uitkering", Category.BN, b"s_8_2_"),
        ("contacthistorie", Category.CN, b"s_4_1_"),
        ("cv", Category.ED, b"s_6_3_"),
    ],
)
def test_how_many_child_rows_there_are_is_hidden_with_them(dialect, recorded, page, category, counted) -> None:
    """No row, row id, counter or way on is left of notes, measures and jobs."""
    exchange = recorded[f"caseload_{page}"]
    left = withhold(exchange.answer, read(dialect, exchange), Cut(masked={0: frozenset({category})})).body
    assert counted not in left
    assert b"SWERowId1" not in left
    assert b" van " not in left.replace(b"aan het werk van", b"")
    assert b"Geen records gevonden" in left


def test_a_file_can_not_be_added_to_a_hidden_list(dialect, recorded) -> None:
    """The input for a file goes with the list that it is a control of."""
    exchange = recorded["caseload_bijlagen"]
    assert b'type="file"' in exchange.answer.body
    left = withhold(exchange.answer, read(dialect, exchange), Cut(masked={0: frozenset({Category.CN})})).body
    assert b'type="file"' not in left


def test_a_candidate_has_the_traits_of_a_card(dialect, recorded) -> None:
    """Canonical fields with the values as shown, and no field that is not for cards; other lists have none."""
    exchange = recorded["candidate_search"]
    for person in read(dialect, exchange).persons:
        row = exchange.answer.body[slice(*person.spans[0])].decode("cp1252")
        assert set(person.traits) <= TRAITS
        assert {"vacancy_id", "education_level", "desired_occupation", "hours_per_week"} <= person.traits.keys()
        assert all(f">{value}<" in row.replace("&amp;", "&") for value in person.traits.values() if value)
        assert len(person.traits) == len(dict(person.traits))
    assert not read(dialect, recorded["client_search_name"]).persons[0].traits
