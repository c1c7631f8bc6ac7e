"""What comparisons of legacy's answers with the new core's counted, and in what they differed.

Why: a group may only be read from the new core after so many answers were compared, and nobody may decide that from memory.
Written by the worker (`rollout/shadow/store.py`), read by evidence, the console and people.

Rules of these tables:
1. No value of a person and no text of a request: shapes, paths of fields, keyed digests.
2. Counts only grow; one line is group, configuration, function, shape, hour and result.
3. A mismatch names the exchange whose record in the access log says whom it was about; retention may delete it.
"""

from alembic import op

from migrations.grants import grant
from migrations.roles import CONSOLE, READER, RETENTION, WORKER

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TABLES = (
    """CREATE TABLE shadow_count (
        grp text NOT NULL, hour timestamptz NOT NULL, config text NOT NULL, function text NOT NULL, shape text NOT NULL,
        result text NOT NULL, reads bigint NOT NULL CHECK (reads >= 0),
        PRIMARY KEY (grp, hour, config, function, shape, result))""",
    """CREATE TABLE shadow_latency (
        grp text NOT NULL, hour timestamptz NOT NULL, config text NOT NULL, function text NOT NULL,
        core text NOT NULL CHECK (core IN ('legacy', 'newcore')), bucket smallint NOT NULL, reads bigint NOT NULL,
        PRIMARY KEY (grp, hour, config, function, core, bucket))""",
    """CREATE TABLE shadow_mismatch (
        number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, grp text NOT NULL, config text NOT NULL,
        function text NOT NULL, shape text NOT NULL, exchange uuid NOT NULL, at timestamptz NOT NULL, result text NOT NULL,
        path text NOT NULL, safety boolean NOT NULL, parity boolean NOT NULL, legacy bytea NOT NULL, newcore bytea NOT NULL)""",
    "CREATE INDEX shadow_mismatch_grp ON shadow_mismatch (grp, at)",
)


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)
    for table in ("shadow_count", "shadow_latency"):
        grant(table, **{WORKER: "INSERT, UPDATE, SELECT", CONSOLE: "SELECT", READER: "SELECT"})
    grant("shadow_mismatch", **{WORKER: "INSERT, SELECT", CONSOLE: "SELECT", READER: "SELECT"})
    grant("shadow_mismatch", **{RETENTION: "DELETE, SELECT(number, at)"})
