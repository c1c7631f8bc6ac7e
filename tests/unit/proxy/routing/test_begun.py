"""Claims about which calls can move, and which stay with what a core began."""

from datetime import UTC, datetime

import pytest

from proxy.model.call import Call, Format, Kind, Link
from proxy.model.principal import Astray, Listing, Session
from proxy.model.route import Core
from proxy.routing.begun import began, falls_back, held, is_used_up, movable

ALL = frozenset({"client.search", "client.overview.view", "client.note.view", "vacancy.search"})
NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
ZOEK, BEELD, NOTES = "Zoek", "Beeld", "Notes"
OURS, THEIRS = (
    Listing("client.search", "newcore", ("1-7A",), view=ZOEK),
    Listing("client.search", "legacy", (), view=ZOEK),
)


def a_call(function: str = "client.overview.view", view: str = BEELD, **over) -> Call:
    """A call of one link."""
    values = {"format": Format.HTML, "links": (Link(function, view),), "function": function, "kind": Kind.CONSULT}
    return Call(**(values | over))


def a_session(**over) -> Session:
    """A session that looks at a person."""
    return Session(
        **({"key": b"k", "version": 1, "user": "A", "started_at": NOW, "last_seen": NOW, "view": BEELD} | over)
    )


@pytest.mark.parametrize(
    ("over", "may"),
    [
        ({"opens": True, "row_ids": ("1-7A",)}, True),
        ({"opens": True, "row_ids": ("1-7A",), "by_cursor": True}, True),
        ({"opens": True, "aliases": (("record", "1-V1"),)}, True),
        ({"first_page": True, "kind": Kind.SEARCH}, True),
        ({"first_page": True, "format": Format.RPC}, True),
        ({"opens": True}, False),
        ({"opens": True, "row_ids": ("1-7A", "1-7B")}, False),
        ({"row_ids": ("1-7A",)}, False),
        ({"again": True, "row_ids": ("1-7A",)}, False),
        ({"opens": True, "row_ids": ("1-7A",), "by_place": True}, False),
        ({"opens": True, "row_ids": ("1-7A",), "format": Format.SOAP}, False),
        ({"format": Format.SOAP, "kind": Kind.INTERFACE, "account": "GEM", "repeatable": True}, True),
        ({"format": Format.SOAP, "kind": Kind.INTERFACE, "account": "GEM"}, False),
        ({"format": Format.SOAP, "kind": Kind.INTERFACE, "repeatable": True}, False),
        ({"format": Format.HTML, "kind": Kind.INTERFACE, "account": "GEM", "repeatable": True}, False),
        ({"opens": True, "row_ids": ("1-7A",), "kind": Kind.MUTATE}, False),
        ({"first_page": True, "kind": Kind.EXPORT}, False),
        ({"opens": True, "row_ids": ("1-7A",), "function": "client.benefit.view"}, False),
        (
            {"opens": True, "row_ids": ("1-7A",), "links": (Link("client.overview.view"), Link("client.note.create"))},
            False,
        ),
    ],
)
def test_only_a_screen_that_opens_one_thing_can_move(over, may):
    """By its row or by the current one, and a service's question; never what changes, counts places, or does a second thing."""
    assert movable(a_call(**over), ALL) is may


def test_without_a_word_for_it_nothing_moves():
    """What newcore answers stands in one table."""
    assert not movable(a_call("client.benefit.view", opens=True, row_ids=("1-7A",)))


@pytest.mark.parametrize("core", Core)
def test_a_list_stays_on_its_core_however_it_is_looked_at(core):
    """Paged, exported, its view opened again, a row of it positioned: where it was opened."""
    listing = Listing("client.search", core.value, ("1-7A",), view=ZOEK)
    in_front, behind = a_session(listing=listing), a_session(lists=(listing,))
    assert began(a_call("client.search", ZOEK, pages=True), in_front, ALL) is core
    for looks in ({"again": True, "first_page": True}, {"again": True, "row_ids": ("1-7A",)}):
        assert began(a_call("client.search", ZOEK, **looks), in_front, ALL) is core
        assert began(a_call("client.search", ZOEK, **looks), behind, ALL) is core


def test_what_begins_goes_on_with_nothing():
    """A new search, a record, a list of another view, the work list that is made anew."""
    session = a_session(listing=OURS)
    assert began(a_call("client.search", ZOEK, first_page=True), session, ALL) is None
    assert began(a_call(opens=True, row_ids=("1-7A",)), session, ALL) is None
    assert began(a_call("vacancy.search", "Vacatures", again=True, first_page=True), session, ALL) is None
    assert began(a_call("client.note.view", NOTES, pages=True), session, ALL) is None
    assert held(a_call("client.search", ZOEK, pages=True), None) is None


def test_rows_below_a_person_stay_where_they_were_turned_over_while_that_person_is_looked_at():
    """Opened again for somebody else they begin anew."""
    turned = a_session(listing=Listing("client.note.view", "legacy", ("1-7A",), view=NOTES))
    assert began(a_call("client.note.view", NOTES, opens=True, row_ids=("1-7A",)), turned, ALL) is Core.LEGACY
    assert began(a_call("client.note.view", NOTES, opens=True, row_ids=("1-7B",)), turned, ALL) is None


def test_a_page_once_more_comes_from_the_core_that_gave_it():
    """SONAR would show another one; once it answered again, its own is the last."""
    back = a_call(view="", again=True)
    assert began(back, a_session(astray=Astray(view=True)), ALL) is Core.NEWCORE
    assert began(back, a_session(), ALL) is None
    assert began(a_call(view=NOTES, again=True), a_session(astray=Astray(view=True)), ALL) is None


@pytest.mark.parametrize(
    ("number", "last", "seen", "used"),
    [
        (5, 5, None, True),
        (6, 5, None, False),
        (5, 9, 4, False),
        (4, 9, 4, True),
        (None, 9, 4, False),
        (5, None, None, False),
    ],
)
def test_a_number_that_legacy_saw_goes_to_legacy(number, last, seen, used):
    """It refuses it in its own words, whichever core would answer now."""
    session = a_session(sequence=last, astray=Astray(sequence=seen))
    assert is_used_up(a_call(sequence=number), session) is used


@pytest.mark.parametrize(
    ("asked", "may"),
    [
        (a_call(opens=True, row_ids=("1-7A",)), True),
        (a_call("client.search", ZOEK, first_page=True, kind=Kind.SEARCH), True),
        (a_call("client.search", ZOEK, first_page=True, again=True), True),
        (a_call(view="", again=True), True),
        (a_call("client.search", ZOEK, again=True, row_ids=("1-7A",)), False),
        (a_call("client.search", ZOEK, pages=True), False),
        (a_call("client.search", ZOEK, pages=True, kind=Kind.EXPORT), False),
        (a_call(kind=Kind.MUTATE), False),
    ],
)
def test_what_goes_on_with_a_list_of_newcore_has_no_other_core(asked, may):
    """Whatever opens something legacy can answer too; a mutation never goes to two cores."""
    assert falls_back(asked, a_session(listing=OURS)) is may


def test_the_other_words_of_a_list_are_of_no_account():
    """A list of legacy is legacy's."""
    assert began(a_call("client.search", ZOEK, pages=True), a_session(listing=THEIRS), ALL) is Core.LEGACY
