"""Claims about the reconcile, with both cores for real."""

import asyncio
from dataclasses import replace

from rollout import store
from rollout.quarantine import store as quarantine
from rollout.reconcile import store as reports
from rollout.reconcile.worker import Reconcile
from rollout.record import FILLED, Entity, Listed, Row, UnfitError
from tests.unit.rollout.test_worker import Without, soon

DRIFTED, LEFT, FLEETING, AWAITED, TOLD = "1-7100S", "1-7100Z", "1-71016", "1-7101D", "1-71025"
KINDS = FILLED["contact_notes"]


async def found(people, kinds=KINDS, source=None):
    """Compare once; gives what was found, by kind."""
    async with people.sides() as sides:
        changed = replace(sides, source=source(sides.source)) if source else sides
        return {each.entity: each for each in await Reconcile(changed, "jansen").compare(kinds)}


async def test_an_edit_behind_the_gateway_is_found_repaired_and_told_without_a_value(people):
    """The next pass finds nothing; the report of the first says which field, not whose and not what."""
    await found(people)
    people.legacy.control("/update", {"row_id": DRIFTED, "field": "phone", "value": "088-geheim"})
    client = (await found(people))[Entity.CLIENT]
    assert (client.repaired, client.unexplained, client.reasons) == (1, 1, {"client: phone": 1})
    async with people.sides() as sides:
        assert (await sides.target.texts(Entity.CLIENT, DRIFTED))["phone"] == "088-geheim"
    clean = (await found(people))[Entity.CLIENT]
    assert (clean.unexplained, clean.checked) == (0, clean.equal)
    async with await store.connect(people.worker) as connection:
        kept = await reports.newest(connection, "contact_notes")
    assert {each.entity: each.unexplained for each in kept} == {"client": 0, "contact_note": 0}


async def test_a_note_that_newcore_alone_has_and_one_that_it_lacks_are_repaired(people):
    """Removed, and brought: the other notes of that person are equal."""
    async with people.sides() as sides:
        dossier = await sides.source.read(Listed(LEFT), frozenset({Entity.NOTE}))
        first = dossier[Entity.NOTE][0]
        await sides.target.apply(Entity.NOTE, Row("1-NZZZ", first.texts), 1)
        note = (await found(people))[Entity.NOTE]
        assert note.reasons == {"contact_note: only in newcore": 1}
        assert await sides.target.texts(Entity.NOTE, "1-NZZZ") is None
        await sides.target.remove(Entity.NOTE, first.id, 2**41)
        gone = (await found(people))[Entity.NOTE]
    assert (gone.repaired, gone.unexplained) == (0, 1), "what was removed for good does not come back: a person looks"


async def test_a_difference_that_a_captured_write_explains_is_not_drift(people):
    """It is the sync's to carry; nothing is repaired before it."""
    intent = await people.intend(AWAITED, function="client.contact.update")
    people.legacy.control("/update", {"row_id": AWAITED, "field": "mobile", "value": "06-00000001"})
    client = (await found(people, (Entity.CLIENT,)))[Entity.CLIENT]
    assert (client.pending, client.unexplained) == (1, 0)
    await people.conclude(intent)


async def test_a_registration_and_a_service_that_legacy_alone_changed_are_repaired(people):
    """Each by what the service tells of her now; one that newcore lacks, whose place was free, is brought again."""
    kinds = FILLED["suwi_query"]
    (service,) = people.legacy.control(f"/record/{TOLD}")["children"]["service"]
    people.legacy.control("/update", {"row_id": service["row_id"], "field": "start", "value": "20201101"})
    people.legacy.control("/update", {"row_id": TOLD, "field": "law_code", "value": "ZW"})
    found_of = await found(people, kinds)
    assert {each: found_of[each].reasons for each in kinds} == {
        Entity.CLIENT: {"client: modNum": 1},
        Entity.SERVICE: {"service: start": 1},
        Entity.REGISTRATION: {"registration: lawCode": 1},
    }
    async with people.sides() as sides:
        assert (await sides.target.texts(Entity.REGISTRATION, TOLD))["lawCode"] == "ZW"
        assert (await sides.target.texts(Entity.SERVICE, f"{TOLD}.0"))["start"] == "20201101"
        async with await store.connect(people.worker) as connection:
            await sides.target.remove(Entity.SERVICE, f"{TOLD}.0", await store.fresh_number(connection))
        gone = (await found(people, kinds))[Entity.SERVICE]
        assert (gone.repaired, gone.reasons) == (1, {"service: only in legacy": 1})
        assert (await sides.target.texts(Entity.SERVICE, f"{TOLD}.0"))["code"] == service["code"]
    assert [each.unexplained for each in (await found(people, kinds)).values()] == [0, 0, 0]


class Doubtful:
    """A legacy in which it is not sure what a service tells of one person."""

    def __init__(self, source):
        self._source, self.subjects = source, source.subjects

    async def read(self, listed, wanted):
        """Read; of that person only what stands on pages."""
        dossier = await self._source.read(listed, wanted)
        sure = {kind: rows for kind, rows in dossier.items() if kind is Entity.CLIENT}
        if listed.id == TOLD and sure != dossier:
            raise UnfitError("no profile", sure)
        return dossier


async def test_what_is_in_doubt_is_held_and_the_rest_of_that_person_is_equal(people):
    """A person looks at two records; nothing is repaired, and nothing is taken for a race."""
    reports_of = await found(people, FILLED["suwi_query"], Doubtful)
    async with await store.connect(people.worker) as connection:
        held = {each.entity for each in await quarantine.cases(connection) if each.subject == TOLD}
        await quarantine.recovered(connection, TOLD, Entity)
    assert held == {"service", "registration"}
    assert {each: (report.held, report.raced, report.unexplained) for each, report in reports_of.items()} == {
        Entity.CLIENT: (0, 0, 0),
        Entity.SERVICE: (1, 0, 0),
        Entity.REGISTRATION: (1, 0, 0),
    }


class Fleeting:
    """A legacy that shows another phone number once."""

    def __init__(self, source):
        self._source, self.subjects, self._shown = source, source.subjects, False

    async def read(self, listed, wanted):
        """Read; the first reading of one person is of another moment."""
        dossier = await self._source.read(listed, wanted)
        if listed.id != FLEETING or self._shown:
            return dossier
        self._shown = True
        (row,) = dossier[Entity.CLIENT]
        return {**dossier, Entity.CLIENT: (Row(row.id, dict(row.texts) | {"phone": "x"}),)}


async def test_a_difference_that_is_none_when_both_are_read_again_was_a_race(people):
    """Counted as such, and nothing is written."""
    client = (await found(people, (Entity.CLIENT,), Fleeting))[Entity.CLIENT]
    assert (client.raced, client.unexplained) == (1, 0)


async def test_the_worker_compares_what_is_filled_over_and_over(people):
    """A person who is not in the legacy any more is found though no list shows her."""
    async with people.sides() as sides:
        running = asyncio.create_task(
            Reconcile(replace(sides, source=Without(sides.source, "1-7101K")), "worker").run(pause=0.0)
        )
        assert await soon(lambda: _gone(sides), 60)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def _gone(sides):
    return await sides.target.texts(Entity.CLIENT, "1-7101K") is None
