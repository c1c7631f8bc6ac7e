"""Grants, written by the migration that makes the table, and declared so that `poort db check` can compare.

Why it exists: a grant given by hand at three in the morning must not stay unnoticed. Rules: `grant` and `revoke` are the
only way; each row of `declared_grant` is one privilege; whatever the server has beyond them is reported.

    grant("access_record", poort_gateway="INSERT", poort_console="SELECT")
    grant("person_ref", poort_gateway="INSERT, SELECT(hmac, key_id, ref)")
"""

import re

from alembic import op
from sqlalchemy import text

from migrations.roles import ROLES

_NAME = re.compile(r"[a-z_][a-z0-9_]*")
_PRIVILEGE = re.compile(r"\s*([A-Z]+)\s*(?:\(([^)]*)\))?\s*(?:,|$)")
_KINDS = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "USAGE"})
_WHOLE = ""  # the column of a privilege on the whole relation


def privileges(written: str) -> tuple[tuple[str, str], ...]:
    """Split `INSERT, SELECT(a, b)` into privilege and column; refuses anything else."""
    pairs: list[tuple[str, str]] = []
    position = 0
    while position < len(written):
        found = _PRIVILEGE.match(written, position)
        if found is None or found[1] not in _KINDS:
            raise ValueError(f"found {written[position:]!r}; allowed are {', '.join(sorted(_KINDS))}, with (columns)")
        columns = [_checked(name.strip()) for name in found[2].split(",")] if found[2] else [_WHOLE]
        pairs += [(found[1], column) for column in columns]
        position = found.end()
    return tuple(pairs)


def grant(relation: str, **by_role: str) -> None:
    """Give privileges on a table, view or sequence to roles, and declare them."""
    for role, written in by_role.items():
        for privilege, column in privileges(written):
            op.execute(f"GRANT {_what(privilege, column)} ON {_target(relation, privilege)} TO {_role(role)}")
            _declare(relation, role, privilege, column)


def revoke(relation: str, **by_role: str) -> None:
    """Take privileges back, and their declaration."""
    for role, written in by_role.items():
        for privilege, column in privileges(written):
            op.execute(f"REVOKE {_what(privilege, column)} ON {_target(relation, privilege)} FROM {_role(role)}")
            _forget(relation, role, privilege, column)


def append_only(table: str) -> None:
    """Refuse UPDATE, DELETE and TRUNCATE on a table by trigger too, whoever asks; partitions inherit the row trigger."""
    name = _checked(table)
    op.execute(
        f"CREATE TRIGGER {name}_append_only BEFORE UPDATE OR DELETE ON {name} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        f"CREATE TRIGGER {name}_no_truncate BEFORE TRUNCATE ON {name} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def prepare(*roles: str) -> None:
    """Lay the base of a database: nothing for everybody, use of the schema for its roles, and the table of grants."""
    op.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    for role in roles:
        op.execute(f"GRANT USAGE ON SCHEMA public TO {_role(role)}")
    op.execute(
        "CREATE TABLE declared_grant (relation text NOT NULL, role text NOT NULL, privilege text NOT NULL, "
        "attribute text NOT NULL, PRIMARY KEY (relation, role, privilege, attribute))"
    )
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
        "'% on % is refused: this table only grows', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege'; "
        "END $$"
    )
    grant("alembic_version", **dict.fromkeys(roles, "SELECT"))  # a process checks at its start that the schema is there


def _what(privilege: str, column: str) -> str:
    return f"{privilege} ({column})" if column else privilege


def _target(relation: str, privilege: str) -> str:
    return f"SEQUENCE {_checked(relation)}" if privilege == "USAGE" else f"TABLE {_checked(relation)}"


def _role(role: str) -> str:
    known = [each.name for each in ROLES]
    if role not in known:
        raise ValueError(f"found role {role!r}; allowed are {', '.join(known)}")
    return role


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"found name {name!r}; allowed are lower-case letters, digits and _")
    return name


def _declare(relation: str, role: str, privilege: str, column: str) -> None:
    statement = text(
        "INSERT INTO declared_grant VALUES (:relation, :role, :privilege, :attribute) ON CONFLICT DO NOTHING"
    )
    op.get_bind().execute(statement, _row(relation, role, privilege, column))


def _forget(relation: str, role: str, privilege: str, column: str) -> None:
    statement = text(
        "DELETE FROM declared_grant "
        "WHERE relation = :relation AND role = :role AND privilege = :privilege AND attribute = :attribute"
    )
    op.get_bind().execute(statement, _row(relation, role, privilege, column))


def _row(relation: str, role: str, privilege: str, column: str) -> dict[str, str]:
    return {"relation": relation, "role": role, "privilege": privilege, "attribute": column}
