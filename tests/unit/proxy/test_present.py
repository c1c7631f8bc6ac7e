"""Claims about what leaves: cards in the place of rows, notices of what is announced, and of an emergency."""

import re
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from proxy import present
from proxy.disclosure import handle
from proxy.model.decision import Effect
from proxy.model.entry import Access, Disclosure, SessionChange, Withheld
from proxy.model.exchange import Append, Gather, Known, Send
from proxy.model.person import Category, PersonClass, Relation
from proxy.model.principal import Role
from proxy.model.tie import Emergency, Grant, GrantState, Vacancy
from proxy.trail import House
from tests.doubles.desk import warned
from tests.doubles.playbook import (
    NOW,
    RECEIPT,
    SECRET,
    Playbook,
    adviser,
    answer,
    persons,
    recordings,
    request,
    session,
)

SEARCH, PAGE = "candidate_search", "in_region_klantbeeld"
VACANCY = "2000001"
WSP = adviser(Role.WSP, regions=frozenset({"AM06"}))
WORKED_ON = {VACANCY: Vacancy(VACANCY, "AM06", "verkoper", None, date(2026, 1, 1), date(2026, 12, 31))}


def of(kind, book):
    """Pick the entries of a kind that wait to be stored."""
    return [each for each in book.entries if isinstance(each, kind)]


def found(vacancies=WORKED_ON, near: str = "", **over) -> Playbook:
    """Search candidates as an adviser of AM06: all of Groningen (AM01), but for one who lives near."""
    everybody = {row: replace(each, **over) for row, each in persons(SEARCH).items()}
    if near:
        everybody[near] = replace(everybody[near], municipality="0200")
    book = (Playbook(request(SEARCH)) << Gather) >> Known(session=session(), principal=WSP, vacancies=vacancies)
    (book << Send) >> answer(SEARCH)
    return ((book << Gather) >> Known(persons=everybody)) << Append


def test_a_candidate_of_another_region_is_shown_as_a_card_alone():
    """Of an open vacancy of the own region: no value of anybody, a handle for each, and one line for each in the log."""
    book = found()
    shown = of(Disclosure, book)
    rows = recordings()[SEARCH]["persons"]
    assert {each.relation for each in shown} == {Relation.CARD}
    assert {each.shown - {Category.VA} for each in shown} == {
        frozenset({Category.ED, Category.AV})
    }  # VA is no person's
    assert all(Category.ID in each.masked for each in shown)
    (change,) = of(SessionChange, book)
    assert set(change.session.matches) == {(VACANCY, each["row_id"]) for each in rows}
    assert change.session.listing.rows == ()
    assert change.session.current is None
    body = (book >> RECEIPT).end.answer.body
    assert body.count(b"/sonar_nld/poort/benaderen?kaart=") == len(rows)
    assert not [each for each in rows if each["row_id"].encode() in body or each["bsn"].lstrip("0").encode() in body]


def test_the_handle_on_a_card_is_redeemed_in_its_own_session():
    """And leads to the vacancy and the row, which the client never saw."""
    book = found()
    after = of(SessionChange, book)[0].session
    body = (book >> RECEIPT).end.answer.body.decode("cp1252")
    handles = re.findall(r"kaart=([0-9a-f]+)", body)
    assert {handle.redeem(SECRET, after, each) for each in handles} == set(after.matches)


def test_whoever_lives_near_is_shown_as_a_row_beside_the_cards():
    """The row that may be seen keeps its id."""
    row = recordings()[SEARCH]["persons"][0]["row_id"]
    book = found(near=row)
    assert {each.relation for each in of(Disclosure, book)} == {Relation.CARD, Relation.REGION}
    assert of(SessionChange, book)[0].session.listing.rows == (row,)
    assert row.encode() in (book >> RECEIPT).end.answer.body


@pytest.mark.parametrize(
    "vacancies",
    [
        {},
        {VACANCY: replace(WORKED_ON[VACANCY], region="AM01")},
        {VACANCY: replace(WORKED_ON[VACANCY], closed=date(2026, 2, 1))},
        {VACANCY: replace(WORKED_ON[VACANCY], opened=None)},
    ],
)
def test_without_an_open_vacancy_of_the_own_region_nobody_is_found(vacancies):
    """Not known, of another region, closed, or not known to be open: every row is gone, and there is no match."""
    book = found(vacancies)
    assert not of(Disclosure, book)
    assert {each.relation for each in of(Withheld, book)} == {Relation.OUTSIDE}
    assert of(SessionChange, book)[0].session.matches == ()
    assert b"kaart=" not in (book >> RECEIPT).end.answer.body


def test_the_dossier_of_a_colleague_is_no_card():
    """RG10: also not in a match."""
    book = found(protection=PersonClass.STAFF)
    assert not of(Disclosure, book)
    assert of(SessionChange, book)[0].session.matches == ()


def test_after_a_grant_the_list_still_shows_a_card_and_the_page_is_open():
    """Truth table: a grant consults, and finds cards."""
    row = recordings()[SEARCH]["persons"][0]["row_id"]
    held = Grant(UUID(int=1), WSP.user, row, VACANCY, GrantState.OPEN, NOW, NOW + timedelta(days=5))
    everybody = persons(SEARCH)
    everybody[row] = replace(everybody[row], grants=(held,))
    book = (Playbook(request(SEARCH)) << Gather) >> Known(session=session(), principal=WSP, vacancies=WORKED_ON)
    (book << Send) >> answer(SEARCH)
    book >> Known(persons=everybody)
    relations = {each.relation for each in of(Disclosure, book)}
    assert relations == {Relation.CARD, Relation.GRANT}
    assert row.encode() not in (book >> RECEIPT).end.answer.body


def opened(tables: House | None = None, principal=None, **over) -> Playbook:
    """Open a client of Groningen as an adviser, up to the record."""
    everybody = persons(PAGE, **over)
    known = Known(session=session(), principal=principal or adviser(), persons=everybody)
    book = (Playbook(request(PAGE), tables) << Gather) >> known
    (book << Send) >> answer(PAGE)
    return ((book << Gather) >> Known(persons=everybody)) << Append


def test_an_emergency_opens_one_client_with_a_notice_until_it_ends():
    """From another region; the log says that it was one, and the page until when."""
    far = adviser(regions=frozenset({"AM06"}))
    row = recordings()[PAGE]["persons"][0]["row_id"]
    held = Emergency(UUID(int=1), far.user, row, NOW, NOW + timedelta(minutes=60), "gevaar", "x" * 20, date(2026, 3, 9))
    book = opened(principal=far, emergencies=(held,))
    (shown,) = of(Disclosure, book)
    assert (shown.relation, shown.ground.emergency) == (Relation.OUTSIDE, True)
    assert Category.ID in shown.shown
    body = (book >> RECEIPT).end.answer.body.decode("cp1252")
    assert "Noodtoegang tot 11:00 uur" in body
    over = replace(held, until=NOW)
    refused = (Playbook(request(PAGE)) << Gather) >> Known(
        session=session(), principal=far, persons=persons(PAGE, emergencies=(over,))
    )
    assert of(Access, refused << Append)[0].decision is Effect.DENY


def test_what_an_announced_rule_will_take_is_shown_with_a_notice():
    """The page is as legacy made it; the log knows what all rules together would do; the notice says from when."""
    book = opened(warned(), adviser(regions=frozenset({"AM06"})))
    (access,), (shown,) = of(Access, book), of(Disclosure, book)
    assert (access.decision, access.target) == (Effect.ALLOW, Effect.DENY)
    assert shown.ground.target is Effect.DENY
    assert shown.ground.pending
    assert Category.ID in shown.ground.lost
    body = (book >> RECEIPT).end.answer.body.decode("cp1252")
    assert "Vanaf 01-05-2026" in body
    assert "/sonar_nld/poort/mededeling" in body


def test_a_notice_that_was_read_is_not_shown_again():
    """For as long as the session lives."""
    tables = warned()
    read = session(noticed=frozenset(present.announcements(tables.matrix)))
    far, everybody = adviser(regions=frozenset({"AM06"})), persons(PAGE)
    book = (Playbook(request(PAGE), tables) << Gather) >> Known(session=read, principal=far, persons=everybody)
    (book << Send) >> answer(PAGE)
    book >> Known(persons=everybody)
    assert "mededeling" not in (book >> RECEIPT).end.answer.body.decode("cp1252")


def test_with_every_rule_enforced_the_target_is_the_outcome_and_no_notice_stands():
    """The demo's matrix: both tables are one."""
    book = opened()
    (access,), (shown,) = of(Access, book), of(Disclosure, book)
    assert (access.decision, access.target) == (Effect.ALLOW, Effect.ALLOW)
    assert (shown.ground.target, shown.ground.lost, shown.ground.pending) == (Effect.ALLOW, frozenset(), ())
    assert shown.ground.present == shown.shown | shown.masked
    assert b"poort" not in (book >> RECEIPT).end.answer.body
