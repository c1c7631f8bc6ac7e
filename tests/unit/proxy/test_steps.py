"""Claims about single steps that the line's playbooks do not reach."""

import re
from dataclasses import replace

import pytest

from proxy import steps
from proxy.errors import PoortError
from proxy.model.call import StaticCall
from proxy.model.decision import Reason
from proxy.model.entry import Access, Disclosure, OutcomeState, Receipt, SessionChange, Withheld
from proxy.model.exchange import Answered, Append, Exchange, Gather, Known, Refusal, Released, Send
from proxy.model.http import Answer
from proxy.model.person import Authorship, Category, Unreadable
from proxy.model.principal import Organisation, OrganisationKind
from proxy.model.route import Core, Route
from proxy.trail import Trail
from tests.doubles.playbook import (
    EXCHANGE,
    NOW,
    RECEIPT,
    Playbook,
    adviser,
    answer,
    asked,
    persons,
    request,
    session,
)

TRAIL = Trail(Exchange(EXCHANGE, NOW, request("login_page")))
ROUTE = Route(Core.NEWCORE, 3, "vacancies")
NOTES, PAGE = "leading_zero_contacthistorie", "in_region_klantbeeld"
OFFICE, TOWN = Organisation(OrganisationKind.UWV, "UWV-AM06"), Organisation(OrganisationKind.MUNICIPALITY, "0106")


def test_a_reply_of_the_wrong_kind_is_a_fault():
    """A carrier that mixes up its replies cannot make the line go on."""
    for kind, given in ((Known, RECEIPT), (Answered, Known()), (Receipt, Answered(answer("login_page"), Core.LEGACY))):
        with pytest.raises(PoortError):
            steps.expected(given, kind)


def test_what_is_not_on_the_trail_is_never_guessed():
    """A call without decision or route cannot be admitted."""
    with pytest.raises(PoortError):
        steps.admit(TRAIL)
    assert steps.there(ROUTE) is ROUTE


def test_a_route_tells_which_core_really_answered():
    """A first page that fell back to legacy is recorded as legacy's."""
    assert steps.actual(ROUTE, Core.NEWCORE) is ROUTE
    assert steps.actual(ROUTE, Core.LEGACY) == replace(ROUTE, core=Core.LEGACY, reason="fallback")
    assert steps.actual(None, Core.LEGACY) is None


@pytest.mark.parametrize(
    ("outcome", "unread", "reason"),
    [
        (OutcomeState.UNKNOWN, "shape", Reason.OUTCOME_UNKNOWN),
        (OutcomeState.UNKNOWN, steps.NOT_FOUND, Reason.OUTCOME_UNKNOWN),
        (None, steps.NOT_FOUND, Reason.PERSON_UNKNOWN),
        (None, "gzip", Reason.UNREADABLE),
    ],
)
def test_why_an_answer_is_not_released(outcome, unread, reason):
    """A mutation whose answer cannot be read has an unknown outcome, whatever else is wrong."""
    trail = Trail(TRAIL.exchange, outcome=outcome)
    assert steps.reason_unread(trail, Unreadable(unread)) is reason


def test_a_static_prefix_is_admitted_by_its_own_rule():
    """It is the only thing that is sent without an account or a function."""
    admitted = steps.pass_on(StaticCall("/sonar_nld/static/"))
    assert admitted.decision.rules == ("static",)


def test_a_refusal_without_a_reason_reads_as_a_fault():
    """There is no refusal without a reason code."""
    assert steps.reason(TRAIL) is Reason.FAULT


def read_notes(answered: Answer | None = None, **organisations: Organisation) -> Playbook:
    """Open the contact history of a client of the own caseload; of these authors the directory knows where they work."""
    near = persons(NOTES, caseload_user="AWE0421") | persons("note_new_form", caseload_user="AWE0421")
    book = (Playbook(request(NOTES)) << Gather) >> Known(session=session(), principal=adviser(), persons=near)
    (book << Send) >> (answered or answer(NOTES))
    assert (book << Gather).command.authors == tuple(dict.fromkeys(authors(answered or answer(NOTES))))
    held = {author: frozenset({each}) for author, each in organisations.items()}
    return book >> Known(persons=near, organisations=held)


def authors(page: Answer) -> list[str]:
    """Who wrote the notes, in their order."""
    return [each.decode() for each in re.findall(rb'<td id="s_4_1_3_[0-9]">([^<]+)', page.body)]


def test_notes_go_by_who_wrote_them():
    """Those of a colleague stay, those of another organisation and of nobody known go; both are counted in the log."""
    book = read_notes(IDV0211=OFFICE) << Append
    (shown,) = (each for each in book.entries if isinstance(each, Disclosure))
    assert shown.ground.notes == {Authorship.OWN: 2, Authorship.UNKNOWN: 1}
    assert shown.ground.notes_withheld == {Authorship.UNKNOWN: 1}
    assert Category.CN in shown.shown
    page = (book >> RECEIPT).end.answer
    assert authors(page) == ["IDV0211", "IDV0211"]
    assert b">1 - 2 van 2<" in page.body
    book = read_notes(IDV0211=TOWN, SYSTEEM=OFFICE)
    assert authors((book >> RECEIPT).end.answer) == ["SYSTEEM"]


def test_what_somebody_wrote_that_account_sees():
    """Whatever the directory says of the account today."""
    mine = answer(NOTES)
    mine = replace(mine, body=mine.body.replace(b">IDV0211<", b">AWE0421<", 1))
    page = (read_notes(mine, AWE0421=TOWN) >> RECEIPT).end.answer
    assert authors(page) == ["AWE0421"]


def test_a_history_without_a_note_that_may_be_seen_is_empty():
    """It is a page like any other: the person was shown."""
    book = read_notes() << Append
    (shown,) = (each for each in book.entries if isinstance(each, Disclosure))
    assert shown.ground.notes_withheld == shown.ground.notes == {Authorship.UNKNOWN: 3}
    page = (book >> RECEIPT).end.answer
    assert b"Geen records gevonden" in page.body
    assert authors(page) == []


def test_a_note_of_another_organisation_that_is_opened_is_refused():
    """A form cannot lose it and stay a page; the person who was on it is withheld."""
    form = answer("note_new_form")
    opened = replace(form, body=form.body.replace(b'<td id="s_4_1_3_0"><', b'<td id="s_4_1_3_0">KMG0106<'))
    book = read_notes(opened, KMG0106=TOWN) << Append
    assert [each.reason for each in book.entries if isinstance(each, Withheld)] == [Reason.HIDDEN_CATEGORY]
    assert isinstance((book >> RECEIPT).end, Refusal)
    seen = read_notes(opened, KMG0106=OFFICE) << Append
    assert isinstance((seen >> RECEIPT).end, Released)


def test_to_stand_on_a_note_of_another_organisation_is_refused():
    """SONAR's cursor is there now, so the session stands on no record: nothing is changed by a cursor that nobody may have."""
    page = answer(NOTES).body
    ours, theirs = (
        re.findall(rb'name="SWERowId[0-9]" value="(1-N[0-9A-Z]+)"', page)[place].decode() for place in (0, 1)
    )
    near = persons(NOTES, caseload_user="AWE0421")
    for row, reason in ((ours, None), (theirs, Reason.HIDDEN_CATEGORY)):
        position = "SWECmd=InvokeMethod&SWEMethod=PositionOnRow&SWEView=SNR+Contacthistorie+View"
        target = f"/sonar_nld/start.swe?{position}&SWEApplet=SNR+Contactverslag+List+Applet&SWERowId={row}"
        there = session(view="SNR Contacthistorie View", function="client.note.view", current=next(iter(near)))
        book = (Playbook(asked(f"GET {target} HTTP/1.1\r\nHost: sonar.example\r\n\r\n")) << Gather) >> Known(
            session=there, principal=adviser(), persons=near
        )
        (book << Send) >> answer(NOTES)
        book = (book << Gather) >> Known(persons=near, organisations={"IDV0211": frozenset({OFFICE})})
        (access,) = (each for each in (book << Append).entries if isinstance(each, Access))
        (change,) = (each for each in book.entries if isinstance(each, SessionChange))
        assert access.reason is (reason or Reason.ALLOWED)
        assert change.session.current == (None if reason else next(iter(near)))


def test_an_answer_without_notes_asks_about_nobody():
    """Nothing is gathered that no decision needs."""
    book = (Playbook(request(PAGE)) << Gather) >> Known(session=session(), principal=adviser(), persons=persons(PAGE))
    assert ((book << Send) >> answer(PAGE) << Gather).command.authors == ()
