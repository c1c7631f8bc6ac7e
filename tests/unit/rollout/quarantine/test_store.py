"""Claims about the quarantine, on a real PostgreSQL."""

from proxy.database import Cluster, Role
from rollout import store
from rollout.carry import Failure
from rollout.quarantine.store import TRIES, cases, count, recovered, release, released, subjects, tried
from rollout.record import Entity

NOTE = Failure(Entity.NOTE, "1-N1", "1-7A", "newcore refuses it: body:/text too-long")


async def test_a_record_is_held_after_some_tries_and_let_out_by_a_person_or_by_a_reading(fresh_database: Cluster):
    """Listed only once it waits for a person; one that fails after its release is held at once."""
    async with await store.connect(fresh_database.dsn(Role.WORKER)) as connection:
        told = [await tried(connection, NOTE, number) for number in range(1, TRIES)]
        assert (any(told), await cases(connection), await subjects(connection)) == (False, [], {"1-7A"})
        assert await tried(connection, NOTE, TRIES)
        (case,) = await cases(connection)
        assert (case.row_id, case.subject, case.tries, case.number, case.state) == (
            "1-N1",
            "1-7A",
            TRIES,
            TRIES,
            "held",
        )
        assert (await count(connection, "contact_notes"), await count(connection, "client_search")) == (1, 0)
        assert (await release(connection, "jansen", "1-N9"), await release(connection, "jansen")) == (0, 1)
        assert await released(connection) == {"1-7A": {Entity.NOTE}}
        assert await tried(connection, NOTE, 9), "it failed again"
        assert await released(connection) == {}
        await recovered(connection, "1-7A", {Entity.CLIENT})
        assert await count(connection, "contact_notes") == 1
        await recovered(connection, "1-7A", {Entity.NOTE})
        assert await subjects(connection) == frozenset()
