"""Claims about counts of comparisons, in the real database under the worker's role; every test has a group of its own."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest

from proxy.database import Role
from proxy.routing.group import Shadow
from proxy.shadow.frame import Tally
from rollout.evidence import Shape, Window
from rollout.shadow import store
from rollout.shadow.book import Book, Compared, Subject
from rollout.shadow.compare import Mismatch
from rollout.shadow.rule import rules
from rollout.shadow.verdict import Finding, Result
from tests.doubles.offers import CONFIG, EXCHANGE

KEY = b"k" * 32
RULES = rules(Shadow(), date(2026, 3, 2))
AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
EQUAL = Finding(Result.EQUAL, newcore_us=4000)
SAFE = Finding(
    Result.REAL, (Mismatch("rows.extra", "", "1-7A"), Mismatch("city", "Assen", "assen")), True, True, newcore_us=9000
)


@dataclass(frozen=True)
class Kept:
    """The counts of one group."""

    connection: psycopg.AsyncConnection
    name: str

    @property
    def window(self):
        """What evidence asks for."""
        return Window(self.name, AT - timedelta(minutes=10), AT + timedelta(hours=1), frozenset({CONFIG}))

    def subject(self, shape="search"):
        """What a comparison was about."""
        return Subject(self.name, CONFIG, "vacancy.search", shape)

    def book(self, *found, at=AT, told=()):
        """Give a book with findings, each of a plain search or of a named shape, and with what gateways told."""
        made = Book(KEY)
        made.tell((Tally(*self.subject(shape), *counts) for shape, *counts in told), at)
        for each in found:
            shape, finding = each if isinstance(each, tuple) else ("search", each)
            made.add(Compared(self.subject(shape), EXCHANGE, at, finding, 5000), RULES)
        return made

    async def write(self, *found, at=AT, told=()):
        """Write down findings."""
        await store.write(self.connection, self.book(*found, at=at, told=told))

    async def compared(self):
        """Read what evidence reads."""
        return await store.compared(self.connection, self.window)


@pytest.fixture
async def kept(database):
    """A group of this test alone."""
    async with await psycopg.AsyncConnection.connect(database.dsn(Role.WORKER), autocommit=True) as opened:
        yield Kept(opened, uuid4().hex)


async def test_what_was_never_offered_has_nothing_to_say(kept):
    """No data is None, which evidence reads as insufficient."""
    assert await kept.compared() is None


async def test_counts_add_up_over_books_hours_and_shapes(kept):
    """Everything that was compared, what was found, how fast both were."""
    raced, failed, skipped = Finding(Result.RACED, newcore_us=1), Finding(Result.FAILED), Finding(Result.SKIPPED)
    await kept.write(EQUAL, EQUAL, EQUAL, SAFE, raced, ("open", failed), told=[("search", 8, 1), ("open", 2, 0)])
    await kept.write(EQUAL, EQUAL, ("open", skipped), at=AT + timedelta(minutes=31))
    found = await kept.compared()
    assert (found.compared, found.equal, found.raced, found.real, found.failed) == (7, 5, 1, 1, 1)
    assert (found.safety, found.parity, found.ignored, found.volatile) == (1, 1, 0, 0)
    assert found.dropped == 1 + 1
    assert found.shapes == {"vacancy.search search": Shape(8, 6), "vacancy.search open": Shape(2, 0)}
    assert 5 <= found.legacy_p95_ms < 6
    assert 4 <= found.newcore_p95_ms < 11


async def test_only_the_window_the_group_and_its_configurations_count(kept):
    """Another file, another group, an hour before, two after: none of it is evidence."""
    book = Book(KEY)
    for foreign in (Subject(kept.name, "other", "f", "s"), Subject(f"{kept.name}2", CONFIG, "f", "s")):
        book.add(Compared(foreign, EXCHANGE, AT, SAFE, 1), RULES)
    await store.write(kept.connection, book)
    await kept.write(SAFE, at=AT - timedelta(hours=1))
    await kept.write(SAFE, at=AT + timedelta(hours=2))
    assert await kept.compared() is None
    assert await store.hits(kept.connection, kept.window) == 0


async def test_a_safety_hit_within_the_hour_in_which_a_window_begins_counts(kept):
    """A quarter of an hour before it began is too near to be forgotten."""
    await kept.write(SAFE, at=AT - timedelta(minutes=25))
    assert await store.hits(kept.connection, kept.window) == 1


async def test_offers_that_never_arrived_are_dropped_ones(kept):
    """A worker that died with ten in hand: offered, and nothing became of them."""
    await kept.write(*[EQUAL] * 5, told=[("search", 15, 0)])
    found = await kept.compared()
    assert found.dropped == 10
    assert found.shapes["vacancy.search search"] == Shape(15, 5)


@pytest.mark.parametrize("result", [Result.IGNORED, Result.RACED, Result.VOLATILE])
async def test_a_shape_that_was_never_compared_to_a_clear_end_is_not_covered(kept, result):
    """What a rule overlooks, or what changed meanwhile, shows nothing of newcore."""
    await kept.write(*[Finding(result, newcore_us=1)] * 3, told=[("search", 3, 0)])
    found = await kept.compared()
    assert (found.compared, found.proven) == (3, 0)
    assert found.shapes["vacancy.search search"] == Shape(3, 0)


async def test_places_are_told_without_a_value(kept):
    """Paths with how often, safety first; the stored digests are no values."""
    await kept.write(SAFE, SAFE)
    found = await store.places(kept.connection, kept.name, kept.window.since)
    assert [(each.path, each.safety, each.count) for each in found] == [("rows.extra", True, 2), ("city", False, 2)]
    rows = "SELECT row_to_json(m)::text FROM shadow_mismatch m WHERE grp = %s"
    stored = await (await kept.connection.execute(rows, [kept.name])).fetchall()
    assert len(stored) == 4
    assert not any(value in text for (text,) in stored for value in ("Assen", "1-7A"))


async def test_a_write_that_fails_leaves_nothing(kept):
    """All or nothing: counts and mismatches tell one story."""
    broken = kept.book(SAFE)
    broken.latencies = Counter({key._replace(core="third"): 1 for key in broken.latencies})
    with pytest.raises(psycopg.Error):
        await store.write(kept.connection, broken)
    assert await kept.compared() is None


async def test_counts_cannot_be_taken_back(kept):
    """The worker adds; it deletes nothing, and rewrites no mismatch."""
    await kept.write(SAFE)
    for statement in (
        "DELETE FROM shadow_count",
        "DELETE FROM shadow_mismatch",
        "UPDATE shadow_mismatch SET safety = false",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await kept.connection.execute(statement)


async def test_the_routing_file_of_a_hash_is_found(kept, database):
    """Under which an answer was offered, whatever is in force by now."""
    assert await store.routing_text(kept.connection, kept.name) is None
    with psycopg.connect(database.dsn(Role.GATEWAY)) as gateway:
        gateway.execute("INSERT INTO archive (hash, kind, body) VALUES (%s, 'routing', 'version: 1')", [kept.name])
    assert await store.routing_text(kept.connection, kept.name) == "version: 1"
