"""Claims about whose session legacy would forget, and when it is told."""

from datetime import UTC, datetime, timedelta

import pytest

from proxy.identity.alive import Attended, early, is_due, is_over, noted

IDLE = timedelta(minutes=30)
AT = datetime(2026, 11, 26, 9, tzinfo=UTC)


def seconds(number: float) -> datetime:
    """So many seconds after nine."""
    return AT + timedelta(seconds=number)


@pytest.mark.parametrize(
    ("used", "now", "due"),
    [
        (100, 1739, False),
        (100, 1740, True),
        (0, 1799, False),
        (-5, 1799, False),
    ],
)
def test_legacy_is_told_shortly_before_it_forgets_and_only_of_what_a_user_did(used, now, due):
    """Not of a user who did nothing since legacy last heard."""
    assert is_due(Attended(b"t", AT, seconds(used)), seconds(now), IDLE) is due


def test_a_session_lives_no_longer_than_its_users_last_deed_allows():
    """Told as often as it is due, legacy forgets the session within the same term as with itself alone."""
    each, now, told = Attended(b"t", AT, seconds(600)), AT, 0
    for second in range(0, 3 * 1800, 10):
        now = seconds(second)
        if is_over(each, now, IDLE):
            break
        if is_due(each, now, IDLE):
            each, told = noted(each, each.token, now, each.used), told + 1
    assert told == 1
    assert timedelta(0) <= now - seconds(600) - IDLE <= timedelta(seconds=10)


def test_who_works_on_is_kept_for_as_long_as_that():
    """A user who does something every five minutes keeps the session, and legacy is told twice an hour."""
    each, told = Attended(b"t", AT, AT), 0
    for second in range(0, 4 * 3600, 10):
        now = seconds(second)
        if second % 300 == 0:
            each = noted(each, b"t", AT, now)
        assert not is_over(each, now, IDLE)
        if is_due(each, now, IDLE):
            each, told = noted(each, each.token, now, each.used), told + 1
    assert 7 <= told <= 9


def test_a_session_that_legacy_must_have_forgotten_is_let_go():
    """Nobody was there to tell it: it is not woken up again by a call of ours."""
    assert is_over(Attended(b"t", AT, seconds(1700)), seconds(1801), IDLE)


def test_what_is_older_than_a_call_of_ours_does_not_undo_it():
    """The row of a session says when legacy last heard of an exchange; a call of ours may be newer."""
    called = noted(Attended(b"t", AT, seconds(100)), b"t", seconds(1740), seconds(100))
    assert noted(called, b"u", AT, seconds(1750)) == Attended(b"u", seconds(1740), seconds(1750))
    assert noted(None, b"t", AT, seconds(1)) == Attended(b"t", AT, seconds(1))


def test_a_short_term_is_told_in_good_time():
    """An eighth of it, and never more than a minute."""
    assert (early(timedelta(seconds=8)), early(IDLE)) == (timedelta(seconds=1), timedelta(minutes=1))


def test_a_token_is_never_shown():
    """It lies in memory alone."""
    assert "secret" not in repr(Attended(b"secret", AT, AT))
