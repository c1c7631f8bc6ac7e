"""Who may do what to the log, tried by each role on a real server."""

import psycopg
import pytest

from proxy.accesslog.reading.rows import ACCESS
from proxy.accesslog.record import access_row
from proxy.database import Cluster, Role
from tests.failures.log.builders import access, exchange, intent, ledger, withheld

LOG = (
    "access",
    "disclosure",
    "withheld",
    "completion",
    "log_writer",
    "checkpoint",
    "archive",
    "journal",
    "journal_state",
)


@pytest.fixture
async def filled(database: Cluster) -> Cluster:
    """A log with something in every table that counts."""
    async with ledger(database) as log:
        found = exchange(1)
        await log.append((intent(found[0]),))
        await log.append((*found, withheld(found[0])))
    return database


def refusal(cluster: Cluster, role: Role | None, statement: str) -> str | None:
    """Try a statement; gives the SQLSTATE of its refusal, None where it was done (and undone)."""
    dsn = cluster.owner_dsn() if role is None else cluster.dsn(role)
    with psycopg.connect(dsn) as connection:
        try:
            connection.execute(statement)
        except psycopg.Error as refused:
            return refused.sqlstate
        finally:
            connection.rollback()
    return None


DENIED = "42501"  # insufficient_privilege, by grant and by trigger


@pytest.mark.parametrize("role", [Role.GATEWAY, Role.CONSOLE, Role.WORKER, Role.READER, Role.RETENTION])
@pytest.mark.parametrize("table", LOG)
async def test_no_role_changes_or_deletes_a_log_row(filled: Cluster, role: Role, table: str):
    """UPDATE, DELETE and TRUNCATE are refused by grants to every role, whichever table it is."""
    read_only = "25006" if role is Role.READER else DENIED
    with psycopg.connect(filled.owner_dsn()) as connection:
        found = connection.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum = 2", [table]
        ).fetchone()
    column = found[0] if found else ""
    for statement in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}", f"TRUNCATE {table}"):
        assert refusal(filled, role, statement) in {DENIED, read_only}, statement


@pytest.mark.parametrize("table", ["access", "disclosure", "withheld", "journal", "log_writer"])
async def test_trigger_refuses_even_the_owner(filled: Cluster, table: str):
    """What a grant cannot refuse - the owner - a trigger refuses, on the table and on each partition."""
    with psycopg.connect(filled.owner_dsn()) as connection:
        parts = connection.execute(
            "SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid JOIN pg_stat_user_tables USING (relname) "
            "WHERE inhparent = %s::regclass AND n_live_tup > 0",
            [table],
        ).fetchall()
    for name in (table, *(part for (part,) in parts)):
        assert refusal(filled, None, f"DELETE FROM {name}") == DENIED
        assert refusal(filled, None, f"TRUNCATE {name} CASCADE") == DENIED


@pytest.mark.parametrize("table", ["access", "disclosure", "withheld", "completion", "checkpoint", "log_writer"])
async def test_gateway_reads_nothing_of_the_log(filled: Cluster, table: str):
    """The gateway inserts and cannot look back, not even at a count."""
    assert refusal(filled, Role.GATEWAY, f"SELECT count(*) FROM {table}") == DENIED


async def test_gateway_sees_reference_but_not_the_sealed_identity(filled: Cluster):
    """Of the person map the gateway sees digest, key id and reference; what a reveal needs it cannot read back."""
    assert refusal(filled, Role.GATEWAY, "SELECT digest, key_id, person FROM person_map") is None
    for role in (Role.GATEWAY, Role.CONSOLE, Role.WORKER, Role.READER):
        assert refusal(filled, role, "SELECT sealed FROM person_map") == DENIED
    assert refusal(filled, Role.READER, "SELECT digest FROM person_map") == DENIED
    assert refusal(filled, Role.GATEWAY, "UPDATE person_map SET person = gen_random_uuid()") == DENIED
    assert refusal(filled, Role.GATEWAY, "DELETE FROM person_map") == DENIED


async def test_partitions_cannot_be_reached_past_their_parent(filled: Cluster):
    """Nobody has a right on a partition itself."""
    with psycopg.connect(filled.owner_dsn()) as connection:
        found = connection.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'access'::regclass"
        )
        partition = found.fetchall()[0][0]
    for role in (Role.GATEWAY, Role.CONSOLE, Role.WORKER, Role.RETENTION):
        assert refusal(filled, role, f"SELECT 1 FROM {partition}") == DENIED
        assert refusal(filled, role, f"DROP TABLE {partition}") == DENIED


async def test_signing_is_the_workers_and_writing_is_not(filled: Cluster):
    """Who signs the heads cannot write the log; who writes the log cannot sign."""
    insert = "INSERT INTO checkpoint (number, payload, signature, key_id) VALUES (999999, '', '', 'x')"
    assert refusal(filled, Role.WORKER, insert) is None
    assert refusal(filled, Role.GATEWAY, insert) == DENIED
    assert refusal(filled, Role.WORKER, "INSERT INTO log_writer (writer, instance) VALUES ('x', 'x')") == DENIED
    assert refusal(filled, Role.WORKER, "SELECT log_append('{}')") == DENIED
    assert refusal(filled, Role.CONSOLE, "SELECT log_append('{}')") == DENIED


async def test_only_retention_drops_a_month_and_only_past_its_term(filled: Cluster):
    """A month that is not over, or holds a row within the term, stays; other roles cannot ask at all."""
    drop = "SELECT log_drop_month(current_date, now() - interval '1 year')"
    assert refusal(filled, Role.RETENTION, drop) == "P0001"
    for role in (Role.GATEWAY, Role.CONSOLE, Role.WORKER):
        assert refusal(filled, role, drop) == DENIED


async def test_month_past_its_term_is_dropped_and_recorded(fresh_database: Cluster):
    """Retention drops the month of all four tables at once, and what it dropped stays on record."""
    with psycopg.connect(fresh_database.owner_dsn()) as connection:
        connection.execute("SELECT log_months_ahead('2021-01-15', 1)")
    with psycopg.connect(fresh_database.dsn(Role.RETENTION)) as connection:
        dropped = connection.execute("SELECT log_drop_month('2021-01-01', '2021-02-01 00:00+00')").fetchall()
        connection.commit()
        with pytest.raises(psycopg.errors.RaiseException, match="not past the term"):
            connection.execute("SELECT log_drop_month('2021-02-01', '2021-02-28 00:00+00')")
    assert sorted(name for (name,) in dropped) == [
        "access_2021_01", "completion_2021_01", "disclosure_2021_01", "withheld_2021_01",
    ]  # fmt: skip
    with psycopg.connect(fresh_database.dsn(Role.READER)) as connection:
        kept = connection.execute("SELECT relation, dropped_by FROM log_dropped ORDER BY relation").fetchall()
    assert kept[0] == ("access", "poort_retention")
    assert len(kept) == 4


async def test_columns_of_the_record_are_those_of_its_row_type(database: Cluster):
    """The row type, the table and the writer name the same columns in the same order: a shift would mix them up."""
    query = "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 ORDER BY attnum"
    with psycopg.connect(database.owner_dsn()) as connection:
        table = [row[0] for row in connection.execute(query, ["access"])]
        composite = [row[0] for row in connection.execute(query, ["log_access"])]
    assert tuple(composite) == ACCESS == tuple(access_row(access()))
    assert table == ["writer", "seq", "recorded_at", "hash", *composite]
