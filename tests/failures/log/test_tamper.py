"""What somebody with the owner's rights may do to the log, and that verification names it; and that it cries no wolf."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg
import pytest

from monitoring.checkpoint.store import Signer
from proxy.accesslog import chain, whole
from proxy.accesslog.chain import Fault, Head
from proxy.accesslog.checkpoint import Checkpoint, Signed, public_bytes, read, shipped, sign, unshipped
from proxy.accesslog.persons import Keyring
from proxy.accesslog.reading import store as reading
from proxy.accesslog.reading.rows import ACCESS
from proxy.accesslog.store import Ledger
from proxy.database import Cluster, Role
from proxy.model.entry import Completion, Delivery, SessionChange
from tests.failures.log.builders import (
    GROUND,
    KEYRING,
    Shifted,
    access,
    disclosure,
    exchange,
    ledger,
    session,
    withheld,
)

PRIVATE = os.urandom(32)


@dataclass
class Log:
    """A filled log of one writer, and how to spoil it."""

    cluster: Cluster
    writer: str

    def verify(self, shipped: Sequence[Signed] = ()) -> whole.Verdict:
        """Verify as `poort log verify` does."""
        return verified(self.cluster, shipped)

    def spoil(self, *statements: str) -> None:
        """Do what only the owner can, with the triggers off, to the rows of this writer (%W)."""
        with psycopg.connect(self.cluster.owner_dsn()) as connection:
            for table in ("access", "disclosure", "withheld", "completion", "checkpoint"):
                connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            for statement in statements:
                done = connection.execute(statement.replace("%W", f"writer = '{self.writer}'"))
                assert done.rowcount > 0, statement


def verified(cluster: Cluster, shipped: Sequence[Signed] = (), publics: Sequence[bytes] = (public_bytes(PRIVATE),)):
    """Read everything and judge it."""
    with reading.snapshot(cluster.dsn(Role.CONSOLE)) as connection:
        found = whole.evidence(reading.checkpoints(connection), shipped, publics)
        return whole.verdict(reading.links(connection), found)


def signed(cluster: Cluster) -> Checkpoint | None:
    """Sign once, as the worker does."""
    with psycopg.connect(cluster.dsn(Role.WORKER), autocommit=True) as connection:
        return Signer(connection, PRIVATE).sign(datetime.now(UTC))


async def fill(log: Ledger, count: int = 6) -> None:
    """Append exchanges with two persons shown, one withheld and a completion each."""
    sets = [access() for _ in range(count)]
    for found in sets:
        await log.append((found, disclosure(found), disclosure(found, "999990020"), withheld(found)))
    for found in sets:
        log.complete(Completion(found.id, Delivery.DELIVERED, 100, 100))


async def filled(cluster: Cluster) -> Log:
    """Make a chain of six records and their completions."""
    async with ledger(cluster) as opened:
        await fill(opened)
        assert opened.writer
        return Log(cluster, opened.writer)


@pytest.fixture
async def log(fresh_database: Cluster) -> Log:
    """A signed log."""
    made = await filled(fresh_database)
    signed(fresh_database)
    assert made.verify().whole
    return made


def stored_checkpoints(cluster: Cluster) -> list[Signed]:
    """Give what was signed."""
    with reading.snapshot(cluster.dsn(Role.CONSOLE)) as connection:
        return list(reading.checkpoints(connection))


CHANGES = {
    "a field": "UPDATE access SET account = 'pietersen' WHERE %W AND seq = 3",
    "a decision": "UPDATE access SET decision = 'deny' WHERE %W AND seq = 3",
    "a moment": "UPDATE access SET occurred_at = occurred_at + interval '1 microsecond' WHERE %W AND seq = 3",
    "a null": "UPDATE access SET vacancy = '' WHERE %W AND seq = 3",
    "a person shown": "UPDATE disclosure SET person = gen_random_uuid() WHERE %W AND seq = 3 AND position = 2",
    "the categories": "UPDATE disclosure SET shown = '{ID}' WHERE %W AND seq = 3 AND position = 1",
    "a person shown taken away": "DELETE FROM disclosure WHERE %W AND seq = 3 AND position = 1",
    "a person withheld taken away": "DELETE FROM withheld WHERE %W AND seq = 3",
    "a class": "UPDATE disclosure SET protection = 'ordinary' WHERE %W AND seq = 3 AND position = 1",
    "what all rules would hide": "UPDATE disclosure SET lost = '{}' WHERE %W AND seq = 3 AND position = 1",
    "the rules of one withheld": "UPDATE withheld SET rules = '{RG2}' WHERE %W AND seq = 3",
    "a ground taken away": "UPDATE withheld SET protection = NULL, emergency = NULL, rules = NULL, present = NULL, "
    "target = NULL, lost = NULL, pending = NULL WHERE %W AND seq = 3",
    "a withheld reason": "UPDATE withheld SET reason = 'protected' WHERE %W AND seq = 3",
    "the order of persons": "UPDATE disclosure SET position = 13 - position WHERE %W AND seq = 3",
    "a hash": "UPDATE access SET hash = sha256(hash) WHERE %W AND seq = 3",
}


async def test_changed_row_is_named(fresh_database: Cluster):
    """Whatever is changed in a record or its persons, the first broken row of its chain is that record."""
    logs = {what: await filled(fresh_database) for what in CHANGES}
    untouched = await filled(fresh_database)
    assert verified(fresh_database).whole
    for what, log in logs.items():
        log.spoil(CHANGES[what])
    breaks = {each.writer: each for each in verified(fresh_database).breaks}
    found = {what: breaks.get(log.writer) for what, log in logs.items()}
    assert {what: each and (each.sequence, each.fault) for what, each in found.items()} == dict.fromkeys(
        CHANGES, (3, Fault.CHANGED)
    )
    assert all(each and each.name.startswith("access SP-") for each in found.values())
    assert untouched.writer not in breaks


async def test_log_of_an_earlier_release_is_whole_and_cannot_be_given_a_ground(fresh_database: Cluster):
    """Persons that were written without a ground verify beside those with one, and one that is added later is seen."""
    async with ledger(fresh_database) as opened:
        for ground in (None, GROUND, None):
            found = access()
            await opened.append((found, disclosure(found, ground=ground), withheld(found, ground=ground)))
        old = Log(fresh_database, opened.writer or "")
    assert old.verify().whole
    old.spoil("UPDATE withheld SET rules = '{RG2}' WHERE %W AND seq = 3")
    assert [(each.sequence, each.fault) for each in old.verify().breaks] == [(3, Fault.CHANGED)]


async def test_moved_missing_and_doubled_rows_are_told_apart(fresh_database: Cluster):
    """The words distinguish changed, missing, reordered, duplicate, a removed tail and a rewritten chain."""
    names = ("completion", "missing", "swapped", "doubled", "tail", "gone", "rewritten")
    logs = {name: await filled(fresh_database) for name in names}
    signed(fresh_database)
    tables = ("access", "disclosure", "withheld", "completion")
    logs["completion"].spoil("UPDATE completion SET delivery = 'failed' WHERE %W AND seq = 7")
    logs["missing"].spoil("DELETE FROM access WHERE %W AND seq = 4")
    for table in tables[:3]:
        logs["swapped"].spoil(
            f"UPDATE {table} SET seq = -2 WHERE %W AND seq = 2",
            f"UPDATE {table} SET seq = 2 WHERE %W AND seq = 5",
            f"UPDATE {table} SET seq = 5 WHERE %W AND seq = -2",
        )
    columns = ", ".join(f'"{each}"' for each in ACCESS)
    later = "recorded_at + interval '1 second'"
    logs["doubled"].spoil(
        f"INSERT INTO access SELECT writer, seq, {later}, hash, {columns} FROM access WHERE %W AND seq = 3"
    )
    logs["tail"].spoil("DELETE FROM access WHERE %W AND seq >= 5", "DELETE FROM completion WHERE %W")
    logs["gone"].spoil(*(f"DELETE FROM {table} WHERE %W" for table in tables))
    logs["rewritten"].spoil("UPDATE access SET account = 'pietersen' WHERE %W AND seq = 3")
    _recompute(logs["rewritten"])
    breaks = {each.writer: (each.sequence, each.fault) for each in verified(fresh_database).breaks}
    assert {name: breaks.get(log.writer) for name, log in logs.items()} == {
        "completion": (7, Fault.CHANGED),
        "missing": (4, Fault.MISSING),
        "swapped": (2, Fault.REORDERED),
        "doubled": (3, Fault.DUPLICATE),
        "tail": (5, Fault.REMOVED_TAIL),
        "gone": (1, Fault.REMOVED_TAIL),
        "rewritten": (1, Fault.REWRITTEN),
    }


async def test_removed_tail_and_checkpoint_is_found_by_what_was_shipped(log: Log):
    """Taking the checkpoint away as well hides a cut tail from the database, not from a copy elsewhere."""
    kept = stored_checkpoints(log.cluster)
    log.spoil("DELETE FROM access WHERE %W AND seq >= 5", "DELETE FROM completion", "DELETE FROM checkpoint")
    assert log.verify().whole
    found = log.verify([unshipped(shipped(each)) for each in kept])
    assert [each.fault for each in found.breaks] == [Fault.REMOVED_TAIL]
    assert [each.reason for each in found.forged] == ["was shipped and is not stored any more"]


async def test_forged_checkpoint_is_named(log: Log):
    """A head signed by another key, or changed after signing, proves nothing and is reported."""
    head = Head(log.writer, 4, b"\x01" * 32)
    last = stored_checkpoints(log.cluster)[-1]
    checkpoint = Checkpoint(read(last.payload).number + 1, datetime.now(UTC), last.hash, (head,))
    false = sign(checkpoint, os.urandom(32))
    _store(log.cluster, checkpoint.number, false)
    assert "unknown key" in log.verify().forged[0].reason
    assert log.verify().breaks == ()
    log.spoil(f"UPDATE checkpoint SET payload = payload || ' ' WHERE number = {read(last.payload).number}")
    assert "the signature is false" in {each.reason for each in log.verify().forged}


async def test_removed_checkpoint_in_the_middle_is_named(log: Log):
    """Checkpoints are a chain of their own."""
    for _ in range(3):
        signed(log.cluster)
    log.spoil("DELETE FROM checkpoint WHERE number = 2")
    assert log.verify().forged[0].reason == "missing: number 3 follows 1"


# ------------------------------------------------------------------------------------------------ no false alarms


async def test_restarts_two_writers_and_rotation_are_clean(fresh_database: Cluster):
    """Restarts, two gateways at once and a rotated key leave a log that verifies; heads that ended stay signed."""
    for generation in range(3):
        ring = Keyring(bytes([generation]) * 32, (KEYRING.current,))
        async with ledger(fresh_database, keyring=ring) as one, ledger(fresh_database) as two:
            await asyncio.gather(fill(one, 5), fill(two, 7))
            signed(fresh_database)
            await asyncio.gather(fill(one, 2), fill(two, 1))
    signed(fresh_database)
    found = verified(fresh_database)
    assert found.whole, (found.breaks, found.forged)
    assert (found.writers, found.links, found.unsigned) == (6, 90, 0)


async def test_rolled_back_batches_are_clean(fresh_database: Cluster):
    """Refused rows, stale sessions and retries leave neither gap nor break."""
    async with ledger(fresh_database) as log:
        for turn in range(5):
            sets = [exchange(2) for _ in range(6)]
            sets.insert(turn, (access(upstream_status=2**40),))
            sets.append((access(), SessionChange(4, session(os.urandom(32), 4))))
            results = await asyncio.gather(*(log.append(each) for each in sets), return_exceptions=True)
            assert sum(isinstance(each, Exception) for each in results) == 2
    found = verified(fresh_database)
    assert found.whole, found.breaks
    assert found.links == 5 * 7


async def test_month_border_is_clean(fresh_database: Cluster):
    """A chain over a month border, with a clock that steps back, verifies."""
    clock = Shifted(datetime(2026, 11, 30, 23, 59, 58, tzinfo=UTC))
    async with ledger(fresh_database, clock=clock) as log:
        for moment in (clock.moment, datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 11, 30, 22, 0, tzinfo=UTC)):
            clock.moment = moment
            await fill(log, 2)
    found = verified(fresh_database)
    assert found.whole, found.breaks
    assert found.links == 12


async def test_signing_under_load_is_clean(fresh_database: Cluster):
    """Checkpoints taken at any moment of two busy writers never promise what is not there."""
    async with ledger(fresh_database) as one, ledger(fresh_database) as two:
        load = asyncio.gather(*(fill(each, 60) for each in (one, two, one, two)))
        while not load.done():
            await asyncio.to_thread(signed, fresh_database)
            found = await asyncio.to_thread(verified, fresh_database)
            assert found.whole, (found.breaks, found.forged)
        await load


async def test_cut_connections_are_clean(fresh_database: Cluster):
    """Backends killed in mid-load start new chains; nothing is lost, doubled or called tampering."""
    async with ledger(fresh_database) as log, _killing(log_backends(fresh_database)):
        results: list[object] = []
        while len(results) < 300 or (log.figures.connections <= 2 and len(results) < 5_000):
            batch = [log.append(exchange(2)) for _ in range(10)]
            results += await asyncio.gather(*batch, return_exceptions=True)
        assert log.figures.connections > 2
    found = verified(fresh_database)
    assert found.whole, found.breaks
    good = [each for each in results if not isinstance(each, BaseException)]
    assert found.links >= len(good)
    with psycopg.connect(fresh_database.owner_dsn()) as connection:
        doubled = connection.execute("SELECT id FROM access GROUP BY id HAVING count(*) > 1").fetchall()
        kept = {row[0] for row in connection.execute("SELECT id FROM access")}
    assert doubled == []
    assert {each.access for each in good} <= kept


def log_backends(cluster: Cluster) -> Callable[[], None]:
    """End the backends of the ledger, as an operator or a failover does."""

    def kill() -> None:
        # A role may end its own sessions.
        with psycopg.connect(cluster.dsn(Role.GATEWAY), autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name LIKE 'poort log %' AND datname = current_database()"
            )

    return kill


@asynccontextmanager
async def _killing(kill: Callable[[], None]) -> AsyncIterator[None]:
    async def again() -> None:
        while True:
            await asyncio.sleep(0.05)
            await asyncio.to_thread(kill)

    task = asyncio.create_task(again())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _store(cluster: Cluster, number: int, found: Signed) -> None:
    with psycopg.connect(cluster.owner_dsn()) as connection:
        connection.execute(
            "INSERT INTO checkpoint (number, payload, signature, key_id) VALUES (%s, %s, %s, %s)",
            [number, found.payload, found.signature, found.key_id],
        )


def _recompute(log: Log) -> None:
    """Write a whole chain anew over the rows as they are now, as a forger would."""
    with reading.snapshot(log.cluster.dsn(Role.CONSOLE)) as connection:
        links = [each for each in reading.links(connection) if each.writer == log.writer]
    head = chain.opening(log.writer)
    with psycopg.connect(log.cluster.owner_dsn()) as connection:
        for link in links:
            head = chain.extend(head, link.body)
            for table in ("access", "completion"):
                statement = f"UPDATE {table} SET hash = %s WHERE writer = %s AND seq = %s"
                connection.execute(statement, [head.hash, log.writer, head.sequence])
