"""The courier: what waits together goes together, and a fault reaches everybody who waits."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import psycopg
import pytest

from proxy.database import Cluster, Role
from proxy.errors import StoreError
from proxy.postgres.worker import Courier, Hooks
from tests.doubles.relay import Relay, relayed


class Counting:
    """Answers each ask with its double, by the server, and remembers the batches."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []

    async def __call__(self, connection, asks):
        """Double every ask."""
        self.batches.append(list(asks))
        cursor = await connection.execute(
            "SELECT 2 * n FROM unnest(%s::int[]) WITH ORDINALITY u(n, i) ORDER BY i", (list(asks),)
        )
        return [row[0] for row in await cursor.fetchall()]


@pytest.fixture
def dsn(database: Cluster) -> str:
    """An address."""
    return database.dsn(Role.GATEWAY)


async def test_what_waits_together_is_one_statement(dsn):
    """Everything asked before the first reply goes in one batch, and everybody gets his own answer."""
    run = Counting()
    courier = Courier(dsn, run)
    assert await asyncio.gather(*(courier.ask(number) for number in range(50))) == [2 * n for n in range(50)]
    assert len(run.batches) == 1
    await courier.close()


async def test_a_refused_statement_is_a_store_error_and_the_next_works(dsn):
    """An error of the server ends the batch, not the courier."""
    courier = Courier(dsn, Counting())
    with pytest.raises(StoreError, match="refused"):
        await courier.ask("not a number")
    assert await courier.ask(4) == 8
    await courier.close()


async def test_a_statement_that_hangs_ends_in_time(dsn):
    """A slow database is a fault within the limit, and the connection is made anew."""

    async def slow(connection, asks):
        await connection.execute("SELECT pg_sleep(%s)", (asks[0],))
        return asks

    courier = Courier(dsn, slow, seconds=0.3)
    with pytest.raises(StoreError):
        await courier.ask(20)
    assert await courier.ask(0) == 0
    await courier.close()


async def test_prepare_runs_on_every_new_connection(dsn):
    """What a connection needs is done again after it broke."""
    prepared = []

    async def prepare(connection):
        prepared.append(connection.info.backend_pid)

    courier = Courier(dsn, Counting(), hooks=Hooks(prepare=prepare))
    await courier.ask(1)
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as other:
        await other.execute("SELECT pg_terminate_backend(%s)", (prepared[0],))
    assert await courier.ask(2) == 4
    assert len(set(prepared)) == 2
    await courier.close()


async def test_the_reply_of_a_cancelled_ask_is_told_as_unwanted(dsn):
    """Whoever no longer waits leaves something to be given back."""
    unwanted = []
    courier = Courier(dsn, Counting(), hooks=Hooks(unwanted=unwanted.append))
    await courier.ask(0)
    task = asyncio.create_task(courier.ask(21))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    assert await courier.ask(1) == 2
    assert task.cancelled()
    assert unwanted in ([], [42])
    await courier.close()


async def test_closing_answers_whoever_waits(dsn):
    """Nobody hangs on a store that is gone, and nobody may ask it again."""

    async def never(connection, asks):
        await asyncio.sleep(3600)
        return asks

    courier = Courier(dsn, never)
    tasks = [asyncio.create_task(courier.ask(1))]
    await asyncio.sleep(0.05)
    tasks.append(asyncio.create_task(courier.ask(2)))
    await asyncio.sleep(0)
    await courier.close()
    assert [type(fault) for fault in await asyncio.gather(*tasks, return_exceptions=True)] == [StoreError, StoreError]
    with pytest.raises(StoreError):
        await courier.ask(3)


@asynccontextmanager
async def wired(dsn: str, seconds: float) -> AsyncIterator[tuple[Courier[int, int], Relay]]:
    """Give a courier that has worked once, and the wire that it works over."""
    async with relayed(dsn) as (through, relay):
        courier = Courier(through, Counting(), seconds=seconds)
        try:
            assert await courier.ask(1) == 2
            yield courier, relay
        finally:
            await courier.close()


async def took(asking: Callable[[], object]) -> float:
    """Say how long it took to be told that there is no reply."""
    began = time.monotonic()
    with pytest.raises(StoreError, match="does not answer"):
        await asking()
    return time.monotonic() - began


async def test_a_server_that_is_gone_is_refused_at_once_and_found_again(dsn):
    """Nobody waits for what is known to be away, and a second after its return the next ask is answered."""
    async with wired(dsn, 5.0) as (courier, relay):
        relay.closed = True
        relay.cut()
        waits = [await took(lambda: courier.ask(1)) for _ in range(50)]
        assert max(waits) < 0.5, waits
        relay.closed = False
        await asyncio.sleep(1.0)
        assert await courier.ask(4) == 8


async def test_a_server_that_hangs_costs_the_limit_once(dsn):
    """Whoever comes behind the first is told within a moment, and after the return all goes on."""
    async with wired(dsn, 1.0) as (courier, relay):
        relay.swallow_asks = True
        first = await took(lambda: courier.ask(1))
        waits = [await took(lambda: courier.ask(1)) for _ in range(20)]
        assert first < 1.5
        assert max(waits) < 0.9, waits
        assert sum(wait > 0.1 for wait in waits) <= 1
        relay.cut()
        await asyncio.sleep(1.0)
        assert await courier.ask(4) == 8


async def test_who_waits_when_a_server_goes_is_told_with_the_first(dsn):
    """A queue behind a batch that got no reply is not tried one by one."""
    async with wired(dsn, 1.0) as (courier, relay):
        relay.swallow_asks = True
        first = asyncio.create_task(courier.ask(1))
        await asyncio.sleep(0.1)
        began = time.monotonic()
        others = [asyncio.create_task(courier.ask(2)) for _ in range(5)]
        found = await asyncio.gather(first, *others, return_exceptions=True)
        assert {type(each) for each in found} == {StoreError}
        assert time.monotonic() - began < 2.5
        relay.cut()
