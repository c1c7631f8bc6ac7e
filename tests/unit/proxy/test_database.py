"""What must hold of roles, databases, passwords and migrations, on a real server."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from migrations import apply
from migrations.roles import DATABASES
from proxy import embedded
from proxy.database import (
    SERVER,
    Cluster,
    Database,
    Role,
    check,
    described,
    open_cluster,
    own_cluster,
    role_passwords,
    upgrade,
)
from proxy.errors import OperatorError
from proxy.settings import Settings, load

AT_HOME = {
    Role.GATEWAY: Database.GATEWAY,
    Role.CONSOLE: Database.GATEWAY,
    Role.WORKER: Database.GATEWAY,
    Role.RETENTION: Database.GATEWAY,
    Role.NEWCORE: Database.NEWCORE,
    Role.READER: Database.GATEWAY,
}


@pytest.mark.parametrize("role", Role)
def test_every_role_logs_in_to_its_own_database(database: Cluster, role: Role) -> None:
    """A process reaches its database under its own name, and is no superuser."""
    with psycopg.connect(database.dsn(role, AT_HOME[role])) as connection:
        found = connection.execute(
            "SELECT current_user, rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    assert found == (role.value, False, False, False)


@pytest.mark.parametrize("role", [Role.GATEWAY, Role.CONSOLE, Role.WORKER, Role.RETENTION])
def test_no_role_of_the_gateway_reaches_the_new_core(database: Cluster, role: Role) -> None:
    """The link between gateway and new core is HTTP: the database itself is closed."""
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(database.dsn(role, Database.NEWCORE))


def test_the_new_core_does_not_reach_the_log(database: Cluster) -> None:
    """The new core has no business in the gateway's database."""
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(database.dsn(Role.NEWCORE, Database.GATEWAY))


def test_a_wrong_password_is_refused(database: Cluster) -> None:
    """Roles mean something only where a password is asked."""
    wrong = database.dsn(Role.GATEWAY).replace(database.passwords[Role.GATEWAY], "guess")
    with pytest.raises(psycopg.OperationalError, match="authentication failed"):
        psycopg.connect(wrong)


def test_the_reader_cannot_write_even_where_it_may(database: Cluster) -> None:
    """The reader's sessions are read-only whatever else was granted."""
    with psycopg.connect(database.dsn(Role.READER)) as connection, pytest.raises(psycopg.errors.Error):
        connection.execute("CREATE TABLE scratch (id int)")


def test_no_role_makes_tables(database: Cluster) -> None:
    """The schema is the owner's: a gateway that was taken over cannot add a table or a trigger."""
    with psycopg.connect(database.dsn(Role.GATEWAY)) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("CREATE TABLE scratch (id int)")


def test_an_upgrade_run_twice_does_nothing_the_second_time(database: Cluster) -> None:
    """Starting ten processes may mean ten upgrades."""
    assert upgrade(database) == []
    assert check(database) == []


def test_check_reports_a_grant_that_no_migration_gave(database: Cluster) -> None:
    """A privilege given by hand is found, named with role and table, until it is taken back."""
    with psycopg.connect(database.owner_dsn(), autocommit=True) as connection:
        connection.execute("GRANT UPDATE ON declared_grant TO poort_gateway")
        try:
            assert check(database) == [
                "poort_gateway: UPDATE on declared_grant for poort_gateway was given by no migration"
            ]
        finally:
            connection.execute("REVOKE UPDATE ON declared_grant FROM poort_gateway")
    assert check(database) == []


def test_check_reports_a_grant_to_everybody_and_on_a_column(database: Cluster) -> None:
    """PUBLIC and single columns are no way round the check."""
    with psycopg.connect(database.owner_dsn(), autocommit=True) as connection:
        connection.execute("GRANT SELECT ON declared_grant TO PUBLIC")
        connection.execute("GRANT UPDATE (role) ON declared_grant TO poort_console")
        try:
            found = check(database)
        finally:
            connection.execute("REVOKE SELECT ON declared_grant FROM PUBLIC")
            connection.execute("REVOKE UPDATE (role) ON declared_grant FROM poort_console")
    assert any("SELECT on declared_grant for PUBLIC" in each for each in found)
    assert any("UPDATE on declared_grant(role) for poort_console" in each for each in found)


def test_check_reports_a_grant_that_went_missing(database: Cluster) -> None:
    """A process that lost a right it needs is told before its users are."""
    with psycopg.connect(database.owner_dsn(), autocommit=True) as connection:
        connection.execute("REVOKE SELECT ON alembic_version FROM poort_gateway")
        try:
            assert check(database) == [
                "poort_gateway: SELECT on alembic_version for poort_gateway was declared and is missing"
            ]
        finally:
            connection.execute("GRANT SELECT ON alembic_version TO poort_gateway")


def test_check_reports_an_older_schema(fresh_database: Cluster, database: Cluster) -> None:
    """A database without its revisions is named, with the command that mends it."""
    with psycopg.connect(database.owner_dsn(), autocommit=True) as connection:
        version = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        assert version is not None
        connection.execute("UPDATE alembic_version SET version_num = '0000'")
        try:
            found = check(database)
        finally:
            connection.execute("UPDATE alembic_version SET version_num = %s", version)
    assert found == [
        f"poort_gateway: found revision 0000, this release has {apply.head(DATABASES[0])}; run `poort db upgrade`"
    ]


def test_a_held_lock_refuses_the_upgrade_and_changes_nothing(database: Cluster) -> None:
    """A migration gives up after its time-out instead of queueing everybody behind it."""
    impatient = Cluster(database.owner, database.passwords, lock_timeout=0.2)
    with psycopg.connect(database.owner, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (apply.LOCK,))
        with pytest.raises(OperatorError, match="another migration or a long transaction holds a lock"):
            upgrade(impatient)


def test_an_address_keeps_what_else_it_says(tmp_path: Path) -> None:
    """Role, password and database change; host, port, options and every odd sign in a password stay what they mean."""
    settings = load({"POORT_DATA_DIR": str(tmp_path)})
    odd = replace(
        described(settings, "postgres://owner:p%40ss@[::1]:5433/postgres?sslmode=require"),
        passwords={Role.WORKER: "a/b:c@d e%"},
    )
    assert psycopg.conninfo.conninfo_to_dict(odd.dsn(Role.WORKER)) == {
        "user": "poort_worker", "password": "a/b:c@d e%", "host": "::1", "port": "5433", "dbname": "poort_gateway",
        "sslmode": "require",
    }  # fmt: skip
    assert odd.owner_dsn(Database.NEWCORE) == "postgresql://owner:p%40ss@[::1]:5433/poort_newcore?sslmode=require"


def test_passwords_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    """Two processes that start at once agree on the passwords, and nobody else can read the file."""
    settings = load({"POORT_DATA_DIR": str(tmp_path / "data")})
    first = role_passwords(settings)
    assert role_passwords(settings) == first
    assert len(set(first.values())) == len(Role)
    assert stat.S_IMODE((tmp_path / "data" / "roles.json").stat().st_mode) == 0o600


def test_a_password_file_that_others_read_is_refused(tmp_path: Path) -> None:
    """A leaked file is not used in silence."""
    settings = load({"POORT_DATA_DIR": str(tmp_path)})
    role_passwords(settings)
    (tmp_path / "roles.json").chmod(0o644)
    with pytest.raises(OperatorError, match="others can reach it"):
        role_passwords(settings)


@pytest.mark.parametrize("content", ['["a"]', '{"poort_gatway": "x"}', '{"poort_gateway": 1}', "{"])
def test_a_broken_password_file_is_refused(tmp_path: Path, content: str) -> None:
    """What is no object of role and password says what is allowed."""
    path = tmp_path / "given.json"
    path.write_text(content)
    with pytest.raises(OperatorError, match=r"given\.json"):
        role_passwords(load({"POORT_DATA_DIR": str(tmp_path), "POORT_ROLE_PASSWORDS_FILE": str(path)}))


def test_a_process_with_one_password_cannot_be_another_role(tmp_path: Path) -> None:
    """A gateway that was given only its own password cannot log in as the console."""
    path = tmp_path / "given.json"
    path.write_text(json.dumps({"poort_gateway": "x"}))
    settings = load({"POORT_DATA_DIR": str(tmp_path), "POORT_ROLE_PASSWORDS_FILE": str(path)})
    cluster = described(settings, "postgresql://nobody@127.0.0.1:1/")
    assert cluster.dsn(Role.GATEWAY) == "postgresql://poort_gateway:x@127.0.0.1:1/poort_gateway"
    with pytest.raises(OperatorError, match="no password for poort_console"):
        cluster.dsn(Role.CONSOLE)


@pytest.mark.parametrize("address", ["mysql://a:b@c/d", "sqlite:///x", "what"])
def test_another_database_than_postgresql_is_refused(tmp_path: Path, address: str) -> None:
    """PostgreSQL is the only dialect, and the message does not show the address."""
    settings = load({"POORT_DATA_DIR": str(tmp_path), "POORT_DATABASE_URL": address})
    with pytest.raises(OperatorError, match="POORT_DATABASE_URL") as refused, open_cluster(settings):
        pass
    assert "a:b@c" not in str(refused.value)


def test_a_command_never_starts_the_embedded_server(tmp_path: Path) -> None:
    """Without one that runs it is refused, with what to do, and nothing has been made."""
    settings = load({"POORT_DATA_DIR": str(tmp_path / "data")})
    with pytest.raises(OperatorError, match=r"poort demo --data-dir .*POORT_DATABASE_URL"), open_cluster(settings):
        pass
    assert not (tmp_path / "data").exists()


def test_a_command_finds_the_server_of_a_supervisor_and_not_one_that_was_killed(reachable_directory: Path) -> None:
    """It attaches while the server runs; after a kill -9 it is refused, and the supervisor's port stays free."""
    settings = load({"POORT_DATA_DIR": str(reachable_directory)})
    with own_cluster(settings) as own:
        with open_cluster(settings) as found:
            assert found.owner == own.owner
        server = embedded.running(reachable_directory / SERVER)
        assert server is not None
        os.kill(server.pid, signal.SIGKILL)
        while Path(f"/proc/{server.pid}").exists():
            time.sleep(0.01)
        with pytest.raises(OperatorError, match="no PostgreSQL that answers"), open_cluster(settings):
            pass
        assert embedded.start(reachable_directory / SERVER, server.port).port == server.port


def test_nothing_of_a_cluster_is_printed(database: Cluster) -> None:
    """A cluster in a log line or a traceback shows no password."""
    shown = repr(database)
    assert not any(password in shown for password in database.passwords.values())
    assert "postgresql://" not in shown


@pytest.mark.external
def test_the_same_holds_on_a_real_server_with_an_owner_that_is_no_superuser(
    reachable_directory: Path, settings: Settings
) -> None:
    """`poort db upgrade` and `poort db check` do their work on a second server that is reached by its address alone."""
    server, child = embedded.spawn(reachable_directory / "second")
    environment = {
        "PATH": "/usr/bin:/bin",
        "POORT_DATABASE_URL": server.owner,
        "POORT_DATA_DIR": str(reachable_directory / "data"),
    }
    try:
        before = _poort("db", "check", environment=environment)
        made = _poort("db", "upgrade", environment=environment)
        again = _poort("db", "upgrade", "--json", environment=environment)
        after = _poort("db", "check", environment=environment)
        with psycopg.connect(server.owner) as connection:
            found = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    finally:
        embedded.stop(reachable_directory / "second")
        assert child.wait(30) == 0
    assert found == (False,)
    assert (before.returncode, made.returncode, again.returncode, after.returncode) == (1, 0, 0, 0), made.stderr
    assert "run `poort db upgrade`" in before.stderr
    assert json.loads(again.stdout) == {"done": []}


def _poort(*words: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cli", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
