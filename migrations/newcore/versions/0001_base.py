"""The base of the new core's database: its role, nothing for everybody, and the table of declared grants."""

from migrations.grants import prepare
from migrations.roles import NEWCORE, READER

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    prepare(NEWCORE, READER)
