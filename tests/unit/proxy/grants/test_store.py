"""Claims about reading ties, on a real PostgreSQL under the gateway's own grants."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest

from proxy.database import Cluster, Role
from proxy.grants.store import TieStore
from proxy.model.exchange import About
from proxy.model.tie import Emergency, Grant, GrantState

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)


@pytest.fixture
def town(fresh_database: Cluster) -> Iterator[tuple[Cluster, psycopg.Connection]]:
    """An empty database in which a test puts persons and ties."""
    with psycopg.connect(fresh_database.dsn(Role.WORKER), autocommit=True) as worker:
        people = {"A": ("AWE0421", "AM01"), "B": (None, "AM01"), "C": (None, "AM06"), "D": (None, None)}
        for row, (user, region) in people.items():
            worker.execute(
                "INSERT INTO person (row_id, identity, responsible_region, caseload_user, class, source)"
                " VALUES (%s, %s, %s, %s, 'ordinary', 'import')",
                (f"1-7{row}", row.encode() * 32, region, user),
            )
    with psycopg.connect(fresh_database.dsn(Role.GATEWAY), autocommit=True) as gateway:
        yield fresh_database, gateway


def granted(
    gateway: psycopg.Connection, row: str, user: str = "WSP0106", state: str = "requested", vacancy: str = "V1"
) -> UUID:
    """Store a grant as the ledger does."""
    number = uuid4()
    until = NOW + DAY if state == "open" else None
    gateway.execute(
        "INSERT INTO person_grant (id, account, row_id, vacancy, state, asked_at, until, reason) VALUES (%s, %s, %s, %s, %s, %s, %s, 'r')",
        (number, user, f"1-7{row}", vacancy, state, NOW, until),
    )
    return number


async def told(cluster: Cluster, *asked: About) -> list[set[UUID]]:
    """Ask, and give the numbers of what comes back."""
    store = TieStore(cluster.dsn(Role.GATEWAY))
    try:
        return [{each.id for each in await store.about(one)} for one in asked]
    finally:
        await store.close()


async def test_a_user_sees_what_it_holds_and_what_ended_lately(town):
    """Of every state; of others nothing."""
    cluster, gateway = town
    mine = {granted(gateway, "A"), granted(gateway, "B", state="open"), granted(gateway, "C", state="refused")}
    granted(gateway, "D", user="WSP0999")
    assert await told(cluster, About("WSP0106"), About("KMG0106")) == [mine, set()]


async def test_what_runs_on_a_vacancy_is_told_whoever_holds_it(town):
    """What ended on it does not count."""
    cluster, gateway = town
    runs = {granted(gateway, "A", "W1", vacancy="V9"), granted(gateway, "B", "W2", "open", vacancy="V9")}
    granted(gateway, "C", "W3", "ended", vacancy="V9")
    granted(gateway, "D", "W4", vacancy="V8")
    assert await told(cluster, About("WSP0101", vacancy="V9")) == [runs]


async def test_whoever_may_answer_is_told_what_runs_on_persons_of_the_region(town):
    """The caseload holder; without one the responsible region, or whoever it may turn out to be where none is known."""
    cluster, gateway = town
    held, near, far, unknown = (granted(gateway, row) for row in "ABCD")
    granted(gateway, "B", state="refused")
    answers = await told(
        cluster,
        About("AWE0421", frozenset({"AM01"})),
        About("AWE0999", frozenset({"AM01"})),
        About("AWE0733", frozenset({"AM06"})),
        About("AWE0421"),
    )
    assert answers == [{held, near, unknown}, {near, unknown}, {far, unknown}, set()]


async def test_a_tie_comes_back_as_it_was_stored(town):
    """Grants and emergencies, as words of the model."""
    cluster, gateway = town
    number = granted(gateway, "A", state="open")
    plea = uuid4()
    gateway.execute(
        "INSERT INTO emergency (id, account, row_id, begins, until, category, reason, review_by) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        (plea, "WSP0106", "1-7A", NOW, NOW + timedelta(minutes=60), "gevaar", "x" * 20, NOW.date()),
    )
    store = TieStore(cluster.dsn(Role.GATEWAY))
    found = await store.about(About("WSP0106"))
    await store.close()
    assert list(found) == [
        Grant(number, "WSP0106", "1-7A", "V1", GrantState.OPEN, NOW, NOW + DAY, "r"),
        Emergency(plea, "WSP0106", "1-7A", NOW, NOW + timedelta(minutes=60), "gevaar", "x" * 20, NOW.date()),
    ]
