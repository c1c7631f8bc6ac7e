"""Claims about how a mismatch is named."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from proxy.routing.group import Ignore, Shadow
from rollout.shadow.compare import Mismatch
from rollout.shadow.rule import rules
from rollout.shadow.verdict import COMPARED, Result, plainly_real, real, settled, weighed

RULES = rules(Shadow(ignore=(Ignore("city", "-", "-", date.max),)), date(2026, 3, 2))


def found(*paths):
    """Give mismatches in these places."""
    return tuple(Mismatch(path, "a", "b") for path in paths)


@pytest.mark.parametrize(
    ("first", "again", "changed", "result"),
    [
        (("title",), (), ("title",), Result.RACED),
        (("title",), (), (), Result.RACED),
        (("title",), ("title",), (), Result.REAL),
        (("title",), ("title",), ("title",), Result.VOLATILE),
        (("title",), ("phone",), ("title", "phone"), Result.VOLATILE),
        (("bsn", "title"), ("bsn", "title"), ("title",), Result.REAL),
        (("rows.extra",), ("rows.extra",), ("total",), Result.REAL),
        (("bsn",), ("title",), ("bsn", "title"), Result.VOLATILE),
        (("title",), ("frame",), ("frame",), Result.RACED),
        (("title",), ("title", "frame"), ("frame",), Result.REAL),
    ],
)
def test_a_second_look_at_legacy_names_a_mismatch(first, again, changed, result):
    """Like legacy now: raced. Legacy unlike itself: volatile, but for a safety field that neither answer of it has. Else real."""
    assert settled(found(*first), found(*again), found(*changed), RULES) is result


PATHS = some.lists(some.sampled_from(["title", "bsn", "rows.extra", "frame"]), max_size=3).map(
    lambda names: found(*names)
)


@given(PATHS, PATHS, PATHS)
def test_newcore_is_never_excused_while_a_safety_field_is_wrong_both_times(first, again, changed):
    """Whatever else legacy changed in between."""
    both = {each.path for each in first} & {each.path for each in again} & {"bsn", "rows.extra"}
    if both:
        assert settled(first, again, changed, RULES) is Result.REAL


def test_what_a_rule_overlooks_is_left_out_and_nothing_else():
    """What is left decides."""
    assert [each.path for each in weighed(found("city", "title"), RULES)] == ["title"]


def test_text_that_no_value_can_change_needs_no_second_look():
    """A menu that is missing is missing the second time too."""
    assert plainly_real(found("frame"))
    assert not plainly_real(found("frame", "title"))


@pytest.mark.parametrize(
    ("paths", "told"),
    [
        (("title",), (False, False)),
        (("bsn",), (True, False)),
        (("rows.missing",), (True, True)),
        (("category",), (True, True)),
    ],
)
def test_safety_and_parity_are_told(paths, told):
    """A row or a verdict is both."""
    assert real(found(*paths), RULES) == told


def test_only_a_verdict_counts_as_compared():
    """A core that did not answer was not compared."""
    assert set(Result) - COMPARED == {
        Result.FAILED, Result.UNFILLED, Result.BEHIND, Result.UNTRANSLATABLE, Result.INCOMPARABLE, Result.SKIPPED,
    }  # fmt: skip
