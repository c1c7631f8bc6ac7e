"""Claims about the sync, with both cores, the journal and the budget for real."""

import asyncio
import os
import time
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from adapters.legacy_sonar.standin import seed_work
from adapters.legacy_sonar.standin.people import PASSWORDS
from adapters.legacy_sonar.standin.visitor import Visitor
from proxy.database import Role
from proxy.model.entry import OutcomeState
from proxy.routing.entity import touched
from rollout import store
from rollout.carry import applied
from rollout.quarantine import store as quarantine
from rollout.record import Entity, Listed, Row, UnfitError
from rollout.worker import Sides, Sync, abreast, vanished
from tests.unit.rollout.conftest import GROUP

VACANCIES = 280
FIRST, SECOND = seed_work.row_id("vacancy", 0), seed_work.row_id("vacancy", 1)
LONG = bool(os.environ.get("POORT_TEST_LONG"))
PERSON, OTHER, POISON, GONE = "1-71000", "1-71007", "1-7100E", "1-7100L"
HERS = frozenset({Entity.CLIENT, Entity.NOTE, Entity.REGISTRATION, Entity.SERVICE})


async def texts(moving, entity, row_id):
    """What newcore has of a record; None: nothing."""
    async with moving.sides() as sides:
        return await sides.target.texts(entity, row_id)


async def title(moving, row_id=FIRST):
    """What newcore has as the title of a vacancy; None: nothing."""
    found = await texts(moving, Entity.VACANCY, row_id)
    return found["title"] if found else None


async def soon(condition, seconds=10.0):
    """Wait until an awaited condition holds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if await condition():
            return True
        await asyncio.sleep(0.05)
    return False


@asynccontextmanager
async def syncing(moving, source=None):
    """Run the sync of the worker; tries again at once. Nothing is followed yet: then vacancies are."""
    async with await store.connect(moving.worker) as connection:
        if not await store.followed(connection):
            await store.begin(connection, GROUP)
    async with moving.sides() as sides:
        sync = Sync(replace(sides, source=source(sides.source)) if source else sides, timedelta(0))
        task = asyncio.create_task(sync.run())
        try:
            yield sync
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def reached(moving, number, group=GROUP):
    """Make the condition that a group is followed up to a number."""

    async def so() -> bool:
        return await moving.applied(group) >= number

    return so


async def number(moving, intent):
    """Give the number of an intent in the journal."""
    async with await store.connect(moving.worker) as connection:
        row = await (await connection.execute("SELECT seq FROM journal WHERE id = %s", (intent,))).fetchone()
    return row[0]


async def states(moving, intent):
    """Give what became of an intent."""
    async with await store.connect(moving.worker) as connection:
        found = await connection.execute("SELECT state FROM journal_state WHERE intent = %s ORDER BY seq", (intent,))
        return [row[0] for row in await found.fetchall()]


async def test_an_acknowledged_write_reaches_newcore_and_then_the_watermark(moving):
    """Re-read after the acknowledgement, applied under the journal's number; a rejected one moves the watermark alone."""
    async with syncing(moving):
        intent = await moving.intend(FIRST)
        await moving.retitle(FIRST, "eerste  ")
        assert await title(moving) is None
        await moving.conclude(intent)
        assert await soon(reached(moving, await number(moving, intent)))
        assert await title(moving) == "eerste  "
        refused = await moving.intend(SECOND)
        await moving.conclude(refused, OutcomeState.REJECTED)
        assert await soon(reached(moving, await number(moving, refused)))
        assert await title(moving, SECOND) is None


async def test_an_open_write_and_an_unknown_one_hold_the_watermark_but_not_later_writes(moving):
    """What is not settled is not promised; a write that was cut off may still happen in legacy."""
    async with syncing(moving):
        begun = await moving.applied()
        held = await moving.intend(FIRST)
        later = await moving.intend(SECOND)
        await moving.conclude(later)
        assert await soon(lambda: title(moving, SECOND))
        await moving.conclude(held, OutcomeState.UNKNOWN)
        await asyncio.sleep(0.5)
        assert await title(moving) is None
        assert begun <= await moving.applied() < await number(moving, held)


async def test_what_was_open_while_a_later_write_was_carried_is_not_lost(moving):
    """The same record: read for the later one first, then again, under a number that newcore takes."""
    async with syncing(moving):
        early, late = await moving.intend(FIRST), await moving.intend(FIRST)
        await moving.retitle(FIRST, "van de latere")
        await moving.conclude(late)
        assert await soon(lambda: _is(moving, "van de latere"))
        await moving.retitle(FIRST, "van de eerdere")
        await moving.conclude(early)
        assert await soon(lambda: _is(moving, "van de eerdere"))
        assert await soon(reached(moving, await number(moving, late)))


async def test_a_new_record_and_a_removed_one_are_carried(moving):
    """Both by reading legacy again: what is not there is removed in newcore; a new one whose number nobody knows is found."""
    last = seed_work.row_id("vacancy", VACANCIES - 1)
    async with syncing(moving):
        known = await moving.intend(last)
        await moving.conclude(known)
        assert await soon(lambda: title(moving, last))
        gone = await moving.intend(last)
        await moving.change("DeleteRecord", ("SWERowId", last))
        await moving.conclude(gone)
        made = await moving.intend(None)
        await moving.change("NewRecord", ("s_12_1_2_0", "Nieuwe vacature"), ("s_12_1_5_0", "90000000"))
        await moving.conclude(made)
        assert await soon(reached(moving, await number(moving, made)), 90)
        assert await title(moving, last) is None
        assert await title(moving, seed_work.row_id("vacancy", VACANCIES)) == "Nieuwe vacature"


async def test_an_appointment_of_another_group_changes_the_overview(people):
    """The mutation is of the work list, the record of the client's file: the client is read again, with every kind."""
    async with syncing(people):
        intent = await people.intend(PERSON, function="appointment.manage")
        people.legacy.control("/update", {"row_id": PERSON, "field": "next_appointment", "value": "20210311"})
        await people.conclude(intent)
        assert await soon(reached(people, await number(people, intent), "client_file"))
    client = await texts(people, Entity.CLIENT, PERSON)
    assert client["nextAppointment"] == "11-03-2021"
    appointment = await texts(people, Entity.APPOINTMENT, f"{PERSON}.{client['modNum']}")
    assert (appointment["at"], appointment["clientId"]) == ("11-03-2021", PERSON)


async def notes(people, person):
    """What newcore has as notes of a person, in its order."""
    async with people.sides() as sides:
        return [each.id async for each in sides.target.held(Entity.NOTE, person)]


async def test_a_new_note_reaches_newcore_and_one_that_was_removed_is_gone(people):
    """Only the notes of that person are read; newest first, as legacy has them."""
    before = await notes(people, PERSON)
    async with syncing(people):
        made = await people.intend(PERSON, function="client.note.create")
        async with Visitor(people.legacy.url, "WSP0101", PASSWORDS["WSP0101"]) as visitor:
            await visitor.login()
            await visitor.create_note(PERSON, "eerste gesprek gevoerd", "nieuw")
            await people.conclude(made)
            assert await soon(reached(people, await number(people, made), "contact_notes"))
            first, *others = await notes(people, PERSON)
            assert others == before
            shown = await texts(people, Entity.NOTE, first)
            assert (shown["text"], shown["position"]) == ("eerste gesprek gevoerd", "0")
            view = ("SNR Contacthistorie View", "SNR Contactverslag List Applet")
            await visitor.invoke("DeleteRecord", *view, ("SWERowId", first))
        removed = await people.intend(PERSON, function="client.note.create")
        await people.conclude(removed)
        assert await soon(reached(people, await number(people, removed), "contact_notes"))
    assert await notes(people, PERSON) == before


async def services(people, person):
    """What newcore has as services of a person, in its order."""
    async with people.sides() as sides:
        rows = [each.id async for each in sides.target.held(Entity.SERVICE, person)]
        return {row: (await sides.target.texts(Entity.SERVICE, row))["code"] for row in rows}


class Ended:
    """A legacy in which the last services of a person have ended, until they begin again."""

    def __init__(self, source):
        self._source, self.subjects, self.left = source, source.subjects, 0

    async def read(self, listed, wanted):
        """Read, but only so many services."""
        dossier = await self._source.read(listed, wanted)
        return {kind: rows[: self.left] if kind is Entity.SERVICE else rows for kind, rows in dossier.items()}


async def test_services_that_change_begin_end_and_begin_again_reach_newcore(people):
    """They have no names in legacy but their places: one that is free is taken again."""
    ended: list[Ended] = []

    def source(real):
        ended.append(Ended(real))
        return ended[0]

    async def carried():
        intent = await people.intend(OTHER, function="client.service.update")
        await people.conclude(intent)
        assert await soon(reached(people, await number(people, intent), "suwi_query"))
        return await services(people, OTHER)

    (first,) = people.legacy.control(f"/record/{OTHER}")["children"]["service"]
    assert await services(people, OTHER) == {f"{OTHER}.0": first["code"]}
    async with syncing(people, source=source):
        assert await carried() == {}
        ended[0].left = 2
        people.legacy.control("/update", {"row_id": first["row_id"], "field": "code", "value": "D99"})
        async with Visitor(people.legacy.url, "AWE0421", PASSWORDS["AWE0421"]) as visitor:
            await visitor.login()
            await visitor.open_client(OTHER, "SNR Traject View")
            view = ("SNR Traject View", "SNR Traject List Applet")
            await visitor.invoke("NewRecord", *view, ("SWERowId", OTHER), ("s_9_1_1_0", "D42"))
        assert await carried() == {f"{OTHER}.0": "D99", f"{OTHER}.1": "D42"}


@pytest.mark.parametrize(
    ("function", "form", "field", "value"),
    [
        ("client.measure.propose", "Uitkering", "s_8_1_1_0", "ZW"),
        ("client.workcapacity.update", "Belastbaarheid", "s_7_1_6_0", "B"),
    ],
)
async def test_a_write_on_another_page_of_a_person_is_seen_on_those_that_newcore_has(
    people, function, form, field, value
):
    """It changes the number of her record, without which her next form is refused; and her benefit, which the query tells."""
    async with syncing(people):
        intent = await people.intend(OTHER, function=function)
        async with Visitor(people.legacy.url, "AWE0421", PASSWORDS["AWE0421"]) as visitor:
            await visitor.login()
            page = await visitor.open_client(OTHER, f"SNR {form} View")
            more = (("SWERowId", OTHER), ("SWEModNum", page.modnum), (field, value))
            await visitor.invoke("WriteRecord", f"SNR {form} View", f"SNR {form} Form", *more)
        await people.conclude(intent)
        assert await soon(reached(people, await number(people, intent), "suwi_query"))
    written = people.legacy.control(f"/record/{OTHER}")["record"]
    assert int(written["modnum"]) == int(page.modnum) + 1
    assert (await texts(people, Entity.CLIENT, OTHER))["modNum"] == written["modnum"]
    assert (await texts(people, Entity.REGISTRATION, OTHER))["lawCode"] == written["law_code"]


class Without:
    """A legacy in which one person does not exist any more."""

    def __init__(self, source, gone):
        self._source, self._gone, self.subjects = source, gone, source.subjects

    async def read(self, listed, wanted):
        """Read, but not that person."""
        return dict.fromkeys(wanted, ()) if listed.id == self._gone else await self._source.read(listed, wanted)


async def test_a_deleted_person_never_comes_back_nor_does_what_is_hers(people):
    """Removed for good, with everything that hangs on her: a late message and an older reading change nothing."""
    async with people.sides() as sides:
        old = await sides.source.read(Listed(GONE), HERS)
    held = {kind: [row.id for row in rows] for kind, rows in old.items()}
    async with syncing(people, source=lambda source: Without(source, GONE)):
        intent = await people.intend(GONE, function="client.deregister")
        await people.conclude(intent)
        assert await soon(reached(people, await number(people, intent), "client_file"))
    assert held.keys() == HERS
    async with people.sides() as sides:
        for kind, rows in held.items():
            assert [await sides.target.texts(kind, each) for each in rows] == [None] * len(rows) != []
        done = await applied(sides.target, GONE, (old, 2**40))
    assert set(done.results) == {"removed"}
    assert await texts(people, Entity.CLIENT, GONE) is None


async def test_replaying_the_whole_journal_changes_nothing(people):
    """Duplicate and out of order: every record keeps its version, whatever is delivered again."""
    kinds = (Entity.CLIENT, Entity.NOTE)
    async with syncing(people):
        for function in ("client.contact.update", "client.note.create", "client.contact.update"):
            intent = await people.intend(OTHER, function=function)
            await people.conclude(intent)
        assert await soon(reached(people, await number(people, intent), "contact_notes"))
    async with people.sides() as sides, await store.connect(people.worker) as connection:
        before = [[each async for each in sides.target.held(kind)] for kind in kinds]
        found = await connection.execute(
            "SELECT seq, named[1], functions FROM journal WHERE captured ORDER BY seq DESC"
        )
        delivered = await found.fetchall()
        assert delivered
        for seq, row, functions in delivered + delivered:
            done = await sides.copy(Listed(row), (touched(functions), seq))
            assert set(done.results) <= {"older", "removed"}
        assert [[each async for each in sides.target.held(kind)] for kind in kinds] == before


async def test_a_backlog_after_an_outage_drains_with_one_reading_of_each_person(people):
    """However many writes there were: what a person costs legacy is paid once, within the budget of all reads."""
    count = 100_000 if LONG else 600
    rows = ["1-71000", "1-71007", "1-7100S", "1-7100Z"]
    async with await store.connect(people.cluster.owner_dsn()) as owner:
        await owner.execute(
            "WITH made AS (INSERT INTO journal (id, access, function, core, revision, captured, functions, named) SELECT "
            "gen_random_uuid(), gen_random_uuid(), 'client.note.create', 'legacy', 1, true, '{client.note.create}', "
            "ARRAY[(%s::text[])[1 + g %% 4]] FROM generate_series(1, %s) g RETURNING id) "
            "INSERT INTO journal_state (intent, state) SELECT id, 'acked' FROM made",
            (rows, count),
        )
        newest = (await (await owner.execute("SELECT max(seq) FROM journal")).fetchone())[0]
    before = people.legacy.control("/counters")["requests"]
    async with syncing(people):
        assert await soon(reached(people, newest, "contact_notes"), 600 if LONG else 60)
    asked = people.legacy.control("/counters")["requests"] - before
    assert asked <= 8 + len(rows) * (1 + count // 2000)


class Unfit:
    """A legacy of which one page cannot be read, until it is mended."""

    def __init__(self, source, row_id):
        self._source, self._row, self.subjects, self.mended = source, row_id, source.subjects, False

    async def read(self, listed, wanted):
        """Read, or say that this is no such record."""
        if listed.id == self._row and not self.mended:
            raise UnfitError("unreadable (page-shape)")
        return await self._source.read(listed, wanted)


async def test_a_poisonous_record_is_set_aside_and_everything_else_goes_on(people):
    """Tried some times, then in quarantine: the watermark moves on, a person lets it out, and then it is carried over."""
    broken: list[Unfit] = []

    def source(real):
        broken.append(Unfit(real, POISON))
        return broken[0]

    async with syncing(people, source=source), await store.connect(people.worker) as connection:
        intent, other = [await people.intend(each, function="client.contact.update") for each in (POISON, OTHER)]
        for each in (intent, other):
            await people.conclude(each)
        assert await soon(reached(people, await number(people, other), "client_file"), 20)
        assert (await states(people, intent))[-1] == "conflict"
        assert (await states(people, other))[-1] == "synced"
        held = await quarantine.cases(connection)
        assert [(each.entity, each.row_id) for each in held] == [("appointment", POISON), ("client", POISON)]
        assert {(each.tries, each.state) for each in held} == {(quarantine.TRIES, "held")}
        assert await quarantine.count(connection, "client_file") == 2
        broken[0].mended = True
        assert await quarantine.release(connection, "jansen", POISON) == 2
        assert await soon(lambda: _none(connection))


async def _none(connection):
    return not await quarantine.subjects(connection)


async def test_legacy_away_is_waited_for(moving):
    """In maintenance nothing is carried and nothing lost; afterwards it goes on by itself."""
    moving.legacy.modes(maintenance=True)
    async with syncing(moving) as sync:
        intent = await moving.intend(FIRST)
        await moving.conclude(intent)
        assert await soon(lambda: _troubled(sync))
        assert await moving.applied() < await number(moving, intent)
        moving.legacy.modes(maintenance=False)
        assert await soon(reached(moving, await number(moving, intent)), 30)
    assert await title(moving)


async def _troubled(sync):
    return bool(sync.trouble)


async def _is(moving, wanted):
    return await title(moving) == wanted


async def test_a_worker_that_was_killed_loses_nothing(moving):
    """Cancelled at any moment between reading and settling; the next one carries everything."""
    await moving.follow()
    async with moving.sides() as sides:
        for turn in range(6):
            intent = await moving.intend(FIRST)
            await moving.retitle(FIRST, f"versie {turn}")
            await moving.conclude(intent)
            task = asyncio.create_task(Sync(sides).run())
            await asyncio.sleep(0.03 * turn)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        task = asyncio.create_task(Sync(sides).run())
        assert await soon(lambda: _is(moving, "versie 5"))
        assert await soon(reached(moving, await number(moving, intent)))
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_only_one_worker_follows_the_journal(moving):
    """The second waits for the lock of the first."""
    async with await store.connect(moving.worker) as first, await store.connect(moving.worker) as second:
        assert await store.hold(first, store.FOLLOWING)
        assert not await store.hold(second, store.FOLLOWING)


async def test_a_record_that_newcore_alone_has_is_removed_after_asking(moving):
    """A leftover of another data set goes; one that legacy knows but did not list stays."""
    async with moving.sides() as sides:
        legacy = (await sides.source.read(Listed(FIRST), frozenset({Entity.VACANCY})))[Entity.VACANCY][0]
        for row in (Row("1-VZZZ", legacy.texts), legacy):
            await sides.target.apply(Entity.VACANCY, row, 1)
        found = await vanished(sides, Entity.VACANCY, [])
        assert [each.id for each in found] == [FIRST, "1-VZZZ"]
        done = [await sides.copy(each, (frozenset({Entity.VACANCY}), 5)) for each in found]
    assert [dict(each.results) for each in done] == [{"applied": 1}, {"gone-applied": 1}]


async def test_things_are_done_abreast_and_a_failure_calls_the_others_off():
    """Never more at the same time than asked, every one of them once."""
    under_way, most, done = 0, 0, []

    async def one(number):
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        try:
            await asyncio.sleep(0.001)
        finally:
            under_way -= 1
        if number == 99:
            raise ValueError("it broke")
        done.append(number)
        return number

    assert sorted(await abreast([partial(one, each) for each in range(20)], 3)) == list(range(20))
    assert most == 3
    with pytest.raises(ValueError, match="it broke"):
        await abreast([partial(one, 99), partial(one, 1), partial(one, 2), partial(one, 3)], 2)
    assert under_way == 0


def test_the_sides_show_no_secret(moving):
    """An address with a password is not printed with them."""
    assert moving.cluster.passwords[Role.WORKER] not in repr(Sides(moving.worker, None, None))
