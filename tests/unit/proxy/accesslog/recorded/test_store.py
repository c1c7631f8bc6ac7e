"""Claims about reading recorded decisions as vectors, from a log that the real ledger wrote into a real PostgreSQL."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest

from proxy.accesslog.reading.store import snapshot
from proxy.accesslog.recorded.store import RecordedDecisions
from proxy.database import Cluster, Role
from proxy.identity.binding import person_id
from proxy.model.person import Authorship, Category
from proxy.model.recorded import Level, Recorded
from proxy.shadow.record import handed_over
from tests.doubles.offers import offer
from tests.doubles.playbook import house
from tests.doubles.traffic import Recording, record
from tests.failures.log import builders

EVER = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def recording(fresh_database: Cluster) -> Recording:
    """Some hundred exchanges in an empty log, and answers of them that were handed over for comparison."""
    made = asyncio.run(record(fresh_database, house().matrix, 300))
    asyncio.run(hand_over(fresh_database))
    return made


async def hand_over(cluster: Cluster) -> None:
    """Record what nobody decided about a second time, and nobody consulted."""
    async with builders.ledger(cluster) as log:
        for number in range(3):
            await log.append((handed_over(offer(), UUID(int=number + 1), datetime.now(UTC)),))


@pytest.fixture
def log(fresh_database: Cluster, recording: Recording) -> Iterator[RecordedDecisions]:
    """The log as the console may read it."""
    with snapshot(fresh_database.dsn(Role.CONSOLE)) as connection:
        yield RecordedDecisions(connection, EVER)


def alike(one: Recorded, count: int) -> Recorded:
    """Give a vector with plain words, so that two can be compared."""
    persons = tuple(sorted(one.persons, key=repr))
    held = one.call.held if one.level is Level.CALL else frozenset()
    return replace(one, id=0, call=replace(one.call, held=held), persons=persons, count=count)


def test_vectors_are_the_distinct_decisions_with_how_often_each_was_made(recording: Recording, log: RecordedDecisions):
    """No decision is left out, and none is counted twice; a call counts also where people in it were refused."""
    expected: Counter[Recorded] = Counter()
    for _, each in recording.vectors():
        expected[alike(each, 0)] += 1
        if each.level is Level.REFUSED:
            expected[alike(replace(each, level=Level.CALL, persons=()), 0)] += 1
    found: Counter[Recorded] = Counter()
    for one in log.vectors():
        found[alike(one, 0)] += one.count
    calls = {each: count for each, count in expected.items() if each.level is not Level.CALL}
    assert {each: count for each, count in found.items() if each.level is not Level.CALL} == calls
    assert sum(count for each, count in found.items() if each.level is Level.CALL) == len(recording.stored)
    assert {each.call for each in found} == {each.call for each in expected}


def test_traces_say_who_is_behind_vectors_each_access_once(recording: Recording, log: RecordedDecisions):
    """Every account with its team, and an access with several changed persons is one."""
    numbers = [each.id for each in log.vectors()]
    traces = list(log.traces(numbers))
    assert sum(each.count for each in traces) == len(recording.stored)
    assert {each.account for each in traces} == {each.principal.user for each in recording.scenes}
    assert {each.team for each in traces} == {f"T{len(each.principal.user)}" for each in recording.scenes}
    assert set().union(*(each.vectors for each in traces)) == set(numbers)
    assert not list(log.traces([]))


def test_persons_whose_columns_the_database_hashes_alike_are_told_apart(fresh_database: Cluster):
    """PostgreSQL's own hash of these two rows is the same: it takes a row and its arrays for one polynomial."""
    split = [("AP", "ID LD SV"), ("ID LD", "AP SV")]
    access = builders.access()
    ground = replace(builders.GROUND, present=frozenset(map(Category, ["AP", "ID", "LD", "SV"])))
    shown = [
        builders.disclosure(
            access,
            person=person_id(builders.SECRET, bsn=None, row_id=f"1-{one}"),
            shown=frozenset(map(Category, one.split())),
            masked=frozenset(map(Category, other.split())),
            ground=ground,
        )
        for one, other in split
    ]

    async def store() -> None:
        async with builders.ledger(fresh_database) as ledger:
            await ledger.append((access, *shown))

    asyncio.run(store())
    with snapshot(fresh_database.dsn(Role.CONSOLE)) as connection:
        vectors = list(RecordedDecisions(connection, EVER).vectors())
    assert {frozenset(each.persons[0].shown) for each in vectors if each.persons} == {
        frozenset({"AP"}),
        frozenset({"ID", "LD"}),
    }


def test_whose_notes_a_page_held_is_read_without_how_many(fresh_database: Cluster):
    """A row that counts none, as those of an earlier release do, is told apart from one that does."""
    access = builders.access()
    held = {Authorship.OWN: 3, Authorship.OTHER: 2}
    ground = replace(builders.GROUND, notes=held, notes_withheld={Authorship.OTHER: 2})
    shown = [builders.disclosure(access, "999990019", ground=ground), builders.disclosure(access, "999990020")]

    async def store() -> None:
        async with builders.ledger(fresh_database) as ledger:
            await ledger.append((access, *shown))

    asyncio.run(store())
    with snapshot(fresh_database.dsn(Role.CONSOLE)) as connection:
        vectors = list(RecordedDecisions(connection, EVER).vectors())
    found = {(each.persons[0].notes, each.persons[0].notes_withheld) for each in vectors if each.persons}
    assert found == {(frozenset({"own", "other"}), frozenset({"other"})), (None, frozenset())}


def test_only_what_was_recorded_since_the_moment_is_read(fresh_database: Cluster, recording: Recording):
    """Persons as well as calls."""
    with snapshot(fresh_database.dsn(Role.CONSOLE)) as connection:
        log = RecordedDecisions(connection, datetime.now(UTC) + timedelta(minutes=1))
        assert list(log.vectors()) == []


def test_a_row_without_a_ground_is_read_as_such(fresh_database: Cluster, recording: Recording):
    """Written by a release that kept none: unknown, not ordinary."""
    with psycopg.connect(fresh_database.owner_dsn()) as owner:
        owner.execute("ALTER TABLE disclosure DISABLE TRIGGER ALL")
        owner.execute("UPDATE disclosure SET protection = NULL, emergency = NULL, present = NULL, rules = NULL")
    with snapshot(fresh_database.dsn(Role.CONSOLE)) as connection:
        shown = [
            each.persons[0]
            for each in RecordedDecisions(connection, EVER).vectors()
            if each.level is Level.PERSON and each.persons[0].reason is None
        ]
    assert shown
    assert {(each.protection, each.emergency, each.present) for each in shown} == {(None, None, None)}
