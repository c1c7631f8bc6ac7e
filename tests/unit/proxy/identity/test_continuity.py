"""Continuity: what a call inherits, where the cursor is believed to stand, when an identity was checked."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.identity.astray import Seen
from proxy.identity.continuity import (
    Limits,
    advance,
    checks,
    expired,
    focused,
    found_for,
    fronted,
    match_of,
    opened,
    settle,
    verified,
)
from proxy.model.call import Call, Format, Kind, Link, Search, SearchClass
from proxy.model.decision import Reason
from proxy.model.person import Category, Reading, Shown
from proxy.model.principal import Listing, Session
from proxy.model.route import Core, Route

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
LEGACY, NEWCORE = Route(Core.LEGACY, 1), Route(Core.NEWCORE, 1)
CHECK = Search(SearchClass.BSN, "999990019", birth_date=True)


def a_call(function: str | None = "client.overview.view", view: str = "", **over) -> Call:
    """A call of one link."""
    return Call(
        **({"format": Format.HTML, "links": (Link(function, view),), "function": function, "kind": Kind.CONSULT} | over)
    )


def a_session(**over) -> Session:
    """A session that has looked at a client of a list."""
    listing = Listing("client.search", "legacy", ("1-7A", "1-7B"))
    values = {"view": "Klantbeeld", "function": "client.overview.view", "current": "1-7A", "listing": listing}
    times = {"started_at": NOW, "last_seen": NOW}
    return Session(key=b"k" * 32, version=4, user="AWE0421", **(times | values | over))


def shown(row_id: str | None = "1-7A", bsn: str | None = "999990019") -> Shown:
    """A person in an answer."""
    return Shown(row_id, bsn, None, None, frozenset({Category.ID}), ((0, 1),), deliberate=False)


def reading(*persons: Shown, **over) -> Reading:
    """A page of these persons."""
    return Reading(persons, b"x", **over)


def test_navigation_inherits_the_function_of_the_view():
    """A call without a function of its own is decided as what the session is looking at."""
    settled = settle(a_call(None), a_session())
    assert settled.function == "client.overview.view"
    assert [link.function for link in settled.links] == ["client.overview.view"]


def test_paging_inherits_the_function_of_the_list():
    """The next set belongs to the list, also after a client of it was opened."""
    assert settle(a_call(None, "Klant Zoek", pages=True), a_session()).function == "client.search"


def test_paging_on_the_view_that_is_open_belongs_to_that_view():
    """Rows under the current person are paged as the view on which they stand."""
    assert settle(a_call(None, "Klantbeeld", pages=True), a_session()).function == "client.overview.view"


@pytest.mark.parametrize("over", [{}, {"by_cursor": True, "function": "client.note.view"}])
def test_without_a_session_nothing_is_inherited(over):
    """Nobody's navigation has no function and nobody's cursor stands nowhere."""
    function = over.pop("function", None)
    assert settle(a_call(function, **over), None) is Reason.NO_SESSION


def test_a_call_that_says_everything_needs_no_session():
    """A log-in or a SOAP call is complete by itself and stays as it is."""
    call = a_call("session.login")
    assert settle(call, None) is call


@pytest.mark.parametrize("over", [{"listing": None}, {"listing": None, "function": None}])
def test_paging_without_a_list_is_refused(over):
    """A lost list cannot be gone on with."""
    assert settle(a_call(None, pages=True), a_session(**over)) is Reason.NO_CURRENT_RECORD


def test_a_call_by_cursor_gets_the_current_row():
    """SONAR's current record is the row that is decided about."""
    assert settle(a_call(by_cursor=True), a_session()).row_ids == ("1-7A",)
    assert settle(a_call(by_cursor=True, row_ids=("1-7B",)), a_session()).row_ids == ("1-7A", "1-7B")


def test_a_call_by_cursor_without_a_current_record_is_refused():
    """After a withheld answer nothing may be done with the record that nobody may see."""
    assert settle(a_call(by_cursor=True), a_session(current=None)) is Reason.NO_CURRENT_RECORD


def test_an_export_carries_the_right_to_the_list_with_it():
    """Exporting is decided as exporting *and* as looking at that very list, whatever view is open."""
    call = a_call("list.export", "Klantbeeld", kind=Kind.EXPORT, pages=True)
    settled = settle(call, a_session())
    assert [link.function for link in settled.links] == ["client.search", "list.export"]
    assert settled.function == "list.export"
    assert settle(call, a_session(listing=None)) is Reason.NO_CURRENT_RECORD


def test_the_vacancy_of_a_list_counts_for_the_persons_it_showed_only():
    """A vacancy is no passport: it goes with the rows of its own candidate list and with its pages."""
    listing = Listing("match.candidates.search", "legacy", ("1-7B",), vacancy="V1")
    session = a_session(listing=listing)
    assert settle(a_call(row_ids=("1-7B",)), session).vacancy == "V1"
    assert settle(a_call(row_ids=("1-7A",)), session).vacancy is None
    assert settle(a_call(None, pages=True), session).vacancy == "V1"
    assert settle(a_call(row_ids=("1-7B",), vacancy="V2"), session).vacancy == "V2"


def test_the_cursor_is_believed_where_its_person_was_kept():
    """The first row shown is current; a withheld one is not, whatever was current before."""
    page = reading(shown("1-7C"), shown("1-7D"), listed=True, cursor="1-7C")
    call = a_call("client.search", "Klant Zoek", moves_cursor=True)
    assert advance(a_session(), Seen(call, LEGACY.core, page, page.persons), NOW).current == "1-7C"
    assert advance(a_session(), Seen(call, LEGACY.core, page, page.persons[1:]), NOW).current is None


def test_a_page_of_a_person_without_a_known_cursor_leaves_none():
    """What the answer does not say is not guessed from before."""
    page = reading(shown("1-7C"))
    assert advance(a_session(), Seen(a_call(), LEGACY.core, page, page.persons), NOW).current is None


@pytest.mark.parametrize("page", [None, reading()])
def test_a_page_without_persons_leaves_the_cursor_unless_the_call_moves_it(page):
    """A vacancy page says nothing of the person; a call that moves the cursor without saying where loses it."""
    assert advance(a_session(), Seen(a_call("vacancy.search"), LEGACY.core, page, ()), NOW).current == "1-7A"
    assert advance(a_session(), Seen(a_call(moves_cursor=True), LEGACY.core, page, ()), NOW).current is None


def test_the_user_stands_where_the_answer_says_whichever_core_gave_it():
    """A page is the same page: a list of newcore moves the user to its first row, and SONAR is left behind."""
    call = a_call("client.search", moves_cursor=True)
    listed = reading(shown("1-7B"), listed=True, cursor="1-7B")
    for core in Core:
        assert advance(a_session(), Seen(call, core, listed, [shown("1-7B")]), NOW).current == "1-7B"
        assert advance(a_session(), Seen(call, core, listed, []), NOW).current is None


def test_a_query_form_in_the_place_of_a_list_is_the_list_of_its_view():
    """What newcore had opened there is gone: looking at the view again shows the form, which legacy has."""
    held = Listing("client.search", "newcore", ("1-7A",), view="Zoek")
    asking = advance(
        a_session(view="Zoek", listing=held, function="client.search"),
        Seen(a_call("client.search", "Zoek", moves_cursor=True), Core.LEGACY, reading(asking=True), []),
        NOW,
    )
    assert (asking.listing.core, asking.listing.rows, asking.listing.view) == ("legacy", (), "Zoek")


def test_rows_below_a_person_that_were_turned_over_are_that_persons_alone():
    """Looked at again they stand where they were; a page of somebody else in the same view begins anew."""
    other = Listing("client.search", "legacy", ("1-7A",), view="Zoek")
    before = a_session(view="Notes", function="client.note.view", listing=other)
    person, turn = shown("1-7A"), a_call("client.note.view", "Notes", pages=True)
    turned = advance(before, Seen(turn, Core.LEGACY, reading(person, cursor="1-7A"), [person]), NOW)
    notes = Listing("client.note.view", "legacy", ("1-7A",), view="Notes")
    assert (turned.listing, turned.lists) == (notes, (other,))
    opens = a_call("client.note.view", "Notes", opens=True)
    again = advance(turned, Seen(opens, Core.LEGACY, reading(person, cursor="1-7A"), [person]), NOW)
    assert again.listing == notes
    somebody = shown("1-7B")
    after = advance(turned, Seen(opens, Core.LEGACY, reading(somebody, cursor="1-7B"), [somebody]), NOW)
    assert (after.listing, after.lists) == (None, (other,))


def test_a_list_remembers_its_function_core_and_kept_rows():
    """Only what was shown is in the list; a new list replaces the old one, the next set goes on with it."""
    page = reading(shown("1-7C"), shown("1-7D"), shown(None), listed=True)
    asks = frozenset({Category.ED})
    call = a_call("match.candidates.search", "Match", vacancy="V1", asks=asks, search=Search(SearchClass.OTHER))
    after = advance(a_session(), Seen(call, LEGACY.core, page, page.persons[1:]), NOW)
    listing = Listing("match.candidates.search", Core.LEGACY, ("1-7D",), "V1", view="Match", asked=asks, cut=True)
    assert after.listing == listing
    paged = advance(after, Seen(a_call("match.candidates.search", pages=True), LEGACY.core, page, page.persons), NOW)
    assert paged.listing == replace(listing, rows=("1-7C", "1-7D"), cut=False)


def test_a_place_in_a_list_that_lost_rows_means_nobody():
    """What the client sees at a place stands elsewhere in legacy: a call without a row id would act on another person."""
    cut = a_session(listing=Listing("client.search", "legacy", ("1-7A",), view="Klant Zoek", cut=True))
    call = a_call(by_place=True)
    assert settle(call, cut) is Reason.NO_CURRENT_RECORD
    assert settle(call, a_session(lists=(cut.listing,))) is Reason.NO_CURRENT_RECORD
    assert isinstance(settle(call, a_session()), Call)


def test_an_answer_of_newcore_opens_a_list_without_a_reading():
    """A first page answered by newcore is a list of that core."""
    after = advance(
        a_session(), Seen(a_call("vacancy.search", "Vacatures", first_page=True), NEWCORE.core, None, ()), NOW
    )
    assert after.listing == Listing("vacancy.search", Core.NEWCORE, (), view="Vacatures")
    assert after.lists == (a_session().listing,)


CLIENTS = Listing("client.search", "legacy", ("1-7A",), view="Klant Zoek")
VACANCIES = Listing("vacancy.search", "newcore", ("1-V1",), view="Vacatures")


def test_every_view_keeps_its_own_list():
    """A call on the view of an earlier list goes on with that one, and the other stays for the way back."""
    session = a_session(listing=CLIENTS, lists=(VACANCIES,))
    back = focused(session, a_call(None, "Vacatures", pages=True))
    assert (back.listing, back.lists) == (VACANCIES, (CLIENTS,))
    assert focused(back, a_call(None, "Klant Zoek", pages=True)) == session
    assert settle(a_call(None, "Vacatures", pages=True), back).function == "vacancy.search"


def test_paging_never_goes_on_with_the_list_of_another_view():
    """A view without a list of its own has nothing to go on with; opening it leaves the lists alone."""
    session = a_session(listing=CLIENTS, lists=(VACANCIES,))
    strange = focused(session, a_call(None, "Kandidaten", pages=True))
    assert (strange.listing, strange.lists) == (None, (CLIENTS, VACANCIES))
    assert settle(a_call(None, "Kandidaten", pages=True), strange) is Reason.NO_CURRENT_RECORD
    for call in (a_call(None, "", pages=True), a_call("match.candidates.search", "Kandidaten")):
        assert focused(session, call) is session


def test_a_new_list_of_a_view_replaces_the_old_one_and_the_number_is_bounded():
    """One list a view, and no more views than a person keeps apart."""
    session = a_session(listing=CLIENTS, lists=(VACANCIES,))
    assert fronted(session, replace(VACANCIES, rows=())).lists == (CLIENTS,)
    for number in range(30):
        session = fronted(session, replace(CLIENTS, view=f"view {number}"))
    assert len(session.lists) == 12
    assert session.lists[0].view == "view 28"


def test_an_export_leaves_view_list_and_cursor_as_they_were():
    """A file that goes out moves nothing in the session but its version, time and sequence."""
    page = reading(shown("1-7C"), listed=True, cursor="1-7C")
    call = a_call("list.export", "Elders", kind=Kind.EXPORT, pages=True, sequence=9)
    after = advance(a_session(), Seen(call, LEGACY.core, page, page.persons), NOW + timedelta(seconds=1))
    assert after == replace(a_session(), version=5, last_seen=NOW + timedelta(seconds=1), sequence=9)


def test_a_mutation_on_the_open_view_does_not_make_looking_again_a_mutation():
    """After a note was written the view is still the view of notes."""
    session = a_session(view="Notities", function="client.note.view")
    call = a_call("client.note.create", "Notities", kind=Kind.MUTATE)
    assert advance(session, Seen(call, LEGACY.core, None, ()), NOW).function == "client.note.view"
    elsewhere = a_call("client.contact.update", "Contact", kind=Kind.MUTATE)
    assert advance(session, Seen(elsewhere, LEGACY.core, None, ()), NOW).function == "client.contact.update"


def test_only_bsn_with_birth_date_checks_an_identity():
    """RG15: a name, or a BSN alone, checks nobody."""
    assert checks(a_call(search=CHECK))
    for search in (
        None,
        replace(CHECK, birth_date=False),
        replace(CHECK, bsn=None),
        replace(CHECK, by=SearchClass.NAME),
    ):
        assert not checks(a_call(search=search))


def test_the_checked_identity_is_the_one_that_was_asked_for():
    """Of the rows of a checking search only those with that very BSN are checked, and only in this session."""
    call = a_call("client.search.national", search=CHECK)
    asked, neighbour = shown("1-7A"), shown("1-7B", bsn="999990007")
    assert verified(None, call, asked)
    assert not verified(None, call, neighbour)
    after = advance(
        a_session(), Seen(call, LEGACY.core, reading(asked, neighbour, listed=True), (asked, neighbour)), NOW
    )
    assert after.verified == {"1-7A"}
    assert verified(after, a_call(), asked)
    assert not verified(a_session(), a_call(), asked)


def test_checked_identities_are_bounded():
    """A session that checks hundreds of identities keeps the latest, not all."""
    session = a_session(verified=frozenset(str(number) for number in range(200)))
    call = a_call("client.search.national", search=CHECK)
    assert advance(session, Seen(call, LEGACY.core, reading(shown(), listed=True), (shown(),)), NOW).verified == {
        "1-7A"
    }


def test_a_chained_login_begins_on_the_view_of_its_last_link():
    """A log-in alone has no view; one with a page behind it has that page's."""
    login = Link("session.login", command="ExecuteLogin")
    plain = opened(b"k" * 32, "AWE0421", NOW, a_call("session.login", sequence=1))
    assert (plain.view, plain.function, plain.version, plain.sequence) == ("", None, 0, 1)
    chained = a_call("home.worklist.view", links=(login, Link("home.worklist.view", "Werkvoorraad")))
    assert opened(b"k" * 32, "AWE0421", NOW, chained).function == "home.worklist.view"


@given(st.integers(0, 4000), st.integers(0, 40_000))
def test_a_session_ends_by_idleness_or_by_age(idle, age):
    """Either limit alone ends it; asking often does not make it live longer than its age."""
    limits = Limits(timedelta(seconds=1800), timedelta(seconds=36_000))
    session = a_session(started_at=NOW - timedelta(seconds=max(idle, age)), last_seen=NOW - timedelta(seconds=idle))
    assert expired(session, NOW, limits) == (idle > 1800 or max(idle, age) > 36_000)


def test_an_export_behind_a_command_that_moves_the_cursor_leaves_no_record():
    """A chained export moved SONAR's cursor all the same: nobody knows where it stands."""
    chained = a_call("list.export", kind=Kind.EXPORT, pages=True, moves_cursor=True)
    after = advance(a_session(current="1-7A"), Seen(chained, LEGACY.core, reading(shown(), listed=True), ()), NOW)
    assert after.current is None


def test_navigation_on_another_view_is_of_the_view_it_names():
    """A new query right after the log-in is a search, not a look at the work list; an unknown view has no function."""
    at_work = a_session(view="SNR Werkvoorraad View", function="home.worklist.view")
    asked = Link(None, "SNR Klant Zoek View", method="NewQuery", of_view="client.search")
    assert settle(replace(a_call(None), links=(asked,)), at_work).function == "client.search"
    assert settle(replace(a_call(None), links=(replace(asked, of_view=None),)), at_work) is Reason.NO_CURRENT_RECORD


def test_a_place_in_a_list_of_newcore_is_no_place_in_legacy():
    """A write or a click without a row id would reach another record there; with the list of legacy it is legacy's own."""
    moved = Listing("vacancy.search", Core.NEWCORE, (), view="SNR Vacature Zoek View")
    call = a_call("vacancy.manage", "SNR Vacature View", kind=Kind.MUTATE, by_place=True)
    looking = a_session(view=moved.view, listing=moved)
    assert settle(call, looking) is Reason.NO_CURRENT_RECORD
    assert settle(call, replace(looking, listing=replace(moved, core=Core.LEGACY))) == call
    assert settle(call, replace(looking, view="SNR Vacature View")) == call


FINDING = a_call("match.candidates.search", "Match", kind=Kind.SEARCH, vacancy="1-V1", first_page=True)


def test_a_candidate_that_was_shown_is_a_match_and_only_as_itself_a_row_of_the_list():
    """A card is a match too, but its row can be named by nobody: it is no row of the list and never the current record."""
    page = reading(shown("1-7A"), shown("1-7B"), listed=True, cursor="1-7B")
    after = advance(a_session(), Seen(FINDING, LEGACY.core, page, (shown("1-7A"),), (shown("1-7B"),)), NOW)
    assert after.matches == (("1-V1", "1-7A"), ("1-V1", "1-7B"))
    assert after.listing.rows == ("1-7A",)
    assert after.current is None


def test_a_match_found_again_is_the_newest_and_the_oldest_go():
    """Each match stands once; the number is bounded."""
    held = tuple(("1-V0", f"1-7{number:04}") for number in range(300))
    page = reading(shown("1-70005"), listed=True)
    again = replace(FINDING, vacancy="1-V0")
    after = advance(a_session(matches=held), Seen(again, LEGACY.core, page, (shown("1-70005"),)), NOW)
    assert (len(after.matches), after.matches[-1]) == (300, ("1-V0", "1-70005"))
    more = advance(after, Seen(FINDING, LEGACY.core, reading(shown("1-7Z"), listed=True), (shown("1-7Z"),)), NOW)
    assert (len(more.matches), more.matches[-1]) == (300, ("1-V1", "1-7Z"))
    assert ("1-V0", "1-70000") not in more.matches


@pytest.mark.parametrize(
    "over", [{"function": "client.search"}, {"vacancy": None}, {"kind": Kind.EXPORT, "function": "list.export"}]
)
def test_nobody_is_matched_by_anything_but_a_search_for_a_vacancy(over):
    """Neither a search for clients, nor one without a vacancy, nor an export."""
    call, page = replace(FINDING, **over), reading(shown("1-7A"), listed=True)
    after = advance(a_session(), Seen(call, LEGACY.core, page, (shown("1-7A"),)), NOW)
    assert after.matches == ()
    assert found_for(None, call, (shown("1-7A"),)) == ()


def test_the_answer_at_hand_counts_before_it_is_stored():
    """A row is shown as a card the first time it is found; later its newest vacancy counts."""
    held = a_session(matches=(("1-V0", "1-7A"), ("1-V2", "1-7A")))
    assert found_for(held, FINDING, (shown("1-7B"), shown(None)))[-1] == ("1-V1", "1-7B")
    assert match_of(held, FINDING, "1-7B") == "1-V1"
    assert match_of(held, a_call(), "1-7A") == "1-V2"
    assert match_of(held, a_call(), "1-7B") is None
    assert match_of(None, a_call(), "1-7A") is None
