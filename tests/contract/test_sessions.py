"""Sessions: the contract of `ports.Sessions` and of the ledger's writer, on a real PostgreSQL, within and across processes."""

import asyncio
import multiprocessing
import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from proxy.database import Cluster, Role
from proxy.errors import SessionBusyError, StoreError
from proxy.identity.store import SessionStore, Times, sweep
from proxy.model.entry import SessionChange
from proxy.model.principal import Listing, Session
from tests.doubles.seals import SEALS

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def a_session(**over) -> Session:
    """A session that was never stored."""
    values = {"key": secrets.token_bytes(32), "version": 0, "user": "AWE0421", "started_at": NOW, "last_seen": NOW}
    return Session(**(values | over))


@pytest.fixture
def dsn(database: Cluster) -> str:
    """The gateway's own address: its grants are part of the contract."""
    return database.dsn(Role.GATEWAY)


@pytest.fixture
async def store(dsn: str) -> AsyncIterator[SessionStore]:
    """One gateway's store."""
    made = SessionStore(dsn, SEALS, times=Times(wait=0.4))
    yield made
    await made.close()


@pytest.fixture
async def other(dsn: str) -> AsyncIterator[SessionStore]:
    """The store of a second gateway."""
    made = SessionStore(dsn, SEALS, times=Times(wait=0.4))
    yield made
    await made.close()


async def stored(dsn: str, store: SessionStore, *changes: SessionChange) -> set[bytes]:
    """Apply changes in a transaction, as the ledger does."""
    async with await psycopg.AsyncConnection.connect(dsn) as connection:
        return await store.apply(connection, changes)


async def begun(dsn: str, store: SessionStore, **over) -> Session:
    """A stored session, as the next claim gives it."""
    session = a_session(**over)
    assert await stored(dsn, store, SessionChange(0, session)) == set()
    return replace(session, version=1)


async def test_session_comes_back_as_it_was_stored(dsn, store):
    """Everything that a session knows survives the database."""
    listing = Listing("client.search", "legacy", ("1-7A", "1-7B"), vacancy="V-1", query="q", offset=10, view="V")
    other = Listing("vacancy.search", "newcore", (), view="W")
    knows = {"view": "V", "function": "client.search", "current": "1-7A", "listing": listing, "wrote": {"vacancies": 7}}
    session = await begun(dsn, store, verified=frozenset({"1-7B", "1-7A"}), sequence=18, lists=(other,), **knows)
    assert await store.claim(session.key, exclusive=False) == session
    assert await store.claim(session.key, exclusive=True) == session


async def test_no_list_tells_in_the_table_whom_it_was_asked_for(dsn, store):
    """The query of a search for a person is sealed at rest; nothing of the table shows it."""
    asked = Listing("client.search", "newcore", ("1-7A",), query="bsn=999990019&surname=M\u00fcller", view="Zoek")
    session = await begun(dsn, store, listing=asked, lists=(replace(asked, query="city=Assen", view="W"),))
    async with await psycopg.AsyncConnection.connect(dsn) as connection:
        cursor = await connection.execute("SELECT to_jsonb(s)::text FROM session s WHERE key = %s", (session.key,))
        stored = (await cursor.fetchone())[0]
    assert not [each for each in ("999990019", "ller", "Assen", "bsn", "city") if each in stored]
    assert await store.claim(session.key, exclusive=False) == session


async def test_unknown_session_is_nobody(store):
    """A key that was never stored gives None, exclusive or not."""
    assert await store.claim(secrets.token_bytes(32), exclusive=True) is None
    assert await store.claim(secrets.token_bytes(32), exclusive=False) is None


async def test_a_held_session_makes_others_wait_and_then_refuses(dsn, store, other):
    """While one exchange holds a session, others of the same and of another gateway end in SessionBusyError."""
    session = await begun(dsn, store)
    await store.claim(session.key, exclusive=True)
    for gateway in (store, other):
        with pytest.raises(SessionBusyError):
            await gateway.claim(session.key, exclusive=True)
    assert await other.claim(session.key, exclusive=False) == session


async def test_a_claim_asked_while_another_is_under_way_waits_for_its_end(dsn, store):
    """Asked at any moment of the first one's round trip, it never takes what the first is being given."""
    session = await begun(dsn, store)
    for ticks in range(1, 40):
        first = asyncio.create_task(store.claim(session.key, exclusive=True))
        for _ in range(ticks):
            await asyncio.sleep(0)
        second = asyncio.create_task(store.claim(session.key, exclusive=True))
        await first
        done, _ = await asyncio.wait({second}, timeout=0.02)
        assert not done, ticks
        await store.release(session.key)
        assert await second == session
        await store.release(session.key)


async def test_release_lets_the_next_go_on_unchanged(dsn, store, other):
    """A release wakes a waiting exchange, and the session is what it was."""
    session = await begun(dsn, store)
    await store.claim(session.key, exclusive=True)
    waiting = asyncio.create_task(other.claim(session.key, exclusive=True))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    await store.release(session.key)
    assert await waiting == session


async def test_stored_change_frees_the_session_one_version_further(dsn, store, other):
    """The change itself gives the session back; nobody has to release it."""
    session = await begun(dsn, store)
    await store.claim(session.key, exclusive=True)
    changed = replace(session, current="1-7X", version=2)
    assert await stored(dsn, store, SessionChange(1, changed)) == set()
    assert await other.claim(session.key, exclusive=True) == changed


async def test_change_on_an_old_version_is_named_and_not_stored(dsn, store):
    """Compare-and-set: of two changes made from one version only the first is stored."""
    session = await begun(dsn, store)
    first, second = replace(session, view="first", version=2), replace(session, view="second", version=2)
    assert await stored(dsn, store, SessionChange(1, first)) == set()
    assert await stored(dsn, store, SessionChange(1, second)) == {session.key}
    assert await store.claim(session.key, exclusive=False) == first


async def test_a_batch_is_stored_apart_from_its_stale_ones(dsn, store):
    """One statement stores many changes of all kinds and names exactly those that did not match."""
    kept, gone, stale = [await begun(dsn, store) for _ in range(3)]
    fresh = a_session(user="KMG0106")
    failed = await stored(
        dsn,
        store,
        SessionChange(1, replace(kept, view="on")),
        SessionChange(1, gone, ended=True),
        SessionChange(9, replace(stale, view="never")),
        SessionChange(0, fresh),
    )
    assert failed == {stale.key}
    assert (await store.claim(kept.key, exclusive=False)).view == "on"
    assert await store.claim(gone.key, exclusive=False) is None
    assert (await store.claim(stale.key, exclusive=False)).view == ""
    assert (await store.claim(fresh.key, exclusive=False)).user == "KMG0106"


async def test_two_logins_under_one_key_are_one_session(dsn, store):
    """A new session never overwrites one that is there."""
    session = await begun(dsn, store)
    assert await stored(dsn, store, SessionChange(0, replace(session, user="EVIL", version=0))) == {session.key}
    assert (await store.claim(session.key, exclusive=False)).user == "AWE0421"


async def test_ending_a_session_twice_is_no_conflict(dsn, store):
    """Two tabs may log off: the second finds nothing, which is what it wanted."""
    session = await begun(dsn, store)
    for _ in range(2):
        assert await stored(dsn, store, SessionChange(1, session, ended=True)) == set()


async def test_rotated_token_moves_the_session_and_the_old_one_still_finds_it(dsn, store, other):
    """After a rekey both keys reach the one session, and both take turns on it."""
    session = await begun(dsn, store)
    await store.claim(session.key, exclusive=True)
    moved = replace(session, key=secrets.token_bytes(32), version=2)
    assert await stored(dsn, store, SessionChange(1, moved, rekeyed_from=session.key)) == set()
    assert await other.claim(session.key, exclusive=True) == moved
    with pytest.raises(SessionBusyError):
        await store.claim(moved.key, exclusive=True)
    with pytest.raises(SessionBusyError):
        await other.claim(moved.key, exclusive=True)
    await other.release(session.key)
    assert await other.claim(moved.key, exclusive=True) == moved
    again = replace(moved, key=secrets.token_bytes(32), version=3)
    assert await stored(dsn, other, SessionChange(2, again, rekeyed_from=moved.key)) == set()
    assert await store.claim(session.key, exclusive=False) == again


async def test_release_as_lost_forgets_the_cursor_and_the_list(dsn, store, other):
    """Nobody knows where SONAR's cursor stands: the session goes on without it, one version further."""
    listing = Listing("client.search", "legacy", ("1-7A",))
    session = await begun(
        dsn, store, current="1-7A", listing=listing, lists=(listing,), view="V", function="client.search"
    )
    await store.claim(session.key, exclusive=True)
    await store.release(session.key, lost=True)
    after = await other.claim(session.key, exclusive=True)
    assert (after.current, after.listing, after.lists, after.view, after.version) == (None, None, (), "V", 2)
    assert await stored(dsn, store, SessionChange(1, session)) == {session.key}


async def test_a_lease_that_ran_out_reads_as_lost(dsn, other):
    """The holder is slow or hangs: the next gets the session without its cursor, and the holder can store nothing."""
    slow = SessionStore(dsn, SEALS, times=Times(wait=0.4, lease=0.05))
    session = await begun(dsn, slow, current="1-7A")
    await slow.claim(session.key, exclusive=True)
    await asyncio.sleep(0.1)
    after = await other.claim(session.key, exclusive=True)
    assert (after.current, after.version) == (None, 2)
    assert await stored(dsn, slow, SessionChange(1, session)) == {session.key}
    await slow.release(session.key)
    with pytest.raises(SessionBusyError):
        await slow.claim(session.key, exclusive=True)
    await slow.close()


async def test_a_gateway_that_died_loses_its_sessions_at_once(dsn):
    """The claim of a gateway whose connection is gone does not last until the lease ends."""
    dying, other = SessionStore(dsn, SEALS), SessionStore(dsn, SEALS, times=Times(wait=3))
    session = await begun(dsn, dying, current="1-7A")
    await dying.claim(session.key, exclusive=True)
    await dying.close()
    after = await other.claim(session.key, exclusive=True)
    assert (after.current, after.version) == (None, 2)
    await other.close()


async def test_claim_that_nobody_waits_for_is_given_back(dsn, store, other):
    """A client that goes away while its claim is under way does not block its session."""
    session = await begun(dsn, store)
    await store.claim(secrets.token_bytes(32), exclusive=True)
    task = asyncio.create_task(store.claim(session.key, exclusive=True))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await other.claim(session.key, exclusive=True) == session


async def test_rolled_back_change_leaves_the_session_to_its_holder(dsn, store):
    """A batch of the ledger that failed changes nothing: the holder releases, and the session is as before."""
    session = await begun(dsn, store, current="1-7A")
    await store.claim(session.key, exclusive=True)
    async with await psycopg.AsyncConnection.connect(dsn) as connection:
        await store.apply(connection, [SessionChange(1, replace(session, current="1-7B"))])
        await connection.rollback()
    with pytest.raises(SessionBusyError):
        await store.claim(session.key, exclusive=True)
    await store.release(session.key, lost=True)
    assert (await store.claim(session.key, exclusive=True)).current is None


async def test_a_broken_connection_is_mended_without_an_error(dsn, store):
    """A restart of the server costs a reconnect, not an exchange."""
    session = await begun(dsn, store)
    await store.claim(session.key, exclusive=False)
    with psycopg.connect(dsn, autocommit=True) as peer:
        peer.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE usename = current_user AND datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert await store.claim(session.key, exclusive=True) == session


async def test_a_server_that_is_away_is_a_store_error():
    """No database, no session: the fault is named, and within the time limit."""
    store = SessionStore("postgresql://nobody:x@127.0.0.1:1/none", SEALS, times=Times(seconds=1))
    with pytest.raises(StoreError):
        await store.claim(secrets.token_bytes(32), exclusive=True)
    await store.close()


async def test_the_revision_of_the_account_comes_with_the_claim(dsn, database):
    """A lock raises the revision, so the very next claim tells that what was cached is old."""
    noted = []
    store = SessionStore(dsn, SEALS, noted=lambda user, revision: noted.append((user, revision)))
    name = f"USR{secrets.token_hex(4)}"
    with psycopg.connect(database.dsn(Role.WORKER), autocommit=True) as worker:
        worker.execute("INSERT INTO account (name) VALUES (%s)", (name,))
        session = await begun(dsn, store, user=name)
        await store.claim(session.key, exclusive=True)
        worker.execute("UPDATE account SET locked_at = now() WHERE name = %s", (name,))
        await store.claim(session.key, exclusive=False)
    assert noted == [(name, 1), (name, 2)]
    await store.close()


async def test_sweep_deletes_what_lay_idle_and_nothing_else(dsn, store):
    """Only sessions without a request for longer than the limit go."""
    old = await begun(dsn, store, last_seen=datetime.now(UTC) - timedelta(days=2))
    young = await begun(dsn, store, last_seen=datetime.now(UTC))
    async with await psycopg.AsyncConnection.connect(dsn) as connection:
        assert await sweep(connection, 86400) >= 1
    assert await store.claim(old.key, exclusive=False) is None
    assert await store.claim(young.key, exclusive=False) is not None


ROUNDS = 40


async def _count(dsn: str, key: bytes, rounds: int) -> None:
    store = SessionStore(dsn, SEALS, times=Times(wait=30))
    for _ in range(rounds):
        session = await store.claim(key, exclusive=True)
        assert session is not None
        counted = replace(session, sequence=(session.sequence or 0) + 1, version=session.version + 1)
        async with await psycopg.AsyncConnection.connect(dsn) as connection:
            assert await store.apply(connection, [SessionChange(session.version, counted)]) == set()
    await store.close()


def _worker(dsn: str, key: bytes, rounds: int) -> None:
    asyncio.run(_count(dsn, key, rounds))


async def test_processes_and_tasks_lose_no_change(dsn, store):
    """Two processes and three tasks count on one session: every increment is there, none was overwritten."""
    session = await begun(dsn, store)
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_worker, args=(dsn, session.key, ROUNDS)) for _ in range(2)]
    for worker in workers:
        worker.start()
    await asyncio.gather(*(_count(dsn, session.key, ROUNDS) for _ in range(3)))
    for worker in workers:
        await asyncio.to_thread(worker.join)
        assert worker.exitcode == 0
    assert (await store.claim(session.key, exclusive=False)).sequence == 5 * ROUNDS
