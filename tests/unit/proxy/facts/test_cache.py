"""What was read is believed for a stated time, and not at all where it changed meanwhile."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.facts.cache import Cache


def filled(most: int = 3, **values: int) -> Cache[int]:
    """A cache in which these were read at the moment that is their value."""
    cache: Cache[int] = Cache(most)
    for key, moment in values.items():
        with cache.asking(moment) as asking:
            cache.keep(asking, {key: moment})
    return cache


def test_a_value_is_known_from_the_moment_of_its_reading():
    """Asking for something read later than it was gives nothing; asking often changes no age."""
    cache = filled(a=10)
    assert [cache.known("a", since) for since in (9, 10, 10.1, 9)] == [10, 10, None, 10]
    assert cache.known("b", 0) is None


def test_the_one_kept_longest_ago_makes_room():
    """Also where one reading brings more than there is room for."""
    cache = filled(most=2, a=1, b=2, c=3)
    assert [cache.known(key, 0) for key in "abc"] == [None, 2, 3]
    with cache.asking(4) as asking:
        cache.keep(asking, dict.fromkeys("defg", 4))
    assert (len(cache), cache.known("g", 0), cache.known("d", 0)) == (2, 4, None)


def test_what_changes_while_it_is_read_is_not_kept():
    """The reading may have seen the state before the change; the others of the same reading are kept."""
    cache: Cache[int] = Cache(9)
    with cache.asking(1) as asking:
        cache.forget("a")
        cache.keep(asking, {"a": 1, "b": 1})
    assert (cache.known("a", 0), cache.known("b", 0)) == (None, 1)
    with cache.asking(2) as asking:
        cache.forget_all()
        cache.keep(asking, {"a": 2, "c": 2})
    assert [cache.known(key, 0) for key in "abc"] == [None, None, None]


def test_a_reading_that_failed_spoils_nothing_later():
    """What is not under way any more is not held open."""
    cache: Cache[int] = Cache(9)
    with pytest.raises(TimeoutError), cache.asking(1):
        raise TimeoutError
    cache.forget("a")
    with cache.asking(2) as asking:
        cache.keep(asking, {"a": 2})
    assert cache.known("a", 2) == 2


@given(st.lists(st.tuples(st.sampled_from(["begin", "end", "change"]), st.sampled_from("ab")), max_size=30))
def test_no_order_of_readings_and_changes_leaves_an_old_value(events):
    """A value that is known was read after the last change of its key, whatever ran at the same time."""
    cache: Cache[int] = Cache(9)
    version, running = dict.fromkeys("ab", 0), []
    for kind, key in events:
        if kind == "begin":
            context = cache.asking(1)
            running.append((context, context.__enter__(), dict(version)))
        elif kind == "end" and running:
            context, asking, seen = running.pop(0)
            cache.keep(asking, seen)
            context.__exit__(None, None, None)
        elif kind == "change":
            version[key] += 1
            cache.forget(key)
        assert all(cache.known(each, 0) in {None, version[each]} for each in "ab")
