"""What leaves has one head, one framing, and no field that nobody wrote."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.listener import encode
from proxy.listener.answer import read_answer
from proxy.listener.rule import BrokenRuleError
from proxy.model.http import Answer
from tests.doubles.body_cases import LEAVING


@pytest.mark.parametrize(("leave", "expected"), [case[1:] for case in LEAVING], ids=[case[0] for case in LEAVING])
def test_a_message_leaves_as_the_table_says(leave, expected):
    """Each message leaves in exactly these bytes, or not at all."""
    try:
        found = leave(encode)
    except BrokenRuleError as broken:
        found = broken.rule
    assert found == expected


@given(st.lists(st.tuples(st.binary(max_size=8), st.binary(max_size=12)), max_size=6), st.binary(max_size=9))
def test_no_value_becomes_a_second_field(fields, reason):
    """Whatever our own code puts into an answer, a strict reader finds the same number of fields or nothing left."""
    try:
        head, _ = encode.encode_answer(Answer(200, reason, tuple(fields), b""), b"GET", ())
    except BrokenRuleError:
        return
    assert head.count(b"\n") == head.count(b"\r\n") == head.count(b"\r")
    found = read_answer(head, b"GET")
    assert found is not None
    assert len(found.fields) <= len(fields) + 1


def test_the_plain_page_is_a_dutch_page():
    """Where nothing better can be said the client still gets a page that leaves by our own encoder."""
    head, body = encode.encode_answer(encode.plain_answer(503), b"GET", ())
    assert head.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
    assert b"Uw verzoek" in body
