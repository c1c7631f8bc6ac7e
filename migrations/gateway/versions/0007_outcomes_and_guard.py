"""What became of calls while a group is ramped, and how the guard stands on it.

Why: a newcore that fails must lose its cohort by itself, within seconds, on counts that every gateway adds to. Written by
the gateways (`proxy/routing/outcomes/store.py`) and by the guard of the worker (`rollout/guarding/store.py`).

Rules of these tables:
1. `route_outcome` holds numbers only: no user, no row, no function. Its rows become visible in the order of their
   numbers, because the lock is held until commit; a reader that remembers the highest one misses nothing.
2. `route_guard` is where the guard's test stands, per group and partition ('' is the group as a whole): a worker that is
   started again goes on where it was. `mark` names the setting of the group under which it began.
"""

from alembic import op

from migrations.grants import grant
from migrations.roles import CONSOLE, GATEWAY, READER, WORKER

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = (
    """CREATE TABLE route_outcome (
        number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp(),
        instance text NOT NULL, revision bigint NOT NULL, config text NOT NULL, grp text NOT NULL,
        partition text NOT NULL, core text NOT NULL CHECK (core IN ('legacy', 'newcore')), answered integer NOT NULL,
        faults integer NOT NULL, untranslatable integer NOT NULL, shed integer NOT NULL, latency integer[] NOT NULL)""",
    "CREATE INDEX route_outcome_group ON route_outcome (grp, number)",
    "CREATE INDEX route_outcome_at ON route_outcome (at)",
    """CREATE TABLE route_guard (
        grp text NOT NULL, partition text NOT NULL, mark text NOT NULL, begun bigint NOT NULL, place bigint NOT NULL,
        score double precision NOT NULL, calm double precision NOT NULL, clear boolean NOT NULL,
        answered bigint NOT NULL, faults bigint NOT NULL, tripped jsonb, acted bigint,
        at timestamptz NOT NULL DEFAULT clock_timestamp(), PRIMARY KEY (grp, partition))""",
)

APPEND = """
CREATE FUNCTION outcome_append(of_instance text, rows jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(x'4F555443'::bigint);
    INSERT INTO route_outcome (instance, revision, config, grp, partition, core, answered, faults, untranslatable, shed,
            latency)
        SELECT of_instance, r.revision, r.config, r.grp, r.partition, r.core, r.answered, r.faults, r.untranslatable,
            r.shed, r.latency
        FROM jsonb_to_recordset(rows) r(revision bigint, config text, grp text, partition text, core text,
            answered integer, faults integer, untranslatable integer, shed integer, latency integer[]);
END $$
"""


def upgrade() -> None:
    for statement in (*TABLES, APPEND):
        op.execute(statement)
    op.execute("REVOKE ALL ON FUNCTION outcome_append(text, jsonb) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION outcome_append(text, jsonb) TO {GATEWAY}")
    grant("route_outcome", **{GATEWAY: "INSERT", WORKER: "SELECT, DELETE", CONSOLE: "SELECT", READER: "SELECT"})
    grant("route_guard", **{WORKER: "SELECT, INSERT, UPDATE", CONSOLE: "SELECT", READER: "SELECT"})
