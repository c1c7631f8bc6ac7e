"""Claims about stored reports, on a real PostgreSQL."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from proxy.database import Cluster, Role
from rollout import store
from rollout.reconcile.store import keep, newest
from rollout.reconcile.tally import Report

NOW = datetime.now(UTC)
CLEAN = Report("client", NOW, NOW + timedelta(seconds=3), 9, 9, 0, 0, 0, 0, 0)


async def test_the_newest_report_of_each_kind_that_a_group_shows_is_given(fresh_database: Cluster):
    """An older one is history; a kind that was never compared has none, which is no zero."""
    async with await store.connect(fresh_database.dsn(Role.WORKER)) as connection:
        dirty = replace(CLEAN, equal=8, unexplained=1, reasons={"client: phone": 1})
        for each in (dirty, CLEAN, replace(dirty, entity="task")):
            await keep(connection, each, "jansen")
        assert await newest(connection, "contact_notes") == [CLEAN]
        assert [each.entity for each in await newest(connection, "worklist")] == ["client", "task"]
        assert await newest(connection, "vacancies") == []
