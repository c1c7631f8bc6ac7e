"""Sealed evidence, who may approve a move, and what they approved.

Why: a group moves on what was counted, seen by people with a credential of their own. Rules of these tables:
1. Evidence and approvals only grow. `evidence.body` is the canonical JSON itself, because its hash is taken over those
   bytes and a jsonb would not keep them.
2. An approval belongs to one evidence and one target; a second one of the same person says nothing new.
3. An approver who is removed keeps the row: what was approved before stays explained, and counts no more. One who comes
   back is a new row with a new credential.
4. `approver.credential` is salt and scrypt key; nobody but the process that checks it reads it.
"""

from alembic import op

from migrations.grants import append_only, grant
from migrations.roles import CONSOLE, READER, WORKER

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = (
    """CREATE TABLE evidence (
        hash text PRIMARY KEY CHECK (hash ~ '^[0-9a-f]{64}$'), grp text NOT NULL, target text NOT NULL,
        verdict text NOT NULL CHECK (verdict IN ('pass', 'fail', 'insufficient')), config text NOT NULL,
        body text NOT NULL, made_by text NOT NULL, made_at timestamptz NOT NULL)""",
    "CREATE INDEX evidence_newest ON evidence (grp, target, made_at DESC)",
    """CREATE TABLE approver (
        number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL CHECK (name <> ''),
        account text NOT NULL, credential bytea NOT NULL, failures integer NOT NULL DEFAULT 0, added_by text NOT NULL,
        added_at timestamptz NOT NULL DEFAULT clock_timestamp(), removed_by text, removed_at timestamptz,
        CHECK ((removed_by IS NULL) = (removed_at IS NULL)))""",
    "CREATE UNIQUE INDEX approver_name ON approver (lower(name)) WHERE removed_at IS NULL",
    """CREATE TABLE approval (
        evidence text NOT NULL REFERENCES evidence, target text NOT NULL, approver bigint NOT NULL REFERENCES approver,
        told_by text NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp(), PRIMARY KEY (evidence, target, approver))""",
)


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)
    append_only("evidence")
    append_only("approval")
    for table in ("evidence", "approval"):
        grant(table, **{WORKER: "INSERT, SELECT", CONSOLE: "SELECT", READER: "SELECT"})
    seen = "SELECT(number, name, account, added_by, added_at, removed_by, removed_at)"
    grant("approver", **{WORKER: "INSERT, SELECT, UPDATE(failures, removed_by, removed_at)"})
    grant("approver", **{CONSOLE: seen, READER: seen})
