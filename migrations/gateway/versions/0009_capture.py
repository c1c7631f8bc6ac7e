"""What capture needs: whom and what a mutation may have changed, quarantine, reconciles, and one budget of reads.

Rules of these tables:
1. `journal.functions` are all functions of the mutation's chain, `journal.named` all rows that it names: a chain may change
   two persons, and records of two groups. A row of the previous release has neither: then `function` and `entity` count.
2. `quarantine` holds what newcore refuses or nobody can read, by record: a person decides. Its reason holds no value.
3. `reconcile` has one row for each kind of record of each pass that came to its end: counts alone.
4. `legacy_budget` is the one bucket of all processes that read legacy for us.
5. A gateway may see which groups are filled, what is captured and of whom, and who is in quarantine: nothing else of these.
"""

from alembic import op

from migrations.grants import append_only, grant
from migrations.roles import CONSOLE, GATEWAY, READER, WORKER

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TABLES = (
    "ALTER TABLE journal ADD COLUMN functions text[], ADD COLUMN named text[]",
    "CREATE INDEX journal_captured ON journal (seq) WHERE captured",
    """CREATE TABLE quarantine (
        entity text NOT NULL, row_id text NOT NULL, subject text NOT NULL, number bigint NOT NULL,
        tries integer NOT NULL CHECK (tries > 0), reason text NOT NULL,
        state text NOT NULL CHECK (state IN ('trying', 'held', 'released')),
        first_at timestamptz NOT NULL DEFAULT clock_timestamp(), last_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        released_by text, PRIMARY KEY (entity, row_id))""",
    "CREATE INDEX quarantine_subject ON quarantine (subject)",
    """CREATE TABLE reconcile (
        number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, entity text NOT NULL, begun_at timestamptz NOT NULL,
        ended_at timestamptz NOT NULL DEFAULT clock_timestamp(), checked bigint NOT NULL, equal bigint NOT NULL,
        raced bigint NOT NULL, pending bigint NOT NULL, held bigint NOT NULL, repaired bigint NOT NULL,
        unexplained bigint NOT NULL, reasons jsonb NOT NULL, actor text NOT NULL)""",
    "CREATE INDEX reconcile_newest ON reconcile (entity, number DESC)",
    """CREATE TABLE legacy_budget (
        one boolean PRIMARY KEY DEFAULT true CHECK (one), level double precision NOT NULL, at timestamptz NOT NULL)""",
)

JOURNAL = """
CREATE OR REPLACE FUNCTION journal_append(rows jsonb) RETURNS TABLE (intent uuid, seq bigint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    PERFORM pg_advisory_xact_lock(x'4A4F5552'::bigint);
    INSERT INTO journal_command (intent, sealed)
        SELECT (r->>'id')::uuid, (r->>'command')::bytea FROM jsonb_array_elements(rows->'intents') r;
    RETURN QUERY WITH made AS (
        INSERT INTO journal (id, access, function, grp, core, revision, entity, session, captured, functions, named)
        SELECT (r->>'id')::uuid, (r->>'access')::uuid, r->>'function', r->>'grp', r->>'core', (r->>'revision')::bigint,
            r->>'entity', (r->>'session')::bytea, (r->>'captured')::boolean,
            CASE WHEN r ? 'functions' THEN ARRAY(SELECT jsonb_array_elements_text(r->'functions')) END,
            CASE WHEN r ? 'named' THEN ARRAY(SELECT jsonb_array_elements_text(r->'named')) END
        FROM jsonb_array_elements(rows->'intents') WITH ORDINALITY e(r, n) ORDER BY n
        RETURNING id, journal.seq) SELECT made.id, made.seq FROM made;
    INSERT INTO journal_state (intent, state, digest, entity)
        SELECT (r->>'intent')::uuid, r->>'state', (r->>'digest')::bytea, r->>'entity'
        FROM jsonb_array_elements(rows->'outcomes') WITH ORDINALITY e(r, n) ORDER BY n;
END $$
"""


def upgrade() -> None:
    for statement in (*TABLES, JOURNAL):
        op.execute(statement)
    append_only("reconcile")
    grant("journal", **{GATEWAY: "SELECT(named, entity, captured)"})
    grant("backfill", **{GATEWAY: "SELECT(grp, finished_at)"})
    grant("quarantine", **{WORKER: "INSERT, SELECT, UPDATE, DELETE", CONSOLE: "SELECT", READER: "SELECT"})
    grant("quarantine", **{GATEWAY: "SELECT(subject, state)"})
    grant("reconcile", **{WORKER: "INSERT, SELECT", CONSOLE: "SELECT", READER: "SELECT"})
    grant("legacy_budget", **{WORKER: "INSERT, SELECT, UPDATE"})
