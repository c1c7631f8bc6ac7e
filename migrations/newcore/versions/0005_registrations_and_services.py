"""Registrations and services of clients.

Why: newcore answers the query of municipalities, which tells both. They are read in the file of their client only, so nothing
of them is prepared for a search; `ordinal` is their place in it.
"""

from alembic import op

from migrations.grants import grant
from migrations.roles import NEWCORE, READER

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

REGISTRATION = ("registered_from", "registered_until", "law_code", "benefit_from", "client_id", "position")
SERVICE = ("code", "start", "client_id", "position")


def upgrade() -> None:
    for table, fields in (("registration", REGISTRATION), ("service", SERVICE)):
        columns = ", ".join(f'"{name}" text NOT NULL' for name in fields)
        op.execute(
            f"CREATE TABLE {table} (id text PRIMARY KEY, version bigint NOT NULL, removed boolean NOT NULL, "
            f"ordinal bigint NOT NULL, folded jsonb NOT NULL, ordering jsonb NOT NULL, {columns})"
        )
        op.execute(f'CREATE INDEX {table}_place ON {table} (ordinal, id COLLATE "C")')
        op.execute(f"CREATE INDEX {table}_client ON {table} (client_id)")
        grant(table, **{NEWCORE: "SELECT, INSERT, UPDATE", READER: "SELECT(id, version, removed)"})
