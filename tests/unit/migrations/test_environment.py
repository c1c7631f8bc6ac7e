"""What must hold of what alembic runs: each revision is a transaction of its own, on the connection that has the lock."""

import psycopg

from migrations.roles import DATABASES
from proxy.database import Cluster, Database


def test_a_fresh_database_ends_at_the_head(fresh_database: Cluster) -> None:
    """From nothing to this release in one go, on an empty database."""
    for database in DATABASES:
        with psycopg.connect(fresh_database.owner_dsn(Database(database.name))) as connection:
            found = connection.execute("SELECT version_num FROM alembic_version").fetchall()
        assert len(found) == 1
