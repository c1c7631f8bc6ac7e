"""Case H: one client, served by UWV and by his municipality: both see what they share, and neither the other's notes.

Source: Wet SUWI art. 62 lid 3. Each is in the log under its own name, and the log says how many notes were kept back.
"""

import re

import pytest

from adapters.legacy_sonar.standin.seed import Record
from tests.doubles import actions
from tests.scenarios.oracles.conftest import Enter, Town

ADVISER, MANAGER = "AWE0421", "KMG0106"
SHARED = ("overview", "cv", "services", "search_bsn", "referrals")
NEIGHBOUR, MUNICIPAL_DESK, OTHER_TOWN = "AWE0999", "WSPG106", "KMG0200"


@pytest.fixture
def client(town: Town) -> Record:
    """A client of Assen in the caseload of an adviser of UWV."""
    wanted = ("0106", ADVISER, "ordinary")
    people = (p for p in town.people if (p["municipality_code"], p["caseload_owner"], p["klass"]) == wanted)
    return next(p for p in people if {MANAGER, "SYSTEEM"} < {note["author"] for note in notes(town, p)})


def notes(town: Town, client: Record) -> list[Record]:
    """Give the notes on a client, as seeded."""
    return town.store.children("note", client["row_id"])


@pytest.mark.parametrize(
    ("user", "organisation"), [(ADVISER, ("UWV", "UWV-AM01")), (MANAGER, ("municipality", "0106"))]
)
async def test_both_see_what_they_share(
    town: Town, enter: Enter, client: Record, user: str, organisation: tuple[str, str]
) -> None:
    """Overview, CV, services, the search and referrals; the record names the organisation beside the person."""
    mark = town.log.newest()
    async with enter(user) as browser:
        for name in SHARED:
            assert town.told(client, await actions.READS[name](browser, client)), name
    seen = [each for each in town.log.since(mark) if each["disclosure"] and each["function"] != "home.worklist.view"]
    assert {(each["organisation_kind"], each["organisation"]) for each in seen} == {organisation}


async def test_it_is_one_person_in_the_log_of_both(town: Town, enter: Enter, client: Record) -> None:
    """Who looked at this client is one question, whatever the organisation."""
    found = []
    for user in (ADVISER, MANAGER):
        mark = town.log.newest()
        async with enter(user) as browser:
            await actions.READS["overview"](browser, client)
        (record,) = [each for each in town.log.since(mark) if each["function"] == "client.overview.view"]
        found += [row["person"] for row in record["disclosure"]]
    assert len(found) == 2
    assert len(set(found)) == 1


async def test_the_municipality_does_not_see_what_is_not_shared(town: Town, enter: Enter, client: Record) -> None:
    """Nationality and residence title are emptied on its page; UWV's adviser sees them."""
    pages = {}
    for user in (ADVISER, MANAGER):
        async with enter(user) as browser:
            pages[user] = await actions.READS["identity"](browser, client)
    assert pages[ADVISER].control("s_3_1_7_0") == client["nationality"] != ""
    assert town.told(client, pages[MANAGER])
    assert pages[MANAGER].control("s_3_1_7_0") == ""


@pytest.mark.parametrize("user", [NEIGHBOUR, MUNICIPAL_DESK, OTHER_TOWN])
async def test_the_notes_are_for_who_serves_the_client(town: Town, enter: Enter, client: Record, user: str) -> None:
    """Not for a colleague of the region, the desk for employers of the same municipality, or another town."""
    async with enter(user) as browser:
        reply = await actions.READS["notes"](browser, client)
    assert not any(mark_of(note) in reply.body for note in notes(town, client))


@pytest.mark.parametrize("user", [ADVISER, MANAGER])
async def test_each_sees_what_its_own_organisation_wrote(town: Town, enter: Enter, client: Record, user: str) -> None:
    """The adviser by the caseload, the client manager by the own municipality."""
    own = [note for note in notes(town, client) if written_by(note) == side(user)]
    assert own
    async with enter(user) as browser:
        reply = await actions.READS["notes"](browser, client)
    assert all(mark_of(note) in reply.body for note in own)


@pytest.mark.parametrize("user", [ADVISER, MANAGER])
async def test_neither_sees_what_the_other_wrote(town: Town, enter: Enter, client: Record, user: str) -> None:
    """Nor what nobody of the directory wrote: no text, author or row id of it; the page is what legacy shows with fewer notes."""
    own = [note for note in notes(town, client) if written_by(note) == side(user)]
    others = [note for note in notes(town, client) if note not in own]
    assert {written_by(note) for note in others} == {"unknown", side(MANAGER if user == ADVISER else ADVISER)}
    async with enter(user) as browser:
        reply = await actions.READS["notes"](browser, client)
    for note in others:
        assert mark_of(note) not in reply.body
        assert note["row_id"].encode() not in reply.body
        assert b">%b<" % note["author"].encode() not in reply.body.partition(b'id="menu"')[2] or note["author"] in {
            each["author"] for each in own
        }
    assert f">1 - {len(own)} van {len(own)}<".encode() in reply.body
    rows = [number.decode() for number in re.findall(rb'name="SWERowId([0-9])"', reply.body.partition(b"miniBtnUI")[2])]
    assert town.told(client, reply)
    assert rows.count("0") in {1, 2}
    assert str(len(own) - 1) in rows
    assert str(len(own)) not in rows


@pytest.mark.parametrize("user", [ADVISER, MANAGER])
async def test_the_log_says_how_many_notes_were_kept_back(town: Town, enter: Enter, client: Record, user: str) -> None:
    """By whose they are to the reader, and nothing of what they say."""
    mark = town.log.newest()
    async with enter(user) as browser:
        await actions.READS["notes"](browser, client)
    (shown,) = [row for each in town.log.since(mark) if each["function"] == "client.note.view" for row in each["disclosure"]]
    held = [kind(note, user) for note in notes(town, client)]
    assert shown["notes"] == [f"{each}:{held.count(each)}" for each in ("self", "own", "other", "unknown") if each in held]
    assert shown["notes_withheld"] == [f"{each}:{held.count(each)}" for each in ("other", "unknown")]
    assert "RG3.verslagen" in shown["rules"]


def side(user: str) -> str:
    """Tell for whom somebody of the directory works."""
    return "municipality" if user.startswith("KMG") else "UWV"


def written_by(note: Record) -> str:
    """Tell for whom a note was written; a system has no account."""
    return "unknown" if note["author"] == "SYSTEEM" else side(note["author"])


def kind(note: Record, user: str) -> str:
    """Tell whose a note is to somebody who reads it."""
    if note["author"] == user:
        return "self"
    author = written_by(note)
    return author if author == "unknown" else "own" if author == side(user) else "other"


def mark_of(note: Record) -> bytes:
    """Give the end of a seeded note, which no other has."""
    text = note["text"].strip()
    return text[text.rindex("(kenmerk") :].encode()


async def test_the_municipality_writes_no_note_on_a_client_of_uwvs_caseload(
    town: Town, enter: Enter, client: Record
) -> None:
    """Nothing reaches the legacy; the adviser's own note does."""
    async with enter(MANAGER) as browser:
        town.legacy.reset()
        await browser.create_note(client["row_id"], "verslag van de gemeente")
        assert town.legacy.mutations == {}
    async with enter(ADVISER) as browser:
        reply = await browser.create_note(client["row_id"], "verslag van UWV")
        assert town.legacy.mutations == {"note.create": 1}
    assert b"verslag van UWV" in reply.body
    assert not any(mark_of(note) in reply.body for note in notes(town, client) if written_by(note) != "UWV")
