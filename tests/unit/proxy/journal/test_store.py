"""Claims about the journal on a real PostgreSQL: nothing is skipped, nothing is applied before its time."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import orjson
import psycopg

from proxy.database import Cluster, Role
from proxy.journal.states import State
from proxy.journal.store import Ask, Captured, Journal, advance, pending, settle, watermarks
from proxy.model.entry import Intent, Outcome, OutcomeState
from tests.failures.log.builders import access, intent


async def connected(database: Cluster, role: Role = Role.GATEWAY) -> psycopg.AsyncConnection:
    """Connect as a role."""
    return await psycopg.AsyncConnection.connect(database.dsn(role))


def journal() -> Journal:
    """Make a journal whose seal is seen through."""
    return Journal(lambda command: command[::-1])


async def of(reader: psycopg.AsyncConnection, intents: list[Intent], after: int = 0, **asked) -> list[Captured]:
    """Read what is captured of these intents, in order; other tests write in the same journal."""
    mine = {each.id for each in intents}
    found = [each for each in await pending(reader, Ask(after, 100_000, **asked)) if each.intent in mine]
    await reader.rollback()
    return found


async def test_numbers_are_visible_in_their_order(database: Cluster):
    """A transaction with a lower number that commits late holds back the higher one: a reader never skips it."""
    slow, fast = await connected(database), await connected(database)
    one, two = intent(access()), intent(access())
    async with slow, fast:
        first = await journal().write(slow, [one])
        second = asyncio.create_task(journal().write(fast, [two]))
        await asyncio.sleep(0.3)
        assert not second.done()
        async with await connected(database, Role.WORKER) as reader:
            assert await of(reader, [one, two]) == []
        await slow.commit()
        assert (await second)[two.id] > first[one.id]
        await fast.commit()


async def test_every_captured_mutation_is_read_with_how_far_it_is(database: Cluster):
    """Open, refused and acknowledged ones in their order, with the row that an answer named as new."""
    intents = [intent(access()) for _ in range(4)]
    async with await connected(database) as writer, await connected(database, Role.WORKER) as reader:
        numbers = await journal().write(writer, intents)
        await journal().write(writer, [Outcome(intents[0].id, OutcomeState.ACKED, entity="V-77")])
        await journal().write(writer, [Outcome(intents[1].id, OutcomeState.REJECTED)])
        await journal().write(writer, [Outcome(intents[3].id, OutcomeState.UNKNOWN)])
        await writer.commit()
        found = await of(reader, intents)
    assert [each.state for each in found] == [State.ACKED, State.REJECTED, State.INTENT, State.UNKNOWN]
    assert [each.sequence for each in found] == [numbers[each.id] for each in intents]
    assert found[0].rows == ("V-1", "V-77")
    assert [each.unknown_for is None for each in found] == [True, True, True, False]


async def test_a_mutation_keeps_all_rows_and_functions_of_its_chain(database: Cluster):
    """A chain may change two persons, and records of two groups."""
    both = intent(access(), functions=("client.note.create", "client.contact.update"), named=("1-7A", "1-7B"))
    async with await connected(database) as writer, await connected(database, Role.WORKER) as reader:
        await journal().write(writer, [both])
        await writer.commit()
        (found,) = await of(reader, [both])
    assert (found.functions, found.rows) == (("client.note.create", "client.contact.update"), ("1-7A", "1-7B"))


async def test_a_row_of_the_previous_release_is_read_by_its_one_function_and_row(database: Cluster):
    """It wrote neither column."""
    old = intent(access())
    document = journal()._intent(old)
    written = {
        "intents": [{key: value for key, value in document.items() if key not in {"functions", "named"}}],
        "outcomes": [],
    }
    async with await connected(database) as writer, await connected(database, Role.WORKER) as reader:
        await writer.execute("SELECT intent, seq FROM journal_append(%s)", [orjson.dumps(written).decode()])
        await writer.commit()
        (found,) = await of(reader, [old])
    assert (found.functions, found.rows) == (("vacancy.manage",), ("V-1",))


async def test_abandoned_intent_becomes_unknown(database: Cluster):
    """A mutation whose gateway died holds nobody up for longer than the patience."""
    found = intent(access())
    async with await connected(database) as writer, await connected(database, Role.WORKER) as reader:
        await journal().write(writer, [found])
        await writer.commit()
        assert [each.state for each in await of(reader, [found])] == [State.INTENT]
        late = await of(reader, [found], patience=timedelta(0))
        assert [each.state for each in late] == [State.UNKNOWN]
        assert late[0].unknown_for is not None


async def test_uncaptured_mutations_are_not_read(database: Cluster):
    """What need not be synchronised is journalled and not offered."""
    async with await connected(database) as writer, await connected(database, Role.WORKER) as reader:
        found = intent(access(), captured=False)
        await journal().write(writer, [found, Outcome(found.id, OutcomeState.ACKED)])
        await writer.commit()
        assert await of(reader, [found]) == []


async def test_settled_mutation_says_so(database: Cluster):
    """What was applied is told as such, also when that is said twice."""
    found = intent(access())
    async with await connected(database) as writer, await connected(database, Role.WORKER) as worker:
        await journal().write(writer, [found, Outcome(found.id, OutcomeState.ACKED)])
        await writer.commit()
        await settle(worker, [found.id], State.SYNCED)
        await settle(worker, [found.id], State.SYNCED)
        await worker.commit()
        assert [each.state for each in await of(worker, [found])] == [State.SYNCED]


async def test_a_watermark_counts_once_the_group_is_filled_and_never_moves_back(database: Cluster):
    """A group that is being filled is told to nobody; a slow worker cannot undo what a faster one has said."""
    group = f"g-{uuid4().hex[:8]}"
    async with await connected(database, Role.WORKER) as worker:
        await advance(worker, group, 7)
        await advance(worker, group, 3)
        await worker.execute("INSERT INTO backfill (grp, horizon) VALUES (%s, 7)", [group])
        assert group not in await watermarks(worker)
        await worker.execute("UPDATE backfill SET finished_at = now() WHERE grp = %s", [group])
        assert (await watermarks(worker))[group] == 7
        await worker.rollback()


async def test_command_is_sealed(database: Cluster):
    """The command goes through the seal on its way to the disk."""
    found = intent(access())
    async with await connected(database) as writer, await connected(database, Role.WORKER) as reader:
        await journal().write(writer, [found])
        await writer.commit()
        rows = await reader.execute("SELECT sealed FROM journal_command WHERE intent = %s", [found.id])
        assert await rows.fetchall() == [(found.command[::-1],)]
