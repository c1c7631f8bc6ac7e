"""Claims about single steps that the line's playbooks do not reach."""

from dataclasses import replace

import pytest

from proxy import steps
from proxy.errors import PoortError
from proxy.model.call import StaticCall
from proxy.model.decision import Reason
from proxy.model.entry import OutcomeState, Receipt
from proxy.model.exchange import Answered, Exchange, Known
from proxy.model.person import Unreadable
from proxy.model.route import Core, Route
from proxy.trail import Trail
from tests.doubles.playbook import EXCHANGE, NOW, RECEIPT, answer, request

TRAIL = Trail(Exchange(EXCHANGE, NOW, request("login_page")))
ROUTE = Route(Core.NEWCORE, 3, "vacancies")


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
