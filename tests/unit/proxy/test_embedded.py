"""What must hold of the embedded server: passwords, one address, an unprivileged user, and a start after any end."""

import os
import pwd
import signal
import stat
import subprocess
import threading
import time
from pathlib import Path

import psycopg
import pytest

from proxy import embedded
from proxy.errors import OperatorError
from proxy.postgres import client


@pytest.fixture(scope="module")
def initialised(session_directory: Path) -> Path:
    """A directory that served once: initdb is most of a start."""
    directory = session_directory / "initialised"
    with embedded.serving(directory):
        return directory


@pytest.fixture
def server(initialised: Path, reachable_directory: Path):
    """A running server of its own, stopped at the end whatever the test did to it."""
    subprocess.run(["cp", "-a", initialised, reachable_directory / "server"], check=True)
    yield embedded.start(reachable_directory / "server")
    embedded.stop(reachable_directory / "server")


def one(dsn: str, query: str) -> object:
    """Ask one value."""
    with psycopg.connect(dsn) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def test_it_keeps_what_was_committed_and_asks_passwords(server: embedded.Server) -> None:
    """Fsync is on, passwords are scram, and nobody is trusted on any way in."""
    assert one(server.owner, "SHOW fsync") == "on"
    assert one(server.owner, "SHOW password_encryption") == "scram-sha-256"
    methods = "SELECT string_agg(DISTINCT auth_method || ' ' || type, ',') FROM pg_hba_file_rules"
    assert one(server.superuser, methods) == "scram-sha-256 host"


def test_without_a_password_nobody_comes_in(server: embedded.Server) -> None:
    """Neither the owner nor the superuser is let in on the strength of being here."""
    for user in (embedded.OWNER, embedded.SUPERUSER):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(f"postgresql://{user}@127.0.0.1:{server.port}/postgres", passfile="/nonexistent")


def test_it_listens_on_one_address_and_no_socket_file(server: embedded.Server) -> None:
    """The server is reached over 127.0.0.1 and in no other way."""
    assert one(server.owner, "SHOW listen_addresses") == "127.0.0.1"
    assert one(server.superuser, "SHOW unix_socket_directories") == ""


def test_its_log_holds_no_rows(server: embedded.Server) -> None:
    """A failing statement leaves neither its text nor a value of a row in the server's log."""
    with psycopg.connect(server.owner) as connection:
        connection.execute("CREATE TEMP TABLE person (bsn text PRIMARY KEY)")
        connection.execute("INSERT INTO person VALUES ('999990019')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO person VALUES ('999990019')")
    log = (server.directory / "server.log").read_text()
    assert "duplicate key" in log
    assert "999990019" not in log


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the server to another user")
def test_as_root_the_server_is_an_existing_unprivileged_user(server: embedded.Server) -> None:
    """The process and its files belong to nobody, and no directory of root was opened."""
    nobody = pwd.getpwnam("nobody").pw_uid
    assert Path(f"/proc/{server.pid}").stat().st_uid == nobody
    data = (server.directory / "pgdata").stat()
    assert (data.st_uid, stat.S_IMODE(data.st_mode)) == (nobody, 0o700)
    passwords = (server.directory / "passwords.json").stat()
    assert (passwords.st_uid, stat.S_IMODE(passwords.st_mode)) == (0, 0o600)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the server to another user")
def test_a_directory_that_the_user_cannot_enter_is_refused_and_not_made(reachable_directory: Path) -> None:
    """The message names the obstacle and what to do; nothing is left behind or opened."""
    private = reachable_directory / "private"
    private.mkdir(mode=0o700)
    with pytest.raises(OperatorError, match=r"who cannot enter .*private .*POORT_DATA_DIR=") as refused:
        embedded.start(private / "server")
    assert str(private) in str(refused.value)
    assert not (private / "server").exists()
    assert stat.S_IMODE(private.stat().st_mode) == 0o700


def test_a_second_start_attaches(server: embedded.Server) -> None:
    """Two starts on one directory are one server, and the second does not think it is its own."""
    second = embedded.start(server.directory)
    assert (second.pid, second.port, second.started, server.started) == (server.pid, server.port, False, True)


def test_a_second_start_on_another_port_is_refused(server: embedded.Server) -> None:
    """A server that already serves is not moved in silence."""
    with pytest.raises(OperatorError, match=f"already serves port {server.port}"):
        embedded.start(server.directory, port=1 + server.port)


def test_starts_at_the_same_moment_are_one_server(reachable_directory: Path) -> None:
    """Four starts on an empty directory make one database."""
    found: list[embedded.Server] = []
    threads = [
        threading.Thread(target=lambda: found.append(embedded.start(reachable_directory / "server"))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    embedded.stop(reachable_directory / "server")
    assert len({each.pid for each in found}) == 1
    assert [each.started for each in found].count(True) == 1


def test_after_a_kill_it_starts_again_with_what_was_committed(server: embedded.Server) -> None:
    """Kill -9 of the server loses nothing that was committed and leaves nothing that blocks a start."""
    with psycopg.connect(server.superuser, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        os.kill(server.pid, signal.SIGKILL)
    again = embedded.start(server.directory, port=server.port)
    assert again.pid != server.pid
    assert one(again.superuser, "SELECT answer FROM kept") == 42


def test_a_pid_file_whose_number_somebody_else_has_blocks_nothing(server: embedded.Server) -> None:
    """After a crash the number may belong to another process; that is no running server."""
    embedded.stop(server.directory)
    lines = [
        str(os.getpid()),
        str(server.directory / "pgdata"),
        "1",
        "5432",
        "",
        "127.0.0.1",
        "    0         0",
        "ready",
    ]
    (server.directory / "pgdata" / "postmaster.pid").write_text("\n".join(lines) + "\n")
    assert embedded.running(server.directory) is None
    assert embedded.start(server.directory).started


def test_an_interrupted_initdb_is_no_database(reachable_directory: Path) -> None:
    """What an initdb left that did not end is cleared, with its passwords."""
    home = reachable_directory / "server"
    (home / "pgdata.new").mkdir(parents=True)
    (home / "pgdata.new" / "PG_VERSION").write_text("18\n")
    (home / "passwords.json").write_text('{"poort_owner": "old", "postgres": "old"}')
    with embedded.serving(home) as server:
        assert one(server.owner, "SELECT 1") == 1


def test_what_was_started_is_stopped_and_what_was_found_is_left(reachable_directory: Path) -> None:
    """A command that attaches to a running demo leaves it running."""
    home = reachable_directory / "server"
    with embedded.serving(home) as outer:
        with embedded.serving(home) as inner:
            assert inner.pid == outer.pid
        assert embedded.running(home) is not None
    assert embedded.running(home) is None
    assert client.postmaster(home / "pgdata") is None


def test_a_spawned_server_is_a_child_that_may_be_killed_and_spawned_again(reachable_directory: Path) -> None:
    """A test that kills servers gets a process of its own, on the same port each time."""
    home = reachable_directory / "server"
    first, child = embedded.spawn(home)
    child.kill()
    child.wait()
    second, child = embedded.spawn(home, first.port)
    try:
        assert second.port == first.port
        with pytest.raises(OperatorError, match="already runs here"):
            embedded.spawn(home)
    finally:
        embedded.stop(home)
    assert child.wait(timeout=30) == 0


def test_stop_ends_sessions_and_is_quick(server: embedded.Server) -> None:
    """A session that idles in a transaction does not hold up the end."""
    idle = psycopg.connect(server.owner)
    idle.execute("SELECT 1")
    before = time.monotonic()
    embedded.stop(server.directory)
    assert time.monotonic() - before < 10
    idle.close()
    embedded.stop(server.directory)


def test_a_failing_start_tells_what_the_server_said(server: embedded.Server) -> None:
    """A port that is taken is told in the server's own words."""
    other = server.directory.parent / "other"
    with pytest.raises(OperatorError, match="could not bind"):
        embedded.start(other, port=server.port)


def test_the_address_has_no_printable_form_in_the_server(server: embedded.Server) -> None:
    """A server in a log line shows no password."""
    assert server.owner_password not in repr(server)
    assert server.superuser_password not in repr(server)
