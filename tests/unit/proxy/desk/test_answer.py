"""Playbooks of answering a request: by whoever is responsible, and by nobody else."""

from dataclasses import replace

import pytest

from proxy.identity.binding import person_id
from proxy.model.decision import Reason
from proxy.model.entry import Access, Tied
from proxy.model.exchange import About, Gather, Known
from proxy.model.principal import Role
from proxy.model.tie import GrantState
from tests.doubles.desk import ROW, Desk, candidate, get, grant, post
from tests.doubles.playbook import NOW, RECEIPT, SECRET, Playbook, adviser

REQUEST = grant()
WORLD = {"persons": {ROW: candidate(caseload_user="AWE0421")}, "ties": (REQUEST,)}
NUMBER = str(REQUEST.id)


@pytest.fixture
def desk() -> Desk:
    """The desk of the caseload holder."""
    return Desk(adviser(Role.AW), matches=())


def tied(book) -> list[Tied]:
    """Pick what is made or changed."""
    return [each for each in book.entries if isinstance(each, Tied)]


def text(book) -> str:
    """Store the record and read the page that leaves."""
    return (book >> RECEIPT).end.answer.body.decode("cp1252")


def test_the_list_asks_about_persons_of_the_user_and_of_the_regions(desk):
    """And shows request, requester and term, but nothing of the person."""
    book = Playbook(get("verzoeken")) << Gather
    book >> Known(session=desk.session, principal=desk.principal)
    assert book.command.about == About("AWE0421", frozenset({"AM01"}))
    shown = text(book >> Known(**WORLD))
    for said in ("WSP0106", "1-V0007", "04-03-2026", "Voordragen op de vacature: past goed", NUMBER):
        assert said in shown
    assert ROW not in shown


def test_an_accepted_request_is_open_and_says_who_answered(desk):
    """The tie keeps its number; it opens from now."""
    book = desk.fill("verzoeken", {"nummer": NUMBER, "besluit": "toestaan"}, **WORLD)
    (made,) = tied(book)
    assert (made.tie.id, made.tie.state, made.tie.decided_by) == (REQUEST.id, GrantState.OPEN, "AWE0421")
    assert made.tie.until > NOW
    assert "toegestaan" in text(book)


def test_a_refused_request_opens_nothing(desk):
    """It is not asked again."""
    book = desk.fill("verzoeken", {"nummer": NUMBER, "besluit": "weigeren"}, **WORLD)
    assert (tied(book)[0].tie.state, tied(book)[0].tie.until) == (GrantState.REFUSED, None)
    assert "geweigerd" in text(book)


@pytest.mark.parametrize("choice", ["", "misschien"])
def test_a_form_without_an_answer_is_shown_again(desk, choice):
    """Nothing is decided by default."""
    assert not tied(desk.fill("verzoeken", {"nummer": NUMBER, "besluit": choice}, **WORLD))


def test_an_answer_that_was_not_sealed_here_is_refused(desk):
    """A page elsewhere cannot answer in an adviser's name."""
    book = desk.play(post("verzoeken", nummer=NUMBER, besluit="toestaan", zegel="4-00"), **WORLD)
    assert not tied(book)
    assert next(each for each in book.entries if isinstance(each, Access)).reason is Reason.FORM_NOT_ISSUED


@pytest.mark.parametrize(
    ("user", "over"),
    [
        ("AWE0999", {"caseload_user": "AWE0421"}),
        ("AWE0421", {"caseload_user": None, "responsible_region": "AM06"}),
        ("AWE0421", {"caseload_user": None, "municipality": "0200"}),
        ("WSP0106", {"caseload_user": "WSP0106"}),
    ],
)
def test_whoever_is_not_responsible_sees_and_answers_nothing(user, over):
    """A colleague of a caseload holder, another region, and who asked it himself."""
    desk = Desk(adviser(Role.AW, user=user), matches=())
    world = {"persons": {ROW: candidate(**over)}, "ties": (REQUEST,)}
    book = desk.play(get("verzoeken", nummer=NUMBER), **world)
    shown = text(book)
    assert "bestaat niet (meer)" in shown
    assert "Voordragen" not in shown


def test_nobody_answers_about_himself():
    """An employee is no adviser of the own dossier."""
    own = person_id(SECRET, bsn="999990019", row_id=None).digest
    desk = Desk(replace(adviser(Role.AW), identity=own), matches=())
    assert "Geen verzoeken" in text(desk.play(get("verzoeken"), **WORLD))


def test_an_adviser_of_the_region_answers_where_there_is_no_caseload_holder(desk):
    """The residence decides where no region is responsible."""
    world = {"persons": {ROW: candidate()}, "ties": (REQUEST,)}
    assert len(tied(desk.fill("verzoeken", {"nummer": NUMBER, "besluit": "toestaan"}, **world))) == 1


def test_what_consent_opened_is_a_notice_to_the_region(desk):
    """The owner of the person hears of it on the same page."""
    opened = grant(state=GrantState.OPEN, until=NOW.replace(day=9))
    shown = text(desk.play(get("verzoeken"), persons={ROW: candidate()}, ties=(opened,)))
    assert "Geen verzoeken" in shown
    assert "09-03-2026" in shown
