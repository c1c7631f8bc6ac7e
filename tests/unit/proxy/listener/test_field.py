"""Claims about fields; the tables of whole heads are in test_head.py and test_answer.py."""

import pytest

from proxy.listener import field
from proxy.listener.rule import BrokenRuleError, Rule


def test_names_values_order_and_duplicates_stay_as_they_came():
    """Two cookies are two lines; only the white space round a value falls away."""
    fields, lowers = field.read_fields([b"Set-Cookie: a=1, b", b"X-Mixed:  v\t", b"set-cookie: c"])
    assert fields == ((b"Set-Cookie", b"a=1, b"), (b"X-Mixed", b"v"), (b"set-cookie", b"c"))
    assert field.values_of(b"set-cookie", fields, lowers) == [b"a=1, b", b"c"]


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        (b" folded: x", Rule.FOLD),
        (b"no colon", Rule.NO_COLON),
        (b"a b: x", Rule.NAME),
        (b"Content_Length: 5", Rule.CONFUSING),
    ],
)
def test_a_line_that_two_servers_read_differently_is_refused(line, rule):
    """Each by the name of its own rule."""
    with pytest.raises(BrokenRuleError) as broken:
        field.read_fields([b"Host: a", line])
    assert broken.value.rule is rule


def test_what_connection_names_is_hop_by_hop():
    """It goes no further, whatever it is called."""
    fields, lowers = field.read_fields([b"Connection: close, X-Sonar-User", b"X-Sonar-User: AWE0421", b"Accept: */*"])
    named = field.connection_options(fields, lowers)
    assert field.end_to_end(fields, lowers, named) == ((b"Accept", b"*/*"),)


@pytest.mark.parametrize("values", [[b"+5"], [b"5, 5"], [b"0x5"], [b""], [b"5", b"6"]])
def test_a_length_has_one_reading_or_none(values):
    """Digits, once."""
    with pytest.raises(BrokenRuleError):
        field.read_length(values)
    assert field.read_length([b"5"]) == 5
    assert field.read_length([]) is None


@pytest.mark.parametrize(
    ("version", "options", "keeps"),
    [
        (b"HTTP/1.1", frozenset(), True),
        (b"HTTP/1.1", frozenset({b"close"}), False),
        (b"HTTP/1.0", frozenset(), False),
        (b"HTTP/1.0", frozenset({b"keep-alive"}), True),
    ],
)
def test_old_clients_keep_a_connection_only_when_they_ask(version, options, keeps):
    """HTTP/1.0 with keep-alive works."""
    assert field.keeps_open(version, options) is keeps
