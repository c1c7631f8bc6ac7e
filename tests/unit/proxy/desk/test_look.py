"""Playbooks of what a user holds: the overview, the way to a person, and notices that were read."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from proxy.model.decision import Reason
from proxy.model.entry import Access, SessionChange
from proxy.model.exchange import Gather, Known
from proxy.model.principal import Role
from proxy.model.tie import Emergency, GrantState
from tests.doubles.desk import ROW, Desk, candidate, get, grant, post, sealed, warned, wsp
from tests.doubles.playbook import NOW, RECEIPT, Playbook, adviser

OPENED = grant(state=GrantState.OPEN, until=NOW + timedelta(days=5))
PLEA = Emergency(UUID(int=9), "WSP0106", ROW, NOW, NOW + timedelta(minutes=60), "gevaar", "x" * 20, date(2026, 3, 9))
PERSONS = {"persons": {ROW: candidate()}}


@pytest.fixture
def desk() -> Desk:
    """The desk of whoever holds them."""
    return Desk(wsp())


def page(book: Playbook) -> str:
    """Store the record and read the page."""
    return (book >> RECEIPT).end.answer.body.decode("cp1252")


def turn(desk: Desk, number: UUID, **known) -> dict[bytes, bytes]:
    """Follow the link of a tie and give the fields of the answer."""
    return dict((desk.play(get("openen", nummer=str(number)), **known) >> RECEIPT).end.answer.fields)


def test_the_overview_shows_states_and_ways_without_a_person(desk):
    """What is open can be opened; what was refused or is over cannot."""
    ties = (OPENED, grant(8), grant(9, state=GrantState.REFUSED), replace(OPENED, id=UUID(int=10), until=NOW), PLEA)
    shown = page(desk.play(get("overzicht"), **PERSONS, ties=ties))
    for said in ("open", "aangevraagd", "geweigerd", "verlopen", "Gevaar voor de klant"):
        assert said in shown
    assert shown.count("openen?nummer=") == 2
    assert ROW not in shown


def test_of_others_nothing_is_listed(desk):
    """Neither their grants nor their emergencies."""
    ties = (replace(OPENED, user="WSP0999"), replace(PLEA, user="AWE0999"))
    assert "openen?nummer=" not in page(desk.play(get("overzicht"), **PERSONS, ties=ties))


def test_an_open_grant_leads_to_the_cv_and_an_emergency_to_the_client(desk):
    """By a redirect into the legacy, where the person is decided about as always."""
    assert b"SWEView=SNR+CV+View&SWERowId=1-7AAAA" in turn(desk, OPENED.id, **PERSONS, ties=(OPENED,))[b"Location"]
    assert b"SWEView=SNR+Klantbeeld+View&SWERowId=1-7AAAA" in turn(desk, PLEA.id, ties=(PLEA,))[b"Location"]


def test_whoever_answers_looks_at_the_client_first():
    """The responsible adviser is led to the client of a request."""
    desk = Desk(adviser(Role.AW), matches=())
    assert b"SNR+Klantbeeld+View" in turn(desk, OPENED.id, **PERSONS, ties=(OPENED,))[b"Location"]


@pytest.mark.parametrize(
    "tie",
    [
        grant(),
        replace(OPENED, until=NOW),
        replace(OPENED, state=GrantState.REFUSED),
        replace(OPENED, user="WSP0999"),
        replace(PLEA, until=NOW),
        replace(PLEA, user="AWE0999"),
    ],
)
def test_what_is_not_open_to_the_user_leads_nowhere(desk, tie):
    """A request, an end, somebody else's: all read like somebody who does not exist."""
    book = desk.play(get("openen", nummer=str(tie.id)), **PERSONS, ties=(tie,))
    assert next(each for each in book.entries if isinstance(each, Access)).reason is Reason.PERSON_UNKNOWN
    assert "Record niet gevonden" in page(book)


def test_a_notice_that_was_read_is_remembered_in_the_session(desk):
    """Under the enforced matrix nothing is announced; the form says so and has nothing to send."""
    assert "<form" not in page(desk.play(get("mededeling")))
    book = desk.play(post("mededeling", zegel="4-00"))
    assert next(each for each in book.entries if isinstance(each, Access)).reason is Reason.FORM_NOT_ISSUED


def test_announced_rules_are_noted_in_the_transaction_of_the_record(desk):
    """The session remembers which notices were read; the page says what they announce, and from when."""
    tables = warned()
    known = Known(session=desk.session, principal=desk.principal)
    shown = (((Playbook(get("mededeling"), tables) << Gather) >> known) >> Known()) >> RECEIPT
    assert "Vanaf 01-05-2026" in shown.end.answer.body.decode("cp1252")
    sent = post("mededeling", zegel=sealed(shown.end.answer.body))
    book = ((Playbook(sent, tables) << Gather) >> known) >> Known()
    (change,) = [each for each in book.entries if isinstance(each, SessionChange)]
    assert "RG2" in change.session.noticed
    assert change.session.version == desk.session.version + 1
