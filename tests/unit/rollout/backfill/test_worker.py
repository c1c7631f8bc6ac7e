"""Claims about the backfill, with both cores and the journal for real."""

import asyncio
import os
import signal
import subprocess
import sys
from dataclasses import replace

import psycopg
import pytest

from adapters.legacy_sonar import wire
from adapters.legacy_sonar.standin import seed_work, text
from proxy.database import Role
from proxy.errors import OperatorError, UpstreamError
from proxy.journal.store import watermarks
from rollout import store
from rollout.backfill.worker import CHUNK, Backfill
from rollout.quarantine import store as quarantine
from rollout.record import FILLED, Entity, Listed, RejectedError, digest
from tests.unit.rollout.conftest import OF_PERSONS
from tests.unit.rollout.test_worker import FIRST, soon, syncing, title

VACANCIES, EMPLOYERS = 280, 105
DEBRIS = "1-7101R"
RUN = """
import asyncio, sys
from cli.sides import open_sides
from proxy.settings import load
from rollout.backfill.worker import Backfill

async def run(dsn):
    async with open_sides(load(), dsn) as sides:
        fill = Backfill(sides, "employers")
        await fill.begin()
        await fill.fill(lambda: print(flush=True))

asyncio.run(run(sys.argv[1]))
"""


async def filled(sides, group="vacancies", **how):
    """Backfill from begin to end; gives what was done."""
    fill = Backfill(sides, group)
    await fill.begin(**how)
    await fill.fill()
    return fill.counts


async def known(moving):
    """Read the watermarks as a gateway does."""
    async with await psycopg.AsyncConnection.connect(moving.cluster.dsn(Role.GATEWAY)) as connection:
        return await watermarks(connection)


async def test_a_backfill_fills_everything_exactly_and_is_told_when_it_is_done(moving):
    """Every vacancy and employer of legacy, texts as shown there, under one number; gateways see the group only then."""
    async with moving.sides() as sides:
        fill = Backfill(sides, "vacancies")
        assert await fill.begin() == VACANCIES + EMPLOYERS
        assert await known(moving) == {}
        number = await fill.fill()
        assert await known(moving) == {"vacancies": number}
        assert fill.counts == {"applied": VACANCIES + EMPLOYERS}
        rows = [each.id async for each in sides.source.subjects(Entity.VACANCY, frozenset({Entity.VACANCY}))]
        assert sorted(rows) == [each.id async for each in sides.target.held(Entity.VACANCY)]
        (legacy,) = (await sides.source.read(Listed(FIRST), frozenset({Entity.VACANCY})))[Entity.VACANCY]
        assert legacy.texts["title"] == await title(moving)
        assert await filled(sides, "employers") == {}, "what another group keeps up to date is not read again"
        assert (await filled(sides, "employers", afresh=True))["applied"] == EMPLOYERS


def test_a_backfill_that_was_killed_goes_on_where_it_was(moving):
    """SIGKILL in the middle: the next process skips to the last place kept; copying twice changes nothing."""
    settings = moving.settings
    given = {
        "POORT_DATA_DIR": str(settings.data_dir), "POORT_LEGACY_URL": settings.legacy_url, "POORT_LEGACY_USER": "BATCH",
        "POORT_LEGACY_PASSWORD": settings.legacy_password.reveal(), "POORT_LEGACY_READS": "1000",
        "POORT_NEWCORE_URL": settings.newcore_url,
    }  # fmt: skip
    environment = {key: text for key, text in os.environ.items() if not key.startswith("POORT_")} | given
    child = subprocess.Popen([sys.executable, "-c", RUN, moving.worker], env=environment, stdout=subprocess.PIPE)
    for _ in range(2 * CHUNK):
        assert child.stdout.readline()
    child.send_signal(signal.SIGKILL)
    child.wait(10)
    child.stdout.close()

    async def again():
        assert await known(moving) == {}
        async with moving.sides() as sides:
            return await filled(sides, "employers")

    counts = asyncio.run(again())
    assert CHUNK <= counts["before"] < EMPLOYERS
    assert counts["applied"] + counts["older"] + counts["before"] == EMPLOYERS
    assert counts["applied"] >= EMPLOYERS - 4 * CHUNK


class Breaking:
    """A legacy that breaks after so many reads."""

    def __init__(self, source, reads):
        self.subjects, self._source, self._left = source.subjects, source, reads

    async def read(self, listed, wanted):
        """Read, or break."""
        if not self._left:
            raise UpstreamError("unreachable", sent=False)
        self._left -= 1
        return await self._source.read(listed, wanted)


async def test_a_legacy_that_falls_away_ends_a_backfill_and_not_its_place(moving):
    """Forty of a hundred employers are done; the next run does the others."""
    async with moving.sides() as sides:
        with pytest.raises(UpstreamError):
            await filled(replace(sides, source=Breaking(sides.source, 40)), "employers")
        assert (await filled(sides, "employers"))["before"] >= 40 - CHUNK


async def test_a_backfill_waits_for_writes_that_are_open(moving):
    """A write with a lower number that is still under way would be overwritten by an older reading."""
    intent = await moving.intend(FIRST)
    async with moving.sides() as sides:
        fill = Backfill(sides, "vacancies")
        begun = asyncio.create_task(fill.begin())
        async with await store.connect(moving.worker) as connection:
            assert await soon(lambda: store.place(connection, "vacancies"))
            await asyncio.sleep(0.5)
        assert not begun.done()
        await moving.conclude(intent)
        assert await begun == VACANCIES + EMPLOYERS


async def test_a_live_write_overtakes_a_backfill_and_stays(moving):
    """Read before and applied after it: the backfill's number is lower, so what sync brought meanwhile is not undone."""
    async with moving.sides() as sides:
        late = Late(sides.source)
        fill = Backfill(replace(sides, source=late), "vacancies")
        await fill.begin()
        running = asyncio.create_task(fill.fill())
        await late.reached.wait()
        async with syncing(moving):
            intent = await moving.intend(FIRST)
            await moving.retitle(FIRST, "ingehaald")
            await moving.conclude(intent)
            assert await soon(lambda: _is(moving, "ingehaald"))
            late.go_on.set()
            await running
    assert await title(moving) == "ingehaald"


class Late:
    """A legacy of one employer and one vacancy, whose reading of the vacancy arrives late."""

    def __init__(self, source):
        self._source = source
        self.reached, self.go_on = asyncio.Event(), asyncio.Event()

    async def subjects(self, subject, _wanted):
        """List one of a kind."""
        yield Listed(FIRST if subject is Entity.VACANCY else seed_work.row_id("employer", 0))

    async def read(self, listed, wanted):
        """Read, and for that vacancy wait before giving it."""
        dossier = await self._source.read(listed, wanted)
        if listed.id == FIRST:
            self.reached.set()
            await self.go_on.wait()
        return dossier


async def _is(moving, wanted):
    return await title(moving) == wanted


class Refusing:
    """A newcore that refuses one record."""

    def __init__(self, target, row_id):
        self._target, self._row = target, row_id
        self.held, self.remove, self.texts = target.held, target.remove, target.texts

    async def apply(self, entity, row, version):
        """Apply, or refuse."""
        if row.id == self._row:
            raise RejectedError("newcore refuses it: body:/name too-long")
        return await self._target.apply(entity, row, version)

    async def apply_many(self, entity, rows, version):
        """Apply several, or refuse one."""
        refused = RejectedError("newcore refuses it: body:/name too-long")
        told = await self._target.apply_many(entity, rows, version)
        return [refused if row.id == self._row else each for row, each in zip(rows, told, strict=True)]


async def test_a_record_that_newcore_refuses_does_not_end_a_backfill(moving):
    """It is in quarantine, and counted; everything else is filled."""
    async with moving.sides() as sides, await store.connect(moving.worker) as connection:
        first = seed_work.row_id("employer", 0)
        counts = await filled(replace(sides, target=Refusing(sides.target, first)), "employers")
        assert (counts["quarantined"], counts["applied"], counts.total()) == (1, EMPLOYERS - 1, EMPLOYERS)
        assert [each.row_id for each in await quarantine.cases(connection)] == [first]


async def test_only_known_groups_can_be_filled_and_each_by_one_process(moving):
    """A group without a translation is refused with the ones that have one; a second process is told to wait."""
    async with moving.sides() as sides, await store.connect(moving.worker) as other:
        with pytest.raises(OperatorError, match="allowed are vacancies"):
            Backfill(sides, "benefit")
        assert await store.hold(other, "backfill-employers")
        with pytest.raises(OperatorError, match="by another process"):
            await Backfill(sides, "employers").begin()


async def test_persons_are_filled_with_what_hangs_on_them_byte_for_byte(people):
    """Debris of windows-1252, trailing blanks and a BSN that lost its leading zero go both ways and are the same."""
    odd = {"surname": "Müller\x81 – “x” €\x8d ", "suffix": "2\xa0hoog ", "bsn": "099990003", "secrecy_flag": "j"}
    for field, value in odd.items():
        people.legacy.control("/update", {"row_id": DEBRIS, "field": field, "value": value})
    async with people.sides() as sides, await store.connect(people.worker) as connection:
        kinds = frozenset(entity for group in OF_PERSONS for entity in FILLED[group])
        done = await sides.copy(Listed(DEBRIS), (kinds, await store.fresh_number(connection)))
        assert set(done.results) <= {"applied", "gone-applied"}
        for entity, rows in (await sides.source.read(Listed(DEBRIS), kinds)).items():
            held = {each.id: each async for each in sides.target.held(entity) if each.subject == DEBRIS}
            assert {row.id: digest(row) for row in rows} == {row: each.digest for row, each in held.items()}
        client = await sides.target.texts(Entity.CLIENT, DEBRIS)
    shown = (odd["surname"], odd["suffix"], "99990003", "j")
    names = ("surname", "houseSuffix", "bsn", "secrecyFlag")
    assert tuple(client[name] for name in names) == shown
    assert [wire.encode(client[name]) for name in names] == [text.encode(each) for each in shown]
