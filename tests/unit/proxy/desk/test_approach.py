"""Playbooks of approaching a candidate: from the card to a grant, and everything that stands between."""

from dataclasses import replace
from datetime import timedelta

import pytest

from proxy.disclosure import handle
from proxy.model.decision import Effect, Reason
from proxy.model.entry import Access, SessionChange, Tied
from proxy.model.exchange import About, Append, Gather, Known, Refusal, Released
from proxy.model.principal import Role
from proxy.model.tie import GrantState
from tests.doubles.desk import OPEN, ROW, VACANCY, Desk, candidate, get, grant, post, sealed, wsp
from tests.doubles.playbook import EXCHANGE, NOW, RECEIPT, SECRET, TOKEN, Playbook, adviser

WORLD = {"persons": {ROW: candidate()}, "vacancies": {VACANCY: OPEN}}
FORM = {"reden": "voordragen", "toelichting": "past goed bij de vacature", "dagen": "5"}


@pytest.fixture
def desk() -> Desk:
    """The desk of an adviser of AM06 whose search found a candidate of AM01."""
    return Desk(wsp())


def card(desk: Desk, row: str = ROW) -> str:
    """Give the handle that stands on the card."""
    return handle.issue(SECRET, desk.session, VACANCY, row)


def of(kind, book):
    """Pick the entries of a kind that wait to be stored."""
    return [each for each in book.entries if isinstance(each, kind)]


def text(end) -> str:
    """Read the page that left."""
    return end.answer.body.decode("cp1252")


def test_the_form_is_shown_without_a_change(desk):
    """Gather the candidate, the vacancy and what runs already; record; release. No core is asked, nothing is made."""
    book = Playbook(get("benaderen", kaart=card(desk))) << Gather
    book >> Known(session=desk.session, principal=desk.principal)
    assert (book.command.rows, book.command.about) == ((ROW,), About("WSP0106", vacancy=VACANCY))
    (book >> Known(**WORLD)) << Append
    (access,) = book.entries
    assert (access.decision, access.function, access.vacancy, access.core) == (
        Effect.ALLOW,
        "grant.request",
        VACANCY,
        None,
    )
    end = (book >> RECEIPT).end
    assert isinstance(end, Released)
    assert "K-" in text(end)
    assert ROW not in text(end)


def test_without_consent_the_request_is_stored_with_its_record(desk):
    """One transaction: access, tie, and the session one version further, so that the form is used up."""
    book = desk.fill("benaderen", {**FORM, "kaart": card(desk)}, **WORLD)
    (tie,), (change,) = of(Tied, book), of(SessionChange, book)
    assert (tie.tie.id, tie.tie.user, tie.tie.row_id, tie.tie.vacancy) == (EXCHANGE, "WSP0106", ROW, VACANCY)
    assert (tie.tie.state, tie.tie.until) == (GrantState.REQUESTED, None)
    assert (change.before, change.session.version) == (desk.session.version, desk.session.version + 1)
    assert "verantwoordelijke adviseur" in text((book >> RECEIPT).end)


def test_with_consent_it_is_open_at_once(desk):
    """And the page leads to the candidate, by the number of the grant and not by its row."""
    consenting = {**WORLD, "persons": {ROW: candidate(consents=True)}}
    book = desk.fill("benaderen", {**FORM, "kaart": card(desk)}, **consenting)
    assert of(Tied, book)[0].tie.state is GrantState.OPEN
    end = (book >> RECEIPT).end
    assert f"openen?nummer={EXCHANGE}" in text(end)
    assert ROW not in text(end)


def test_a_forged_handle_is_refused_recorded_and_an_alarm(desk):
    """Of another session, of a row that was never found, or invented: the same page as for somebody who does not exist."""
    strange = Desk(wsp(), key=bytes(32))
    pages = set()
    for forged in (card(strange), card(desk, "1-7ZZZZ"), "00ff", ""):
        book = desk.play(get("benaderen", kaart=forged))
        access = of(Access, book)[0]
        assert (access.decision, access.reason) == (Effect.DENY, Reason.HANDLE_NOT_ISSUED)
        end = (book >> RECEIPT).end
        assert isinstance(end, Refusal)
        pages.add(end.answer.body)
    assert len(pages) == 1
    assert "Record niet gevonden" in pages.pop().decode("cp1252")


def test_a_form_that_was_not_issued_here_changes_nothing(desk):
    """A page elsewhere can make a browser post, but not seal."""
    own = {**FORM, "kaart": card(desk)}
    other = sealed((Desk(wsp(), key=bytes(32)).play(get("noodtoegang")) >> RECEIPT).end.answer.body)
    for forged in ("", "4-00", other):
        book = desk.play(post("benaderen", **own, zegel=forged), **WORLD)
        assert not of(Tied, book)
        assert of(Access, book)[0].reason is Reason.FORM_NOT_ISSUED
        assert isinstance((book >> RECEIPT).end, Refusal)


def test_a_form_that_was_sent_before_is_shown_again(desk):
    """The session went on: nothing is made a second time, and what was typed is kept."""
    fields = {**FORM, "kaart": card(desk)}
    seal = sealed((desk.play(get("benaderen", kaart=fields["kaart"]), **WORLD) >> RECEIPT).end.answer.body)
    desk.session = replace(desk.session, version=desk.session.version + 1)
    book = desk.play(post("benaderen", **fields, zegel=seal), **WORLD)
    assert not of(Tied, book)
    assert of(Access, book)[0].detail == "form-stale"
    shown = text((book >> RECEIPT).end)
    assert "al gebruikt of is verlopen" in shown
    assert "past goed bij de vacature" in shown
    assert sealed(shown.encode("cp1252")) != seal


@pytest.mark.parametrize(
    ("over", "world", "word"),
    [
        ({"toelichting": "kort"}, {}, "reason-missing"),
        ({"reden": "zomaar"}, {}, "reason-missing"),
        ({"dagen": "11"}, {}, "term-too-long"),
        ({"dagen": "vijf"}, {}, "term-too-long"),
        ({}, {"vacancies": {}}, "vacancy-not-open"),
        ({}, {"vacancies": {VACANCY: replace(OPEN, region="AM01")}}, "vacancy-not-open"),
        ({}, {"vacancies": {VACANCY: replace(OPEN, closed=NOW.date())}}, "vacancy-not-open"),
        ({}, {"ties": (grant(),)}, "already-runs"),
        ({}, {"ties": tuple(grant(n, user=f"W{n}") for n in range(10))}, "cap-of-vacancy"),
        ({}, {"ties": tuple(grant(n, vacancy=f"1-V{n}") for n in range(20))}, "cap-of-user"),
    ],
)
def test_what_stands_in_the_way_is_said_and_nothing_is_made(desk, over, world, word):
    """The record carries the word, the page the sentence, and the form what was typed."""
    book = desk.fill("benaderen", {**FORM, "kaart": card(desk), **over}, **{**WORLD, **world})
    assert not of(Tied, book)
    assert of(Access, book)[0].detail == word
    assert 'class="fout"' in text((book >> RECEIPT).end)


def test_what_lapsed_or_ended_makes_room(desk):
    """An open grant that is over, and a request that nobody answered for weeks."""
    over = grant(1, state=GrantState.OPEN, until=NOW - timedelta(hours=1))
    lapsed = grant(2, asked_at=NOW - timedelta(days=30))
    book = desk.fill("benaderen", {**FORM, "kaart": card(desk)}, **WORLD, ties=(over, lapsed))
    assert len(of(Tied, book)) == 1


def test_a_role_without_the_function_is_refused_before_anything_is_gathered(desk):
    """An adviser of clients approaches nobody; who is not logged in gets the log-in page."""
    book = Desk(adviser(Role.AW)).play(get("benaderen", kaart=card(desk)))
    assert of(Access, book)[0].reason is Reason.FUNCTION_NOT_IN_ROLE
    nobody = (Playbook(get("benaderen", kaart=card(desk))) << Gather) >> Known()
    assert of(Access, nobody)[0].reason is Reason.NO_SESSION
    assert b"SWEUserName" in (nobody >> RECEIPT).end.answer.body


def test_nothing_secret_stands_in_the_record(desk):
    """Neither the token, nor the handle, nor what was typed, but in the reason of the grant itself."""
    book = desk.fill("benaderen", {**FORM, "kaart": card(desk)}, **WORLD)
    written = repr([each for each in book.entries if not isinstance(each, Tied)])
    assert not [each for each in (TOKEN.decode(), card(desk), FORM["toelichting"]) if each in written]
