import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from rollout.evidence import Compared, Counts, Evidence, Kind, Shape, Subject, Verdict, Window, canonical, seal

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
COUNTS = Counts(Compared(10, 9, 0, 0, 0, 1, 0, 0, 0, 0, {"vacancy.search a": Shape(10, 10)}))
EVIDENCE = Evidence(
    Subject("vacancies", Kind.READ, 7, "a" * 64, {"name": "light"}, ({"path": "at", "expires": "2027-03-31"},)),
    Window("vacancies", NOW, NOW, frozenset({"b", "a"})),
    COUNTS,
    None,
    {"mismatch_upper_bound": 0.5},
    Verdict.FAIL,
    ("een reden",),
    "anna",
    NOW,
)


def test_the_same_evidence_has_the_same_seal_whatever_the_order_in_which_it_was_made():
    """A set of files has no order; the sealed text has one."""
    other = replace(EVIDENCE, window=Window("vacancies", NOW, NOW, frozenset({"a", "b"})))
    assert canonical(other) == canonical(EVIDENCE)
    assert json.loads(canonical(EVIDENCE))["window"]["configs"] == ["a", "b"]


@pytest.mark.parametrize(
    "changed",
    [
        {"counts": Counts(replace(COUNTS.compared, equal=10, real=0))},
        {"verdict": Verdict.PASS},
        {"made_by": "bram"},
        {"pages": {"compared": 1}},
        {"subject": replace(EVIDENCE.subject, config="c" * 64)},
        {"subject": replace(EVIDENCE.subject, ignored=())},
        {"window": replace(EVIDENCE.window, configs=frozenset({"a"}))},
    ],
    ids=["count", "verdict", "who", "pages", "file", "ignored", "window"],
)
def test_whatever_changes_in_it_changes_the_seal(changed):
    """Nobody approves numbers other than those that they have seen."""
    assert seal(canonical(replace(EVIDENCE, **changed))) != seal(canonical(EVIDENCE))


def test_what_is_no_evidence_cannot_be_sealed():
    """A value without a canonical form is a fault, not a guess."""
    with pytest.raises(TypeError, match="holds no"):
        canonical(replace(EVIDENCE, pages={"a": object()}))
