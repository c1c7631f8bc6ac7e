"""Claims about latencies in buckets."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as some

from rollout.shadow.histogram import bucket, percentile


@given(some.lists(some.integers(1, 10**8), min_size=1, max_size=200))
def test_a_percentile_is_never_told_too_low_and_at_most_a_fifth_too_high(latencies):
    """Against the sorted values themselves."""
    true = sorted(latencies)[max(0, -(-95 * len(latencies) // 100) - 1)] / 1000
    told = percentile(Counter(map(bucket, latencies)), 0.95)
    assert true * 0.999 <= told <= true * 1.19


def test_nothing_has_no_percentile():
    """No data is no latency of nought."""
    assert percentile({}, 0.95) is None


def test_odd_latencies_have_a_bucket():
    """A clock that stood still, an hour."""
    assert bucket(0) == bucket(1) == 0
    assert bucket(10**15) == bucket(10**14)
