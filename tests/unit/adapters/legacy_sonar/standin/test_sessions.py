"""Sessions and log-in limits, by the clock."""

from adapters.legacy_sonar.standin.people import PASSWORDS
from adapters.legacy_sonar.standin.sessions import BUSY, LOCKED, WRONG, Sessions


def test_the_lock_ends_after_fifteen_minutes():
    """Six failures within a minute lock; 899 s later still, 901 s later no more."""
    sessions = Sessions("s")
    assert [sessions.refused("AWE0421", "x", 100.0 + i) for i in range(6)] == [WRONG] * 5 + [LOCKED]
    good = PASSWORDS["AWE0421"]
    assert sessions.refused("AWE0421", good, 105.0 + 899) == LOCKED
    assert sessions.refused("AWE0421", good, 105.0 + 901) is None


def test_failures_spread_over_minutes_do_not_lock():
    """Failures older than a minute are forgotten."""
    sessions = Sessions("s")
    assert all(sessions.refused("AWE0421", "x", 30.0 * i) == WRONG for i in range(12))


def test_the_limit_of_all_logins_counts_a_minute():
    """With two a minute the third is told busy, and a minute later not."""
    sessions = Sessions("s", per_minute=2)
    good = PASSWORDS["AWE0421"]
    assert [sessions.refused("AWE0421", good, now) for now in (0.0, 1.0, 2.0, 70.0)] == [None, None, BUSY, None]


def test_ids_are_unique_and_repeatable():
    """Two log-ins have two ids; the same secret gives the same ids again."""
    first, second = Sessions("s"), Sessions("s")
    ids = [first.opened("A", 0, 0.0).id for _ in range(3)]
    assert len(set(ids)) == 3
    assert ids == [second.opened("A", 0, 0.0).id for _ in range(3)]
    assert ids[0] != Sessions("t").opened("A", 0, 0.0).id


def test_a_rotated_id_is_good_for_thirty_seconds():
    """The old id ends thirty seconds after the rotation, the new one lives on."""
    sessions = Sessions("s")
    session = sessions.opened("A", 0, 0.0)
    old = session.id
    new = sessions.rotated(session, 10.0)
    assert sessions.found(old, 39.0) is session
    assert sessions.found(old, 41.0) is None
    assert sessions.found(new, 41.0) is session


def test_idle_sessions_are_swept():
    """Sessions that nobody uses do not pile up."""
    sessions = Sessions("s", idle=10.0)
    for number in range(600):
        sessions.opened("A", 0, float(number))
    assert len(sessions) < 300
