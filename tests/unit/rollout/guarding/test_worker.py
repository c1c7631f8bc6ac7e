"""Claims about the guard at work, on outcomes as gateways store them."""

import asyncio
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from proxy.database import Role
from proxy.model.route import Stage
from proxy.routing.group import Cohort, Group
from rollout.guarding import store
from rollout.guarding.worker import guarded, mark


async def test_three_early_errors_give_the_group_back_once(ramp):
    """With the numbers as the reason, an alarm in the log, and no second time for the same setting."""
    guard = ramp.guard()
    await guard.round(ramp.connection)
    await ramp.outcomes(0, 3)
    with capture_logs() as said:
        for _ in range(3):
            await guard.round(ramp.connection)
            await ramp.outcomes(0, 3)
    (trip,) = ramp.given
    assert (trip.kind, trip.numbers["faults"], trip.numbers["of"]) == ("errors", 3, 3)
    assert [each["log_level"] for each in said if "gave a group back" in each["event"]] == ["error"]
    assert (ramp.stands()["given_back_by"], ramp.stands()["tripped"]["kind"]) == (8, "errors")


async def test_one_difference_in_a_safety_field_gives_the_group_back(ramp):
    """Found under the file of now; one of an earlier file is of another setting, and one that means nothing is no hit."""
    guard = ramp.guard()
    await ramp.compared("safety", config="an earlier file")
    await ramp.compared("real")
    await guard.round(ramp.connection)
    assert not ramp.given
    await ramp.compared("safety")
    await guard.round(ramp.connection)
    await guard.round(ramp.connection)
    (trip,) = ramp.given
    assert (trip.kind, trip.numbers) == ("safety", {"differences": 1})


async def test_a_newcore_that_is_well_keeps_its_cohort_and_is_clear(ramp):
    """A step says when it has shown enough."""
    guard = ramp.guard()
    await guard.round(ramp.connection)
    assert not ramp.stands()["clear"]
    await ramp.outcomes(300)
    await guard.round(ramp.connection)
    assert not ramp.given
    assert (ramp.stands()["clear"], ramp.stands()["answered"]) == (True, 300)


async def test_a_guard_that_is_started_again_goes_on_where_it_was(ramp, restarted):
    """No error is forgotten, none is counted twice."""
    for each in range(3):
        guard = restarted()
        await guard.round(ramp.connection)
        await ramp.outcomes(0, 1, partition="AM06")
        await guard.round(ramp.connection)
        assert len(ramp.given) == int(each == 2)
    assert ramp.stands()["faults"] == 3
    await restarted().round(ramp.connection)
    assert len(ramp.given) == 1


async def test_a_guard_that_comes_late_judges_what_it_missed(ramp):
    """A worker starts slower than a gateway; what was routed under an earlier revision is another setting's."""
    await ramp.outcomes(0, 2)
    ramp.revision = 8
    await ramp.outcomes(0, 2)
    await ramp.guard().round(ramp.connection)
    assert not ramp.given
    assert ramp.stands()["faults"] == 2
    await ramp.outcomes(0, 1)
    await ramp.guard().round(ramp.connection)
    assert len(ramp.given) == 1


async def test_what_could_not_be_given_back_is_tried_again(ramp, restarted):
    """Every round, also by a guard that was started meanwhile; and every time it is said."""
    ramp.broken = True
    guard = restarted()
    await guard.round(ramp.connection)
    await ramp.outcomes(0, 3)
    with capture_logs() as said:
        await guard.round(ramp.connection)
        await restarted().round(ramp.connection)
    assert sum("NOT given back" in each["event"] for each in said) == 2
    ramp.broken = False
    await restarted().round(ramp.connection)
    assert len(ramp.given) == 1


@pytest.mark.parametrize(
    "change", [{"ramp": 20, "revision": 9}, {"revision": 9}], ids=["another share", "let in again"]
)
async def test_a_group_that_is_let_in_again_is_guarded_afresh(ramp, change):
    """What was counted before it was given back is over; what comes then is judged."""
    guard = ramp.guard()
    await guard.round(ramp.connection)
    await ramp.outcomes(0, 3)
    await guard.round(ramp.connection)
    for name, value in change.items():
        setattr(ramp, name, value)
    await guard.round(ramp.connection)
    assert len(ramp.given) == 1
    await ramp.outcomes(0, 3)
    await guard.round(ramp.connection)
    assert len(ramp.given) == 2


async def test_a_killed_group_is_not_judged_and_begins_afresh_when_the_kill_is_lifted(ramp):
    """A kill is somebody's own decision; what failed before it must not undo the lifting of it."""
    guard = ramp.guard()
    await guard.round(ramp.connection)
    await ramp.outcomes(0, 2)
    ramp.killed = frozenset({ramp.group})
    await guard.round(ramp.connection)
    await ramp.outcomes(0, 9)
    await guard.round(ramp.connection)
    ramp.killed = frozenset()
    await guard.round(ramp.connection)
    assert not ramp.given
    await ramp.outcomes(0, 3)
    await guard.round(ramp.connection)
    assert len(ramp.given) == 1


async def test_a_group_that_newcore_serves_to_nobody_is_not_guarded(ramp):
    """Nothing is stored of it."""
    ramp.ramp = 0
    await ramp.outcomes(0, 9)
    await ramp.guard().round(ramp.connection)
    assert not ramp.given
    with pytest.raises(AssertionError):
        ramp.stands()


async def test_one_guard_at_a_time_and_another_takes_over(ramp):
    """Two workers give a group back once; when one of them stops, the other guards."""
    stops = asyncio.Event(), asyncio.Event()
    guards = [asyncio.create_task(ramp.guard().run(stop)) for stop in stops]
    await until(lambda: begun(ramp) == 7)
    await ramp.outcomes(0, 3)
    await until(lambda: ramp.given)
    stops[0].set()
    await asyncio.wait_for(guards[0], 5)
    assert len(ramp.given) == 1
    ramp.revision = 9
    await until(lambda: begun(ramp) == 9)
    await ramp.outcomes(0, 3)
    await until(lambda: len(ramp.given) == 2)
    stops[1].set()
    await asyncio.wait_for(guards[1], 5)
    assert len(ramp.given) == 2


async def until(holds) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110  it is another task's doing, told by a database
            await asyncio.sleep(0.01)


def begun(ramp) -> int | None:
    """Tell in which revision the guard began."""
    found = store.standing(ramp.cluster.dsn(Role.WORKER), ramp.group)
    return None if found is None else found["since_revision"]


GROUP = Group("vacancies", "vacancy", ("vacancy.search",), Stage.READ, ramp=10)


@pytest.mark.parametrize(
    ("group", "is_guarded"),
    [
        (GROUP, True),
        (replace(GROUP, ramp=0), False),
        (replace(GROUP, stage=Stage.SHADOW, ramp=0), False),
        (replace(GROUP, stage=Stage.SHADOW, partitions={"AM06": Stage.READ}), True),
    ],
)
def test_a_group_is_guarded_while_newcore_answers_anybody_of_it(group, is_guarded):
    """One partition in `read` is enough."""
    assert guarded(group) is is_guarded


def test_every_part_of_a_setting_makes_another_one():
    """Else errors of one setting would be held against another."""
    settings = [
        GROUP,
        replace(GROUP, ramp=20),
        replace(GROUP, partitions={"AM06": Stage.SHADOW}),
        replace(GROUP, cohort=Cohort(generation=2)),
        replace(GROUP, cohort=Cohort(organisations=frozenset({"UWV"}))),
        replace(GROUP, cohort=Cohort(exclude_roles=frozenset({"UWV"}))),
        replace(GROUP, cohort=Cohort(regions=frozenset({"UWV"}))),
    ]
    assert len({mark(each) for each in settings}) == len(settings)
