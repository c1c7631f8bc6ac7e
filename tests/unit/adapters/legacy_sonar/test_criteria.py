"""What a search asks for, by its criteria."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.legacy_sonar.criteria import classify, is_expression, normalise_bsn
from proxy.model.call import SearchClass

BSN = st.integers(10_000_000, 999_999_999).map(str)


@pytest.mark.parametrize(
    "value", ["999990019", "9999.90.019", " 999990019 ", "=999990019", '"999990019"', "9999 90 019"]
)
def test_a_bsn_has_one_normal_form(value: str) -> None:
    """Dots, blanks, quotes and an equals sign do not make another number."""
    assert normalise_bsn(value) == "999990019"


def test_a_leading_zero_comes_back() -> None:
    """Legacy keeps a number; eight digits are nine with a zero."""
    assert normalise_bsn("12345672") == "012345672"
    assert normalise_bsn("012345672") == "012345672"


@pytest.mark.parametrize(
    "value", ["", "9999900*", "1234567", "1234567890", ">999990019", "99999001a", "999990019 OR 999990020"]
)
def test_what_is_no_whole_bsn_is_none(value: str) -> None:
    """Patterns, ranges and lists are not a number."""
    assert normalise_bsn(value) is None


@pytest.mark.parametrize(
    "name",
    [
        "Is",
        "And",
        "Or",
        "d'Or",
        "O(r)",
        "In 't Veld",
        "van den Orlando",
        "NOTEBOOM",
        "Andersen",
        "L'AND",
        "call is closed",
    ],
)
def test_ordinary_names_stay_names(name: str) -> None:
    """Reserved words inside names, in small letters or behind an apostrophe are no language."""
    assert classify({"surname": [name]}).by is SearchClass.NAME


EXPRESSIONS = ['Jansen* OR [BSN] LIKE "9*"', "=X) OR (1=1", 'EXISTS([Gemeentecode]="0106")', "NOT Jansen*", "IS NULL", "IS  NOT  NULL", '[Geheim]="J"', "<>x", "a AND b", ">A"]  # fmt: skip


@pytest.mark.parametrize("value", EXPRESSIONS)
def test_the_small_language_is_recognised(value: str) -> None:
    """One field that may ask about another counts as an expression."""
    assert classify({"surname": [value]}).by is SearchClass.EXPRESSION


@given(BSN, st.sampled_from(EXPRESSIONS), st.sampled_from(["surname", "city", "postcode"]))
def test_a_bsn_beside_it_does_not_hide_an_expression(bsn: str, value: str, field: str) -> None:
    """The strictest criterion counts: a plain BSN in front makes nothing of it a BSN search."""
    found = classify({"bsn": [bsn], field: [value if field == "surname" else "x OR y"]})
    assert found.by is SearchClass.EXPRESSION
    assert found.bsn is None


@given(BSN, st.text(st.sampled_from(" .\xa0-"), max_size=3))
def test_a_bsn_search_is_recognised_in_every_spelling(bsn: str, odd: str) -> None:
    """Fillers between digits keep the search a BSN search for the same number, or make it an expression; never a name."""
    found = classify({"bsn": [bsn[:4] + odd + bsn[4:]]})
    assert found.by in {SearchClass.BSN, SearchClass.EXPRESSION}
    assert found.bsn in {bsn.zfill(9), None}


def test_the_birth_date_must_be_whole() -> None:
    """RG15 wants a complete date: an unknown day, a pattern or a range is none."""
    assert classify({"bsn": ["999990019"], "birth_date": ["14-03-1970"]}).birth_date
    for value in ("00-03-1970", "*-1970", ">=01-01-1970", "14-03-19??"):
        assert not classify({"bsn": ["999990019"], "birth_date": [value]}).birth_date


def test_nothing_asked_is_other() -> None:
    """Blanks and a lone asterisk name nobody."""
    for criteria in ({}, {"surname": [" "]}, {"surname": ["*"]}, {"city": ["Assen"]}):
        assert classify(criteria).by is SearchClass.OTHER


def test_a_number_pattern_is_an_expression() -> None:
    """Part of a BSN asks for many people."""
    assert is_expression("bsn", "9999*")
    assert not is_expression("city", "9999*")
