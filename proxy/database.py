"""The database as a process sees it: which server, which role, which password, and where.

Why it exists: every process logs in under its own role, so a mistake in one cannot use the rights of another. Rules:
1. `POORT_DATABASE_URL` set: that server. Unset: the embedded one in the data directory, where it runs. Only its supervisor
   starts it (`poort demo`, tests, benches): a command that did so while it is down would put it on another port, and the
   processes that wait for it would never find it again.
2. Passwords of roles are made once and kept in a file that only its owner reads; the owner's address is for migrations.

Commands use it like this:

    with open_cluster(load()) as cluster, psycopg.connect(cluster.dsn(Role.READER)) as connection:
        ...

What migrates is loaded where it is asked for: it is half the start of a command, and few migrate.
"""

import json
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

from migrations import roles
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
    lock_timeout: float = 10.0
    names: Mapping[Database, str] = field(default_factory=dict)  # other names, for tests on a copy

    def dsn(self, role: Role, database: Database = Database.GATEWAY) -> str:
        """Write the address for libpq: `postgresql://role:password@host:port/database`."""
        if role not in self.passwords:
            raise OperatorError(f"found no password for {role}; the passwords file has {', '.join(self.passwords)}")
        return _at(self.owner, self.name(database), f"{role.value}:{quote(self.passwords[role], safe='')}")

    def owner_dsn(self, database: Database = Database.GATEWAY) -> str:
        """Write the owner's address of one of our databases; only migrations and tests have business there."""
        return _at(self.owner, self.name(database))

    def name(self, database: Database) -> str:
        """Name a database as it is called on this server."""
        return self.names.get(database, database.value)

    def called(self, database: Database, name: str) -> "Cluster":
        """Give the same cluster with another name for a database: a copy that a test may spoil."""
        return replace(self, names={**self.names, database: name})


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
    from migrations import apply  # noqa: PLC0415  see above

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
    from migrations import apply  # noqa: PLC0415  see above

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


def _parsed(owner: str) -> SplitResult:
    if "://" not in owner:
        raise OperatorError("POORT_DATABASE_URL: found no address; allowed is postgresql://USER:PASSWORD@HOST:PORT")
    address = urlsplit(owner)
    if address.scheme not in {"postgresql", "postgres"}:
        raise OperatorError(
            f"POORT_DATABASE_URL: found {address.scheme}; PostgreSQL is the only database: postgresql://..."
        )
    return address._replace(scheme="postgresql")


def _at(owner: str, database: str, login: str | None = None) -> str:
    """Write an address on the owner's server; without a log-in it is the owner's own."""
    address = _parsed(owner)
    named, _, server = address.netloc.rpartition("@")
    login = named if login is None else login
    return urlunsplit(address._replace(netloc=f"{login}@{server}" if login else server, path=f"/{database}"))
