"""Claims about what evidence reads of backfill, reconcile, quarantine and journal, in the real database."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest

from proxy.database import Role
from rollout.evidence import Window
from rollout.upkeep.store import synced

NOW = datetime.now(UTC)
WINDOW = Window("vacancies", NOW - timedelta(hours=1), NOW + timedelta(hours=1), frozenset({"a"}))


class Books:
    """Writes what worker and gateways write."""

    def __init__(self, connection) -> None:
        self.run = connection.execute

    def filled(self) -> None:
        """A finished backfill of vacancies."""
        self.run("INSERT INTO backfill (grp, horizon, finished_at) VALUES ('vacancies', 1, clock_timestamp())")

    def reconciled(self, entity: str, checked: int, unexplained: int) -> None:
        """A pass that came to its end."""
        self.run(
            "INSERT INTO reconcile (entity, begun_at, checked, equal, raced, pending, held, repaired, unexplained, reasons, "
            "actor) VALUES (%s, now(), %s, %s, 0, 0, 0, 0, %s, '{}', 'test')",
            (entity, checked, checked, unexplained),
        )

    def write(self, function: str, ends: str, seconds: float) -> None:
        """A captured write that legacy acknowledged, and what became of it so much later."""
        name = uuid4()
        self.run(
            "INSERT INTO journal (id, access, function, grp, core, revision, entity, session, captured) "
            "VALUES (%s, %s, %s, 'vacancies', 'legacy', 1, '1-V1', '', true)",
            (name, uuid4(), function),
        )
        at = NOW + timedelta(minutes=1)
        for state, moment in (("acked", at), (ends, at + timedelta(seconds=seconds))):
            self.run("INSERT INTO journal_state (intent, state, at) VALUES (%s, %s, %s)", (name, state, moment))


@pytest.fixture
def books(fresh_database):
    """The books of an empty database."""
    with psycopg.connect(fresh_database.owner_dsn(), autocommit=True) as connection:
        yield Books(connection)


@pytest.fixture
def found(fresh_database):
    """Count for the vacancies."""
    return lambda: synced(fresh_database.dsn(Role.WORKER), WINDOW)


def test_a_group_that_was_never_filled_has_nothing_to_say(found):
    """None, which never passes."""
    assert found() is None


def test_a_group_is_as_good_as_the_worst_kind_of_record_that_it_shows(found, books):
    """A kind that was never compared makes the reconcile none; of each kind the newest pass counts."""
    books.filled()
    books.reconciled("vacancy", 90, 3)
    assert found().reconciled is None
    books.reconciled("employer", 10, 0)
    assert (found().records, found().differences) == (100, 3)
    books.reconciled("vacancy", 91, 0)
    assert (found().records, found().differences) == (101, 0)
    assert found().reconciled > found().backfill_finished


def test_writes_are_counted_with_how_far_newcore_was_behind(found, books):
    """Those that may change such a record; one that conflicts is not carried over."""
    books.filled()
    for seconds in (0.5, 1.5):
        books.write("vacancy.manage", "synced", seconds)
    books.write("client.note.create", "synced", 900)
    books.write("vacancy.manage", "conflict", 5)
    counted = found()
    assert (counted.applied, counted.rejected) == (2, 1)
    assert 1400 < counted.lag_p99_ms <= 1500


def test_only_what_waits_for_a_person_is_in_quarantine(found, books):
    """A record that is still tried is not; one of another kind is somebody else's."""
    books.filled()
    for entity, state in (("vacancy", "held"), ("vacancy", "trying"), ("client", "held")):
        books.run(
            "INSERT INTO quarantine (entity, row_id, subject, number, tries, reason, state) VALUES (%s, %s, 's', 1, 5, 'r', %s)",
            (entity, uuid4().hex, state),
        )
    assert found().quarantined == 1
