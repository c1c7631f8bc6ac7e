"""Claims about what the guard reads and keeps, and what evidence is told."""

from datetime import UTC, datetime, timedelta

import psycopg

from proxy.database import Role
from proxy.model.route import Core
from rollout.evidence import Window
from rollout.guarding import store


def window(ramp, *configs: str) -> Window:
    """The last hour, under these routing files."""
    now = datetime.now(UTC)
    return Window(ramp.group, now - timedelta(hours=1), now + timedelta(minutes=1), frozenset(configs))


async def test_evidence_counts_what_newcore_served_under_the_same_setting(ramp):
    """And what legacy did for the others, for the comparison of their times."""
    await ramp.outcomes(40, 2)
    await ramp.outcomes(60, 5, Core.LEGACY)
    ramp.revision = 8
    await ramp.outcomes(500, 1)
    found = store.served(ramp.cluster.dsn(Role.WORKER), window(ramp, "hash-7"))
    assert found is not None
    assert (found.answered, found.failed, found.tripped) == (40, 2, False)
    assert found.newcore_p95_ms is not None
    assert 16 < found.newcore_p95_ms < 25
    assert found.legacy_p95_ms is not None


async def test_who_served_nobody_has_nothing_to_say(ramp):
    """No data is not zero errors."""
    await ramp.outcomes(60, 0, Core.LEGACY)
    assert store.served(ramp.cluster.dsn(Role.WORKER), window(ramp, "hash-7")) is None
    await ramp.outcomes(1)
    assert store.served(ramp.cluster.dsn(Role.WORKER), window(ramp)) is None


async def test_evidence_tells_that_the_guard_gave_the_group_back(ramp):
    """By its act in the history, within the window."""
    await ramp.outcomes(40)
    act = "INSERT INTO routing_act (revision, grp, actor, action, reason, evidence) VALUES (8, %s, %s, 'rollback', '', '{}')"
    worker = ramp.cluster.dsn(Role.WORKER)
    for actor, tripped in (("mig", False), ("guard", True)):
        with psycopg.connect(worker) as connection:
            connection.execute(act, (ramp.group, actor))
        found = store.served(worker, window(ramp, "hash-7"))
        assert found is not None
        assert found.tripped is tripped


async def test_old_counts_are_forgotten_and_no_others(fresh_database):
    """Numbers only, but none are kept for nothing."""
    row = (
        "INSERT INTO route_outcome (at, instance, revision, config, grp, partition, core, answered, faults, "
        "untranslatable, shed, latency) VALUES (now() - %s, 'i', 1, 'h', 'g', '', 'legacy', 1, 0, 0, 0, '{}')"
    )
    with psycopg.connect(fresh_database.owner_dsn(), autocommit=True) as owner:
        for age in (timedelta(days=40), timedelta(days=30)):
            owner.execute(row, (age,))
    async with await store.connect(fresh_database.dsn(Role.WORKER)) as connection:
        assert await store.forget(connection) == 1
        assert await store.forget(connection) == 0
