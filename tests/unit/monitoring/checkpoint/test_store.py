"""Claims about the signer and its keys, on a real PostgreSQL."""

import stat
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from monitoring.checkpoint.store import KEY_FILE, PUBLIC_FILE, Signer, public_keys, signing_key
from proxy.accesslog.checkpoint import public_bytes, unshipped
from proxy.database import Cluster, Role
from proxy.errors import OperatorError
from tests.failures.log.builders import exchange, ledger

KEY = b"k" * 32


def now() -> datetime:
    """Give the time."""
    return datetime.now(UTC)


async def test_checkpoint_names_what_moved_and_nothing_else(fresh_database: Cluster, tmp_path: Path):
    """A chain that stands still is not named again, one that goes on is; what is stored is shipped."""
    shipped = tmp_path / "shipped.jsonl"
    with psycopg.connect(fresh_database.dsn(Role.WORKER), autocommit=True) as connection:
        signer = Signer(connection, KEY, shipped)
        async with ledger(fresh_database) as one, ledger(fresh_database) as two:
            await one.append(exchange())
            await two.append(exchange())
            first = signer.sign(now())
            await two.append(exchange())
            second = signer.sign(now())
            names = one.writer, two.writer
        third = signer.sign(now())
    assert first
    assert second
    assert third
    assert {each.writer for each in first.heads} == set(names)
    assert [(each.writer, each.sequence) for each in second.heads] == [(names[1], 2)]
    assert third.heads == ()
    lines = [unshipped(line) for line in shipped.read_bytes().splitlines()]
    with psycopg.connect(fresh_database.dsn(Role.READER)) as connection:
        stored = connection.execute("SELECT payload FROM checkpoint ORDER BY number").fetchall()
    assert [each.payload for each in lines] == [bytes(payload) for (payload,) in stored]


async def test_second_worker_waits_for_its_turn_and_goes_on_in_the_same_series(fresh_database: Cluster):
    """Two workers never sign one number: the lock keeps one away, and the other's checkpoints are caught up with."""
    dsn = fresh_database.dsn(Role.WORKER)
    with psycopg.connect(dsn, autocommit=True) as here, psycopg.connect(dsn, autocommit=True) as there:
        one, two = Signer(here, KEY), Signer(there, KEY)
        with there.transaction():
            there.execute("SELECT pg_advisory_xact_lock(%s)", [0x434845434B])
            assert one.sign(now()) is None
        numbers = [each.number for each in (one.sign(now()), two.sign(now()), one.sign(now())) if each]
    assert numbers == [1, 2, 3]


def test_key_is_made_once_and_its_public_half_lies_beside_it(tmp_path: Path):
    """The private key is its owner's alone; who verifies needs the public file only."""
    private = signing_key(tmp_path / KEY_FILE, make=True)
    assert signing_key(tmp_path / KEY_FILE, make=False) == private
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600
    assert public_keys(tmp_path / PUBLIC_FILE) == [public_bytes(private)]


def test_rotated_key_keeps_the_older_public_half(tmp_path: Path):
    """After a new key the older checkpoints can still be verified."""
    one = signing_key(tmp_path / KEY_FILE, make=True)
    (tmp_path / KEY_FILE).unlink()
    two = signing_key(tmp_path / KEY_FILE, make=True)
    assert public_keys(tmp_path / PUBLIC_FILE) == [public_bytes(one), public_bytes(two)]


def test_missing_open_and_broken_keys_are_refused(tmp_path: Path):
    """No key, a key that others can read, and a file that holds none: each says what to do."""
    with pytest.raises(OperatorError, match="no such file"):
        signing_key(tmp_path / "absent", make=False)
    open_key = tmp_path / KEY_FILE
    open_key.write_text("00" * 32)
    open_key.chmod(0o644)
    with pytest.raises(OperatorError, match="chmod 600"):
        signing_key(open_key, make=False)
    broken = tmp_path / "broken"
    broken.write_text("xyz")
    with pytest.raises(OperatorError, match="64 hexadecimal digits"):
        public_keys(broken)
    assert public_keys(tmp_path / "nothing") == []
