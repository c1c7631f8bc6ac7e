"""Claims about leaving a failing core alone."""

from hypothesis import given
from hypothesis import strategies as some

from rollout.shadow.breaker import FAILURES, LONGEST, PAUSE, Breaker


def broken(now=0.0):
    """Give one that has just opened."""
    breaker = Breaker()
    for _ in range(FAILURES):
        breaker = breaker.failed(now)
    return breaker


def test_a_few_failures_in_a_row_open_it_and_an_answer_in_between_does_not():
    """Four are patience, five are enough."""
    breaker = Breaker()
    for _ in range(FAILURES - 1):
        breaker = breaker.failed(0.0)
    assert breaker.allows(0.0)[1]
    assert breaker.answered().failed(0.0).allows(0.0)[1]
    assert not breaker.failed(0.0).allows(0.0)[1]


def test_after_a_pause_one_ask_decides():
    """One goes through, the next waits for what it tells."""
    waiting, allowed = broken().allows(PAUSE)
    assert allowed
    assert not waiting.allows(PAUSE)[1]
    assert waiting.answered().allows(PAUSE)[1]
    assert not waiting.failed(PAUSE).allows(PAUSE * 2.5)[1]


@given(some.lists(some.tuples(some.floats(0, 5), some.booleans()), max_size=200))
def test_a_hanging_core_is_asked_ever_more_seldom_and_never_given_up(steps):
    """However asks fall: open means a bounded wait."""
    breaker, now = Breaker(), 0.0
    for pause, answers in steps:
        now += pause
        breaker, allowed = breaker.allows(now)
        if allowed:
            breaker = breaker.answered() if answers else breaker.failed(now)
        assert breaker.until <= now + LONGEST
    assert breaker.allows(now + LONGEST)[1]
