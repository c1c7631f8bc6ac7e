import asyncio
from dataclasses import replace

import pytest
from sqlalchemy.exc import DBAPIError

from newcore.app import OF_A_CLIENT
from newcore.changes.store import Outbox
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


async def test_many_records_are_of_one_transaction_and_each_has_its_outcome(engine):
    """New, newer, the same, older, removed and of nobody any more: as if they had come one by one, in their order."""
    people, notes, outbox = Register(engine, CLIENT, OF_A_CLIENT), Register(engine, NOTE), Outbox(engine)
    await people.remove(Remove("1-72", 1))
    for identity, version in (("newer", 3), ("same", 5), ("older", 9), ("removed", 4)):
        await notes.apply(Apply(identity, version, SAID))
    await notes.remove(Remove("removed", 5))
    (*_, last) = await outbox.after(0, 100)
    rows = [Apply(each, 5, SAID | {"text": "now"}) for each in ("same", "zz", "newer", "older", "removed", "aa")]
    found = await notes.apply_many([*rows, Apply("orphan", 5, SAID | {"client_id": "1-72"})])
    applied, older, removed = Applied
    assert found == (older, applied, applied, older, removed, applied, removed)
    assert [change.id for change in await outbox.after(last.sequence, 100)] == ["zz", "newer", "aa"]
    texts = {
        each: record.texts["text"] for each in ("same", "zz", "older", "orphan") if (record := await notes.find(each))
    }
    assert texts == {"same": "x", "zz": "now", "older": "x"}


async def test_a_statement_that_fails_keeps_none_of_many(engine):
    """Half a batch would be neither what was before nor what was meant."""
    register = Register(engine, EMPLOYER)
    with pytest.raises(DBAPIError):
        await register.apply_many([Apply("1-E1", 1, TEXTS), Apply("1-E2", 1, TEXTS | {"name": "\x00"})])
    assert await register.find("1-E1") is None


async def test_batches_removals_and_single_records_never_wait_in_a_circle(engine):
    """Whatever the order in which their records are given: nobody is called off, the highest version stays, order holds."""
    people, notes, outbox = Register(engine, CLIENT, OF_A_CLIENT), Register(engine, NOTE), Outbox(engine)
    rows = [Apply(f"N{number}", 1, SAID | {"client_id": f"1-7{number % 3}"}) for number in range(30)]

    def batch(version):
        return [replace(each, version=version) for each in (rows if version % 2 else reversed(rows))]

    for turn in range(1, 6):
        first = turn * 10
        await asyncio.gather(
            *(notes.apply_many(batch(first + each)) for each in range(4)),
            *(notes.apply(replace(each, version=first + 9)) for each in rows[::5]),
            *(notes.remove(Remove(f"N{number}", first)) for number in range(turn * 2)),
            people.remove(Remove(f"1-7{turn % 3}", first)),
        )
    assert await notes.after("", 100) == ()
    changes = await outbox.after(0, 10_000)
    assert [change.sequence for change in changes] == sorted(change.sequence for change in changes)
    assert {change.id for change in changes if change.removed} >= {each.id for each in rows}


async def test_the_order_of_the_filters_makes_no_other_question(register):
    """A question is made once for its shape; its values are those of each asker."""
    await register.apply(Apply("1-E1", 1, TEXTS | {"name": "Kok", "city": "Assen"}))
    for filters in (
        {"name": "kok", "city": "assen"},
        {"city": "ASSEN", "name": "Kok"},
        {"city": "kok", "name": "assen"},
    ):
        page = await register.search(Query(filters, 10))
        assert page.total == (0 if filters["name"] == "assen" else 1)
    assert register._page.cache_info().currsize == 1
