"""Real parts that tests share: a migrated PostgreSQL, and directories that its user can reach.

`database` is a `proxy.database.Cluster` with both histories applied, one server for the whole run of a test process. With
POORT_TEST_DATABASE_URL it is that server (its owner's address), else an embedded one that ends with the run.
Log tables refuse DELETE, so tests tell their rows apart by fresh ids, or take `fresh_database`: an empty copy.
"""

import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
import structlog
from psycopg import sql

from migrations.apply import upgrade_one
from migrations.roles import DATABASES
from proxy.database import Cluster, Database, own_cluster, upgrade
from proxy.settings import Settings, load
from tests.scenarios.conftest import System, free_base, start, stop

EXTERNAL = "POORT_TEST_DATABASE_URL"


@pytest.fixture(scope="session")
def session_directory() -> Iterator[Path]:
    """A directory for the run that the server's user can enter, which pytest's own are not for root."""
    with open_directory() as directory:
        yield directory


@pytest.fixture
def reachable_directory() -> Iterator[Path]:
    """A directory for one test that the server's user can enter."""
    with open_directory() as directory:
        yield directory


@contextmanager
def open_directory() -> Iterator[Path]:
    """Make a directory that everybody can enter; it is removed at the end."""
    path = Path(tempfile.mkdtemp(prefix="poort-test-"))
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def settings(session_directory: Path) -> Settings:
    """Settings of the test run, from nothing but what the test run says."""
    external = os.environ.get(EXTERNAL)
    return load({"POORT_DATA_DIR": str(session_directory), **({"POORT_DATABASE_URL": external} if external else {})})


@pytest.fixture(autouse=True)
def _fresh_log() -> Iterator[None]:
    """Let no test write to the stream that an earlier one had configured, and that is closed by now."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def database(settings: Settings) -> Iterator[Cluster]:
    """A migrated server: the external one that was named, or an embedded one."""
    with own_cluster(settings) as cluster:
        upgrade(cluster)
        yield cluster


@pytest.fixture(scope="session")
def blank(database: Cluster) -> Iterator[Cluster]:
    """Empty, migrated databases that nobody connects to: what a fresh one is copied from."""
    copy = _named(database, f"blank_{secrets.token_hex(4)}")
    with psycopg.connect(database.owner, autocommit=True) as connection:
        for each in DATABASES:
            _copy(connection, "template0", copy.name(Database(each.name)), each.roles)
    for each in DATABASES:
        upgrade_one(copy.owner, replace(each, name=copy.name(Database(each.name))), 10.0)
    yield copy
    _remove(copy)


@pytest.fixture
def fresh_database(database: Cluster, blank: Cluster) -> Iterator[Cluster]:
    """The same server with empty copies of both databases, for tests that spoil or count."""
    with copied(database, blank) as copy:
        yield copy


@contextmanager
def copied(database: Cluster, blank: Cluster) -> Iterator[Cluster]:
    """Copy both empty databases, and remove the copies."""
    copy = _named(database, secrets.token_hex(4))
    with psycopg.connect(database.owner, autocommit=True) as connection:
        for each in DATABASES:
            database_of = Database(each.name)
            _copy(connection, blank.name(database_of), copy.name(database_of), each.roles)
    yield copy
    _remove(copy)


def _named(cluster: Cluster, suffix: str) -> Cluster:
    """Give the cluster with databases of other names."""
    for each in Database:
        cluster = cluster.called(each, f"{cluster.name(each)}_{suffix}")
    return cluster


def _remove(copy: Cluster) -> None:
    with psycopg.connect(copy.owner, autocommit=True) as connection:
        for each in Database:
            _drop(connection, copy.name(each))


@pytest.fixture(scope="session")
def system() -> Iterator[System]:
    """One running system for all scenarios and browsers that leave it as they found it."""
    directory = Path(tempfile.mkdtemp(prefix="poort-", dir="/var/tmp"))
    directory.chmod(0o755)
    running = start(directory, free_base(), "--clients", "400")
    yield running
    assert stop(running) == 0


def _drop(connection: psycopg.Connection, name: str, attempts: int = 50) -> None:
    """Drop a copy; a process of the server itself (autovacuum) may be in it for a moment, and is not ours to end."""
    for _ in range(attempts):
        with suppress(psycopg.errors.InsufficientPrivilege):
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
            return
        time.sleep(0.1)
    raise AssertionError(f"{name} could not be dropped")


def _copy(connection: psycopg.Connection, source: str, copy: str, roles: tuple[str, ...]) -> None:
    """Copy a database; privileges on the database itself are not copied with it."""
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'")
    connection.execute(create.format(sql.Identifier(copy), sql.Identifier(source)))
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(copy)))
    for role in roles:
        connection.execute(
            sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(copy), sql.Identifier(role))
        )
