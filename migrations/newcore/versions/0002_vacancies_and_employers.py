"""Vacancies and employers.

Why: what newcore answers and what the sync worker keeps up to date through its API. `version` is the sequence of the
source; `folded` and `ordering` are the prepared forms of the filtered fields (newcore/search.py).
"""

from alembic import op

from migrations.grants import grant
from migrations.roles import NEWCORE, READER

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

VACANCY = (
    "vacancy_id", "title", "occupation", "occupation_code", "employer_name", "kvk", "text", "postcode", "city", "region",
    "hours", "level", "requirements", "opened", "closed", "status", "strike_flag",
)  # fmt: skip
EMPLOYER = ("kvk", "name", "address", "postcode", "city", "region", "contact_person", "phone", "email", "sector")


def upgrade() -> None:
    for table, fields in (("vacancy", VACANCY), ("employer", EMPLOYER)):
        columns = ", ".join(f"{name} text NOT NULL" for name in fields)
        op.execute(
            f"CREATE TABLE {table} (id text PRIMARY KEY, version bigint NOT NULL, removed boolean NOT NULL, "
            f"ordinal bigint NOT NULL, folded jsonb NOT NULL, ordering jsonb NOT NULL, {columns})"
        )
        op.execute(f"CREATE INDEX {table}_ordinal ON {table} (ordinal, id)")
        grant(table, **{NEWCORE: "SELECT, INSERT, UPDATE", READER: "SELECT"})
