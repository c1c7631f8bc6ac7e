import asyncio

import pytest

from newcore.app import OF_A_CLIENT
from newcore.clients.model import CLIENT
from newcore.employers.model import EMPLOYER
from newcore.notes.model import NOTE
from newcore.register.commands import Apply, Remove
from newcore.register.model import Applied, Query
from newcore.register.store import Register
from newcore.statement import Scope

TEXTS = dict.fromkeys(EMPLOYER.names, "x")
PERSON = dict.fromkeys(CLIENT.names, "x")
SAID = dict.fromkeys(NOTE.names, "x") | {"client_id": "1-71", "position": "0"}


@pytest.fixture
def register(engine):
    """Employers."""
    return Register(engine, EMPLOYER)


async def test_a_replay_of_everything_changes_nothing(register):
    """In any order, any number of times: the state is that of the highest version."""
    history = [Apply("1-E1", version, TEXTS | {"name": f"v{version}"}) for version in range(1, 9)]
    for command in (*history, *reversed(history), *history[::2]):
        await register.apply(command)
    found = await register.find("1-E1")
    assert (found.version, found.texts["name"]) == (8, "v8")
    assert {await register.apply(command) for command in history} == {Applied.OLDER}


async def test_a_tombstone_keeps_no_text(register):
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


async def test_who_is_removed_takes_everything_along(engine):
    """Her notes are wiped with her, keep nothing, and none is kept afterwards; those of others stay."""
    people, notes = Register(engine, CLIENT, OF_A_CLIENT), Register(engine, NOTE)
    for row in ("1-71", "1-72"):
        await people.apply(Apply(row, 1, PERSON))
        await notes.apply(Apply(f"{row}-N", 2, SAID | {"client_id": row}))
    assert await people.remove(Remove("1-71", 3)) is Applied.APPLIED
    assert await notes.find("1-71-N") is None
    assert await notes.find("1-72-N") is not None
    assert await notes.apply(Apply("1-71-N", 9, SAID)) is Applied.REMOVED
    assert await notes.apply(Apply("1-N7", 9, SAID)) is Applied.REMOVED
    assert await people.apply(Apply("1-71", 9, PERSON)) is Applied.REMOVED


async def test_a_removal_that_is_too_old_removes_nothing_of_hers(engine):
    """She was changed since."""
    people, notes = Register(engine, CLIENT, OF_A_CLIENT), Register(engine, NOTE)
    await people.apply(Apply("1-71", 5, PERSON))
    await notes.apply(Apply("1-N1", 6, SAID))
    assert await people.remove(Remove("1-71", 5)) is Applied.OLDER
    assert await notes.find("1-N1") is not None


async def test_a_note_may_come_before_its_client(engine):
    """Messages arrive in any order; only a client who was removed keeps it away."""
    notes = Register(engine, NOTE)
    assert await notes.apply(Apply("1-N1", 1, SAID)) is Applied.APPLIED


async def test_a_note_that_comes_while_she_is_removed_does_not_stay(engine):
    """Whatever the order in which they reach the database, nothing of hers is kept in the end."""
    people, notes = Register(engine, CLIENT, OF_A_CLIENT), Register(engine, NOTE)
    for turn in range(15):
        row = f"1-7{turn}"
        await people.apply(Apply(row, 1, PERSON))
        await asyncio.gather(
            people.remove(Remove(row, 2)),
            *(notes.apply(Apply(f"{row}-N{each}", 3, SAID | {"client_id": row})) for each in range(3)),
        )
        assert [await notes.find(f"{row}-N{each}") for each in range(3)] == [None, None, None]


@pytest.mark.parametrize(
    ("scope", "found"),
    [
        (None, {"here", "cared-for", "there", "nowhere", "blank"}),
        (Scope(frozenset({"AM06"})), {"here", "cared-for", "blank"}),
        (Scope(frozenset({"AM06", "AM01"})), {"here", "cared-for", "there", "blank"}),
        (Scope(municipality="0200"), {"here"}),
        (Scope(frozenset({"AM01"}), "0200"), {"here", "there", "cared-for"}),
        (Scope(frozenset({"AM35"})), set()),
        (Scope(), set()),
    ],
)
async def test_a_scope_holds_whoever_lives_there_or_falls_under_it(engine, scope, found):
    """By region, responsible region or municipality; who lives nowhere is in none; blanks do not count."""
    people, notes = Register(engine, CLIENT, OF_A_CLIENT), Register(engine, NOTE)
    where = {
        "here": ("AM06", "AM06", "0200"), "cared-for": ("AM01", "AM06", "0106"), "there": ("AM01", "AM01", "0106"),
        "nowhere": ("", "", ""), "blank": ("AM06 ", "AM35x", "0999"),
    }  # fmt: skip
    for row, (region, responsible, town) in where.items():
        place = {"region": region, "responsible_region": responsible, "municipality": town}
        await people.apply(Apply(row, 1, PERSON | place))
        await notes.apply(Apply(f"N-{row}", 1, SAID | {"client_id": row}))
    page = await people.search(Query({}, 50, scope=scope))
    assert {each.id for each in page.records} == found
    assert page.total == len(found)
    assert {row for row in where if await people.find(row, scope)} == found
    told = await notes.search(Query({}, 50, scope=scope))
    assert {each.id.removeprefix("N-") for each in told.records} == found
