"""The number of the last change, of vacancies and employers too.

Why: their forms show it, and a form that is sent without it overwrites what somebody else has changed meanwhile. What is
there already has none until it is read again: `poort backfill GROUP --afresh`.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("vacancy", "employer"):
        op.execute(f"ALTER TABLE {table} ADD COLUMN mod_num text NOT NULL DEFAULT ''")
