"""Claims about when a ramp is called off."""

from datetime import UTC, datetime, timedelta
from itertools import count
from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as some

from proxy.model.route import Core
from proxy.routing.tally import BUCKETS, Counted, Side, bucket
from rollout import guard
from rollout.guard import P0, P1, TRIP, WHOLE, Batch, Score, Standing, judged, odds_up, scored

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
FRESH = Standing("read 10% of 1::", begun=7)
numbers = count(1)


def side(core: Core = Core.NEWCORE, revision: int = 7, partition: str = "") -> Side:
    """Whose counts."""
    return Side("vacancies", core, revision, "hash", partition)


def batch(answered: int, faults: int = 0, *, at: float = 0.0, of: Side | None = None, seconds: float = 0.01) -> Batch:
    """What a gateway counted within a second, `at` seconds after noon."""
    latency = [0] * BUCKETS
    latency[bucket(seconds)] = answered
    counted = Counted(of or side(), answered, faults, latency=tuple(latency))
    return Batch(next(numbers), NOON + timedelta(seconds=at), counted)


def tripped(*batches: Batch) -> bool:
    """Judge them one by one, as they come in."""
    standing = FRESH
    for each in batches:
        standing = judged(standing, [each])
    return standing.trip is not None


def test_the_numbers_of_the_test_are_those_of_the_design():
    """Migration, section 5."""
    after, _ = scored(Score(), Counted(side(), 0, 1))
    assert isclose(after.value, 2.303, abs_tol=0.001)
    lower, _ = scored(after, Counted(side(), 1, 0))
    assert isclose(lower.value - after.value, -0.018, abs_tol=0.001)
    assert isclose(TRIP, 6.898, abs_tol=0.001)
    assert isclose(odds_up(P0), P1, abs_tol=1e-12)


def test_three_early_errors_trip_and_two_do_not():
    """A newcore that is broken serves nobody for long."""
    assert tripped(batch(0, 1), batch(0, 1), batch(0, 1))
    assert tripped(batch(0, 3))
    assert not tripped(batch(0, 2))
    assert not tripped(batch(200), batch(0, 2), batch(200))


def test_one_in_five_hundred_for_ever_does_not_trip():
    """That is what is expected of a core that is well."""
    assert not tripped(*(batch(499, 1, at=each) for each in range(2000)))
    assert not tripped(*(batch(49, int(each % 10 == 0), at=each) for each in range(2000)))


def test_five_in_a_hundred_trips_within_few_errors_of_a_long_good_run():
    """The floor: an old good run cannot pay for a new bad one."""
    good = [batch(500, at=each) for each in range(200)]
    assert not tripped(*good)
    assert tripped(*good, *(batch(19, 1, at=200 + each) for each in range(4)))


@given(
    some.lists(some.tuples(some.integers(0, 400), some.integers(0, 6)), min_size=1, max_size=12),
    some.data(),
)
def test_more_errors_never_make_it_more_lenient(pairs, data):
    """An error added anywhere leaves the score as high at least, and a trip a trip."""
    at = data.draw(some.integers(0, len(pairs) - 1))
    worse = [(answered, faults + (place == at)) for place, (answered, faults) in enumerate(pairs)]
    turned = [(max(0, a - (p == at)), f + (p == at)) for p, (a, f) in enumerate(pairs)]
    one, other, third = (walked(each) for each in (pairs, worse, turned))
    assert other[0] >= one[0] - 1e-9
    assert third[0] >= one[0] - 1e-9
    assert other[1] >= one[1]
    assert third[1] >= one[1]


def walked(pairs: list[tuple[int, int]]) -> tuple[float, bool]:
    """Take a fresh score over counts; gives where it ends, and whether it tripped on the way."""
    score, any_trip = Score(), False
    for answered, faults in pairs:
        score, trip = scored(score, Counted(side(), answered, faults))
        any_trip = any_trip or trip
    return score.value, any_trip


@given(some.integers(0, 300), some.integers(0, 5), some.floats(P0, 0.9))
def test_a_baseline_that_fails_more_never_makes_it_stricter(answered, faults, rate):
    """What legacy suffers too is not newcore's fault."""
    strict, _ = scored(Score(), Counted(side(), answered, faults))
    lenient, _ = scored(Score(), Counted(side(), answered, faults), rate)
    assert lenient.calm <= strict.calm + 1e-9 or not faults


def test_what_legacy_suffers_in_the_same_minutes_is_not_newcores_fault():
    """Both fail a third: something else is the matter. Legacy well: newcore is."""
    bad = [batch(20, 10, at=each) for each in range(30)]
    legacy = side(Core.LEGACY)
    assert tripped(*(each for at, one in enumerate(bad) for each in (batch(30, at=at, of=legacy), one)))
    assert not tripped(*(each for at, one in enumerate(bad) for each in (batch(200, 100, at=at, of=legacy), one)))


def test_a_baseline_of_other_minutes_or_of_few_calls_counts_for_nothing():
    """An hour ago is no excuse, nor are ten calls."""
    legacy = side(Core.LEGACY)
    early = [batch(200, 100, at=each, of=legacy) for each in range(5)]
    assert tripped(*early, batch(0, 3, at=3600))
    assert tripped(batch(5, 5, of=legacy), batch(0, 3))


def test_a_partition_that_fails_trips_though_the_group_as_a_whole_is_well():
    """One region's records may be broken while the others hide it."""
    pairs = [(batch(480, at=at), batch(3, 1, at=at, of=side(partition="AM06"))) for at in range(6)]
    standing = FRESH
    for pair in pairs:
        standing = judged(standing, pair)
    assert standing.trip is not None
    assert standing.trip.partition == "AM06"
    assert "in AM06" in standing.trip.told()


def test_what_was_routed_under_an_earlier_setting_does_not_count():
    """Calls in flight while a ramp is lowered."""
    assert not tripped(batch(0, 9, of=side(revision=6)))
    assert tripped(batch(0, 9, of=side(revision=8)))


def test_it_trips_once_and_says_by_which_numbers():
    """What the history keeps is what was counted when it tripped."""
    standing = judged(FRESH, [batch(10), batch(0, 3)])
    assert standing.trip is not None
    assert (standing.trip.numbers["faults"], standing.trip.numbers["of"]) == (3, 13)
    later = judged(standing, [batch(0, 50)])
    assert later.trip is standing.trip


def test_no_data_is_never_clear_and_a_clear_step_needs_answers():
    """About 253 answers without an error accept that newcore is well; an error costs 126 more."""
    assert WHOLE not in judged(FRESH, []).scores
    assert not judged(FRESH, [batch(252)]).scores[WHOLE].clear
    assert judged(FRESH, [batch(253)]).scores[WHOLE].clear
    assert not judged(FRESH, [batch(253, 1)]).scores[WHOLE].clear
    assert judged(FRESH, [batch(400, 1)]).scores[WHOLE].clear


LEGACY = {"of": side(Core.LEGACY), "seconds": 0.2}


@pytest.mark.parametrize(
    ("new", "old", "trips"),
    [
        (batch(400, seconds=0.6), batch(400, **LEGACY), True),
        (batch(400, seconds=0.25), batch(400, **LEGACY), False),
        (batch(299, seconds=0.6), batch(400, **LEGACY), False),
        (batch(400, seconds=0.6), batch(299, **LEGACY), False),
        (batch(400, seconds=0.03), batch(400, of=side(Core.LEGACY), seconds=0.003), False),
        (batch(400, seconds=0.6, of=side(revision=6)), batch(400, **LEGACY), False),
    ],
    ids=["slow", "within the ratio", "too few", "no baseline", "nobody notices", "an earlier setting"],
)
def test_answers_that_are_slower_than_legacys_trip(new, old, trips):
    """p95 against p95 of the same minutes, where both have enough."""
    standing = judged(FRESH, [new, old])
    assert (standing.trip is not None) is trips
    if standing.trip is not None:
        assert standing.trip.kind == "latency"


def test_latency_is_judged_within_its_window():
    """What was slow six minutes ago is forgotten."""
    slow = [batch(400, seconds=0.6), batch(100, **LEGACY)]
    later = [batch(10, at=400, seconds=0.2), batch(400, at=400, **LEGACY)]
    assert judged(judged(FRESH, slow), later).trip is None
    assert judged(FRESH, [*slow, *later]).trip is None


@given(
    some.lists(some.tuples(some.integers(0, 300), some.integers(0, 3)), min_size=1, max_size=20), some.integers(1, 5)
)
def test_how_batches_are_handed_over_makes_no_difference(pairs, size):
    """A worker that was away for a while judges as one that was not."""
    batches = [batch(answered, faults, at=at) for at, (answered, faults) in enumerate(pairs)]
    one_by_one = FRESH
    for each in batches:
        one_by_one = judged(one_by_one, [each])
    in_groups = FRESH
    for at in range(0, len(batches), size):
        in_groups = judged(in_groups, batches[at : at + size])
    assert in_groups.scores == one_by_one.scores
    assert (in_groups.trip is None) == (one_by_one.trip is None)
    assert in_groups.place == one_by_one.place


def test_the_floor_keeps_the_score_from_paying_ahead():
    """`guard.ACCEPT` concerns the test without a floor only."""
    after = judged(FRESH, [batch(10_000)]).scores[WHOLE]
    assert after.value == 0.0
    assert after.calm < guard.ACCEPT
