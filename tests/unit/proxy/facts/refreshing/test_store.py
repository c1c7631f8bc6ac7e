"""Claims about facts that a reading of the legacy brings, on a real PostgreSQL."""

import psycopg

from proxy.database import Cluster, Role
from proxy.facts.refreshing.store import Refreshed, Shown, refresh
from proxy.identity.binding import person_id

SECRET = bytes(32)


def shown(row_id: str, bsn: str = "999990019", **more) -> Shown:
    """A person as the legacy shows her."""
    values = {"municipality": "0106", "responsible_region": "AM01", "caseload_user": "AWE0421", "secret": False} | more
    return Shown(row_id, person_id(SECRET, bsn=bsn, row_id=row_id), **values)


async def test_what_legacy_shows_replaces_what_is_stored_and_the_rest_stays(fresh_database: Cluster):
    """Residence and caseload are the legacy's; team, assignments and class of an import are not milder for it."""
    imported = "INSERT INTO person (row_id, identity, municipality, team, assigned, class, source) VALUES (%s, %s, '0200', 'T1', '{ADE0301}', %s, 'import')"
    async with await psycopg.AsyncConnection.connect(fresh_database.dsn(Role.WORKER), autocommit=True) as connection:
        for row, kind in (("1-7A", "staff"), ("1-7B", "ordinary")):
            await connection.execute(imported, (row, shown(row).identity.digest, kind))
        await connection.execute(imported, ("1-7C", bytes(32), "ordinary"))
        people = [shown("1-7A"), shown("1-7B", secret=True), shown("1-7C"), shown("1-7D", municipality=None)]
        assert await refresh(connection, people, bytes) == Refreshed(1, 2, 1)
        assert await refresh(connection, people, bytes) == Refreshed(0, 0, 1)
        found = await connection.execute(
            "SELECT row_id, municipality, caseload_user, team, assigned, class, source FROM person ORDER BY row_id"
        )
        assert await found.fetchall() == [
            ("1-7A", "0106", "AWE0421", "T1", ["ADE0301"], "staff", "import"),
            ("1-7B", "0106", "AWE0421", "T1", ["ADE0301"], "secret", "import"),
            ("1-7C", "0200", None, "T1", ["ADE0301"], "ordinary", "import"),
            ("1-7D", None, "AWE0421", None, [], "ordinary", "learned"),
        ]
