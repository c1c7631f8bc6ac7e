"""Accounts with their authorisations, what decides about persons, and the sessions that gateways share.

Why: a decision needs facts from trusted sources only, and a session must go on at whichever gateway its next request
arrives. Read and written by `proxy/identity/store.py` and `proxy/facts/store.py`; filled by `poort users import` and
`poort persons import`.

Rules of these tables:
1. No BSN, name or birth date: a person is a row id, a keyed digest and a sealed identity.
2. Every change of an account or of its authorisations raises `account.revision`, whoever makes it; a gateway sees the
   revision with each claim of a session, so a lock holds from the next request on.
3. A session row is taken by one exchange at a time (`busy_*`) and changed only on the version at which it was read.
4. `session_alias` lets a token that the legacy has just replaced go on for as long as the legacy accepts it.
"""

from alembic import op

from migrations.grants import grant
from migrations.roles import CONSOLE, GATEWAY, READER, RETENTION, WORKER

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = (
    """
    CREATE TABLE account (
        name text PRIMARY KEY, team text, identity bytea, locked_at timestamptz, lock_reason text, locked_by text,
        revision bigint NOT NULL DEFAULT 1, changed_at timestamptz NOT NULL DEFAULT clock_timestamp())
    """,
    """
    CREATE TABLE account_authorisation (
        account text NOT NULL REFERENCES account, id text NOT NULL, role text NOT NULL,
        organisation_kind text NOT NULL CHECK (organisation_kind IN ('UWV', 'municipality', 'sw', 'machine')),
        organisation_code text NOT NULL, municipality text CHECK (municipality ~ '^[0-9]{4}$'),
        regions text[] NOT NULL, valid_from date NOT NULL, valid_until date CHECK (valid_until >= valid_from),
        legal_ground text NOT NULL, issued_by text NOT NULL, imported_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (account, id))
    """,
    """
    CREATE TABLE person (
        row_id text PRIMARY KEY, identity bytea NOT NULL CHECK (length(identity) = 32), sealed bytea,
        municipality text CHECK (municipality ~ '^[0-9]{4}$'), responsible_region text CHECK (responsible_region ~ '^AM[0-9]{2}$'),
        caseload_user text, team text, assigned text[] NOT NULL DEFAULT '{}',
        class text NOT NULL DEFAULT 'ordinary' CHECK (class IN ('ordinary', 'secret', 'staff')),
        status text NOT NULL DEFAULT 'active', source text NOT NULL CHECK (source IN ('import', 'learned')),
        changed_at timestamptz NOT NULL DEFAULT clock_timestamp())
    """,
    "CREATE INDEX person_identity ON person (identity)",
    """
    CREATE UNLOGGED TABLE person_import (
        batch uuid NOT NULL, row_id text NOT NULL, identity bytea NOT NULL, sealed bytea, municipality text,
        responsible_region text, caseload_user text, team text, assigned text[] NOT NULL, class text NOT NULL, status text NOT NULL)
    """,
    """
    CREATE TABLE session (
        key bytea PRIMARY KEY CHECK (length(key) = 32), version bigint NOT NULL CHECK (version > 0), account text NOT NULL,
        started_at timestamptz NOT NULL, last_seen timestamptz NOT NULL, body jsonb NOT NULL,
        busy_by bigint, busy_claim bigint, busy_until timestamptz) WITH (fillfactor = 60)
    """,
    "CREATE TABLE session_alias (old bytea PRIMARY KEY, key bytea NOT NULL, until timestamptz NOT NULL)",
    "CREATE INDEX session_alias_key ON session_alias (key)",
)

REVISION = (
    """
    CREATE FUNCTION account_revise() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.revision := OLD.revision + 1;
        NEW.changed_at := clock_timestamp();
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER account_revised BEFORE UPDATE ON account FOR EACH ROW EXECUTE FUNCTION account_revise()",
    """
    CREATE FUNCTION account_touch() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE account SET changed_at = clock_timestamp()
            WHERE name IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.account END, CASE WHEN TG_OP <> 'DELETE' THEN NEW.account END);
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER authorisation_touches AFTER INSERT OR UPDATE OR DELETE ON account_authorisation
        FOR EACH ROW EXECUTE FUNCTION account_touch()
    """,
)

_DIRECTORY = "SELECT(name, team, locked_at, lock_reason, locked_by, revision, changed_at)"
_DOSSIER = (
    "SELECT(row_id, municipality, responsible_region, caseload_user, team, assigned, class, status, source, changed_at)"
)


def upgrade() -> None:
    for statement in (*TABLES, *REVISION):
        op.execute(statement)
    grant("account", **{GATEWAY: "SELECT", WORKER: "SELECT, INSERT, UPDATE", READER: _DIRECTORY})
    grant("account", **{CONSOLE: f"{_DIRECTORY}, UPDATE(locked_at, lock_reason, locked_by)"})
    grant("account_authorisation", **dict.fromkeys((GATEWAY, CONSOLE, READER), "SELECT"))
    grant("account_authorisation", **{WORKER: "SELECT, INSERT, UPDATE, DELETE"})
    grant("person", **{GATEWAY: "SELECT, INSERT", WORKER: "SELECT, INSERT, UPDATE, DELETE"})
    grant("person", **{CONSOLE: f"{_DOSSIER}, SELECT(identity)", READER: _DOSSIER, RETENTION: "SELECT, DELETE"})
    grant("person_import", **{WORKER: "SELECT, INSERT, DELETE"})
    grant("session", **{GATEWAY: "SELECT, INSERT, UPDATE, DELETE", WORKER: "SELECT, DELETE"})
    grant("session", **dict.fromkeys((CONSOLE, READER), "SELECT(account, version, started_at, last_seen, busy_until)"))
    grant("session_alias", **{GATEWAY: "SELECT, INSERT, UPDATE, DELETE", WORKER: "SELECT, DELETE"})
