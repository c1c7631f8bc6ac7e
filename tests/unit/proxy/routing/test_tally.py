"""Claims about how outcomes are counted."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from proxy.model.route import Core
from proxy.routing import tally as tallies
from proxy.routing.tally import BUCKETS, OPEN, UNTRANSLATABLE, Attempt, Side, Tally, bucket, quantile, together

SIDE = Side("vacancies", Core.NEWCORE, 7, "hash")


def test_what_newcore_cannot_answer_by_nature_is_no_error():
    """Nor is what was never sent: both are counted apart."""
    tally = Tally()
    for fault in ("", "", "timeout", "status-500", UNTRANSLATABLE, OPEN):
        tally.note(Attempt(SIDE, 0.01, fault))
    (counted,) = tally.take()
    assert (counted.answered, counted.faults, counted.untranslatable, counted.shed) == (2, 2, 1, 1)
    assert sum(counted.latency) == 2


def test_counts_are_taken_once():
    """What was taken is not given again."""
    tally = Tally()
    tally.note(Attempt(SIDE, 0.01))
    assert len(tally.take()) == 1
    assert tally.take() == ()


def test_memory_is_bounded_and_what_does_not_fit_is_counted(monkeypatch):
    """Whoever takes the counts may be dead: the process lives on."""
    monkeypatch.setattr(tallies, "MOST_KEYS", 3)
    tally = Tally()
    for revision in range(10):
        tally.note(Attempt(Side("vacancies", Core.NEWCORE, revision, "hash"), 0.01))
    tally.note(Attempt(Side("vacancies", Core.NEWCORE, 0, "hash"), 0.01))
    assert tally.dropped == 7
    assert [each.answered for each in tally.take()] == [2, 1, 1]


def test_what_could_not_be_stored_is_counted():
    """A database that is away costs counts, and says how many."""
    tally = Tally()
    for fault in ("", "cut", UNTRANSLATABLE, OPEN):
        tally.note(Attempt(SIDE, 0.01, fault))
    tally.lose(tally.take())
    assert tally.dropped == 4


@given(some.floats(0, 10_000, allow_nan=False), some.floats(0, 10_000, allow_nan=False))
def test_a_longer_answer_is_never_in_a_lower_bucket(one, other):
    """And every duration has a bucket."""
    low, high = sorted((one, other))
    assert 0 <= bucket(low) <= bucket(high) < BUCKETS


@given(some.lists(some.floats(0.001, 100), min_size=1, max_size=200), some.floats(0.01, 1))
def test_a_quantile_is_true_to_a_fifth(durations, share):
    """Within the width of one bucket of what sorting gives."""
    latency = [0] * BUCKETS
    for each in durations:
        latency[bucket(each)] += 1
    exact = sorted(durations)[max(0, -int(-len(durations) * share // 1) - 1)]
    found = quantile(latency, share)
    assert found is not None
    assert exact / 2**0.26 <= found <= exact * 2**0.26


@given(some.lists(some.lists(some.integers(0, 9), max_size=BUCKETS), max_size=5))
def test_histograms_add_up(latencies):
    """Nothing is lost between instances."""
    assert sum(together(*latencies)) == sum(map(sum, latencies))


@pytest.mark.parametrize("latency", [(), (0, 0)])
def test_nothing_answered_has_no_quantile(latency):
    """No data is not zero."""
    assert quantile(latency, 0.95) is None
