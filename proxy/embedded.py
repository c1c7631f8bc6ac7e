"""The embedded PostgreSQL: a real server from a wheel, so that nothing has to be installed before the first start.

Why it exists: the demo, the tests and a first look need the same database as production. Rules:
1. Own initdb, scram passwords, 127.0.0.1 only, no socket file: roles mean something. The wheel's own start-up is never
   imported: it trusts everybody on its socket and, as root, opens root's home directory to everybody.
2. As root the server runs as the existing user `nobody`; binaries that `nobody` cannot reach are copied to where it can.
3. fsync stays on. A data directory is complete or absent: initdb works beside it and is renamed.
4. One server a directory: a second start attaches to the one that runs. A kill -9 leaves nothing that blocks a start.

`start` and `stop` are all that a command needs. A test that kills a server uses `server.pid`, or `spawn`, which runs the
server as a child process instead of a daemon.
"""

import fcntl
import json
import secrets
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import psycopg
from psycopg import sql

from proxy.errors import OperatorError
from proxy.postgres import client as files

HOST = "127.0.0.1"
SUPERUSER = "postgres"
OWNER = "poort_owner"
START_SECONDS = 60.0
DYING_SECONDS = 20.0
_HELD = ("still in use", "already exists")
_ATTEMPTS = 40  # another process may take a free port between finding and using it, or not be gone yet


@dataclass(frozen=True, slots=True)
class Server:
    """A running server. `started` says whether this call started it: then the caller stops it."""

    directory: Path
    port: int
    pid: int
    started: bool
    owner_password: str = field(repr=False)
    superuser_password: str = field(repr=False)

    @property
    def owner(self) -> str:
        """The owner's address: what POORT_DATABASE_URL would hold."""
        return f"postgresql://{OWNER}:{self.owner_password}@{HOST}:{self.port}/postgres"

    @property
    def superuser(self) -> str:
        """The superuser's address, for tests that break the server on purpose."""
        return f"postgresql://{SUPERUSER}:{self.superuser_password}@{HOST}:{self.port}/postgres"


def start(directory: Path, port: int = 0) -> Server:
    """Start the server of this directory, or attach to the one that runs; port 0 takes a free one.

    Refuses a directory that the server's user cannot reach, and another port than the one it already serves.
    """
    place = files.place(directory)
    with _locked(place.home):
        _prepare(place)
        server = _alive(directory)
        if server is None:
            server = _start_daemon(place, port)
            _ensure_owner(server)
        elif port not in (0, server.port):
            raise OperatorError(
                f"{directory}: a server with pid {server.pid} already serves port {server.port}, asked was {port}; "
                "stop it first, or leave the port out"
            )
        return server


def _alive(directory: Path) -> Server | None:
    """Find the server that runs and answers; one that was killed a moment ago still looks as if it ran."""
    until = time.monotonic() + DYING_SECONDS
    while (server := running(directory)) is not None:
        try:
            _ensure_owner(server)
        except psycopg.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return server
    return None


@contextmanager
def serving(directory: Path, port: int = 0) -> Iterator[Server]:
    """Start or attach; at the end stop what this call started."""
    server = start(directory, port)
    try:
        yield server
    finally:
        if server.started:
            stop(server.directory)


def spawn(directory: Path, port: int = 0) -> tuple[Server, subprocess.Popen[bytes]]:
    """Run the server as a child process of the caller, who may kill it at any moment and spawn it again."""
    place = files.place(directory)
    with _locked(place.home):
        _prepare(place)
        if running(directory) is not None:
            raise OperatorError(f"{directory}: a server already runs here; stop it first")
        child = _child(place, port or _free_port())
        server = _await_ready(place, child)
        _ensure_owner(server)
        return server, child


def stop(directory: Path) -> None:
    """Stop the server of this directory in fast mode: sessions are ended, everything committed is kept."""
    place = files.place(directory)
    with _locked(place.home):
        if running(directory) is not None:
            files.run(place, "pg_ctl", "stop", "-m", "fast", "-w", "-t", str(int(START_SECONDS)), "-D", str(place.data))


def running(directory: Path) -> Server | None:
    """Find the server that runs on this directory and is ready, if there is one."""
    place = files.place(directory)
    found = files.postmaster(place.data)
    if found is None or not found.ready or not files.serves(found.pid, place.data):
        return None
    passwords = json.loads(place.passwords.read_text(encoding="utf-8"))
    return Server(place.home, found.port, found.pid, False, passwords[OWNER], passwords[SUPERUSER])


def _prepare(place: files.Place) -> None:
    """Make the data directory once, and clear what a killed server left."""
    if not place.data.exists():
        _initialise(place)
    files.clear_stale(place.data)


def _initialise(place: files.Place) -> None:
    """Run initdb beside the final name, so that an interrupted one is never taken for a database."""
    passwords = {SUPERUSER: secrets.token_urlsafe(24), OWNER: secrets.token_urlsafe(24)}
    fresh = files.empty_beside(place)
    with files.handed_over(place, passwords[SUPERUSER]) as password_file:
        files.run(
            place, "initdb", "-D", str(fresh), "-U", SUPERUSER, f"--pwfile={password_file}", "-A", "scram-sha-256",
            "-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-instructions",
        )  # fmt: skip
    files.configure(fresh)
    place.passwords.unlink(missing_ok=True)  # of an initdb that did not end
    files.write_secret(place.passwords, json.dumps(passwords))
    fresh.rename(place.data)


def _start_daemon(place: files.Place, port: int) -> Server:
    """Start by pg_ctl, which leaves a daemon in its own session: a Ctrl-C in the terminal does not reach it.

    What a server that was killed a moment ago still holds - its memory, its lock file - is waited for.
    """
    until = time.monotonic() + DYING_SECONDS
    for attempt in range(_ATTEMPTS):
        options = f"-p {port or _free_port()}"
        limit = str(int(START_SECONDS))
        try:
            files.run(
                place, "pg_ctl", "start", "-w", "-t", limit, "-D", str(place.data), "-l", str(place.log), "-o", options
            )
        except OperatorError as fault:
            said = files.tail(place.log)
            taken, held = "could not bind" in said, any(each in said for each in _HELD)
            if attempt == _ATTEMPTS - 1 or time.monotonic() > until or (taken and port) or not (taken or held):
                raise OperatorError(f"{fault}\n{said}") from None
            time.sleep(0.3)
            continue
        break
    return _own(running(place.home), place)


def _child(place: files.Place, port: int) -> subprocess.Popen[bytes]:
    command = [str(files.binary("postgres")), "-D", str(place.data), "-p", str(port)]
    with place.log.open("ab") as log:
        return subprocess.Popen(
            command, stdout=log, stderr=log, start_new_session=True, cwd="/", **files.as_server_user()
        )


def _await_ready(place: files.Place, child: subprocess.Popen[bytes]) -> Server:
    until = time.monotonic() + START_SECONDS
    while child.poll() is None and time.monotonic() < until:
        server = running(place.home)
        if server is not None:
            return _own(server, place)
        time.sleep(0.02)
    child.kill()
    child.wait()
    raise OperatorError(f"{place.home}: PostgreSQL did not start:\n{files.tail(place.log)}")


def _own(server: Server | None, place: files.Place) -> Server:
    if server is None:
        raise OperatorError(f"{place.home}: PostgreSQL started but is not ready:\n{files.tail(place.log)}")
    return replace(server, started=True)


def _ensure_owner(server: Server) -> None:
    """Make the owner: it may make databases and roles, and is no superuser, as on a real server."""
    with psycopg.connect(server.superuser, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (OWNER,)).fetchone() is None:
            connection.execute(
                sql.SQL("CREATE ROLE {owner} LOGIN CREATEDB CREATEROLE PASSWORD {password}").format(
                    owner=sql.Identifier(OWNER), password=sql.Literal(server.owner_password)
                )
            )


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as listening:
        return int(listening.getsockname()[1])


@contextmanager
def _locked(home: Path) -> Iterator[None]:
    """Hold the directory: two starts at once are one after the other."""
    files.make_home(home)
    with (home / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield
        finally:
            with suppress(OSError):
                fcntl.flock(lock, fcntl.LOCK_UN)
