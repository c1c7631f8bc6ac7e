"""What must hold of applying: whole or not at all, once, under one lock. More on a server: unit/proxy/test_database.py."""

import threading

import psycopg
import pytest

from migrations import apply
from migrations.roles import DATABASES, ROLES
from proxy.database import Cluster


def test_every_history_has_a_head() -> None:
    """This release knows where each history ends."""
    assert all(apply.head(database) for database in DATABASES)


def test_upgrades_at_the_same_moment_are_one(database: Cluster) -> None:
    """Three processes that start at once wait for each other and find nothing left to do."""
    done: list[list[str]] = []
    passwords = dict(database.passwords)
    threads = [threading.Thread(target=lambda: done.append(apply.upgrade(database.owner, passwords))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == [[], [], []]


def test_a_server_that_is_not_there_is_refused_with_a_reason() -> None:
    """The message is the driver's first line, not a traceback."""
    with pytest.raises(apply.MigrationRefusedError, match="connection"):
        apply.upgrade("postgresql://a:b@127.0.0.1:1/x", {role.name: "x" for role in ROLES})


def test_a_database_that_is_not_there_is_named_by_the_check(database: Cluster) -> None:
    """A check on a server without our databases says which, and what to run."""
    with psycopg.connect(database.owner, autocommit=True) as connection:
        connection.execute("ALTER DATABASE poort_newcore RENAME TO poort_newcore_away")
        try:
            found = apply.check(database.owner)
        finally:
            connection.execute("ALTER DATABASE poort_newcore_away RENAME TO poort_newcore")
    assert len(found) == 1
    assert found[0].startswith("poort_newcore: ")
    assert found[0].endswith("run `poort db upgrade`")


def test_the_environment_refuses_a_connection_of_its_own() -> None:
    """Running alembic by hand, without the lock, is refused with the command that holds it."""
    config = apply._config(DATABASES[0])
    with pytest.raises(RuntimeError, match="poort db upgrade"):
        apply.command.upgrade(config, "head")
