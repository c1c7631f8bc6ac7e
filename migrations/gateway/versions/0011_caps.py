"""The caps of RG7 hold in the transaction that stores a grant: ten run on a vacancy, twenty of a user.

Why: the gateway looks at what runs before it makes a grant, so two sessions in the same moment could both find one place
left. Rules:
1. Whoever adds a grant waits for whoever else does, until that one is stored or not; one lock, because grants are few and
   several would be taken in several orders.
2. What runs is what `grants/grant.py` says, with its numbers (a test compares them). A request is counted for fourteen
   days, the least that ten working days can last: here is refused at most what the gateway would have refused too.
3. A step of a grant that is there already adds none.
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

LOCK = 720_010_020
OF_VACANCY, OF_USER = 10, 20

STEPS = (
    f"""
    CREATE FUNCTION person_grant_cap() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        of_vacancy bigint;
        of_user bigint;
    BEGIN
        IF NEW.state NOT IN ('requested', 'open') THEN RETURN NEW; END IF;
        PERFORM pg_advisory_xact_lock({LOCK});
        IF EXISTS (SELECT FROM person_grant WHERE id = NEW.id) THEN RETURN NEW; END IF;
        SELECT count(*) FILTER (WHERE vacancy = NEW.vacancy), count(*) FILTER (WHERE account = NEW.account)
            INTO of_vacancy, of_user FROM person_grant
            WHERE (vacancy = NEW.vacancy OR account = NEW.account) AND ((state = 'open' AND until > now())
                OR (state = 'requested' AND asked_at > now() - interval '14 days'));
        IF of_vacancy >= {OF_VACANCY} OR of_user >= {OF_USER} THEN
            RAISE EXCEPTION 'grant % is one too many: % run on its vacancy, % of its user', NEW.id, of_vacancy, of_user
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER person_grant_caps BEFORE INSERT ON person_grant FOR EACH ROW EXECUTE FUNCTION person_grant_cap()",
)


def upgrade() -> None:
    for statement in STEPS:
        op.execute(statement)
