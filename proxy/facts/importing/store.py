"""Imports of facts by operators: one transaction each, all or nothing, and a report of what was done.

Rules: no BSN is stored in clear; a user that a file names gets exactly the file's rows; what a file does not name stays.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import psycopg
from psycopg import sql

from proxy.errors import OperatorError
from proxy.facts import question
from proxy.facts.cover import Wish
from proxy.facts.directory import Directory
from proxy.facts.dossier import PersonRow
from proxy.facts.planning import SHOWN, AppointmentRow, Planned
from proxy.model.principal import Principal
from proxy.model.tie import Vacancy

_PERSON_COLUMNS = (
    *("row_id", "identity", "sealed", "municipality", "responsible_region", "caseload_user", "team", "assigned"),
    *("class", "status", "moved_from", "moved_on", "consents", "born"),
)


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did."""

    added: int
    changed: int
    unchanged: int


def import_users(dsn: str, directory: Directory) -> Imported:
    """Store a directory in one transaction: the authorisations of its users become exactly those of the file.

    Accounts that the file does not name stay as they are. Raises OperatorError where the file has problems.
    """
    _sound(directory.problems)
    users = [account.user for account in directory.accounts]
    with psycopg.connect(dsn) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT name, revision FROM account WHERE name = ANY(%s) ORDER BY name FOR UPDATE", (users,))
        before: dict[str, int] = dict(cursor.fetchall())
        cursor.executemany(
            "INSERT INTO account (name, team, identity) VALUES (%s, %s, %s) ON CONFLICT (name) DO UPDATE SET "
            "team = excluded.team, identity = excluded.identity "
            "WHERE (account.team, account.identity) IS DISTINCT FROM (excluded.team, excluded.identity)",
            [(account.user, account.team, account.identity) for account in directory.accounts],
        )
        _authorise(cursor, users, directory)
        cursor.execute("SELECT name, revision FROM account WHERE name = ANY(%s)", (users,))
        after: dict[str, int] = dict(cursor.fetchall())
    changed = sum(1 for name, revision in before.items() if after[name] != revision)
    return Imported(len(after) - len(before), changed, len(before) - changed)


def _authorise(cursor: "psycopg.Cursor[Any]", users: list[str], directory: Directory) -> None:
    rows = directory.authorisations
    cursor.execute(
        "DELETE FROM account_authorisation WHERE account = ANY(%s) "
        "AND NOT (account, id) IN (SELECT * FROM unnest(%s::text[], %s::text[]))",
        (users, [row.user for row in rows], [row.id for row in rows]),
    )
    cursor.executemany(
        "INSERT INTO account_authorisation (account, id, role, organisation_kind, organisation_code, municipality, "
        "regions, valid_from, valid_until, legal_ground, issued_by, recertified_on) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (account, id) DO UPDATE SET "
        "recertified_on = excluded.recertified_on "
        "WHERE account_authorisation.recertified_on IS DISTINCT FROM excluded.recertified_on",
        [
            (
                *(row.user, row.id, row.role, row.organisation_kind, row.organisation_code, row.municipality),
                *(list(row.regions), row.valid_from, row.valid_until, row.legal_ground, row.issued_by),
                row.recertified_on,
            )
            for row in rows
        ],
    )


def import_vacancies(dsn: str, planned: Planned[Vacancy]) -> Imported:
    """Store vacancies in one transaction: those of the file as the file has them, the others as they are."""
    _sound(planned.problems)
    names = ("id", "region", "occupation", "organisation", "opened", "closed")
    columns = [[getattr(row, name) for row in planned.rows] for name in names]
    with psycopg.connect(dsn) as connection:
        done = connection.execute(
            "INSERT INTO vacancy AS v (id, region, occupation, organisation, opened, closed, source) SELECT *, 'import' "
            "FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::date[], %s::date[]) b(id) ORDER BY b.id "
            "ON CONFLICT (id) DO UPDATE SET region = excluded.region, occupation = excluded.occupation, "
            "organisation = excluded.organisation, opened = excluded.opened, closed = excluded.closed, "
            "source = excluded.source, changed_at = now() "
            "WHERE (v.region, v.occupation, v.organisation, v.opened, v.closed, v.source) IS DISTINCT FROM (excluded.region, "
            "excluded.occupation, excluded.organisation, excluded.opened, excluded.closed, excluded.source) "
            "RETURNING (xmax = 0)",
            columns,
        )
        written = [row[0] for row in done.fetchall()]
    return Imported(sum(written), len(written) - sum(written), len(planned.rows) - len(written))


def import_appointments(dsn: str, planned: Planned[AppointmentRow]) -> Imported:
    """Store appointments in one transaction: they become exactly those of the file; `changed` are those that went."""
    _sound(planned.problems)
    columns = [[getattr(row, name) for row in planned.rows] for name in ("row_id", "user", "day")]
    with psycopg.connect(dsn) as connection, connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM appointment WHERE NOT (row_id, account, day) IN "
            "(SELECT * FROM unnest(%s::text[], %s::text[], %s::date[]))",
            columns,
        )
        gone = cursor.rowcount
        cursor.execute(
            "INSERT INTO appointment (row_id, account, day) SELECT * FROM unnest(%s::text[], %s::text[], %s::date[]) "
            "ON CONFLICT DO NOTHING",
            columns,
        )
        added = cursor.rowcount
    return Imported(added, gone, len(planned.rows) - added)


def accounts(dsn: str, users: Sequence[str]) -> Mapping[str, Principal]:
    """Give the accounts that the directory knows of these."""
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(question.ACCOUNTS.encode(), (list(users),)).fetchall()
    return {row[0]: question.principal(row) for row in rows}


def cover(dsn: str, wish: Wish, refusals: Sequence[str]) -> None:
    """Store a cover, or change the end of one that begins that day; raises OperatorError where there are refusals."""
    if refusals:
        raise OperatorError("nothing was changed:\n" + "\n".join(refusals))
    with psycopg.connect(dsn) as connection:
        connection.execute(
            "INSERT INTO cover (account, covered, begins, ends, granted_by, region) VALUES (%s, %s, %s, %s, %s, %s) "
            "ON CONFLICT (account, covered, begins) DO UPDATE SET ends = excluded.ends, "
            "granted_by = excluded.granted_by, region = excluded.region, granted_at = now()",
            (wish.user, wish.covered, wish.begins, wish.ends, wish.granted_by, wish.region),
        )


def _sound(problems: Sequence[str]) -> None:
    """Refuse a file with problems, naming the first of them."""
    if problems:
        more = f"\n({len(problems)} rows in all)" if len(problems) > SHOWN else ""
        raise OperatorError("nothing was imported:\n" + "\n".join(problems[:SHOWN]) + more)


def lock(dsn: str, user: str, reason: str, by: str) -> None:
    """Close an account from its next request on; raises OperatorError for an account that does not exist."""
    _change_lock(dsn, user, (reason, by))


def unlock(dsn: str, user: str) -> None:
    """Open an account again; raises OperatorError for an account that does not exist."""
    _change_lock(dsn, user, None)


def _change_lock(dsn: str, user: str, locked: tuple[str, str] | None) -> None:
    reason, by = locked or (None, None)
    with psycopg.connect(dsn) as connection:
        changed = connection.execute(
            "UPDATE account SET locked_at = CASE WHEN %s::text IS NULL THEN NULL ELSE coalesce(locked_at, now()) END, "
            "lock_reason = %s, locked_by = %s WHERE name = %s",
            (reason, reason, by, user),
        )
        if changed.rowcount != 1:
            raise OperatorError(f"found no account {user!r}; allowed: an account of the directory (poort users import)")


def import_persons(
    dsn: str, rows: Iterable[PersonRow], seal: Callable[[bytes], bytes], refused: Callable[[], bool]
) -> Imported:
    """Store persons in one transaction, by COPY; existing ones are replaced where they differ.

    `refused` is asked after the last row: True rolls everything back with an OperatorError.
    """
    batch = uuid4()
    with psycopg.connect(dsn) as connection, connection.cursor() as cursor:
        _copy(cursor, [batch], rows, seal)
        if refused():
            raise OperatorError("nothing was imported: the file has rows that cannot be stored")
        columns = sql.SQL(", ").join(sql.Identifier(name) for name in _PERSON_COLUMNS)
        pairs = sql.SQL(", ").join(
            sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in _PERSON_COLUMNS[1:]
        )
        cursor.execute(
            sql.SQL(
                "INSERT INTO person AS p ({columns}, source) SELECT {columns}, 'import' FROM person_import WHERE batch = %s "
                "ORDER BY row_id ON CONFLICT (row_id) DO UPDATE SET {pairs}, source = 'import', changed_at = now() "
                "WHERE (p.source, {old}) IS DISTINCT FROM ('import', {new}) RETURNING (xmax = 0)"
            ).format(columns=columns, pairs=pairs, old=_compared("p"), new=_compared("excluded")),
            (batch,),
        )
        written = [row[0] for row in cursor.fetchall()]
        cursor.execute("DELETE FROM person_import WHERE batch = %s", (batch,))
        total = cursor.rowcount
    added = sum(written)
    return Imported(added, len(written) - added, total - len(written))


def _compared(table: str) -> sql.Composed:
    """Name the columns that tell whether a person changed; a seal is another one each time."""
    told = [name for name in _PERSON_COLUMNS[1:] if name != "sealed"]
    return sql.SQL(", ").join(sql.Identifier(table, name) for name in told)


def _copy(
    cursor: "psycopg.Cursor[Any]", first: list[Any], rows: Iterable[PersonRow], seal: Callable[[bytes], bytes]
) -> None:
    columns = sql.SQL(", ").join(sql.Identifier(name) for name in ("batch", *_PERSON_COLUMNS))
    with cursor.copy(sql.SQL("COPY person_import ({}) FROM STDIN").format(columns)) as copy:
        for row in rows:
            plain = row.identity.plain
            sealed = seal(plain.encode()) if plain is not None else None
            copy.write_row((
                *first, row.row_id, row.identity.digest, sealed, row.municipality, row.responsible_region,
                row.caseload_user, row.team, list(row.assigned), row.protection.value, row.status,
                *(row.moved or (None, None)), row.consents, row.born,
            ))  # fmt: skip
