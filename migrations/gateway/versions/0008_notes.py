"""How many contact notes a page held, by whose they are to the account that asked, and how many of them were kept back.

Why: notes of another organisation are taken out of a page that is shown (RG3.verslagen), and compliance must be able to say
so. Rules:
1. Both columns are counts by word (`own:3`, `other:2`), never an account, a text or a row id.
2. They belong to the ground: a person on whose page no note stood has NULL in both, as every row of an earlier release, and
   the link of such a row holds what it held then.
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_COLUMNS = "ADD COLUMN notes text[], ADD COLUMN notes_withheld text[]"
LOG = (
    f"ALTER TABLE disclosure {_COLUMNS}",
    f"ALTER TABLE withheld {_COLUMNS}",
    # As in 0005, with the notes behind the ground.
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
                protection, emergency, rules, present, target, lost, pending, notes, notes_withheld)
            SELECT chain, (e->>'seq')::bigint, moment, n, (e->'link'->'row'->>'id')::uuid,
                (d->>0)::uuid, d->>1, (d->>2)::text[], (d->>3)::text[], (d->>4)::boolean,
                d->>5, (d->>6)::boolean, (d->>7)::text[], (d->>8)::text[], d->>9, (d->>10)::text[], (d->>11)::text[],
                (d->>12)::text[], (d->>13)::text[]
            FROM jsonb_array_elements(batch->'access') e,
                jsonb_array_elements(e->'link'->'shown') WITH ORDINALITY x(d, n);
        INSERT INTO withheld (writer, seq, recorded_at, position, access, person, relation, reason, deliberate,
                protection, emergency, rules, present, target, lost, pending, notes, notes_withheld)
            SELECT chain, (e->>'seq')::bigint, moment, n, (e->'link'->'row'->>'id')::uuid,
                (d->>0)::uuid, d->>1, d->>2, (d->>3)::boolean,
                d->>4, (d->>5)::boolean, (d->>6)::text[], (d->>7)::text[], d->>8, (d->>9)::text[], (d->>10)::text[],
                (d->>11)::text[], (d->>12)::text[]
            FROM jsonb_array_elements(batch->'access') e,
                jsonb_array_elements(e->'link'->'withheld') WITH ORDINALITY x(d, n);
        INSERT INTO completion
            SELECT chain, (e->>'seq')::bigint, moment, (e->>'hash')::bytea, r.*
            FROM jsonb_array_elements(batch->'completion') e, jsonb_populate_record(NULL::log_completion, e->'link') r;
    END $$
    """,
)


def upgrade() -> None:
    for statement in LOG:
        op.execute(statement)
