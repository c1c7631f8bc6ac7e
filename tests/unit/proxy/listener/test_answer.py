"""The answer grammar does what its table says."""

import pytest

from proxy.listener.answer import is_export, read_answer
from proxy.listener.rule import BrokenRuleError, Rule
from tests.doubles.answer_cases import CASES


@pytest.mark.parametrize(("method", "raw", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_an_answer_is_read_or_is_garbage_by_the_rule_of_the_table(method, raw, expected):
    """Each raw answer breaks exactly the rule that its line names, or keeps exactly the parts that it names."""
    try:
        found = read_answer(raw, method)
    except BrokenRuleError as broken:
        found = broken.rule
    if isinstance(expected, dict):
        assert {name: getattr(found, name, found) for name in expected} == expected
    else:
        assert found == expected


@pytest.mark.parametrize(("method", "raw", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_good_answer_survives_every_segmentation(method, raw, expected):
    """No prefix of a good head is refused, and none is taken for the whole."""
    if isinstance(expected, Rule) or expected is None:
        return
    assert [read_answer(raw[:size], method) for size in range(len(raw))] == [None] * len(raw)


def test_the_table_is_wide_enough():
    """At least 60 own answer cases."""
    assert len(CASES) >= 60


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (((b"Content-Disposition", b"Attachment; filename=x"),), True),
        (((b"Content-Type", b"application/pdf"),), True),
        (((b"content-type", b"text/csv; charset=x"),), True),
        (((b"Content-Type", b"text/html"),), False),
        (((b"Content-Type", b"application/x-javascript"),), False),
        ((), False),
    ],
)
def test_exports_are_told_from_pages(fields, expected):
    """An attachment or a file type has the cap of exports; a page, also a script, has the cap of pages."""
    assert is_export(fields) is expected
