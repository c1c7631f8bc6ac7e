"""The database as a process sees it: which server, which role, which password, and engines on it.

Why it exists: every process logs in under its own role, so a mistake in one cannot use the rights of another. Rules:
1. `POORT_DATABASE_URL` set: that server. Unset: the embedded one in the data directory, where it runs. Only its supervisor
   starts it (`poort demo`, tests, benches): a command that did so while it is down would put it on another port, and the
   processes that wait for it would never find it again.
2. Passwords of roles are made once and kept in a file that only its owner reads; the owner's address is for migrations.
3. A statement has a time limit; a slow database is a fault, and a fault is a refusal.

Commands use it like this:

    with open_cluster(load()) as cluster:
        engine = cluster.engine(Role.READER)
"""

import json
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from migrations import apply, roles
from proxy import embedded
from proxy.errors import OperatorError
from proxy.postgres.client import write_secret
from proxy.settings import Settings

PASSWORDS = "roles.json"
SERVER = "postgres"


class Role(StrEnum):
    """Who logs in; what each may do stands in the migrations."""

    GATEWAY = roles.GATEWAY
    CONSOLE = roles.CONSOLE
    WORKER = roles.WORKER
    NEWCORE = roles.NEWCORE
    RETENTION = roles.RETENTION
    READER = roles.READER


class Database(StrEnum):
    """The two databases; their names on a server."""

    GATEWAY = "poort_gateway"
    NEWCORE = "poort_newcore"


@dataclass(frozen=True, slots=True)
class Cluster:
    """A PostgreSQL server and how our roles log in to it. Nothing in it is printed."""

    owner: str = field(repr=False)
    passwords: Mapping[str, str] = field(repr=False)
    pool: int = 8
    timeout: float = 5.0
    lock_timeout: float = 10.0
    names: Mapping[Database, str] = field(default_factory=dict)  # other names, for tests on a copy

    def dsn(self, role: Role, database: Database = Database.GATEWAY) -> str:
        """Write the address for libpq: `postgresql://role:password@host:port/database`."""
        return self._url(role, database).render_as_string(hide_password=False)

    def owner_dsn(self, database: Database = Database.GATEWAY) -> str:
        """Write the owner's address of one of our databases; only migrations and tests have business there."""
        return _parsed(self.owner).set(database=self.name(database)).render_as_string(hide_password=False)

    def engine(self, role: Role, database: Database = Database.GATEWAY) -> Engine:
        """Make a blocking engine for a role; the caller disposes of it."""
        return create_engine(self._driver(role, database), **self._options())

    def async_engine(self, role: Role, database: Database = Database.GATEWAY) -> AsyncEngine:
        """Make an asyncio engine for a role; the caller disposes of it."""
        return create_async_engine(self._driver(role, database), **self._options())

    def name(self, database: Database) -> str:
        """Name a database as it is called on this server."""
        return self.names.get(database, database.value)

    def called(self, database: Database, name: str) -> "Cluster":
        """Give the same cluster with another name for a database: a copy that a test may spoil."""
        return replace(self, names={**self.names, database: name})

    def _url(self, role: Role, database: Database) -> URL:
        if role not in self.passwords:
            raise OperatorError(f"found no password for {role}; the passwords file has {', '.join(self.passwords)}")
        return _parsed(self.owner).set(username=role.value, password=self.passwords[role], database=self.name(database))

    def _driver(self, role: Role, database: Database) -> URL:
        return self._url(role, database).set(drivername="postgresql+psycopg")

    def _options(self) -> dict[str, object]:
        limit = int(self.timeout * 1000)
        return {
            "pool_size": self.pool,
            "max_overflow": 0,
            "pool_timeout": self.timeout,
            "pool_pre_ping": True,  # after a restart of the server the first exchange must not be the one that finds out
            "connect_args": {"connect_timeout": max(2, int(self.timeout)), "options": f"-c statement_timeout={limit}"},
        }


@contextmanager
def open_cluster(settings: Settings) -> Iterator[Cluster]:
    """Give the cluster of these settings; refuses where the embedded server is meant and does not run."""
    if settings.database_url is not None:
        yield described(settings, settings.database_url.reveal())
        return
    server = embedded.running(settings.data_dir / SERVER)
    if server is None:
        raise OperatorError(
            f"{settings.data_dir}: found no PostgreSQL that answers, allowed is the one of a running demo; start "
            f"`poort demo --data-dir {settings.data_dir}` (a demo that runs restarts it within seconds: try again), or set "
            "POORT_DATABASE_URL to a server of your own"
        )
    yield described(settings, server.owner)


@contextmanager
def own_cluster(settings: Settings) -> Iterator[Cluster]:
    """Give the cluster of these settings as its supervisor: an embedded server is started, and stopped at the end."""
    if settings.database_url is not None:
        yield described(settings, settings.database_url.reveal())
        return
    with embedded.serving(settings.data_dir / SERVER) as server:
        yield described(settings, server.owner)


def described(settings: Settings, owner: str) -> Cluster:
    """Describe the cluster at an owner's address, with the role passwords of these settings."""
    _parsed(owner)
    return Cluster(
        owner=owner,
        passwords=role_passwords(settings),
        pool=settings.database_pool,
        timeout=settings.database_timeout,
        lock_timeout=settings.database_lock_timeout,
    )


def role_passwords(settings: Settings) -> dict[str, str]:
    """Read the passwords of our roles; the file in the data directory is made when it is absent."""
    given = settings.role_passwords_file
    path = given or settings.data_dir / PASSWORDS
    if not path.exists():
        if given is not None:
            raise OperatorError(
                f"{given}: no such file; POORT_ROLE_PASSWORDS_FILE names a JSON object of role: password"
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        write_secret(path, json.dumps({role.value: secrets.token_urlsafe(24) for role in Role}))
    return _read_passwords(path, own=given is None)


def upgrade(cluster: Cluster) -> list[str]:
    """Bring the server to the schema of this release; says what was done, refuses what it cannot do."""
    try:
        return apply.upgrade(
            cluster.owner, {role.value: cluster.passwords[role] for role in Role}, cluster.lock_timeout
        )
    except KeyError as absent:
        raise OperatorError(f"found no password for role {absent}; an upgrade sets those of all roles") from None
    except apply.MigrationRefusedError as fault:
        raise OperatorError(str(fault)) from fault


def check(cluster: Cluster) -> list[str]:
    """List what differs from this release, in schema or grants; an empty list means all is well."""
    return apply.check(cluster.owner)


def _read_passwords(path: Path, *, own: bool) -> dict[str, str]:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & (0o077 if own else 0o002):
        raise OperatorError(f"{path}: others can reach it (mode {mode:o}); run `chmod 600 {path}`")
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as fault:
        raise OperatorError(f"{path}:{fault.lineno}: no JSON: {fault.msg}") from None
    known = {role.value for role in Role}
    if (
        not isinstance(found, dict)
        or not found.keys() <= known
        or not all(isinstance(each, str) for each in found.values())
    ):
        raise OperatorError(
            f"{path}: allowed is a JSON object of role: password, with roles {', '.join(sorted(known))}"
        )
    return found


def _parsed(owner: str) -> URL:
    try:
        url = make_url(owner)
    except ArgumentError:
        raise OperatorError(
            "POORT_DATABASE_URL: found no address; allowed is postgresql://USER:PASSWORD@HOST:PORT"
        ) from None
    if url.drivername not in {"postgresql", "postgres"}:
        raise OperatorError(
            f"POORT_DATABASE_URL: found {url.drivername}; PostgreSQL is the only database: postgresql://..."
        )
    return url.set(drivername="postgresql")
