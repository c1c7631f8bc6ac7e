"""Claims about the trail of one exchange."""

import pytest

from proxy.model.decision import Decision, Effect, Reason
from proxy.model.exchange import Exchange
from proxy.model.person import Relation, Shown
from proxy.trail import Trail, Verdict, trail_with
from tests.doubles.playbook import EXCHANGE, NOW, facts, request

TRAIL = Trail(Exchange(EXCHANGE, NOW, request("login_page")))


def test_a_trail_is_never_changed_only_followed_by_another():
    """A step cannot reach back into what an earlier one saw."""
    after = trail_with(TRAIL, denied=Reason.UNCLEAR)
    assert (TRAIL.denied, after.denied, after.exchange) == (None, Reason.UNCLEAR, TRAIL.exchange)
    with pytest.raises(AttributeError):
        TRAIL.denied = Reason.FAULT


@pytest.mark.parametrize(("effect", "kept"), [(Effect.ALLOW, True), (Effect.DENY, False)])
def test_a_person_is_kept_by_an_allowing_decision_alone(effect, kept):
    """Nothing else keeps somebody in an answer."""
    shown = Shown("1-7A", None, None, None, frozenset(), (), deliberate=False)
    decision = Decision(effect, Reason.ALLOWED)
    assert Verdict(shown, facts("1-7A", "999990019"), Relation.REGION, decision).kept is kept
