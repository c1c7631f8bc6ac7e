import asyncio
import time
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx
import psycopg
import pytest

from adapters.legacy_sonar.standin import seed_work
from proxy.database import Role
from proxy.errors import OperatorError, UpstreamError
from proxy.model.entry import OutcomeState
from rollout import store
from rollout.record import Entity, Row
from rollout.worker import Backfill, Sides, Sync, copy, vanished
from tests.unit.rollout.conftest import GROUP

VACANCIES, EMPLOYERS = 280, 105
FIRST = seed_work.row_id("vacancy", 0)


async def title(moving, row_id=FIRST):
    """What newcore has as the title of a vacancy; None: nothing."""
    async with httpx.AsyncClient() as http:
        answer = await http.get(f"{moving.settings.newcore_url}/v1/vacancies/{row_id}")
    return answer.json().get("title") if answer.status_code == 200 else None


async def soon(condition, seconds=8.0):
    """Wait until an awaited condition holds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if await condition():
            return True
        await asyncio.sleep(0.05)
    return False


@asynccontextmanager
async def syncing(moving):
    """Run the sync of the worker."""
    async with moving.sides() as sides:
        sync = Sync(sides, GROUP)
        task = asyncio.create_task(sync.run())
        try:
            yield sync
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def filled(sides):
    """Backfill from begin to end; gives its number."""
    fill = Backfill(sides, GROUP)
    await fill.begin()
    return await fill.fill()


async def test_a_backfill_fills_everything_exactly(moving):
    """Every vacancy and employer of legacy, texts as shown there, under one number of the journal."""
    async with moving.sides() as sides:
        number = await filled(sides)
        rows = [row async for row in sides.source.rows(Entity.VACANCY)]
        assert rows == [row async for row in sides.target.rows(Entity.VACANCY)]
        assert len(rows) == VACANCIES
        assert len([row async for row in sides.target.rows(Entity.EMPLOYER)]) == EMPLOYERS
        legacy = await sides.source.read(Entity.VACANCY, FIRST)
    assert legacy.texts["title"] == await title(moving)
    assert await moving.applied() == number > 0


async def test_a_backfill_that_broke_off_goes_on_where_it_was(moving):
    """Legacy falls away after 160 records: the next run skips to the last place kept, and copying twice changes nothing."""
    async with moving.sides() as sides:
        failing = replace(sides, source=Breaking(sides.source, 160))
        with pytest.raises(UpstreamError):
            await filled(failing)
        again = Backfill(sides, GROUP)
        await again.begin()
        await again.fill()
    assert again.counts == {"before": 145, "older": 15, "applied": VACANCIES + EMPLOYERS - 160}


class Breaking:
    """A source that breaks after so many reads."""

    def __init__(self, source, reads):
        self.rows, self._source, self._left = source.rows, source, reads

    async def read(self, entity, row_id):
        """Read, or break."""
        if not self._left:
            raise UpstreamError("unreachable", sent=False)
        self._left -= 1
        return await self._source.read(entity, row_id)


async def test_a_backfill_waits_for_writes_that_are_open(moving):
    """A write with a lower number that is still under way would be overwritten by an older reading."""
    intent = await moving.intend(FIRST)
    async with moving.sides() as sides:
        fill = asyncio.create_task(filled(sides))
        await asyncio.sleep(0.7)
        assert await title(moving) is None
        await moving.retitle(FIRST, "na het wachten")
        await moving.conclude(intent, OutcomeState.ACKED)
        await fill
    assert await title(moving) == "na het wachten"


async def test_only_known_groups_can_be_filled(moving):
    """A group without a translation is refused with the ones that have one."""
    async with moving.sides() as sides:
        with pytest.raises(OperatorError, match="allowed are vacancies"):
            Backfill(sides, "contact_notes")


async def test_an_acknowledged_write_reaches_newcore_and_then_the_watermark(moving):
    """Re-read after the acknowledgement, applied under the journal's number."""
    async with syncing(moving):
        intent = await moving.intend(FIRST)
        await moving.retitle(FIRST, "eerste  ")
        assert await title(moving) is None
        await moving.conclude(intent, OutcomeState.ACKED)
        assert await soon(moving.applied)
        assert await title(moving) == "eerste  "


async def test_a_rejected_write_moves_the_watermark_and_nothing_else(moving):
    """Legacy refused it: there is nothing to carry."""
    async with syncing(moving):
        await moving.conclude(await moving.intend(FIRST), OutcomeState.REJECTED)
        assert await soon(moving.applied)
        assert await title(moving) is None


async def test_an_open_write_holds_the_watermark(moving):
    """What is not settled is not promised, also where later writes are."""
    async with syncing(moving):
        await moving.intend(FIRST)
        await moving.conclude(await moving.intend(FIRST), OutcomeState.ACKED)
        await asyncio.sleep(1.0)
        assert await moving.applied() == 0


async def test_an_unknown_outcome_holds_the_watermark_but_not_later_writes(moving):
    """A cut-off write may still happen in legacy."""
    second = seed_work.row_id("vacancy", 1)
    async with syncing(moving):
        await moving.conclude(await moving.intend(FIRST), OutcomeState.UNKNOWN)
        await moving.conclude(await moving.intend(second), OutcomeState.ACKED)
        assert await soon(lambda: title(moving, second))
        await asyncio.sleep(0.5)
        assert (await moving.applied(), await title(moving)) == (0, None)


async def test_a_new_record_and_a_removed_one_are_carried(moving):
    """Both by reading legacy again: what is not there is removed in newcore."""
    async with moving.sides() as sides:
        await filled(sides)
    last = seed_work.row_id("vacancy", VACANCIES - 1)
    async with syncing(moving):
        gone = await moving.intend(last)
        await moving.change("DeleteRecord", ("SWERowId", last))
        await moving.conclude(gone, OutcomeState.ACKED)
        made = await moving.intend(None)
        await moving.change("NewRecord", ("s_12_1_2_0", "Nieuwe vacature"), ("s_12_1_5_0", "90000000"))
        await moving.conclude(made, OutcomeState.ACKED)
        assert await soon(lambda: _found(moving, "Nieuwe vacature"), 60)
        assert await title(moving, last) is None


async def _found(moving, wanted):
    async with httpx.AsyncClient() as http:
        answer = await http.get(f"{moving.settings.newcore_url}/v1/vacancies", params={"title": wanted})
    return answer.json()["total"] == 1


async def test_legacy_away_is_waited_for(moving):
    """In maintenance nothing is carried and nothing lost; afterwards it goes on by itself."""
    intent = await moving.intend(FIRST)
    await moving.retitle(FIRST, "na onderhoud")
    await moving.conclude(intent, OutcomeState.ACKED)
    moving.legacy.modes(maintenance=True)
    async with syncing(moving) as sync:
        assert await soon(lambda: _troubled(sync))
        assert await moving.applied() == 0
        moving.legacy.modes(maintenance=False)
        assert await soon(moving.applied, 20)
    assert await title(moving) == "na onderhoud"


async def _troubled(sync):
    return bool(sync.trouble)


async def test_a_worker_that_was_killed_loses_nothing(moving):
    """Cancelled at any moment between reading and settling; the next one carries everything."""
    async with moving.sides() as sides:
        for number in range(6):
            intent = await moving.intend(FIRST)
            await moving.retitle(FIRST, f"versie {number}")
            await moving.conclude(intent, OutcomeState.ACKED)
            task = asyncio.create_task(Sync(sides, GROUP).run())
            await asyncio.sleep(0.03 * number)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
    async with syncing(moving):
        assert await soon(lambda: _is(moving, "versie 5"))
        with psycopg.connect(moving.worker) as connection:
            newest = connection.execute("SELECT max(seq) FROM journal").fetchone()[0]
        assert await soon(lambda: _reached(moving, newest))


async def _is(moving, wanted):
    return await title(moving) == wanted


async def _reached(moving, number):
    return await moving.applied() >= number


async def test_only_one_worker_carries_a_group(moving):
    """The second waits for the lock of the first."""
    async with await store.connect(moving.worker) as first, await store.connect(moving.worker) as second:
        assert await store.hold(first, GROUP)
        assert not await store.hold(second, GROUP)


async def test_a_late_backfill_never_overwrites_a_newer_write(moving):
    """Read before, applied after: the higher number stays."""
    async with moving.sides() as sides:
        old = await sides.source.read(Entity.VACANCY, FIRST)
        async with await store.connect(moving.worker) as connection:
            number = await store.fresh_number(connection)
            newer = await store.fresh_number(connection)
        await moving.retitle(FIRST, "nieuwer")
        await copy(sides, Entity.VACANCY, FIRST, newer)
        assert await sides.target.apply(Entity.VACANCY, old, number) == "older"
    assert await title(moving) == "nieuwer"


async def test_a_record_that_newcore_alone_has_is_removed_after_asking(moving):
    """A leftover of another data set goes; one that legacy knows but did not list stays."""
    async with moving.sides() as sides:
        legacy = await sides.source.read(Entity.VACANCY, FIRST)
        await sides.target.apply(Entity.VACANCY, Row("1-VZZZ", legacy.texts), 1)
        rows = [row async for row in sides.source.rows(Entity.VACANCY)]
        done = [each async for each in vanished(sides, Entity.VACANCY, rows[1:], 5)]
    assert done == ["applied"]
    assert await title(moving, "1-VZZZ") is None


def test_the_sides_show_no_secret(moving):
    """An address with a password is not printed with them."""
    assert moving.cluster.passwords[Role.WORKER] not in repr(Sides(moving.worker, None, None))
