"""What ties an employee to a person, vacancies, and on which ground a person was shown or withheld.

Why: appointment, cover, grant and emergency access are relations of their own (RG1, RG5-RG7, RG12, RG13), and a decision
must be repeatable under a later matrix. Read by `proxy/facts/store.py`, written by the ledger and by `poort` imports.

Rules of these tables:
1. The gateway adds grants and emergencies and steps a grant forward; an ended or refused one never opens again, whoever
   asks. Persons and vacancies it changes through `facts_learn` alone, which never touches an imported person.
2. Every change says whose cached facts are old, by NOTIFY on `facts`: ["person", row id, digest], ["vacancy", id],
   ["account", name]; ["*"] stands for more than a connection should be told one by one.
3. A change of cover raises the account's revision, as one of its authorisations does.
4. `person.born` is a keyed digest of birth date and identity together: it checks a date that is typed, and tells none.
5. A log row of the previous release has no ground: all seven columns are NULL, and its link holds what it held then.
"""

from alembic import op

from migrations.grants import grant
from migrations.roles import CONSOLE, GATEWAY, READER, RETENTION, WORKER

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = (
    """CREATE TABLE appointment (
        row_id text NOT NULL, account text NOT NULL, day date NOT NULL, PRIMARY KEY (row_id, account, day))""",
    """CREATE TABLE cover (
        account text NOT NULL REFERENCES account, covered text NOT NULL REFERENCES account CHECK (covered <> account),
        begins date NOT NULL, ends date NOT NULL CHECK (ends >= begins AND ends < begins + 42),
        granted_by text NOT NULL REFERENCES account, region text NOT NULL CHECK (region ~ '^AM[0-9]{2}$'),
        granted_at timestamptz NOT NULL DEFAULT clock_timestamp(), PRIMARY KEY (account, covered, begins))""",
    """CREATE TABLE vacancy (
        id text PRIMARY KEY, region text CHECK (region ~ '^AM[0-9]{2}$'), occupation text, organisation text, opened date,
        closed date, source text NOT NULL CHECK (source IN ('import', 'learned')),
        changed_at timestamptz NOT NULL DEFAULT clock_timestamp())""",
    """CREATE TABLE person_grant (
        id uuid PRIMARY KEY, account text NOT NULL, row_id text NOT NULL, vacancy text NOT NULL,
        state text NOT NULL CHECK (state IN ('requested', 'open', 'refused', 'ended')), asked_at timestamptz NOT NULL,
        until timestamptz CHECK (until IS NOT NULL OR state <> 'open'), reason text NOT NULL, decided_by text,
        decided_at timestamptz, changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        CHECK (until <= coalesce(decided_at, asked_at) + interval '720 hours'))""",
    "CREATE INDEX person_grant_row ON person_grant (row_id) WHERE state IN ('requested', 'open')",
    "CREATE INDEX person_grant_account ON person_grant (account) WHERE state IN ('requested', 'open')",
    "CREATE INDEX person_grant_vacancy ON person_grant (vacancy) WHERE state IN ('requested', 'open')",
    """CREATE TABLE emergency (
        id uuid PRIMARY KEY, account text NOT NULL, row_id text NOT NULL, begins timestamptz NOT NULL,
        until timestamptz NOT NULL CHECK (until > begins AND until <= begins + interval '60 minutes'),
        category text NOT NULL, reason text NOT NULL CHECK (length(reason) >= 20), review_by date NOT NULL,
        reviewed_by text CHECK (reviewed_by <> account), reviewed_at timestamptz,
        verdict text CHECK (verdict IN ('justified', 'unjustified')),
        CHECK (num_nulls(reviewed_by, reviewed_at, verdict) IN (0, 3)))""",
    "CREATE INDEX emergency_row ON emergency (row_id, until)",
    "CREATE INDEX emergency_open ON emergency (review_by) WHERE reviewed_at IS NULL",
    """ALTER TABLE person ADD COLUMN moved_from text, ADD COLUMN moved_on date,
        ADD COLUMN consents boolean NOT NULL DEFAULT false, ADD COLUMN born bytea""",
    """ALTER TABLE person ADD CONSTRAINT person_moved CHECK (
        (moved_from IS NULL) = (moved_on IS NULL) AND moved_from ~ '^[0-9]{4}$') NOT VALID""",
    "ALTER TABLE account_authorisation ADD COLUMN recertified_on date",
    """ALTER TABLE person_import ADD COLUMN moved_from text, ADD COLUMN moved_on date,
        ADD COLUMN consents boolean NOT NULL DEFAULT false, ADD COLUMN born bytea""",
)

_GROUND = (
    "ADD COLUMN protection text, ADD COLUMN emergency boolean, ADD COLUMN rules text[], ADD COLUMN present text[], "
    "ADD COLUMN target text, ADD COLUMN lost text[], ADD COLUMN pending text[]"
)
LOG = (
    f"ALTER TABLE disclosure {_GROUND}",
    f"ALTER TABLE withheld {_GROUND}",
    # As in 0002, with the ground behind each person; a link of the previous release has none, which gives NULL.
    """
    CREATE OR REPLACE FUNCTION log_append(batch jsonb) RETURNS void LANGUAGE plpgsql AS $$
    DECLARE
        chain text := batch->>'writer';
        moment timestamptz := (batch->>'recorded_at')::timestamptz;
    BEGIN
        INSERT INTO access
            SELECT chain, (e->>'seq')::bigint, moment, (e->>'hash')::bytea, r.*
            FROM jsonb_array_elements(batch->'access') e, jsonb_populate_record(NULL::log_access, e->'link'->'row') r;
        INSERT INTO disclosure (writer, seq, recorded_at, position, access, person, relation, shown, masked, deliberate,
                protection, emergency, rules, present, target, lost, pending)
            SELECT chain, (e->>'seq')::bigint, moment, n, (e->'link'->'row'->>'id')::uuid,
                (d->>0)::uuid, d->>1, (d->>2)::text[], (d->>3)::text[], (d->>4)::boolean,
                d->>5, (d->>6)::boolean, (d->>7)::text[], (d->>8)::text[], d->>9, (d->>10)::text[], (d->>11)::text[]
            FROM jsonb_array_elements(batch->'access') e,
                jsonb_array_elements(e->'link'->'shown') WITH ORDINALITY x(d, n);
        INSERT INTO withheld (writer, seq, recorded_at, position, access, person, relation, reason, deliberate,
                protection, emergency, rules, present, target, lost, pending)
            SELECT chain, (e->>'seq')::bigint, moment, n, (e->'link'->'row'->>'id')::uuid,
                (d->>0)::uuid, d->>1, d->>2, (d->>3)::boolean,
                d->>4, (d->>5)::boolean, (d->>6)::text[], (d->>7)::text[], d->>8, (d->>9)::text[], (d->>10)::text[]
            FROM jsonb_array_elements(batch->'access') e,
                jsonb_array_elements(e->'link'->'withheld') WITH ORDINALITY x(d, n);
        INSERT INTO completion
            SELECT chain, (e->>'seq')::bigint, moment, (e->>'hash')::bytea, r.*
            FROM jsonb_array_elements(batch->'completion') e, jsonb_populate_record(NULL::log_completion, e->'link') r;
    END $$
    """,
)

STEPS = (
    """
    CREATE FUNCTION person_grant_step() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.state <> OLD.state AND (OLD.state IN ('refused', 'ended') OR NEW.state = 'requested') THEN
            RAISE EXCEPTION 'grant % is % and cannot become %', OLD.id, OLD.state, NEW.state
                USING ERRCODE = 'check_violation';
        END IF;
        NEW.changed_at := clock_timestamp();
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER person_grant_steps BEFORE UPDATE ON person_grant FOR EACH ROW EXECUTE FUNCTION person_grant_step()",
    """
    CREATE TRIGGER cover_touches AFTER INSERT OR UPDATE OR DELETE ON cover
        FOR EACH ROW EXECUTE FUNCTION account_touch()
    """,
)

# What is known already is not even locked: a list of vacancies passes by fifty times for one that changed.
LEARN = """
CREATE FUNCTION facts_learn(persons jsonb, vacancies jsonb) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO person AS p (row_id, identity, sealed, municipality, responsible_region, class, source)
        SELECT r.row_id, r.identity, r.sealed, r.municipality, r.responsible_region, r.class, 'learned'
        FROM jsonb_to_recordset(persons) r(row_id text, identity bytea, sealed bytea, municipality text,
            responsible_region text, class text)
        WHERE NOT EXISTS (SELECT FROM person k WHERE k.row_id = r.row_id AND k.source = 'import')
        ORDER BY r.row_id
        ON CONFLICT (row_id) DO UPDATE SET
            municipality = coalesce(excluded.municipality, p.municipality),
            responsible_region = coalesce(excluded.responsible_region, p.responsible_region),
            class = CASE WHEN 'staff' IN (p.class, excluded.class) THEN 'staff'
                WHEN 'secret' IN (p.class, excluded.class) THEN 'secret' ELSE 'ordinary' END,
            changed_at = clock_timestamp()
        WHERE p.source = 'learned' AND p.identity = excluded.identity
            AND (p.municipality, p.responsible_region, p.class) IS DISTINCT FROM
                (coalesce(excluded.municipality, p.municipality),
                    coalesce(excluded.responsible_region, p.responsible_region), excluded.class);
    INSERT INTO vacancy AS v (id, region, occupation, organisation, opened, closed, source)
        SELECT r.id, r.region, r.occupation, r.organisation, r.opened, r.closed, 'learned'
        FROM jsonb_to_recordset(vacancies) r(id text, region text, occupation text, organisation text, opened date,
            closed date)
        WHERE NOT EXISTS (SELECT FROM vacancy k WHERE k.id = r.id
            AND (k.region, k.occupation, k.organisation, k.opened, k.closed) IS NOT DISTINCT FROM
                (coalesce(r.region, k.region), coalesce(r.occupation, k.occupation),
                    coalesce(r.organisation, k.organisation), coalesce(r.opened, k.opened), coalesce(r.closed, k.closed)))
        ORDER BY r.id
        ON CONFLICT (id) DO UPDATE SET
            region = coalesce(excluded.region, v.region), occupation = coalesce(excluded.occupation, v.occupation),
            organisation = coalesce(excluded.organisation, v.organisation), opened = coalesce(excluded.opened, v.opened),
            closed = coalesce(excluded.closed, v.closed), changed_at = clock_timestamp()
$$
"""

_TELL = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(*) FROM (SELECT FROM changed LIMIT 501) c) > 500 THEN
        PERFORM pg_notify('facts', '["*"]');
    ELSE
        PERFORM {told};
    END IF;
    RETURN NULL;
END $$
"""
_PERSON = "pg_notify('facts', json_build_array('person', row_id, encode(identity, 'hex'))::text)"
TOLD = {
    "fact_of_person": f"{_PERSON} FROM changed",
    "fact_of_tie": f"{_PERSON} FROM person WHERE row_id IN (SELECT row_id FROM changed)",
    "fact_of_account": "pg_notify('facts', json_build_array('account', name)::text) FROM changed",
    # A grant ends with its vacancy, so whoever has one on it is told too.
    "fact_of_vacancy": f"""pg_notify('facts', json_build_array('vacancy', id)::text) FROM changed;
        PERFORM {_PERSON} FROM person WHERE row_id IN (SELECT g.row_id FROM person_grant g JOIN changed c
            ON c.id = g.vacancy WHERE g.state IN ('requested', 'open'))""",
}
TELLING = {
    "person": "fact_of_person",
    "appointment": "fact_of_tie",
    "person_grant": "fact_of_tie",
    "emergency": "fact_of_tie",
    "account": "fact_of_account",
    "vacancy": "fact_of_vacancy",
}
_EVENTS = (("insert", "NEW"), ("update", "OLD"), ("update", "NEW"), ("delete", "OLD"))

_GRANT_STEP = "UPDATE(state, until, decided_by, decided_at, changed_at)"
_GRANT_SEEN = "SELECT(id, account, row_id, vacancy, state, asked_at, until, decided_by, decided_at, changed_at)"
_EMERGENCY_SEEN = "SELECT(id, account, row_id, begins, until, category, review_by, reviewed_by, reviewed_at, verdict)"  # reasons are free text, which a script has no business with


def upgrade() -> None:
    for statement in (*TABLES, *LOG, *STEPS, LEARN):
        op.execute(statement)
    op.execute("REVOKE ALL ON FUNCTION facts_learn(jsonb, jsonb) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION facts_learn(jsonb, jsonb) TO {GATEWAY}")
    for name, told in TOLD.items():
        op.execute(_TELL.format(name=name, told=told))
    for table, function in TELLING.items():
        for event, which in _EVENTS:
            op.execute(
                f"CREATE TRIGGER {table}_told_{event}_{which.lower()} AFTER {event.upper()} ON {table} "
                f"REFERENCING {which} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
            )
    _grant_facts()


def _grant_facts() -> None:
    for table in ("appointment", "cover", "vacancy"):
        grant(table, **dict.fromkeys((GATEWAY, CONSOLE, READER), "SELECT"))
        grant(table, **{WORKER: "SELECT, INSERT, UPDATE, DELETE", RETENTION: "SELECT, DELETE"})
    grant("person_grant", **{GATEWAY: f"SELECT, INSERT, {_GRANT_STEP}", CONSOLE: "SELECT", READER: _GRANT_SEEN})
    grant("person_grant", **{WORKER: "SELECT", RETENTION: "SELECT, DELETE"})
    grant("emergency", **{GATEWAY: "SELECT, INSERT", WORKER: "SELECT", READER: _EMERGENCY_SEEN})
    grant("emergency", **{CONSOLE: "SELECT, UPDATE(reviewed_by, reviewed_at, verdict)", RETENTION: "SELECT, DELETE"})
    grant("person", **dict.fromkeys((CONSOLE, READER), "SELECT(moved_from, moved_on, consents)"))
