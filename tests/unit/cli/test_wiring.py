"""Claims about opening the parts of a gateway; that they work together is shown in tests/failures and tests/scenarios."""

import asyncio

import pytest

from cli import wiring
from cli.wiring import open_ledger
from proxy.accesslog.parts import Limits
from proxy.database import Cluster, Role
from proxy.errors import StoreError
from tests.doubles.relay import relayed
from tests.failures.log.builders import exchange, parts


async def test_a_start_waits_for_a_database_that_is_not_there_yet(database: Cluster):
    """It goes on as soon as the server lets it in, so that a worker that is replaced meanwhile is there at once."""
    async with relayed(database.dsn(Role.GATEWAY)) as (through, relay):
        relay.closed = True
        opening = asyncio.create_task(open_ledger(parts(database, dsn=through, limits=Limits(timeout=2))))
        await asyncio.sleep(0.5)
        assert not opening.done()
        relay.closed = False
        ledger = await asyncio.wait_for(opening, 3)
        assert await ledger.append(exchange())
        await ledger.close()


async def test_a_start_does_not_wait_for_ever(database: Cluster, monkeypatch):
    """Whoever started it reads why it ended."""
    monkeypatch.setattr(wiring, "AWAIT_SECONDS", 0.3)
    async with relayed(database.dsn(Role.GATEWAY)) as (through, relay):
        relay.closed = True
        with pytest.raises(StoreError, match="the access log cannot be opened"):
            await open_ledger(parts(database, dsn=through, limits=Limits(timeout=2)))
