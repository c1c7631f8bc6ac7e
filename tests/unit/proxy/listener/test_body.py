"""Body readers give the content and leave the rest."""

import pytest

from proxy.listener.body import ChunkedBody, EndlessBody, LengthBody
from proxy.listener.rule import BrokenRuleError, Rule
from tests.doubles.body_cases import CAP, CHUNKED


def read(pieces):
    """Feed a chunked body; gives the rule, None, or body and rest."""
    body, done, rest = ChunkedBody(CAP), False, b""
    try:
        for piece in pieces:
            if done:
                rest += piece
            else:
                done = body.feed(piece)
    except BrokenRuleError as broken:
        return broken.rule
    return (body.body(), body.rest + rest) if done else None


@pytest.mark.parametrize(("raw", "expected"), [case[1:] for case in CHUNKED], ids=[case[0] for case in CHUNKED])
def test_a_chunked_body_is_read_or_refused_by_the_rule_of_the_table(raw, expected):
    """Each raw body breaks exactly the rule that its line names, or gives exactly its content."""
    assert read([raw]) == expected


@pytest.mark.parametrize(("raw", "expected"), [case[1:] for case in CHUNKED], ids=[case[0] for case in CHUNKED])
def test_byte_by_byte_is_the_same(raw, expected):
    """Segmentation changes no content and lets nothing bad pass."""
    found = read([raw[at : at + 1] for at in range(len(raw))])
    assert isinstance(found, Rule) if isinstance(expected, Rule) else found == expected


def test_a_length_body_takes_its_length_and_no_more():
    """What lies behind the length is the rest."""
    body = LengthBody(5)
    assert [body.feed(b"he"), body.feed(b"lloGET")] == [False, True]
    assert (body.body(), body.rest) == (b"hello", b"GET")


def test_a_cut_length_body_is_not_complete():
    """The end of a connection completes only a body that had all its bytes."""
    body = LengthBody(5)
    body.feed(b"hell")
    assert body.end() is False


def test_an_endless_body_ends_with_the_connection_and_keeps_its_cap():
    """A body without framing is complete at the end, and bounded before it."""
    body = EndlessBody(10)
    assert body.feed(b"hello") is False
    assert (body.end(), body.body()) == (True, b"hello")
    with pytest.raises(BrokenRuleError) as caught:
        body.feed(b"world!")
    assert caught.value.rule is Rule.BODY


def test_a_cut_chunked_body_is_never_complete():
    """Without its last chunk a body was cut off, however the connection ended."""
    body = ChunkedBody(CAP)
    body.feed(b"5\r\nhello\r\n")
    assert body.end() is False
