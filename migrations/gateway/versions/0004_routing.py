"""Published routing revisions, the instances that run them, and how far a group is filled.

Why: `routing.yaml` is the desired state; these rows are the actual one. Gateways acknowledge what they run, the `poort
routes` commands record who changed what and why, the worker keeps its place in a backfill. A gateway that cannot reach
this database goes on with its last good table, so nothing here is on the way of a request.
"""

from alembic import op

from migrations.grants import append_only, grant
from migrations.roles import CONSOLE, GATEWAY, READER, WORKER

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = (
    """CREATE TABLE routing_revision (
        revision bigint NOT NULL, hash text NOT NULL, body text NOT NULL, actor text NOT NULL, action text NOT NULL,
        reason text NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp(), PRIMARY KEY (revision, hash))""",
    """CREATE TABLE routing_act (
        number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, revision bigint NOT NULL, grp text NOT NULL,
        actor text NOT NULL, action text NOT NULL, reason text NOT NULL, evidence jsonb NOT NULL,
        at timestamptz NOT NULL DEFAULT clock_timestamp())""",
    """CREATE TABLE routing_instance (
        instance text PRIMARY KEY, revision bigint NOT NULL, hash text NOT NULL, killed text[] NOT NULL,
        alarm text NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp())""",
    """CREATE TABLE backfill (
        grp text PRIMARY KEY, horizon bigint NOT NULL, entity text NOT NULL DEFAULT '', place text NOT NULL DEFAULT '',
        started_at timestamptz NOT NULL DEFAULT clock_timestamp(), finished_at timestamptz)""",
)


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)
    append_only("routing_revision")
    append_only("routing_act")
    grant("routing_revision", **{GATEWAY: "INSERT", WORKER: "INSERT, SELECT", CONSOLE: "SELECT", READER: "SELECT"})
    grant("routing_act", **{WORKER: "INSERT, SELECT", CONSOLE: "SELECT", READER: "SELECT"})
    grant(
        "routing_instance", **{GATEWAY: "INSERT, UPDATE, SELECT", WORKER: "SELECT", CONSOLE: "SELECT", READER: "SELECT"}
    )
    grant("journal_seq_seq", **{WORKER: "USAGE"})  # a backfill takes a number of its own in the journal's order
    grant("backfill", **{WORKER: "INSERT, UPDATE, SELECT", CONSOLE: "SELECT", READER: "SELECT"})
