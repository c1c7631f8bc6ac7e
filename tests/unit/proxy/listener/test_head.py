"""The request grammar does what its table says, in any segmentation."""

import pytest

from proxy.listener.head import read_request
from proxy.listener.rule import BrokenRuleError, Rule, status_of
from tests.doubles.request_cases import CASES, RAW_CASES, RAW_RULES, RULES


def verdict(raw, rules):
    """Read a case: the rule that refuses it, None, or the head."""
    try:
        return read_request(raw, rules)
    except BrokenRuleError as broken:
        return broken.rule


def check(found, expected):
    """Compare a verdict with what the table expects."""
    if isinstance(expected, dict):
        assert {name: getattr(found, name, found) for name in expected} == expected
    else:
        assert found == expected


@pytest.mark.parametrize(("raw", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_request_is_read_or_refused_by_the_rule_of_the_table(raw, expected):
    """Each raw request breaks exactly the rule that its line names, or keeps exactly the parts that it names."""
    check(verdict(raw, RULES), expected)


@pytest.mark.parametrize(("raw", "expected"), [case[1:] for case in RAW_CASES], ids=[case[0] for case in RAW_CASES])
def test_raw_bytes_pass_in_the_query_only_and_only_by_the_setting(raw, expected):
    """With `raw_query` a byte above ASCII is kept in a query and refused anywhere else."""
    check(verdict(raw, RAW_RULES), expected)


@pytest.mark.parametrize(("raw", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_segmentation_changes_no_verdict(raw, expected):
    """Bytes that come one by one (as the listener tries each time) end in the same verdict as bytes that come at once."""
    raw_steps = range(max(1, len(raw) - 300), len(raw) + 1)
    found = None
    for size in raw_steps:
        found = verdict(raw[:size], RULES)
        if found is not None:
            break
    if isinstance(expected, Rule):
        assert isinstance(found, Rule)
    else:
        check(found, expected)


def test_the_table_is_wide_enough():
    """At least 120 own request cases, and every rule that a request head can break is broken by one of them."""
    assert len(CASES) + len(RAW_CASES) >= 120
    broken = {case[2] for case in CASES if isinstance(case[2], Rule)}
    of_heads = set(Rule) - {rule for rule in Rule if rule.value.startswith(("chunk", "trailer", "leaving"))}
    of_answers = {Rule.STATUS_LINE, Rule.ANSWER_VERSION, Rule.STATUS, Rule.SWITCHING, Rule.INTERIM, Rule.SECOND_ANSWER}
    assert of_heads - of_answers - {Rule.HEAD_SLOW, Rule.BODY_SLOW} == broken


def test_every_rule_has_a_client_or_server_error_status():
    """No broken rule is answered with success."""
    assert {status_of(rule) for rule in Rule} == {400, 408, 413, 414, 417, 421, 431, 501, 505}


def test_the_method_is_known_where_the_line_was_good():
    """The record of a refused head names the method, so that a refused write can be told from a refused read."""
    with pytest.raises(BrokenRuleError) as caught:
        read_request(b"POST /x HTTP/1.1\r\nHost: evil\r\n\r\n", RULES)
    assert caught.value.method == b"POST"


def test_what_follows_the_head_is_left_alone():
    """The size of a head ends at its empty line, whatever comes behind it."""
    raw = b"GET / HTTP/1.1\r\nHost: poort\r\n\r\n"
    head = read_request(raw + b"\n\n\0garbage", RULES)
    assert head is not None
    assert head.size == len(raw)
