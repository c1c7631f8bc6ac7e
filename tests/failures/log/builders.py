"""Builders of entries with valid defaults, and a ledger on a real PostgreSQL; used by every test of the log."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

import psycopg

from proxy.accesslog.parts import Limits, Parts
from proxy.accesslog.persons import Keyring, sealer
from proxy.accesslog.record import uuid7
from proxy.accesslog.seams import Connection, Fact
from proxy.accesslog.store import Ledger
from proxy.database import Cluster, Role
from proxy.identity.binding import person_id
from proxy.identity.store import SessionStore
from proxy.journal.store import Journal
from proxy.model.call import Kind
from proxy.model.decision import Effect, Reason
from proxy.model.entry import Access, Disclosure, Entry, Ground, Intent, SessionChange, Withheld
from proxy.model.person import Category, PersonClass, Relation
from proxy.model.principal import Session
from tests.doubles.seals import SEALS

SECRET = b"a secret of the test run"
KEYRING = Keyring(SECRET)
SHOWN = frozenset({Category.ID, Category.CT, Category.NA})
HASH = "5f" * 32
GROUND = Ground(
    PersonClass.SECRET, False, ("RG1", "RG10"), SHOWN | {Category.WC}, Effect.ALLOW, frozenset({Category.CT}), ("RG10",)
)
"""Why somebody is shown, while one rule is only reported."""


class Wall:
    """The real clock."""

    def now(self) -> datetime:
        """Give the time."""
        return datetime.now(UTC)


@dataclass
class Shifted:
    """A clock that a test moves."""

    moment: datetime

    def now(self) -> datetime:
        """Give the moment that the test chose."""
        return self.moment


class Sessions:
    """The real session store, with a `learn` that counts: the facts store has its own tests."""

    def __init__(self, dsn: str) -> None:
        self.store = SessionStore(dsn, SEALS)
        self.learned: list[Fact] = []

    async def apply(self, connection: Connection, changes: Sequence[SessionChange]) -> set[bytes]:
        """Pass on to the real store."""
        return await self.store.apply(connection, changes)

    async def learn(self, connection: Connection, facts: Sequence[Fact]) -> None:
        """Keep what would be stored, and show that the connection can be used."""
        await connection.execute("SELECT 1")
        self.learned += facts


def parts(cluster: Cluster, *, keyring: Keyring = KEYRING, clock=None, limits: Limits | None = None, dsn=None) -> Parts:
    """Give the parts of a ledger on a cluster, as the gateway's role."""
    dsn = dsn or cluster.dsn(Role.GATEWAY)
    hidden = sealer(keyring)
    journal = Journal(lambda command: hidden.seal(command, os.urandom(12)))
    return Parts(dsn, Sessions(dsn), journal, keyring, clock or Wall(), "test", limits or Limits())


@asynccontextmanager
async def ledger(cluster: Cluster, **given) -> AsyncIterator[Ledger]:
    """Open a ledger and close it."""
    opened = await Ledger.start(parts(cluster, **given))
    try:
        yield opened
    finally:
        await opened.close()


def access(**given) -> Access:
    """Build an access record of an allowed reading of one client."""
    now = given.pop("now", None) or datetime.now(UTC)
    found = Access(
        id=uuid7(now, os.urandom(10)),
        occurred_at=now,
        kind=Kind.CONSULT,
        decision=Effect.ALLOW,
        reason=Reason.ALLOWED,
        session=b"s" * 32,
        user="jansen",
        organisation_kind="UWV",
        organisation="0042",
        role="AW",
        authorisation="A-17",
        client="192.0.2.7",
        function="client.open",
        target=Effect.ALLOW,
        rules=("RG0", "RG1"),
        policy=HASH,
        cell="AW/client.open/caseload",
        core="legacy",
        revision=7,
        routing=HASH,
        upstream_status=200,
        rows=1,
        regions=HASH,
    )
    return replace(found, **given)


def disclosure(of: Access, bsn: str = "999990019", **given) -> Disclosure:
    """Build a disclosure of one person."""
    person = person_id(SECRET, bsn=bsn, row_id=None)
    return replace(Disclosure(of.id, person, Relation.CASELOAD, SHOWN, deliberate=True, ground=GROUND), **given)


def withheld(of: Access, row_id: str = "1-OUT", **given) -> Withheld:
    """Build a person kept back."""
    person = person_id(SECRET, bsn=None, row_id=row_id)
    ground = replace(GROUND, target=Effect.DENY, lost=frozenset(), pending=())
    return replace(Withheld(of.id, person, Relation.OUTSIDE, Reason.OUT_OF_REACH, ground=ground), **given)


def exchange(persons: int = 1, **given) -> tuple[Entry, ...]:
    """Build the entries of one reading that shows some persons."""
    found = access(**given)
    shown = [replace(disclosure(found), person=person_id(SECRET, bsn=None, row_id=f"1-{n}")) for n in range(persons)]
    return (found, *shown)


def session(key: bytes, version: int = 0, **given) -> Session:
    """Build a session."""
    now = datetime.now(UTC)
    return replace(Session(key, version, "jansen", now, now), **given)


def intent(of: Access, **given) -> Intent:
    """Build the intent of a mutation."""
    return replace(
        Intent(of.id, of.id, "vacancy.manage", "vacancies", "legacy", 7, "V-1", b"POST /x note=geheim", captured=True),
        **given,
    )


async def stored(cluster: Cluster, ids: Sequence[UUID], table: str = "access", column: str = "id") -> int:
    """Count the rows of these exchanges, as the owner."""
    async with await psycopg.AsyncConnection.connect(cluster.owner_dsn()) as connection:
        found = await connection.execute(f"SELECT count(*) FROM {table} WHERE {column} = ANY(%s)", [list(ids)])
        row = await found.fetchone()
        return row[0] if row else 0


async def rows(cluster: Cluster, statement: str, *values: object, role: Role = Role.READER) -> list[tuple[object, ...]]:
    """Read rows."""
    async with await psycopg.AsyncConnection.connect(cluster.dsn(role)) as connection:
        return await (await connection.execute(statement, values)).fetchall()


async def soon(condition, seconds: float = 5.0) -> bool:
    """Wait until something holds."""
    for _ in range(int(seconds / 0.05)):
        if await condition():
            return True
        await asyncio.sleep(0.05)
    return False
