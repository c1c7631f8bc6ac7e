"""Claims about where SONAR is left behind by an answer of newcore, and what brings it back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from proxy.identity.astray import Seen, after, at_home, below, counted, reaches, replayed, stood
from proxy.model.call import Call, Format, Kind, Link
from proxy.model.person import Category, Reading, Shown
from proxy.model.principal import HOME, Astray, Below, Listing, Session
from proxy.model.route import Core

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
BEELD, NOTES, VACANCIES = "Beeld", "Notes", "Vacatures"
PERSON = Shown("1-7A", None, None, None, frozenset({Category.ID}), ((0, 1),), deliberate=True)


def a_call(view: str = BEELD, **over) -> Call:
    """A call of one link on a view."""
    values = {"format": Format.HTML, "links": (Link("f", view),), "function": "f", "kind": Kind.CONSULT, "opens": True}
    return Call(**(values | over))


def a_session(**over) -> Session:
    """A session on a person."""
    values = {
        "key": b"k",
        "version": 1,
        "user": "A",
        "started_at": NOW,
        "last_seen": NOW,
        "view": BEELD,
        "current": "1-7A",
    }
    return Session(**(values | over))


def page(row: str | None = "1-7A", view: str = BEELD, **over) -> Reading:
    """A page of one person."""
    return Reading((replace(PERSON, row_id=row),) if row else (), b"x", cursor=row, view=view, **over)


def seen(core: Core, read: Reading | None, call: Call | None = None) -> Seen:
    """An answer of which everybody was kept."""
    return Seen(call or a_call(), core, read, read.persons if read is not None else ())


def test_a_page_of_newcore_leaves_sonar_where_it_was():
    """Its view and last page, its person where that is another one, its number, and since when it heard nothing."""
    session = a_session(sequence=4, last_seen=NOW)
    same = after(session, "1-7A", seen(Core.NEWCORE, page(), a_call(sequence=5)))
    assert same == Astray(view=True, person=False, sequence=4, since=NOW)
    other = after(session, "1-7B", seen(Core.NEWCORE, page("1-7B"), a_call(sequence=5)))
    assert other.person
    later = after(
        a_session(astray=other, current="1-7B", sequence=5, last_seen=NOW + timedelta(minutes=1)),
        "1-7B",
        seen(Core.NEWCORE, page("1-7B"), a_call(sequence=6)),
    )
    assert (later.person, later.sequence, later.since) == (True, 4, NOW)


def test_an_export_of_newcore_leaves_the_page_as_the_last_one():
    """A file is no page."""
    assert not after(a_session(), "1-7A", seen(Core.NEWCORE, None, a_call(kind=Kind.EXPORT))).view


def test_only_a_page_that_shows_it_brings_sonar_back():
    """A page of the person; a page of a vacancy brings back the view alone; an error nothing but the number."""
    lost = a_session(astray=Astray(view=True, person=True, sequence=4, since=NOW), sequence=6)
    assert after(lost, "1-7A", seen(Core.LEGACY, page(), a_call(sequence=7))) == HOME
    vacancy = page(None, "Vacature", record=("vacancy", "1-V1"))
    assert after(lost, "1-7A", seen(Core.LEGACY, vacancy, a_call(sequence=7))) == Astray(person=True)
    error = Reading((), b"x")
    assert after(lost, "1-7A", seen(Core.LEGACY, error, a_call(sequence=7))) == Astray(view=True, person=True)
    unread = after(lost, None, seen(Core.LEGACY, None, a_call(sequence=7)))
    assert (unread.view, unread.person, unread.sequence, unread.since) == (True, True, None, None)
    refused = Reading((), b"x", counted=False)
    assert after(lost, "1-7A", seen(Core.LEGACY, refused, a_call(sequence=3))).sequence == 4


def test_a_session_that_only_legacy_answers_is_never_astray():
    """Whatever it shows."""
    for read in (
        page(),
        page("1-7B"),
        page(None, VACANCIES, record=("vacancy", "1-V1"), listed=True),
        None,
        Reading((), b"x"),
    ):
        assert after(a_session(), "1-7A", seen(Core.LEGACY, read)) == HOME


def test_what_is_no_person_is_known_per_kind():
    """A vacancy and an employer each; a list moves to its first row, an empty one to nobody; one looked at again stays."""
    session = a_session(records=(("employer", "1-E1"),))
    listed = page(None, VACANCIES, listed=True, record=("vacancy", "1-V1"))
    search = a_call(VACANCIES, first_page=True, opens=False)
    moved = stood(session, seen(Core.NEWCORE, listed, search))
    assert moved == (("vacancy", "1-V1"), ("employer", "1-E1"))
    assert after(session, "1-7A", seen(Core.NEWCORE, listed, search)).records == ("vacancy",)
    empty = stood(session, seen(Core.NEWCORE, replace(listed, record=("employer", "")), search))
    assert empty == (("employer", ""),)
    held = replace(session, listing=Listing("f", "newcore", (), view=VACANCIES))
    again = a_call(VACANCIES, first_page=True, again=True, opens=False)
    assert stood(held, seen(Core.NEWCORE, listed, again)) == session.records


def test_a_list_that_legacy_begins_where_newcore_had_it_leaves_legacy_on_its_first_row():
    """The user stands where newcore's list was: what is done to a vacancy without a row is placed first."""
    held = a_session(records=(("vacancy", "1-V7"),), listing=Listing("f", "newcore", (), view=VACANCIES))
    form = page(None, VACANCIES, record=("vacancy", None), asking=True)
    assert after(held, "1-7A", seen(Core.LEGACY, form, a_call(VACANCIES, opens=False))).records == ("vacancy",)
    shown = page(None, "Vacature", record=("vacancy", "1-V7"))
    brought = replace(held, astray=Astray(records=("vacancy", "employer")))
    assert after(brought, "1-7A", seen(Core.LEGACY, shown)).records == ("employer",)


@pytest.mark.parametrize(
    ("number", "seen_by_legacy", "used_up"),
    [(5, 4, True), (6, 4, True), (7, 4, False), (4, 4, False), (5, None, False), (None, 4, False)],
)
def test_a_page_of_newcore_is_used_up_like_one_of_legacy(number, seen_by_legacy, used_up):
    """Legacy refuses what it saw, the gateway what newcore saw since: a form of then is not filled in now."""
    session = a_session(sequence=6, astray=Astray(sequence=seen_by_legacy))
    assert replayed(session, a_call(sequence=number)) is used_up


def test_a_number_is_used_up_once_and_for_all():
    """An older one does not bring newer ones back; one that legacy did not take is not used up."""
    session = a_session(sequence=6)
    assert counted(session, seen(Core.NEWCORE, page(), a_call(sequence=8))) == 8
    assert counted(session, seen(Core.LEGACY, page(), a_call(sequence=3))) == 6
    assert counted(session, seen(Core.LEGACY, Reading((), b"x", counted=False), a_call(sequence=9))) == 6
    assert counted(session, seen(Core.LEGACY, page())) == 6
    assert counted(a_session(), seen(Core.NEWCORE, page(), a_call(sequence=0))) == 0
    first = after(a_session(), "1-7A", seen(Core.NEWCORE, page(), a_call(sequence=0)))
    assert replayed(a_session(sequence=0, astray=first), a_call(sequence=0))


def test_what_stands_below_a_person_is_done_to_nobody_else():
    """A note that is being written, or was named last: without a row it is that person's, in that view."""
    change = a_call(NOTES, kind=Kind.MUTATE, opens=False, by_child=True, writes=frozenset({Category.CN}))
    held = a_session(view=NOTES, below=(Below(NOTES, "1-7A"),))
    assert reaches(held, change)
    assert not reaches(replace(held, current="1-7B"), change)
    assert not reaches(a_session(view=NOTES), change)
    assert not reaches(held, replace(change, links=(Link("f", "Referrals"),)))
    unfinished = replace(held, below=(Below(NOTES, "1-7A", unfinished=True),))
    assert reaches(unfinished, change)
    assert not reaches(unfinished, replace(change, writes=frozenset()))
    assert reaches(held, a_call())


def test_what_legacy_holds_below_a_person_is_told_by_its_pages():
    """Made or named there: that person's; a page that shows somebody else, or a step back: nobody's."""
    fresh = a_call(NOTES, kind=Kind.MUTATE, opens=False)
    notes = page("1-7A", NOTES)
    made = below(a_session(), "1-7A", seen(Core.LEGACY, notes, fresh))
    assert made == (Below(NOTES, "1-7A", unfinished=True),)
    written = replace(fresh, writes=frozenset({Category.CN}))
    assert below(a_session(), "1-7A", seen(Core.LEGACY, notes, written)) == (Below(NOTES, "1-7A"),)
    held = a_session(below=made)
    assert below(held, "1-7A", seen(Core.LEGACY, notes, a_call(NOTES))) == made
    assert below(held, "1-7A", seen(Core.LEGACY, notes, a_call(NOTES, opens=False))) == ()
    assert below(held, "1-7A", seen(Core.LEGACY, page("1-7B", NOTES), fresh)) == ()
    named = a_call(NOTES, row_ids=("1-7A", "1-N1"))
    assert below(a_session(), "1-7A", seen(Core.LEGACY, notes, named)) == (Below(NOTES, "1-7A"),)
    assert below(held, "1-7B", seen(Core.NEWCORE, page("1-7B", NOTES), fresh)) == made
    assert below(held, "1-7A", seen(Core.LEGACY, Reading((), b"x"), fresh)) == made


def test_a_list_of_newcore_is_not_home():
    """SONAR never saw it: who gets a message, for one, are the persons of the last search."""
    assert at_home(a_session())
    assert not at_home(a_session(listing=Listing("f", "newcore", ())))
    assert not at_home(a_session(lists=(Listing("f", "newcore", ()),)))
    assert not at_home(a_session(astray=Astray(view=True)))
