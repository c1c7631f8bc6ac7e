"""Claims about how counts of outcomes reach the database."""

import asyncio
import secrets

import psycopg
import pytest
from psycopg.rows import dict_row
from structlog.testing import capture_logs

from proxy.database import Role
from proxy.model.route import Core
from proxy.routing.outcomes.store import Outcomes
from proxy.routing.tally import Attempt, Side, Tally


@pytest.fixture
def side():
    """A side that no other test counts."""
    return Side(f"g{secrets.token_hex(6)}", Core.NEWCORE, 7, "hash", "AM06")


def rows(dsn: str, group: str) -> list[dict]:
    """Read what is stored of a group."""
    with psycopg.connect(dsn, row_factory=dict_row) as connection:
        return connection.execute("SELECT * FROM route_outcome WHERE grp = %s ORDER BY number", (group,)).fetchall()


async def test_counts_are_stored_in_batches_with_their_histogram(database, side):
    """One row per side and flush; nothing counted, nothing written; what is left at the end is written too."""
    tally = Tally()
    for fault in ("", "", "timeout"):
        tally.note(Attempt(side, 0.01, fault))
    async with Outcomes(database.dsn(Role.GATEWAY), "gateway-1", tally):
        while not await asyncio.to_thread(rows, database.dsn(Role.WORKER), side.group):  # noqa: ASYNC110  a server does it
            await asyncio.sleep(0.05)
        tally.note(Attempt(side, 0.01))
    row, last = rows(database.dsn(Role.WORKER), side.group)
    assert (row["answered"], row["faults"], row["partition"], row["core"]) == (2, 1, "AM06", "newcore")
    assert (row["instance"], row["revision"], row["config"], sum(row["latency"])) == ("gateway-1", 7, "hash", 2)
    assert last["answered"] == 1


async def test_a_database_that_is_away_costs_counts_and_nothing_else(database, side):
    """Dropped and counted; the next ones are stored again."""
    tally = Tally()
    outcomes = Outcomes("postgresql://poort:x@127.0.0.1:1/none", "gateway-1", tally)
    tally.note(Attempt(side, 0.01))
    with capture_logs() as said:
        await outcomes.flush()
    assert tally.dropped == 1
    assert said[0]["dropped"] == 1
    outcomes._dsn = database.dsn(Role.GATEWAY)
    tally.note(Attempt(side, 0.01))
    await outcomes.flush()
    await outcomes.close()
    assert len(rows(database.dsn(Role.WORKER), side.group)) == 1


async def test_a_connection_that_was_lost_is_made_anew(database, side):
    """One flush is lost, not all that follow."""
    tally = Tally()
    outcomes = Outcomes(database.dsn(Role.GATEWAY), "gateway-1", tally)
    for _ in range(3):
        tally.note(Attempt(side, 0.01))
        await outcomes.flush()
        assert outcomes._connection is None or await outcomes._connection.execute("SELECT 1")
        if outcomes._connection is not None:
            await outcomes._connection.close()
    await outcomes.close()
    assert len(rows(database.dsn(Role.WORKER), side.group)) == 3
