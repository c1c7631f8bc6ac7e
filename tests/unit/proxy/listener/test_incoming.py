"""Claims about an answer of a core as it comes in, piece by piece."""

import pytest

from proxy.listener.incoming import AnswerCaps, IncomingAnswer
from proxy.listener.rule import BrokenRuleError

WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhallo"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhal\r\n2\r\nlo\r\n0\r\n\r\n"


@pytest.mark.parametrize("wire", [WHOLE, CHUNKED, b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + WHOLE])
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_pieces_make_one_answer(wire, size):
    """However the network cut it; interim answers are passed over."""
    incoming, answer = IncomingAnswer(b"GET", AnswerCaps()), None
    for start in range(0, len(wire), size):
        assert answer is None
        answer = incoming.feed(wire[start : start + size])
    assert (answer.status, answer.body) == (200, b"hallo")


def test_an_answer_that_is_cut_off_is_no_answer():
    """Half a body is never given as a whole one."""
    incoming = IncomingAnswer(b"GET", AnswerCaps())
    assert incoming.feed(WHOLE[:-1]) is None
    assert incoming.end() is None


def test_an_answer_to_head_has_no_body_whatever_its_length_says():
    """The length is that of the page, not of what follows."""
    assert IncomingAnswer(b"HEAD", AnswerCaps()).feed(WHOLE[:-5]).body == b""


@pytest.mark.parametrize(
    "wire", [b"HTTP/1.1 101 Switching\r\n\r\n", WHOLE.replace(b"200", b"2000"), b"garbage\r\n\r\n"]
)
def test_what_is_no_answer_is_a_fault(wire):
    """An unasked 101 would open a tunnel."""
    with pytest.raises(BrokenRuleError):
        IncomingAnswer(b"GET", AnswerCaps()).feed(wire)
