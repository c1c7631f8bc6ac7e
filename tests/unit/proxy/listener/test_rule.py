"""Claims about the closed list of rules."""

import pytest

from proxy.listener.rule import BrokenRuleError, Rule, status_of


@pytest.mark.parametrize("rule", list(Rule))
def test_every_rule_is_answered_with_a_refusing_status(rule):
    """No rule reads as success, and only what the standard names has another status than 400."""
    assert status_of(rule) in {400, 408, 413, 414, 417, 421, 431, 501, 505}


def test_names_are_used_once():
    """A refusal is counted by the name of its rule."""
    assert len({rule.value for rule in Rule}) == len(Rule)


def test_a_broken_rule_is_told_by_its_name():
    """The message is the rule; the method is there once it was read."""
    broken = BrokenRuleError(Rule.HOST, b"GET")
    assert (str(broken), broken.rule, broken.method) == ("host-form", Rule.HOST, b"GET")
