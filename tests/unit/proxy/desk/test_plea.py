"""Playbooks of emergency access: one client, one hour, and no oracle of existence."""

from dataclasses import replace
from datetime import timedelta

import pytest

from proxy.identity.binding import birth_mark, lookup, person_id
from proxy.model.decision import Reason
from proxy.model.entry import Access, SessionChange, Tied
from proxy.model.exchange import Gather, Known
from proxy.model.principal import Role
from tests.doubles.desk import BSN, ROW, Desk, candidate, get, post
from tests.doubles.playbook import EXCHANGE, NOW, RECEIPT, SECRET, Playbook, adviser

WHO = person_id(SECRET, bsn=BSN, row_id=None)
NEED = {
    "bsn": BSN,
    "geboortedatum": "01-02-1980",
    "reden": "gevaar",
    "toelichting": "klant is vermist, de politie belt",
}


def world(**over):
    """Give a person who was born on the day that is typed."""
    return {"persons": {lookup(None, WHO): candidate(born=birth_mark(SECRET, WHO, "19800201"), **over)}}


@pytest.fixture
def desk() -> Desk:
    """The desk of an adviser of another region."""
    return Desk(adviser(Role.AW, regions=frozenset({"AM06"})), matches=())


def tied(book) -> list[Tied]:
    """Pick what is made."""
    return [each for each in book.entries if isinstance(each, Tied)]


def access(book) -> Access:
    """Pick the record."""
    return next(each for each in book.entries if isinstance(each, Access))


def test_an_emergency_opens_one_client_for_an_hour_and_has_a_review(desk):
    """The record, the tie and its review are one transaction."""
    book = desk.fill("noodtoegang", NEED, **world())
    (made,) = tied(book)
    assert (made.tie.id, made.tie.user, made.tie.row_id) == (EXCHANGE, "AWE0421", ROW)
    assert made.tie.until - made.tie.begins == timedelta(minutes=60)
    assert made.tie.review_by > NOW.date()
    assert [each for each in book.entries if isinstance(each, SessionChange)]


def test_the_answer_is_the_same_whether_or_not_there_is_such_a_person(desk):
    """Nobody, another birth date, a person whose birth date is unknown, and the own dossier: the same bytes."""
    own = Desk(replace(desk.principal, identity=WHO.digest), matches=())
    books = [
        desk.fill("noodtoegang", NEED, **world()),
        desk.fill("noodtoegang", NEED),
        desk.fill("noodtoegang", {**NEED, "geboortedatum": "02-02-1980"}, **world()),
        desk.fill("noodtoegang", NEED, persons={lookup(None, WHO): candidate()}),
        own.fill("noodtoegang", NEED, **world()),
    ]
    assert [len(tied(book)) for book in books] == [1, 0, 0, 0, 0]
    answers = {(book >> RECEIPT).end.answer for book in books}
    assert len(answers) == 1


def test_the_number_of_the_page_leads_nowhere_where_there_is_nobody(desk):
    """What was not stored is not found, as somebody who does not exist is not."""
    book = desk.play(get("openen", nummer=str(EXCHANGE)))
    assert access(book).reason is Reason.PERSON_UNKNOWN
    assert b"Record niet gevonden" in (book >> RECEIPT).end.answer.body


@pytest.mark.parametrize(
    "over",
    [{"bsn": "123456789"}, {"bsn": ""}, {"geboortedatum": "1980"}, {"reden": "haast"}, {"toelichting": "te kort"}],
)
def test_a_form_that_is_not_complete_is_shown_again(desk, over):
    """Nothing of it depends on who exists."""
    pages = set()
    for known in (world(), {}):
        book = desk.fill("noodtoegang", {**NEED, **over}, **known)
        assert not tied(book)
        assert access(book).detail == "plea-incomplete"
        pages.add((book >> RECEIPT).end.answer.body)
    assert len(pages) == 1


def test_a_plea_that_was_not_sealed_here_is_refused(desk):
    """And one that was sent before is shown again."""
    forged = desk.play(post("noodtoegang", **NEED, zegel="4-00"), **world())
    assert (access(forged).reason, tied(forged)) == (Reason.FORM_NOT_ISSUED, [])
    book = Playbook(get("noodtoegang")) << Gather
    assert (book >> Known(session=desk.session, principal=desk.principal)).command.rows == ()


def test_no_bsn_and_no_birth_date_stand_in_the_record(desk):
    """They are typed to be compared, and forgotten."""
    written = repr(desk.fill("noodtoegang", NEED, **world()).entries)
    assert BSN not in written
    assert "1980" not in written


def test_every_page_that_says_not_found_offers_the_form(desk):
    """Whether or not there is such a person, so that the offer says nothing."""
    end = (desk.play(get("openen", nummer="x")) >> RECEIPT).end
    assert b"/sonar_nld/poort/noodtoegang" in end.answer.body
