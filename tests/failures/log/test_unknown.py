"""The connection breaks around a COMMIT: what happened is looked up, never guessed, and nothing is written twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import psycopg
import pytest

from proxy.accesslog.parts import Limits
from proxy.accesslog.store import Ledger
from proxy.database import Cluster, Role
from proxy.errors import StoreError
from tests.failures.log.builders import exchange, intent, parts, rows, soon, stored


class Relay:
    """A wire between ledger and PostgreSQL that a test can break: it swallows answers, or asks, or refuses to connect."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.swallow_answers = self.swallow_asks = self.closed = False
        self._wires: list[asyncio.StreamWriter] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection."""
        if self.closed:
            writer.close()
            return
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self.port)
        self._wires += [writer, up_writer]
        await asyncio.gather(
            self._pump(reader, up_writer, lambda: self.swallow_asks),
            self._pump(up_reader, writer, lambda: self.swallow_answers),
        )

    async def _pump(self, reader, writer, swallowed) -> None:
        with suppress(OSError):
            while octets := await reader.read(65536):
                if not swallowed():
                    writer.write(octets)
                    await writer.drain()
        writer.close()

    def cut(self) -> None:
        """Break every connection, and be a whole wire for the next."""
        for each in self._wires:
            each.transport.abort()
        self._wires.clear()
        self.swallow_answers = self.swallow_asks = False


@asynccontextmanager
async def relayed(cluster: Cluster, limits: Limits) -> AsyncIterator[tuple[Ledger, Relay]]:
    """Open a ledger whose wire can be broken."""
    dsn = cluster.dsn(Role.GATEWAY)
    port = int(psycopg.conninfo.conninfo_to_dict(dsn)["port"])
    relay = Relay(port)
    server = await asyncio.start_server(relay.serve, "127.0.0.1", 0)
    through = dsn.replace(f":{port}/", f":{server.sockets[0].getsockname()[1]}/")
    ledger = await Ledger.start(parts(cluster, dsn=through, limits=limits))
    try:
        yield ledger, relay
    finally:
        relay.closed = False
        await ledger.close()
        relay.cut()
        server.close()


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
