import asyncio

import pytest

from newcore.app import engine_on
from newcore.employers.model import EMPLOYER
from newcore.register.commands import Apply, Remove
from newcore.register.model import Applied, Query
from newcore.register.store import Register

TEXTS = dict.fromkeys(EMPLOYER.fields, "x")


@pytest.fixture
async def register(newcore_dsn):
    """Employers in an empty table."""
    engine = engine_on(newcore_dsn, pool=4)
    yield Register(engine, EMPLOYER)
    await engine.dispose()


async def test_a_replay_of_everything_changes_nothing(register):
    """In any order, any number of times: the state is that of the highest version."""
    history = [Apply("1-E1", version, TEXTS | {"name": f"v{version}"}) for version in range(1, 9)]
    for command in (*history, *reversed(history), *history[::2]):
        await register.apply(command)
    found = await register.find("1-E1")
    assert (found.version, found.texts["name"]) == (8, "v8")
    assert {await register.apply(command) for command in history} == {Applied.OLDER}


async def test_a_tombstone_keeps_no_text(register, newcore_dsn):
    """What was removed is wiped, but for its id and version."""
    await register.apply(Apply("1-E1", 1, TEXTS | {"contact_person": "P. Jansen"}))
    assert await register.remove(Remove("1-E1", 2)) is Applied.APPLIED
    assert await register.remove(Remove("1-E1", 3)) is Applied.REMOVED
    assert await register.find("1-E1") is None
    assert (await register.search(Query({}, 10))).total == 0


async def test_a_page_and_its_total_are_of_one_moment(register):
    """While records are added, no page ever shows more than its total says."""

    async def add():
        for number in range(60):
            await register.apply(Apply(f"1-E{number}", 1, TEXTS | {"kvk": str(number)}))

    adding = asyncio.create_task(add())
    totals = []
    while not adding.done():
        page = await register.search(Query({}, 200))
        assert len(page.records) == page.total
        totals.append(page.total)
    await adding
    assert totals == sorted(totals)
    assert (await register.search(Query({}, 200))).total == 60
