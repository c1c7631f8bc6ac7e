"""Claims about the evidence for advancing; the comparison of running cores is in tests/scenarios/moves."""

from dataclasses import replace

import pytest

from cli.comparison import _same
from proxy.errors import OperatorError
from proxy.model.http import Answer
from rollout.compare import Step

STEP = Step("ExecuteQuery", ())
PAGE = Answer(200, b"OK", ((b"Content-Type", b"text/html"),), b'<div id="voet">24-11-2020 09:00:00</div><p>een</p>')


def test_two_pages_that_differ_in_the_clock_alone_are_the_same():
    """Legacy's own two answers in a row differ in it too."""
    _same(STEP, PAGE, replace(PAGE, body=PAGE.body.replace(b"09:00:00", b"09:00:01")))


@pytest.mark.parametrize(
    "other",
    [
        replace(PAGE, body=PAGE.body.replace(b"een", b"een ")),
        replace(PAGE, status=503),
        replace(PAGE, fields=((b"Content-Type", b"text/html; charset=utf-8"),)),
    ],
)
def test_one_byte_status_or_content_type_is_a_difference(other):
    """The group stays where it is, and the operator is told."""
    with pytest.raises(OperatorError, match="stays where it is"):
        _same(STEP, PAGE, other)
