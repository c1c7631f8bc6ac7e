"""The connection breaks around a COMMIT: what happened is looked up, never guessed, and nothing is written twice."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from proxy.accesslog.parts import Limits
from proxy.accesslog.store import Ledger
from proxy.database import Cluster, Role
from proxy.errors import StoreError
from proxy.model.decision import Effect, Reason
from tests.doubles.relay import Relay
from tests.doubles.relay import relayed as wired
from tests.failures.log.builders import access, exchange, intent, parts, rows, soon, stored


@asynccontextmanager
async def relayed(cluster: Cluster, limits: Limits) -> AsyncIterator[tuple[Ledger, Relay]]:
    """Open a ledger whose wire can be broken."""
    async with wired(cluster.dsn(Role.GATEWAY)) as (through, relay):
        ledger = await Ledger.start(parts(cluster, dsn=through, limits=limits))
        try:
            yield ledger, relay
        finally:
            relay.closed = False
            await ledger.close()


async def test_committed_but_unanswered_gets_its_receipt(database: Cluster):
    """COMMIT arrived, its answer did not: the next connection finds the record and the caller gets the receipt of it."""
    async with relayed(database, Limits(timeout=5)) as (log, relay):
        await log.append(exchange())
        first = log.writer
        relay.swallow_answers = True
        found = exchange()
        waiting = asyncio.create_task(log.append(found))

        async def committed() -> bool:
            return await stored(database, [found[0].id]) == 1

        assert await soon(committed)
        relay.cut()
        receipt = await waiting
        assert (receipt.access, receipt.writer, receipt.sequence) == (found[0].id, first, 2)
        assert log.figures.looked_up == 1
        assert (await log.append(exchange())).writer != first
    assert await stored(database, [found[0].id]) == 1


async def test_lost_before_commit_is_written_again_once(database: Cluster):
    """The batch never arrived: the next connection finds nothing and writes it, once."""
    async with relayed(database, Limits(timeout=5)) as (log, relay):
        await log.append(exchange())
        relay.swallow_asks = True
        found = exchange(2)
        waiting = asyncio.create_task(log.append(found))
        await asyncio.sleep(0.2)
        relay.cut()
        receipt = await waiting
        assert (receipt.writer, receipt.sequence) == (log.writer, 1)
    assert await stored(database, [found[0].id]) == 1


async def test_unanswered_intent_is_found_too(database: Cluster):
    """A batch that holds nothing but an intent is looked up by it."""
    async with relayed(database, Limits(timeout=5)) as (log, relay):
        found = exchange()
        await log.append(exchange())
        relay.swallow_answers = True
        waiting = asyncio.create_task(log.append((intent(found[0]),)))
        await asyncio.sleep(0.3)
        relay.cut()
        receipt = await waiting
    assert await rows(database, "SELECT seq FROM journal WHERE id = %s", found[0].id) in ([(receipt.journal,)], [])
    assert await stored(database, [found[0].id], "journal") == 1


async def test_unanswered_past_the_limit_is_no_receipt(database: Cluster):
    """Nobody waits longer than the limit: StoreError, although the record may turn out to be stored."""
    async with relayed(database, Limits(timeout=0.5)) as (log, relay):
        await log.append(exchange())
        relay.swallow_answers = relay.closed = True
        found = exchange()
        with pytest.raises(StoreError, match=r"did not answer within 0\.5 s"):
            await log.append(found)
    assert await stored(database, [found[0].id]) == 1


async def test_caller_of_a_dead_log_is_told_in_time(database: Cluster):
    """While the database cannot be reached every append fails within the limit, and afterwards all is well again."""
    async with relayed(database, Limits(timeout=0.5)) as (log, relay):
        await log.append(exchange())
        relay.closed = True
        relay.cut()
        results = await asyncio.gather(*(log.append(exchange()) for _ in range(30)), return_exceptions=True)
        assert {type(each) for each in results} == {StoreError}
        relay.closed = False
        await asyncio.sleep(0.6)
        assert (await log.append(exchange())).sequence >= 1


async def test_while_the_log_is_away_only_what_follows_an_answer_waits_for_it(database: Cluster):
    """A refusal and an intent fail at once, and nothing was sent on them; an answer that is here is recorded after all."""
    async with relayed(database, Limits(timeout=8)) as (log, relay):
        await log.append(exchange())
        relay.closed = True
        relay.cut()
        released = exchange()
        waiting = asyncio.create_task(log.append(released))  # finds out, and waits
        began, refused = time.monotonic(), 0
        while refused < 20 and time.monotonic() - began < 4:
            denied = access(decision=Effect.DENY, reason=Reason.FAULT)
            asked = time.monotonic()
            with pytest.raises(StoreError, match="cannot be reached"):
                await asyncio.wait_for(log.append((denied, intent(denied)) if refused % 2 else (denied,)), 5)
            assert refused == 0 or time.monotonic() - asked < 0.2
            refused += 1
        assert refused == 20
        assert not waiting.done()
        relay.closed = False
        assert (await asyncio.wait_for(waiting, 5)).access == released[0].id


async def test_a_log_that_returns_is_found_without_being_asked(database: Cluster):
    """Within a second, with nobody waiting: the first refusal after it is recorded again."""
    async with relayed(database, Limits(timeout=8)) as (log, relay):
        await log.append(exchange())
        relay.closed = True
        relay.cut()
        with pytest.raises(StoreError):
            await asyncio.wait_for(log.append((access(decision=Effect.DENY, reason=Reason.FAULT),)), 5)
        await asyncio.sleep(0.5)
        relay.closed = False
        assert await soon(lambda: asyncio.sleep(0, log.writer is not None), 1.0)
        assert await log.append((access(decision=Effect.DENY, reason=Reason.FAULT),))
