"""The base of the gateway's database: its roles, nothing for everybody, and the table of declared grants."""

from migrations.grants import prepare
from migrations.roles import CONSOLE, GATEWAY, READER, RETENTION, WORKER

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    prepare(GATEWAY, CONSOLE, WORKER, RETENTION, READER)
