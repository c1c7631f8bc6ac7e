"""Rows of the facts as values; what the statements bring: tests/contract/test_facts.py and test_ties.py."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from proxy.facts.question import IDENTITY, document, emergency, facts, found, grant, names
from proxy.model.tie import Emergency, Grant, GrantState

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
DIGEST = b"d" * 32


def a_row(row_id: str = "1-A", digest: bytes = DIGEST, more: tuple = (None, None, None)) -> tuple:
    """A row of a person as the database gives it."""
    own = (row_id, memoryview(digest), None, "0106", None, None, None, [], "ordinary", "import")
    return (*own, None, None, False, None, *more)


def test_names_are_rows_or_digests():
    """Each name once, whichever way it names a person."""
    rows, digests = names(["1-A", f"{IDENTITY}{DIGEST.hex()}", "1-A"])
    assert (rows, digests) == (["1-A"], [DIGEST])


def test_an_identity_is_given_where_it_was_asked_and_only_there():
    """Of a person asked by row not every row is here, so nothing is said about its identity."""
    key = f"{IDENTITY}{DIGEST.hex()}"
    rows = [a_row("1-A"), a_row("1-B")]
    assert set(found(rows, [])) == {"1-A", "1-B"}
    assert set(found(rows, [DIGEST, b"e" * 32])) == {"1-A", "1-B", key}


def test_ties_are_read_from_what_the_database_writes():
    """Moments and days come as text inside JSON; a person without ties has none."""
    ties = (
        [["U1", "2026-11-26"]],
        [[str(UUID(int=1)), "U1", "1-A", "V", "requested", NOW.isoformat(), None, "x", None, None]],
        [[str(UUID(int=2)), "U1", "1-A", NOW.isoformat(), NOW.isoformat(), "gevaar", "x", "2026-12-01"]],
    )
    person = facts(a_row(more=ties))
    assert (person.appointments[0].day, person.grants[0].asked_at) == (date(2026, 11, 26), NOW)
    assert (person.emergencies[0].until, person.emergencies[0].review_by) == (NOW, date(2026, 12, 1))
    bare = facts(a_row())
    assert (bare.appointments, bare.grants, bare.emergencies, bare.moved, bare.born) == ((), (), (), None, None)


def test_a_tie_is_written_as_it_is_read():
    """Under the names of its columns: nothing of it gets lost on the way."""
    tomorrow = NOW + timedelta(days=1)
    held = Grant(UUID(int=1), "U1", "1-A", "V", GrantState.OPEN, NOW, tomorrow, "x", "U2", NOW)
    order = ("id", "account", "row_id", "vacancy", "state", "asked_at", "until", "reason", "decided_by", "decided_at")
    assert grant([document(held)[name] for name in order]) == held
    plea = Emergency(UUID(int=2), "U1", "1-A", NOW, tomorrow, "gevaar", "x", NOW.date())
    order = ("id", "account", "row_id", "begins", "until", "category", "reason", "review_by")
    assert emergency([document(plea)[name] for name in order]) == plea
