"""Claims about what is kept of comparisons."""

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as some

from proxy.routing.group import Shadow
from proxy.shadow.frame import Tally
from rollout.shadow.book import (
    DROPPED,
    MOST_PATHS,
    OFFERED,
    PARITY_HIT,
    SAFETY,
    Book,
    Compared,
    Counted,
    Subject,
    hour,
    mark,
)
from rollout.shadow.compare import Mismatch
from rollout.shadow.rule import rules
from rollout.shadow.verdict import Finding, Result
from tests.doubles.offers import EXCHANGE, NOW

KEY = b"k" * 32
SUBJECT = Subject("vacancies", "c", "vacancy.search", "html")
RULES = rules(Shadow(), date(2026, 3, 2))


def booked(finding, *, book=None):
    """Add one comparison."""
    book = Book(KEY) if book is None else book
    book.add(Compared(SUBJECT, EXCHANGE, NOW, finding, 5000), RULES)
    return book


def counted(book):
    """Give the counts by result."""
    return {each.result: number for each, number in book.counts.items() if number}


def test_results_are_counted_and_a_real_mismatch_by_its_weight():
    """Equal is one; a safety hit is real, and safety, and parity where a row is at stake."""
    assert counted(booked(Finding(Result.EQUAL, newcore_us=10))) == {"equal": 1}
    hit = Finding(Result.REAL, (Mismatch("rows.extra", "", "1-7A"),), safety=True, parity=True, newcore_us=10)
    assert counted(booked(hit)) == {"real": 1, SAFETY: 1, PARITY_HIT: 1}
    raced = Finding(Result.RACED, hit.mismatches, safety=True, parity=True, newcore_us=10)
    assert counted(booked(raced)) == {"raced": 1}


def test_no_value_is_kept():
    """Paths and keyed digests alone, safety fields first, so many and no more."""
    values = [Mismatch(f"f{number}", "Jansen", "Janssen") for number in range(20)]
    book = booked(Finding(Result.REAL, (*values, Mismatch("bsn", "012345678", "12345678")), newcore_us=1))
    assert len(book.differences) == MOST_PATHS
    assert book.differences[0].path == "bsn"
    assert not any(value in repr(book.differences).encode() for value in (b"Jans", b"012345678"))
    assert {len(each.legacy) for each in book.differences} == {16}


@given(some.text(), some.text())
def test_a_digest_tells_equal_values_apart_from_others_under_its_own_path_alone(one, other):
    """The same wrong value is recognised; another field's is not joined to it; without the key nothing is."""
    assert (mark(KEY, "city", one) == mark(KEY, "city", other)) == (one == other)
    if one:
        assert mark(KEY, "city", one) not in {mark(KEY, "street", one), mark(b"x" * 32, "city", one)}


def test_both_latencies_of_what_was_compared_are_counted():
    """A pair, or none: what failed says nothing of how fast it is."""
    assert {each.core for each in booked(Finding(Result.EQUAL, newcore_us=10)).latencies} == {"legacy", "newcore"}
    assert not booked(Finding(Result.FAILED, newcore_us=2_000_000)).latencies


def test_what_gateways_tell_is_counted_by_shape_and_hour():
    """Offered, and of it dropped."""
    book, at = Book(KEY), datetime(2026, 3, 2, 9, 59, 59, tzinfo=UTC)
    book.tell([Tally(*SUBJECT, 3, 1), Tally(*SUBJECT, 2, 0)], at)
    assert book.counts == {Counted(SUBJECT, hour(at), OFFERED): 5, Counted(SUBJECT, hour(at), DROPPED): 1}


def test_what_could_not_be_written_is_kept_and_added_to():
    """Nothing is lost by a database that is away, and mismatches do not grow without end."""
    book = booked(Finding(Result.REAL, (Mismatch("city", "a", "b"),), newcore_us=1))
    full = book.taken()
    assert not book
    booked(Finding(Result.EQUAL, newcore_us=1), book=book)
    book.put_back(full, most=1)
    assert counted(book) == {"real": 1, "equal": 1}
    assert len(book.differences) == 1
