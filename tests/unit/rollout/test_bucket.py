from hypothesis import given
from hypothesis import strategies as some

from rollout.bucket import full


@given(some.floats(0.5, 200), some.lists(some.floats(0, 2), min_size=1, max_size=60))
def test_no_more_than_the_budget_is_ever_used(rate, gaps):
    """Whatever the moments of asking: in any stretch of time at most one second's worth and what accrued."""
    bucket, now, used = full(rate, 0.0), 0.0, []
    for gap in gaps:
        now += gap
        bucket, wait = bucket.take(now)
        now += wait
        used.append(now)
    for start in range(len(used)):
        for end in range(start, len(used)):
            assert end - start + 1 <= max(1.0, rate) + (used[end] - used[start]) * rate + 1e-6


def test_a_full_bucket_does_not_wait():
    """The first read goes at once; the next after its share of a second."""
    bucket, wait = full(1.0, 10.0).take(10.0)
    assert wait == 0
    assert bucket.take(10.0)[1] == 1.0
