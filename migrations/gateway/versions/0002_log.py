"""The access log, its person references, its checkpoints and the write journal.

Why: every exchange leaves its record here before its answer is released; nothing here is ever changed. Written by the
gateway's ledger (`proxy/accesslog/store.py`), the journal's writer and the checkpoint worker; read by console and reader.

Rules of these tables:
1. A month is a month in UTC, of the moment of recording (`recorded_at`, which never runs back within a writer), so that
   one month is one stretch of every chain and retention drops it whole.
2. Partitions are made ahead by `log_months_ahead`, which the gateway calls at its start and whenever one is missing. There
   is no default partition: a row that fits nowhere is an error that is mended, not a table that never ends.
3. The gateway cannot read the log back. What it must know - was my last commit stored? - `log_stored` answers, for a
   writer whose hash it can name.
4. The journal's sequence is taken under a lock that is held until commit, so numbers become visible in their order and a
   reader that remembers the highest one misses nothing.
"""

from alembic import op

from migrations.grants import append_only, grant
from migrations.roles import CONSOLE, GATEWAY, READER, RETENTION, WORKER

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

PARTITIONED = ("access", "disclosure", "withheld", "completion")

TABLES = """
CREATE TABLE log_writer (
    writer text PRIMARY KEY, instance text NOT NULL, opened_at timestamptz NOT NULL DEFAULT clock_timestamp());

CREATE TYPE log_access AS (
    id uuid, occurred_at timestamptz, kind text, decision text, reason text, session bytea, account text,
    organisation_kind text, organisation text, role text, authorisation text, client text, function text, target text,
    rules text[], policy text, cell text, purpose text, vacancy text, core text, revision bigint, routing text,
    upstream_status int, rows int, detail text, regions text);
CREATE TYPE log_completion AS (access uuid, delivery text, size bigint, duration_us bigint);

CREATE TABLE access (
    writer text NOT NULL, seq bigint NOT NULL, recorded_at timestamptz NOT NULL, hash bytea NOT NULL,
    id uuid NOT NULL, occurred_at timestamptz NOT NULL, kind text NOT NULL, decision text NOT NULL, reason text NOT NULL,
    session bytea, account text, organisation_kind text, organisation text, role text, authorisation text,
    client text NOT NULL, function text, target text, rules text[] NOT NULL, policy text NOT NULL, cell text NOT NULL,
    purpose text NOT NULL, vacancy text, core text, revision bigint, routing text NOT NULL, upstream_status int,
    rows int NOT NULL, detail text NOT NULL, regions text NOT NULL,
    PRIMARY KEY (writer, seq, recorded_at)
) PARTITION BY RANGE (recorded_at);
CREATE INDEX access_id ON access (id);
CREATE INDEX access_recorded ON access (recorded_at);
CREATE INDEX access_account ON access (account, recorded_at);

CREATE TABLE disclosure (
    writer text NOT NULL, seq bigint NOT NULL, recorded_at timestamptz NOT NULL, position smallint NOT NULL,
    access uuid NOT NULL, person uuid NOT NULL, relation text NOT NULL, shown text[] NOT NULL, masked text[] NOT NULL,
    deliberate boolean NOT NULL, explanation text,
    PRIMARY KEY (writer, seq, position, recorded_at)
) PARTITION BY RANGE (recorded_at);
CREATE INDEX disclosure_person ON disclosure (person, recorded_at);

CREATE TABLE withheld (
    writer text NOT NULL, seq bigint NOT NULL, recorded_at timestamptz NOT NULL, position smallint NOT NULL,
    access uuid NOT NULL, person uuid NOT NULL, relation text NOT NULL, reason text NOT NULL, deliberate boolean NOT NULL,
    PRIMARY KEY (writer, seq, position, recorded_at)
) PARTITION BY RANGE (recorded_at);
CREATE INDEX withheld_person ON withheld (person, recorded_at);

CREATE TABLE completion (
    writer text NOT NULL, seq bigint NOT NULL, recorded_at timestamptz NOT NULL, hash bytea NOT NULL,
    access uuid NOT NULL, delivery text NOT NULL, size bigint NOT NULL, duration_us bigint NOT NULL,
    PRIMARY KEY (writer, seq, recorded_at)
) PARTITION BY RANGE (recorded_at);
CREATE INDEX completion_access ON completion (access);

CREATE TABLE person_key (key_id text PRIMARY KEY, first_used_at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE TABLE person_map (
    digest bytea PRIMARY KEY, key_id text NOT NULL, person uuid NOT NULL, sealed bytea,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE INDEX person_map_person ON person_map (person);

CREATE TABLE checkpoint (
    number bigint PRIMARY KEY, payload bytea NOT NULL, signature bytea NOT NULL, key_id text NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE TABLE archive (
    hash text PRIMARY KEY, kind text NOT NULL, body text NOT NULL,
    first_used_at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE TABLE log_dropped (
    month date NOT NULL, relation text NOT NULL, rows bigint NOT NULL, dropped_by text NOT NULL,
    dropped_at timestamptz NOT NULL DEFAULT clock_timestamp(), PRIMARY KEY (month, relation));

CREATE TABLE journal (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id uuid NOT NULL UNIQUE, access uuid NOT NULL,
    function text NOT NULL, grp text, core text NOT NULL, revision bigint NOT NULL, entity text, session bytea,
    captured boolean NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE INDEX journal_grp ON journal (grp, seq) WHERE captured;
CREATE TABLE journal_command (intent uuid PRIMARY KEY, sealed bytea NOT NULL);
CREATE TABLE journal_state (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, intent uuid NOT NULL,
    state text NOT NULL CHECK (state IN ('acked', 'rejected', 'unknown', 'synced', 'conflict')),
    digest bytea NOT NULL DEFAULT '', entity text, at timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (intent, state));
CREATE TABLE journal_watermark (
    grp text PRIMARY KEY, seq bigint NOT NULL, updated_at timestamptz NOT NULL DEFAULT clock_timestamp())
"""

# One document a batch, so that a commit is one round trip: round trips are what small batches cost (one record 256 us of
# client CPU against 826 by COPY, four a batch 111 against 344). On the server it costs what COPY does: the indexes do.
APPEND = """
CREATE FUNCTION log_append(batch jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    chain text := batch->>'writer';
    moment timestamptz := (batch->>'recorded_at')::timestamptz;
BEGIN
    INSERT INTO access
        SELECT chain, (e->>'seq')::bigint, moment, (e->>'hash')::bytea, r.*
        FROM jsonb_array_elements(batch->'access') e, jsonb_populate_record(NULL::log_access, e->'link'->'row') r;
    INSERT INTO disclosure
        SELECT chain, (e->>'seq')::bigint, moment, n, (e->'link'->'row'->>'id')::uuid,
            (d->>0)::uuid, d->>1, (d->>2)::text[], (d->>3)::text[], (d->>4)::boolean
        FROM jsonb_array_elements(batch->'access') e,
            jsonb_array_elements(e->'link'->'shown') WITH ORDINALITY x(d, n);
    INSERT INTO withheld
        SELECT chain, (e->>'seq')::bigint, moment, n, (e->'link'->'row'->>'id')::uuid,
            (d->>0)::uuid, d->>1, d->>2, (d->>3)::boolean
        FROM jsonb_array_elements(batch->'access') e,
            jsonb_array_elements(e->'link'->'withheld') WITH ORDINALITY x(d, n);
    INSERT INTO completion
        SELECT chain, (e->>'seq')::bigint, moment, (e->>'hash')::bytea, r.*
        FROM jsonb_array_elements(batch->'completion') e, jsonb_populate_record(NULL::log_completion, e->'link') r;
END $$
"""

# `older` are the digests of the same person under keys that were rotated out: the reference stays one and the same.
PERSONS = """
CREATE FUNCTION log_persons(wanted jsonb) RETURNS TABLE (found bytea, reference uuid) LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO person_map (digest, key_id, person, sealed)
        SELECT (w->>'digest')::bytea, w->>'key_id',
            coalesce((SELECT p.person FROM person_map p WHERE p.digest IN
                (SELECT o::bytea FROM jsonb_array_elements_text(w->'older') o) LIMIT 1), (w->>'person')::uuid),
            (w->>'sealed')::bytea
        FROM jsonb_array_elements(wanted) w ORDER BY 1
        ON CONFLICT (digest) DO NOTHING;
    RETURN QUERY SELECT p.digest, p.person FROM person_map p
        WHERE p.digest IN (SELECT (w->>'digest')::bytea FROM jsonb_array_elements(wanted) w);
END $$
"""

STORED = """
CREATE FUNCTION log_stored(chain text, at_seq bigint, with_hash bytea, intent uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM access WHERE writer = chain AND seq = at_seq AND hash = with_hash)
        OR EXISTS (SELECT FROM completion WHERE writer = chain AND seq = at_seq AND hash = with_hash)
        OR EXISTS (SELECT FROM journal WHERE id = intent)
$$
"""

# LIKE and ATTACH, not PARTITION OF: they leave the parent open to writers meanwhile.
MONTHS = """
CREATE FUNCTION log_months_ahead(at timestamptz, months int) RETURNS SETOF text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    parent text; month timestamp; child text; ahead int;
BEGIN
    IF months NOT BETWEEN 0 AND 24 OR at NOT BETWEEN '2020-01-01' AND '2200-01-01' THEN
        RAISE EXCEPTION 'found % months from %; allowed are 0 to 24, from 2020 to 2200', months, at;
    END IF;
    PERFORM pg_advisory_xact_lock(x'4C4F474D'::bigint);
    FOREACH parent IN ARRAY ARRAY['access', 'disclosure', 'withheld', 'completion'] LOOP
        FOR ahead IN 0..months LOOP
            month := date_trunc('month', at AT TIME ZONE 'UTC') + make_interval(months => ahead);
            child := parent || to_char(month, '_YYYY_MM');
            CONTINUE WHEN to_regclass('public.' || child) IS NOT NULL;
            EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', child, parent);
            EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
                child || '_no_truncate', child);
            EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, child,
                month AT TIME ZONE 'UTC', (month + interval '1 month') AT TIME ZONE 'UTC');
            RETURN NEXT child;
        END LOOP;
    END LOOP;
END $$
"""

# Refuses a month that is not wholly past the term; what was dropped, when and by whom stays on record.
DROP = """
CREATE FUNCTION log_drop_month(which date, term timestamptz) RETURNS SETOF text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '5s' AS $$
DECLARE
    parent text; child text; newest timestamptz; counted bigint;
BEGIN
    FOREACH parent IN ARRAY ARRAY['disclosure', 'withheld', 'completion', 'access'] LOOP
        child := parent || to_char(which, '_YYYY_MM');
        CONTINUE WHEN to_regclass('public.' || child) IS NULL;
        EXECUTE format('SELECT max(recorded_at), count(*) FROM %I', child) INTO newest, counted;
        IF (date_trunc('month', which::timestamp) + interval '1 month') AT TIME ZONE 'UTC' > term OR newest >= term THEN
            RAISE EXCEPTION '% is not past the term: newest row %, month ends after %', child, newest, term;
        END IF;
        EXECUTE format('DROP TABLE %I', child);
        INSERT INTO log_dropped (month, relation, rows, dropped_by)
            VALUES (date_trunc('month', which::timestamp), parent, counted, session_user)
            ON CONFLICT DO NOTHING;
        RETURN NEXT child;
    END LOOP;
END $$
"""

JOURNAL = """
CREATE FUNCTION journal_append(rows jsonb) RETURNS TABLE (intent uuid, seq bigint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    PERFORM pg_advisory_xact_lock(x'4A4F5552'::bigint);
    INSERT INTO journal_command (intent, sealed)
        SELECT (r->>'id')::uuid, (r->>'command')::bytea FROM jsonb_array_elements(rows->'intents') r;
    RETURN QUERY WITH made AS (
        INSERT INTO journal (id, access, function, grp, core, revision, entity, session, captured)
        SELECT (r->>'id')::uuid, (r->>'access')::uuid, r->>'function', r->>'grp', r->>'core', (r->>'revision')::bigint,
            r->>'entity', (r->>'session')::bytea, (r->>'captured')::boolean
        FROM jsonb_array_elements(rows->'intents') WITH ORDINALITY e(r, n) ORDER BY n
        RETURNING id, journal.seq) SELECT made.id, made.seq FROM made;
    INSERT INTO journal_state (intent, state, digest, entity)
        SELECT (r->>'intent')::uuid, r->>'state', (r->>'digest')::bytea, r->>'entity'
        FROM jsonb_array_elements(rows->'outcomes') WITH ORDINALITY e(r, n) ORDER BY n;
END $$
"""

FUNCTIONS = {
    "log_append(jsonb)": (APPEND, (GATEWAY,)),
    "log_persons(jsonb)": (PERSONS, (GATEWAY,)),
    "log_stored(text, bigint, bytea, uuid)": (STORED, (GATEWAY,)),
    "log_months_ahead(timestamptz, int)": (MONTHS, (GATEWAY, WORKER)),
    "log_drop_month(date, timestamptz)": (DROP, (RETENTION,)),
    "journal_append(jsonb)": (JOURNAL, (GATEWAY,)),
}

READERS = {CONSOLE: "SELECT", WORKER: "SELECT", READER: "SELECT", RETENTION: "SELECT"}
MAPPED = "SELECT(digest, key_id, person)"


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        op.execute(statement)
    for signature, (body, roles) in FUNCTIONS.items():
        op.execute(body)
        op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {', '.join(roles)}")
    _grant_log()
    _grant_journal()
    op.execute("SELECT log_months_ahead(now(), 3)")


def _grant_log() -> None:
    for table in (*PARTITIONED, "log_writer"):
        append_only(table)
        grant(table, **{GATEWAY: "INSERT", **READERS})
    for table in ("checkpoint", "archive", "log_dropped", "person_key"):
        append_only(table)
    grant("checkpoint", **{**READERS, WORKER: "INSERT, SELECT"})
    grant("archive", **{GATEWAY: "INSERT, SELECT(hash)", **READERS})
    grant("log_dropped", **READERS)
    grant("person_key", **{GATEWAY: "INSERT, SELECT(key_id)", **READERS})
    grant("person_map", **{GATEWAY: f"INSERT, {MAPPED}", CONSOLE: MAPPED, WORKER: MAPPED})
    grant("person_map", **{READER: "SELECT(key_id, person, made_at)", RETENTION: f"DELETE, {MAPPED}"})


def _grant_journal() -> None:
    append_only("journal")
    append_only("journal_state")
    grant("journal", **{GATEWAY: "INSERT, SELECT(seq, id)", **READERS})
    grant("journal_state", **{GATEWAY: "INSERT", **READERS, WORKER: "INSERT, SELECT"})
    grant("journal_command", **{GATEWAY: "INSERT", WORKER: "SELECT", RETENTION: "DELETE, SELECT(intent)"})
    grant("journal_watermark", **{GATEWAY: "SELECT", **READERS, WORKER: "INSERT, UPDATE, SELECT"})
