"""Claims about one request at the desk."""

from dataclasses import replace

from proxy.desk.request import request
from proxy.identity.seal import Seal
from proxy.model.decision import Decision, Effect, Reason, decision_with
from proxy.model.exchange import Exchange, Known
from proxy.trail import Trail, trail_with
from tests.doubles.desk import Desk, candidate, get, post, wsp
from tests.doubles.playbook import EXCHANGE, NOW, Playbook, house


def trail(asked) -> Trail:
    """Give the trail of a request up to the desk."""
    desk, call = Desk(wsp()), Playbook(asked).command.call
    decision = Decision(Effect.ALLOW, Reason.ALLOWED, authorisation=desk.principal.authorisations[0])
    return Trail(
        Exchange(EXCHANGE, NOW, asked), call, session=desk.session, principal=desk.principal, decision=decision
    )


def test_nobody_asks_without_session_account_and_authorisation():
    """Any of them missing, and there is no request."""
    whole = trail(get("overzicht"))
    assert request(house(), whole, Known()) is not None
    for gone in ({"session": None}, {"principal": None}, {"decision": None}, {"call": None}):
        assert request(house(), trail_with(whole, **gone), Known()) is None
    assert (
        request(house(), trail_with(whole, decision=decision_with(whole.decision, authorisation=None)), Known()) is None
    )


def test_only_a_form_that_is_sent_asks_for_something():
    """Opening a page changes nothing, whatever its address says."""
    assert not request(house(), trail(get("noodtoegang", zegel="x")), Known()).asks
    assert request(house(), trail(post("noodtoegang", zegel="x")), Known()).asks


def test_a_sheet_is_good_for_its_own_purpose():
    """The seal that it carries weighs good there, and is forged elsewhere."""
    shown = request(house(), trail(get("noodtoegang")), Known())
    sent = request(house(), trail(post("noodtoegang", zegel=shown.sheet("a").seal)), Known())
    assert (sent.weighed("a"), sent.weighed("b")) == (Seal.GOOD, Seal.FORGED)


def test_the_own_dossier_is_recognised():
    """By the employee's own identity, not by a name."""
    asked = request(house(), trail(get("overzicht")), Known())
    person = candidate()
    assert not asked.is_own(person)
    assert replace(asked, principal=replace(asked.principal, identity=person.identity.digest)).is_own(person)
