"""Claims about the journal on a real PostgreSQL: nothing is skipped, nothing is applied before its time."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest

from proxy.database import Cluster, Role
from proxy.journal.states import State
from proxy.journal.store import Ask, Journal, advance, pending, settle, watermarks
from proxy.model.entry import Outcome, OutcomeState
from tests.failures.log.builders import access, intent


@pytest.fixture
def group() -> str:
    """A group of this test alone."""
    return f"g-{uuid4().hex[:8]}"


async def connected(database: Cluster, role: Role = Role.GATEWAY) -> psycopg.AsyncConnection:
    """Connect as a role."""
    return await psycopg.AsyncConnection.connect(database.dsn(role))


def journal() -> Journal:
    """Make a journal whose seal is seen through."""
    return Journal(lambda command: command[::-1])


async def test_numbers_are_visible_in_their_order(database: Cluster, group: str):
    """A transaction with a lower number that commits late holds back the higher one: a reader never skips it."""
    slow, fast = await connected(database), await connected(database)
    one, two = intent(access(), group=group), intent(access(), group=group)
    async with slow, fast:
        first = await journal().write(slow, [one])
        second = asyncio.create_task(journal().write(fast, [two]))
        await asyncio.sleep(0.3)
        assert not second.done()
        async with await connected(database, Role.WORKER) as reader:
            assert (await pending(reader, Ask(group, 0))).captured == ()
        await slow.commit()
        assert (await second)[two.id] > first[one.id]
        await fast.commit()


async def test_reader_stops_at_the_first_open_mutation(database: Cluster, group: str):
    """An acknowledged mutation behind an open one waits: the watermark says that everything before it is settled."""
    intents = [intent(access(), group=group) for _ in range(4)]
    async with await connected(database) as writer, await connected(database, Role.WORKER) as reader:
        numbers = await journal().write(writer, intents)
        await journal().write(writer, [Outcome(intents[0].id, OutcomeState.ACKED, entity="V-77")])
        await journal().write(writer, [Outcome(intents[1].id, OutcomeState.REJECTED)])
        await journal().write(writer, [Outcome(intents[3].id, OutcomeState.ACKED)])
        await writer.commit()
        found = await pending(reader, Ask(group, 0))
        assert [(each.intent, each.entity, each.state) for each in found.captured] == [
            (intents[0].id, "V-77", State.ACKED)
        ]
        assert found.horizon == numbers[intents[1].id]
        await journal().write(writer, [Outcome(intents[2].id, OutcomeState.UNKNOWN)])
        await writer.commit()
        await reader.rollback()
        rest = await pending(reader, Ask(group, found.horizon))
        assert [each.state for each in rest.captured] == [State.UNKNOWN, State.ACKED]
        assert rest.horizon == numbers[intents[3].id]


async def test_abandoned_intent_becomes_unknown(database: Cluster, group: str):
    """A mutation whose gateway died holds nobody up for longer than the patience."""
    found = intent(access(), group=group)
    async with await connected(database) as writer, await connected(database, Role.WORKER) as reader:
        await journal().write(writer, [found])
        await writer.commit()
        assert (await pending(reader, Ask(group, 0))).captured == ()
        late = await pending(reader, Ask(group, 0, patience=timedelta(0)))
        assert [(each.intent, each.state) for each in late.captured] == [(found.id, State.UNKNOWN)]


async def test_uncaptured_mutations_are_not_read(database: Cluster, group: str):
    """What need not be synchronised is journalled and not offered."""
    async with await connected(database) as writer, await connected(database, Role.WORKER) as reader:
        found = intent(access(), group=group, captured=False)
        await journal().write(writer, [found, Outcome(found.id, OutcomeState.ACKED)])
        await writer.commit()
        assert (await pending(reader, Ask(group, 0))).captured == ()


async def test_settled_mutation_is_not_offered_again(database: Cluster, group: str):
    """What was applied moves the horizon and is not given a second time."""
    found = intent(access(), group=group)
    async with await connected(database) as writer, await connected(database, Role.WORKER) as worker:
        numbers = await journal().write(writer, [found, Outcome(found.id, OutcomeState.ACKED)])
        await writer.commit()
        await settle(worker, found.id, State.SYNCED)
        await settle(worker, found.id, State.SYNCED)
        again = await pending(worker, Ask(group, 0))
        assert (again.captured, again.horizon) == ((), numbers[found.id])


async def test_watermark_never_moves_back(database: Cluster, group: str):
    """A slow worker cannot undo what a faster one has said."""
    async with await connected(database, Role.WORKER) as worker:
        await advance(worker, group, 7)
        await advance(worker, group, 3)
        assert (await watermarks(worker))[group] == 7
        await worker.rollback()


async def test_command_is_sealed(database: Cluster, group: str):
    """The command goes through the seal on its way to the disk."""
    found = intent(access(), group=group)
    async with await connected(database) as writer, await connected(database, Role.WORKER) as reader:
        await journal().write(writer, [found])
        await writer.commit()
        rows = await reader.execute("SELECT sealed FROM journal_command WHERE intent = %s", [found.id])
        assert await rows.fetchall() == [(found.command[::-1],)]
