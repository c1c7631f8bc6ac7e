"""Claims about what of a request is told in a shape, and about what may be compared."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from proxy.model.call import READINGS, Call, Credentials, Format, Kind, Link
from proxy.model.person import Category
from proxy.shadow.shape import lawful, shape
from tests.doubles.offers import call, offer, statement


def test_a_shape_tells_how_it_was_asked_and_no_value():
    """Fields by name, with how their criterion is written."""
    asked = call(
        aliases=(("title", "Kok*"), ("city", "Zwolle"), ("level", ""), ("region", "AM01 OR AM02"), ("srn", "kq3v"))
    )
    told = shape(asked)
    assert told == "html ExecuteQuery SNR_Vacature_Zoek_View city region! title*"
    assert not any(value in told for value in ("Kok", "Zwolle", "AM01", "kq3v"))


def test_opening_a_record_and_sorting_have_shapes_of_their_own():
    """A page of one record, a list by a column, a script's request."""
    link = Link("vacancy.search", "SNR Vacature View", command="GotoView", row_id="1-V1")
    opened = shape(call(links=(link,), aliases=(), format=Format.RPC))
    assert opened == "rpc GotoView SNR_Vacature_View row"
    assert shape(call(aliases=(("sort", "city"),))).endswith("by:city")


SOME_TEXT = some.text(some.characters(codec="utf-8"), max_size=8)


@given(
    some.lists(some.tuples(some.sampled_from(["bsn", "surname", "srn", "sort", "query_name"]), SOME_TEXT), max_size=5)
)
def test_values_do_not_change_a_shape_but_by_how_they_are_written(aliases):
    """Two searches by the same fields, written alike, are one shape."""
    plain = tuple((name, "x" if value.strip() else "") for name, value in aliases if name != "sort")
    marked = shape(call(aliases=plain))
    assert set(marked.split()) <= {"html", "ExecuteQuery", "SNR_Vacature_Zoek_View", "bsn", "surname"}


def test_a_plain_reading_may_be_compared():
    """Stated as what it is."""
    assert lawful(offer())


@pytest.mark.parametrize(
    "over",
    [
        {"kind": Kind.MUTATE},
        {"kind": Kind.EXPORT},
        {"kind": Kind.ADMIN},
        {"writes": frozenset({Category.CT})},
        {"login": Credentials("x")},
        {"logoff": True},
        {"own": True},
        {"function": None},
        {"links": (Link("vacancy.search"), Link("vacancy.manage", method="WriteRecord"))},
        {"links": (Link("vacancy.manage", method="WriteRecord"),)},
        {"links": ()},
    ],
    ids=str,
)
def test_a_change_is_never_compared_however_it_is_hidden(over):
    """A mutation by kind, by what it writes, in a chain, by the function of its link; a log-in, an export."""
    hidden = replace(call(), **over)
    assert not lawful(offer(asked=hidden))


def test_an_offer_that_states_something_else_is_not_compared():
    """Another function, another exchange: newcore would be told what nobody decided."""
    asked = call()
    assert not lawful(offer(statement=statement(asked, function="employer.view")))
    assert not lawful(offer(statement=statement(asked, exchange=UUID(int=1))))


LINKS = some.builds(
    Link, some.sampled_from([None, "vacancy.search", "vacancy.manage"]), method=some.sampled_from(["ExecuteQuery", "WriteRecord"])
)  # fmt: skip
CALLS = some.builds(
    Call, some.sampled_from(Format), some.lists(LINKS, max_size=3).map(tuple), some.sampled_from(["vacancy.search", "vacancy.manage", None]),
    some.sampled_from(Kind), writes=some.sampled_from([frozenset(), frozenset({Category.ID})]), logoff=some.booleans(),
)  # fmt: skip


@given(CALLS)
def test_whatever_is_compared_reads_one_thing(asked):
    """For every call: lawful means one link, of the function that was decided, that changes nothing."""
    if lawful(offer(asked=asked)):
        assert asked.kind in READINGS
        assert len(asked.links) == 1
        assert asked.links[0].function in {None, asked.function}
        assert not asked.writes
