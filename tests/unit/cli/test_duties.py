"""Claims about what the worker does."""

import asyncio
import secrets
import time

import psycopg
import pytest

from cli.duties import duties, sweep_sessions
from proxy.database import Cluster, Role
from proxy.settings import load


def test_without_an_account_in_the_legacy_the_log_is_signed_all_the_same(tmp_path, database: Cluster):
    """The synchronisation is left out, and only that."""
    settings = load({"POORT_DATA_DIR": str(tmp_path)})
    assert list(duties(settings, database)) == ["checkpoint", "sessions", "guard", "shadow"]


def test_with_an_account_the_new_core_is_kept_up_to_date_and_compared(tmp_path, database: Cluster):
    """One duty fills, one follows the journal, for all groups; one compares what newcore holds with the legacy."""
    named = {"POORT_DATA_DIR": str(tmp_path), "POORT_LEGACY_USER": "BATCH", "POORT_LEGACY_PASSWORD": "geheim"}
    assert {"fill", "sync", "reconcile"} <= set(duties(load(named), database))


_SESSION = (
    "INSERT INTO session (key, version, account, started_at, last_seen, body) "
    "VALUES (%s, 1, 'AWE1', now(), now() - %s * interval '1 second', '{}')"
)


def gone(gateway: psycopg.Connection, key: bytes) -> None:
    """Wait until a session is not there any more."""
    while gateway.execute("SELECT FROM session WHERE key = %s", (key,)).fetchone() is not None:
        time.sleep(0.02)


async def test_the_worker_deletes_sessions_that_nobody_uses_any_more(fresh_database: Cluster):
    """Round after round, under its own role; who was there within the time stays."""
    old, young, stop = secrets.token_bytes(32), secrets.token_bytes(32), asyncio.Event()
    sweeping = asyncio.create_task(sweep_sessions(fresh_database.dsn(Role.WORKER), 1800.0, stop, pause=0.05))
    with psycopg.connect(fresh_database.dsn(Role.GATEWAY), autocommit=True) as gateway:
        for _ in range(2):
            gateway.execute(_SESSION, (old, 1900))
            gateway.execute(_SESSION + " ON CONFLICT DO NOTHING", (young, 1700))
            await asyncio.wait_for(asyncio.to_thread(gone, gateway, old), 5)
        assert gateway.execute("SELECT key FROM session").fetchall() == [(young,)]
    stop.set()
    await asyncio.wait_for(sweeping, 5)


async def test_a_round_that_fails_ends_the_duty_so_that_the_worker_says_so(fresh_database: Cluster):
    """A database without our tables is told, not passed over in silence."""
    nowhere = fresh_database.dsn(Role.WORKER).rsplit("/", 1)[0] + "/postgres"
    with pytest.raises(psycopg.Error):
        await sweep_sessions(nowhere, 1800.0, asyncio.Event())
