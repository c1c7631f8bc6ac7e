"""Clients and what belongs to them, and the outbox of changes.

Why: newcore answers reads of persons. `rank` or `ordinal` is the place of a record in its usual order; `folded` and
`ordering` are the prepared forms of the filtered fields (newcore/search.py). `change` numbers every change in the order in
which it became visible (newcore/changes/store.py). Texts of persons are for newcore alone, not for the reading role.
"""

from alembic import op

from migrations.grants import grant
from migrations.roles import NEWCORE, READER

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

CLIENT = (
    "client_number", "surname", "given_names", "name_prefix", "name", "birth_date", "sex", "bsn", "registered",
    "deceased_date", "nationality", "residence_title", "street", "house_no", "house_suffix", "address", "postcode",
    "city", "postcode_city", "municipality_name", "municipality", "region", "responsible_region", "secrecy_flag",
    "phone", "mobile", "email", "postal_address", "postal_postcode", "postal_city", "preferred_channel", "ladder_step",
    "chance_of_work", "directly_placeable", "service_summary", "next_appointment", "caseload_owner",
    "desired_occupation", "occupation_code", "education_level", "skills", "available_from", "hours_per_week",
    "max_travel_minutes", "transport", "driving_licences", "languages", "irregular_work", "mod_num",
)  # fmt: skip
CONTACT_NOTE = (
    "at", "channel", "author", "author_organisation", "subject", "visibility", "text", "client_id", "position", "mod_num",
)  # fmt: skip
REFERRAL = (
    "vacancy_id", "at", "referred_by", "status", "result", "remark", "placed", "client_id", "position", "mod_num",
)  # fmt: skip
APPOINTMENT = ("at", "with", "place", "kind", "status", "client_id")
TASK = (
    "task", "at", "status", "text", "bsn", "name", "municipality_name", "municipality", "region", "client_id", "owner",
    "position",
)  # fmt: skip
BY_NUMBER, BY_NAME = "ordinal bigint", "rank text"


def upgrade() -> None:
    _register("client", BY_NAME, CLIENT)
    for name in ("bsn", "surname"):
        op.execute(f"CREATE INDEX client_{name} ON client ((folded->>'{name}') COLLATE \"C\")")
    op.execute("CREATE INDEX client_occupation ON client (occupation_code)")
    _register("contact_note", BY_NUMBER, CONTACT_NOTE)
    _register("referral", BY_NUMBER, REFERRAL)
    _register("appointment", BY_NAME, APPOINTMENT)
    _register("task", BY_NUMBER, TASK)
    for table in ("contact_note", "referral", "appointment", "task"):
        op.execute(f"CREATE INDEX {table}_client ON {table} (client_id)")
    op.execute("CREATE INDEX task_owner ON task (owner)")
    op.execute(
        "CREATE TABLE change (sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, collection text NOT NULL, "
        "id text NOT NULL, version bigint NOT NULL, removed boolean NOT NULL, made_at timestamptz NOT NULL DEFAULT now())"
    )
    grant("change", **{NEWCORE: "SELECT, INSERT", READER: "SELECT"})


def _register(table: str, place: str, fields: tuple[str, ...]) -> None:
    columns = ", ".join(f'"{name}" text NOT NULL' for name in fields)
    op.execute(
        f"CREATE TABLE {table} (id text PRIMARY KEY, version bigint NOT NULL, removed boolean NOT NULL, "
        f"{place} NOT NULL, folded jsonb NOT NULL, ordering jsonb NOT NULL, {columns})"
    )
    key = 'rank COLLATE "C"' if place == BY_NAME else "ordinal"
    op.execute(f'CREATE INDEX {table}_place ON {table} ({key}, id COLLATE "C")')
    grant(table, **{NEWCORE: "SELECT, INSERT, UPDATE", READER: "SELECT(id, version, removed)"})
