"""Brings a server to the schema of this release: roles, databases, both histories; and tells what differs.

Rules: one advisory lock for all of it, so that ten processes that start at once migrate once; a lock time-out, so that a
migration never queues behind a long transaction and everybody behind it; running it again changes nothing.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg import sql
from sqlalchemy import Connection, NullPool, create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError

from migrations.roles import DATABASES, ROLES, Database, Role

LOCK = 0x504F4F5254  # "POORT"


class MigrationRefusedError(Exception):
    """The server cannot be brought to this release; the message says why."""


def upgrade(owner: str, passwords: Mapping[str, str], lock_seconds: float = 10.0) -> list[str]:
    """Make roles and databases that are missing and run the revisions that are missing; says what it did."""
    done: list[str] = []
    try:
        with _locked(owner, lock_seconds) as connection:
            for role in ROLES:
                done += _ensure_role(connection, role, passwords[role.name])
            for database in DATABASES:
                done += _ensure_database(connection, database)
            for database in DATABASES:
                done += upgrade_one(owner, database, lock_seconds)
    except (psycopg.Error, DBAPIError) as fault:
        raise MigrationRefusedError(_explained(fault)) from fault
    return done


def upgrade_one(owner: str, database: Database, lock_seconds: float) -> list[str]:
    """Run the missing revisions of one database."""
    with _connected(owner, database.name) as connection:
        connection.execute(text("SELECT set_config('lock_timeout', :limit, false)"), {"limit": _limit(lock_seconds)})
        connection.commit()
        before = _revision(connection)
        config = _config(database)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
        after = _revision(connection)
    return [] if before == after else [f"{database.name}: revision {before or 'none'} -> {after}"]


def check(owner: str) -> list[str]:
    """List what differs from this release: server, revisions, grants; an empty list means all is well."""
    problems: list[str] = []
    for database in DATABASES:
        try:
            with _connected(owner, database.name) as connection:
                problems += _revision_problems(connection, database) or _grant_problems(connection, database)
        except DBAPIError as fault:
            problems.append(f"{database.name}: {_explained(fault)}; run `poort db upgrade`")
    return problems


def head(database: Database) -> str:
    """Name the newest revision that this release knows."""
    revision = ScriptDirectory.from_config(_config(database)).get_current_head()
    if revision is None:
        raise MigrationRefusedError(f"{database.name}: no revision in migrations/{database.history}/versions")
    return revision


def _revision_problems(connection: Connection, database: Database) -> list[str]:
    found, wanted = _revision(connection), head(database)
    if found == wanted:
        return []
    return [f"{database.name}: found revision {found or 'none'}, this release has {wanted}; run `poort db upgrade`"]


def _grant_problems(connection: Connection, database: Database) -> list[str]:
    declared = _grants(connection, "SELECT relation, role, privilege, attribute FROM declared_grant")
    given = _grants(connection, _GIVEN)
    missing = [f"{database.name}: {_shown(each)} was declared and is missing" for each in sorted(declared - given)]
    beyond = [f"{database.name}: {_shown(each)} was given by no migration" for each in sorted(given - declared)]
    return missing + beyond


# Privileges on relations and on columns that somebody other than the owner of the relation has; 0 is everybody.
_GIVEN = """
SELECT c.relname, CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee) END, a.privilege_type, ''
FROM pg_class c, aclexplode(c.relacl) a
WHERE c.relnamespace = 'public'::regnamespace AND a.grantee <> c.relowner
UNION ALL
SELECT c.relname, CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee) END, a.privilege_type, t.attname
FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid, aclexplode(t.attacl) a
WHERE c.relnamespace = 'public'::regnamespace AND a.grantee <> c.relowner AND NOT t.attisdropped
"""


def _grants(connection: Connection, query: str) -> set[tuple[str, str, str, str]]:
    return {(row[0], row[1], row[2], row[3]) for row in connection.execute(text(query))}


def _shown(each: tuple[str, str, str, str]) -> str:
    relation, role, privilege, attribute = each
    return f"{privilege} on {relation}{f'({attribute})' if attribute else ''} for {role}"


def _ensure_role(connection: psycopg.Connection, role: Role, password: str) -> list[str]:
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role.name,)).fetchone()
    name = sql.Identifier(role.name)
    if known is None:
        connection.execute(sql.SQL("CREATE ROLE {}").format(name))
    # Hashed on this side: the password itself is in no server log.
    hashed = connection.pgconn.encrypt_password(password.encode(), role.name.encode(), b"scram-sha-256").decode()
    connection.execute(sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(name, sql.Literal(hashed)))
    for parameter, setting in role.session:
        statement = sql.SQL("ALTER ROLE {} SET {} = {}")
        connection.execute(statement.format(name, sql.Identifier(parameter), sql.Literal(setting)))
    return [] if known else [f"role {role.name}: made"]


def _ensure_database(connection: psycopg.Connection, database: Database) -> list[str]:
    known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database.name,)).fetchone()
    name = sql.Identifier(database.name)
    if known is None:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(name))
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
    for role in database.roles:
        connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, sql.Identifier(role)))
    return [] if known else [f"database {database.name}: made"]


@contextmanager
def _locked(owner: str, lock_seconds: float) -> Iterator[psycopg.Connection]:
    """Hold the one lock, on the database that the owner's address names."""
    with psycopg.connect(_libpq(make_url(owner)), autocommit=True) as connection:
        connection.execute("SELECT set_config('lock_timeout', %s, false)", (_limit(lock_seconds),))
        connection.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        yield connection


@contextmanager
def _connected(owner: str, database: str) -> Iterator[Connection]:
    url = make_url(owner).set(drivername="postgresql+psycopg", database=database)
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


def _revision(connection: Connection) -> str | None:
    found = MigrationContext.configure(connection).get_current_revision()
    connection.rollback()
    return found


def _config(database: Database) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / database.history).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _libpq(url: URL) -> str:
    return url.set(drivername="postgresql", database=url.database or "postgres").render_as_string(hide_password=False)


def _limit(seconds: float) -> str:
    return f"{int(seconds * 1000)}ms"


def _explained(fault: psycopg.Error | DBAPIError) -> str:
    cause = fault.orig if isinstance(fault, DBAPIError) else fault
    first = str(cause).strip().splitlines()[0] if str(cause).strip() else type(cause).__name__
    if isinstance(cause, psycopg.errors.LockNotAvailable):
        return f"{first}: another migration or a long transaction holds a lock; nothing was changed, try again later"
    return first
