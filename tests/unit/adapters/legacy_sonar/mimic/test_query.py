"""Claims about the query that a list is carried by."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.legacy_sonar.mimic.ask import UntranslatableError
from adapters.legacy_sonar.mimic.query import NOTHING, SET, Query, of_listing, searched, sorted_by, turned, within
from proxy.model.call import Call, Format, Kind, Link
from proxy.model.principal import Listing

CALL = Call(
    Format.HTML, (Link("client.search", "SNR Klant Zoek View", "", "InvokeMethod", "ExecuteQuery"),), "client.search",
    Kind.SEARCH, aliases=(("surname", "Jans*"), ("city", " "), ("srn", "kq3v"), ("query_name", "Q"), ("record", "1-V1")),
)  # fmt: skip
TEXT = st.text(st.characters(blacklist_categories=["Cs"]), min_size=1)


@given(
    st.dictionaries(st.sampled_from(["surname", "city", "bsn"]), TEXT),
    st.sampled_from(["", "surname", "-bsn"]), st.integers(0, 99),
)  # fmt: skip
def test_a_query_comes_back_from_the_listing(filters, sort, offset):
    """Whatever the criteria hold: signs of the address language, blanks, control bytes."""
    query = Query(tuple(filters.items()), sort, offset * SET)
    assert of_listing(Listing("client.search", "newcore", (), query=query.canonical(), offset=query.offset)) == query


def test_a_list_in_which_nobody_searched_comes_back_as_one():
    """It stays empty, where a query without criteria finds everybody."""
    assert of_listing(Listing("client.search", "newcore", (), query=NOTHING.canonical())) == NOTHING
    assert NOTHING.canonical() != Query().canonical()


def test_a_search_has_the_criteria_that_are_not_blank():
    """The session stamp, a row and a name of a query are no criteria."""
    assert searched(CALL) == Query((("surname", "Jans*"),))
    assert searched(CALL, (("surname", "x"), ("sex", "V"))) == Query((("surname", "Jans*"), ("sex", "V")))


def test_one_field_with_two_criteria_has_no_single_meaning():
    """Which of two rows of a form counts is legacy's affair."""
    with pytest.raises(UntranslatableError):
        searched(replace(CALL, aliases=(("surname", "a"), ("surname", "b"))))


def test_the_interface_is_asked_in_its_own_names():
    """In the address for what is no person, in the body for who is one."""
    query = Query((("employer_name", "Tech*"),), "-max_travel_minutes", 10)
    assert query.parameters() == (
        ("employerName", "Tech*"), ("sort", "-maxTravelMinutes"), ("limit", "10"), ("offset", "10"),
    )  # fmt: skip
    body = {"filters": {"employerName": "Tech*"}, "sort": "-maxTravelMinutes", "limit": 10, "offset": 10}
    assert query.body() == body


def test_sets_and_order_go_on_with_the_criteria():
    """A sort begins anew; before the first set is the first one; the last one is known once the total is."""
    query = Query((("city", "Assen"),), "surname", 20)
    offsets = [turned(query, each).offset for each in ("GotoNextSet", "GotoPreviousSet", "GotoFirstSet", "GotoLastSet")]
    assert offsets == [30, 10, 0, -1]
    assert turned(replace(query, offset=0), "GotoPreviousSet").offset == 0
    resorted = sorted_by(query, "SortDescending", replace(CALL, aliases=(("sort", "birth_date"),)))
    assert (resorted.sort, resorted.offset, resorted.filters) == ("-birth_date", 0, query.filters)
    with pytest.raises(UntranslatableError):
        sorted_by(query, "SortAscending", CALL)


@given(st.integers(0, 500), st.integers(-1, 600))
def test_an_offset_stays_inside_the_list(total: int, offset: int) -> None:
    """Behind the last set is the last set."""
    kept = within(Query(offset=offset), total).offset
    assert 0 <= kept <= max(total - 1, 0)
    assert kept == offset or kept == max(total - 1, 0) // 10 * 10
