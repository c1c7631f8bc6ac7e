"""Changes are heard, and silence is noticed; what the store makes of it: tests/contract/test_ties.py."""

import asyncio

import psycopg
import pytest

from proxy.database import Cluster, Role
from proxy.facts.watch import ALL, NAME, FactWatch, read
from tests.failures.log.builders import soon


@pytest.mark.parametrize(
    ("payload", "told"),
    [
        ('["person", "1-A", "ab"]', ("person", "1-A", "ab")),
        ('["vacancy", "2000001"]', ("vacancy", "2000001")),
        ('["account", "U1"]', ("account", "U1")),
        ('["*"]', ALL),
        ('["person"]', ALL),
        ('["weather", "rain"]', ALL),
        ("no json", ALL),
        ("{}", ALL),
    ],
)
def test_what_is_not_understood_is_everything(payload, told):
    """A later release may tell more: then nothing that is held may be believed."""
    assert read(payload) == told


def cut(database: Cluster) -> None:
    """End the connections of every listener, as a restart of the server does."""
    with psycopg.connect(database.dsn(Role.GATEWAY), autocommit=True) as same:
        ended = same.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s", [NAME]
        )
        assert ended.fetchall()


async def test_every_change_is_told_and_a_new_connection_tells_everything(database: Cluster):
    """Also one that comes while the own question is under way; after a cut the listener is deaf, then hears again."""
    told: list[tuple[str, ...]] = []
    watch = FactWatch(database.dsn(Role.GATEWAY), told.append)
    following = asyncio.create_task(watch.follow())
    try:
        assert await soon(lambda: asyncio.sleep(0, watch.heard is not None))
        assert told == [ALL]
        with psycopg.connect(database.dsn(Role.WORKER), autocommit=True) as other:
            for number in range(200):
                other.execute("SELECT pg_notify('facts', %s)", [f'["vacancy", "{number}"]'])
                await asyncio.sleep(0.012)
        assert await soon(lambda: asyncio.sleep(0, len(told) == 201))
        assert told[1:] == [("vacancy", str(number)) for number in range(200)]
        cut(database)
        assert await soon(lambda: asyncio.sleep(0, watch.heard is None))
        assert await soon(lambda: asyncio.sleep(0, watch.heard is not None and told[-1] == ALL))
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


async def test_heard_moves_on_without_a_change(database: Cluster):
    """The own question is what tells a quiet connection from a dead one."""
    watch = FactWatch(database.dsn(Role.GATEWAY), lambda _: None)
    following = asyncio.create_task(watch.follow())
    try:
        assert await soon(lambda: asyncio.sleep(0, watch.heard is not None))
        first = watch.heard
        assert await soon(lambda: asyncio.sleep(0, (watch.heard or 0) > (first or 0) + 0.9))
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
