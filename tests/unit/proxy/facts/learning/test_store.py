"""What one batch of exchanges adds is written once each; what that means for the facts: tests/contract/test_ties.py."""

import secrets
from datetime import UTC, date, datetime
from uuid import uuid4

import psycopg
import pytest

from proxy.database import Cluster, Role
from proxy.facts.learning.store import learn
from proxy.model.person import PersonFacts, PersonId
from proxy.model.tie import Emergency, Grant, GrantState, Vacancy

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)


def seal(plain: bytes) -> bytes:
    """A seal that can be looked into."""
    return b"sealed:" + plain[::-1]


async def stored(database: Cluster, *facts, table: str, key: str) -> list[tuple]:
    """Store facts in one call and give the rows of a key, all in a transaction that leaves nothing."""
    async with await psycopg.AsyncConnection.connect(database.dsn(Role.GATEWAY)) as connection:
        await learn(connection, facts, seal)
        column = "row_id" if table == "person" else "id"
        found = await connection.execute(f"SELECT * FROM {table} WHERE {column} = %s", [key])
        rows = await found.fetchall()
        await connection.rollback()
        return rows


async def test_two_readings_of_one_batch_are_one_row(database: Cluster):
    """The later one counts, for persons and vacancies; a person without a row is not stored."""
    row, number = f"1-{secrets.token_hex(5)}", secrets.token_hex(5)
    older, newer = (PersonFacts(row, PersonId(b"d" * 32, "bsn:1"), code, None) for code in ("0106", "0363"))
    nobody = PersonFacts("", PersonId(b"e" * 32, "row:"), "0106", None)
    (person,) = await stored(database, older, newer, nobody, table="person", key=row)
    assert (person[3], bytes(person[2])) == ("0363", seal(b"bsn:1"))
    first, last = (Vacancy(number, region, None, None, date(2026, 1, 2), None) for region in ("AM01", "AM02"))
    (vacancy,) = await stored(database, first, last, table="vacancy", key=number)
    assert vacancy[1] == "AM02"


async def test_an_identity_that_came_sealed_is_not_sealed_again(database: Cluster):
    """Only what is plain in memory is sealed; a person known by digest alone has no sealed identity."""
    for identity, kept in ((PersonId(b"d" * 32, sealed=b"s"), b"s"), (PersonId(b"d" * 32), None)):
        row = f"1-{secrets.token_hex(5)}"
        ((_, _, sealed, *_),) = await stored(database, PersonFacts(row, identity, None, None), table="person", key=row)
        assert (bytes(sealed) if sealed else None) == kept


async def test_grants_and_emergencies_of_one_exchange_are_stored_together(database: Cluster):
    """Each in its own table; an emergency that is stored already stays as it began."""
    grant = Grant(uuid4(), "U1", "1-A", "V", GrantState.REQUESTED, NOW, None, "x")
    plea = Emergency(uuid4(), "U1", "1-A", NOW, NOW.replace(hour=10), "gevaar", "x" * 20, NOW.date())
    assert len(await stored(database, grant, plea, table="person_grant", key=str(grant.id))) == 1
    assert len(await stored(database, plea, grant, plea, table="emergency", key=str(plea.id))) == 1


async def test_two_steps_of_one_grant_in_one_batch_are_refused(database: Cluster):
    """Which of the two came first cannot be told any more; the ledger writes the exchanges again, one by one."""
    grant = Grant(uuid4(), "U1", "1-A", "V", GrantState.REQUESTED, NOW, None, "x")
    with pytest.raises(psycopg.errors.CardinalityViolation):
        await stored(database, grant, grant, table="person_grant", key=str(grant.id))
