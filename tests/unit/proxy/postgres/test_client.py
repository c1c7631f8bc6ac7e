"""What must hold of the programs' surroundings: who may enter, what a pid file means, secrets on disk."""

import os
import stat
import threading
from pathlib import Path

import pytest

from proxy.errors import OperatorError
from proxy.postgres import client


def test_programs_of_postgresql_18_are_there() -> None:
    """The wheel is found without being imported, and has what we run."""
    for program in ("initdb", "pg_ctl", "postgres", "pg_dump"):
        assert client.binary(program).is_file()


def test_no_variable_of_postgresql_reaches_a_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """PGPORT or PGDATA of whoever starts us would move the server."""
    monkeypatch.setenv("PGDATA", "/elsewhere")
    monkeypatch.setenv("KEPT", "yes")
    environment = client.as_server_user()["env"]
    assert "PGDATA" not in environment
    assert environment["KEPT"] == "yes"


def test_the_first_closed_directory_on_the_way_is_named(reachable_directory: Path) -> None:
    """Of two obstacles the outer one is told: it is the one to open first."""
    outer = reachable_directory / "outer"
    (outer / "inner").mkdir(parents=True)
    (outer / "inner").chmod(0o700)
    outer.chmod(0o755)
    assert client.blocked(outer / "inner" / "deep") == outer / "inner"
    outer.chmod(0o700)
    assert client.blocked(outer / "inner" / "deep") == outer
    outer.chmod(0o755)
    (outer / "inner").chmod(0o711)
    assert client.blocked(outer / "inner" / "deep") is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", None),
        ("12\n/data\n1\n", None),
        ("12\n/data\n1\n5432\n\n127.0.0.1\n", client.Postmaster(12, 5432, None, False)),
        ("12\n/data\n1\n5432\n\n127.0.0.1\n  7  99\nstarting\n", client.Postmaster(12, 5432, 99, False)),
        ("12\n/data\n1\n5432\n\n127.0.0.1\n  7  99\nready   \n", client.Postmaster(12, 5432, 99, True)),
    ],
)
def test_a_pid_file_is_read_at_every_stage(tmp_path: Path, text: str, found: client.Postmaster | None) -> None:
    """The server writes it line by line; half a file is no server."""
    (tmp_path / "postmaster.pid").write_text(text)
    assert client.postmaster(tmp_path) == found


def test_this_process_is_no_server(tmp_path: Path) -> None:
    """A number that lives is not enough: it must be a postgres of that directory."""
    assert not client.serves(os.getpid(), tmp_path)
    assert not client.serves(2**22, tmp_path)


def test_a_secret_is_written_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    """Of several writers at the same moment one wins, and everybody reads that one."""
    path = tmp_path / "secret"
    threads = [threading.Thread(target=client.write_secret, args=(path, f"word {each}")) for each in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    first = path.read_text()
    client.write_secret(path, "later")
    assert path.read_text() == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_program_that_fails_tells_what_it_said(reachable_directory: Path) -> None:
    """The message has the program's own words."""
    where = client.place(reachable_directory)
    with pytest.raises(OperatorError, match=r"no database directory specified|not a database cluster|does not exist"):
        client.run(where, "pg_ctl", "start", "-D", str(reachable_directory / "absent"))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the server to another user")
def test_programs_out_of_reach_are_copied_once(reachable_directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the wheel lies under a closed home, what is copied runs as the server's user, with its libraries."""
    monkeypatch.setattr(client, "COPY_HOME", reachable_directory / "cache")
    copied = client._copied(client.binary("postgres").parents[2])
    again = client._copied(client.binary("postgres").parents[2])
    assert copied == again
    assert client.blocked(copied / client.INSTALLATION / "bin") is None
    where = client.place(reachable_directory)
    monkeypatch.setattr(client, "binary", lambda program: copied / client.INSTALLATION / "bin" / program)
    client.run(where, "postgres", "--version")
    assert "postgres (PostgreSQL) 18" in client.tail(where.log)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the server to another user")
def test_a_copy_that_others_may_write_is_refused(reachable_directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Programs that somebody else could have replaced are not run."""
    monkeypatch.setattr(client, "COPY_HOME", reachable_directory / "cache")
    package = client.binary("postgres").parents[2]
    client._copied(package).parent.chmod(0o777)
    with pytest.raises(OperatorError, match="must belong to root"):
        client._copied(package)
