"""Claims about the round trip on libpq itself."""

import asyncio

import psycopg
import pytest

from proxy.accesslog.wire.store import ask, literal
from proxy.database import Cluster, Role


async def connected(database: Cluster) -> psycopg.AsyncConnection:
    """Connect as the gateway."""
    return await psycopg.AsyncConnection.connect(database.dsn(Role.GATEWAY), autocommit=True)


async def test_all_results_of_a_statement_come_back(database: Cluster):
    """One trip may hold several statements; each has its result."""
    async with await connected(database) as connection:
        results = await ask(connection, b"BEGIN; SELECT 1; SELECT 2 UNION ALL SELECT 3; COMMIT")
        assert [each.ntuples for each in results] == [0, 1, 2, 0]
        assert results[2].get_value(1, 0) == b"3"


@pytest.mark.parametrize(
    "text", [b"", b"'; DROP TABLE access; --", b"\\'\\\\", "é\N{SNOWMAN}".encode(), b'{"a":"\\u00e9"}']
)
async def test_literal_comes_back_as_it_went(database: Cluster, text: bytes):
    """Whatever a value holds, it stays a value."""
    async with await connected(database) as connection:
        (found,) = await ask(connection, b"SELECT %b" % literal(connection, text))
        assert found.get_value(0, 0) == text


async def test_megabytes_go_through(database: Cluster):
    """A statement larger than the socket takes at once arrives whole."""
    async with await connected(database) as connection:
        (found,) = await ask(connection, b"SELECT length(%b)" % literal(connection, b"x" * 8_000_000))
        assert found.get_value(0, 0) == b"8000000"


async def test_error_is_psycopgs_own(database: Cluster):
    """An error in the middle raises what a cursor would raise, and the connection goes on."""
    async with await connected(database) as connection:
        with pytest.raises(psycopg.errors.DivisionByZero):
            await ask(connection, b"BEGIN; SELECT 1/0; COMMIT")
        await ask(connection, b"ROLLBACK")
        assert len(await ask(connection, b"SELECT 1")) == 1


async def test_ended_backend_is_an_operational_error(database: Cluster):
    """A connection that breaks in the middle is told from an error in the statement."""
    async with await connected(database) as connection, await connected(database) as other:
        waiting = asyncio.create_task(ask(connection, b"SELECT pg_sleep(20)"))
        await asyncio.sleep(0.1)
        await other.execute("SELECT pg_terminate_backend(%s)", [connection.info.backend_pid])
        with pytest.raises(psycopg.OperationalError):
            await waiting
        assert connection.closed
