from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as some

from proxy.routing.cohort import bucket, within

NAMES = some.text(min_size=1, max_size=12)


def test_the_bucket_is_the_specified_number():
    """First eight bytes of sha256(group:generation 0x1f key), scaled to 10,000."""
    digest = sha256(b"vacancies:3\x1fAWE0421").digest()
    assert bucket("vacancies", 3, "AWE0421") == int(int.from_bytes(digest[:8], "big") / 2**64 * 10_000)


@given(NAMES, some.integers(1, 9), NAMES, some.integers(0, 100), some.integers(0, 100))
def test_ramping_up_never_moves_anybody_back(group, generation, key, one, other):
    """Who is in at a lower ramp is in at every higher one."""
    low, high = sorted((one, other))
    assert within(group, generation, key, high) or not within(group, generation, key, low)


@given(some.lists(some.integers(0, 100), min_size=1, max_size=6), some.integers(1, 9))
def test_the_same_share_is_the_same_people_whatever_lay_between(shares, generation):
    """Up, down and up again: a share names its people, and its way there does not."""
    users = [f"user{number}" for number in range(200)]
    served = [{user for user in users if within("notes", generation, user, share)} for share in (*shares, *shares)]
    assert served[: len(shares)] == served[len(shares) :]


@given(NAMES, some.integers(1, 9), NAMES)
def test_the_ends_of_the_ramp_are_nobody_and_everybody(group, generation, key):
    """0 moves nobody, 100 moves everybody."""
    assert not within(group, generation, key, 0)
    assert within(group, generation, key, 100)


def test_the_share_is_the_ramp():
    """Of 20,000 keys, ten percent within a percent point."""
    share = sum(within("vacancies", 1, f"user{number}", 10) for number in range(20_000)) / 20_000
    assert 0.09 < share < 0.11


def test_another_generation_draws_another_cohort():
    """Raising the generation is how an engineer avoids the same users being first every time."""
    keys = [f"user{number}" for number in range(2_000)]
    first = {key for key in keys if within("vacancies", 1, key, 10)}
    second = {key for key in keys if within("vacancies", 2, key, 10)}
    assert len(first & second) < len(first) / 3
