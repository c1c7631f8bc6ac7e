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
    """A client of Assen in the caseload of an adviser of UWV, with notes of both."""
    return served(town, {"UWV", "municipality"})


def served(town: Town, sides: set[str]) -> Record:
    """Give a client of both, with notes that were written for these."""
    wanted = ("0106", ADVISER, "ordinary")
    people = (p for p in town.people if (p["municipality_code"], p["caseload_owner"], p["klass"]) == wanted)
    return next(p for p in people if {written_by(note) for note in notes(town, p)} == sides)


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
    """No text, author or row id of it: the page is what legacy shows where there are only these notes."""
    own = [note for note in notes(town, client) if written_by(note) == side(user)]
    others = [note for note in notes(town, client) if note not in own]
    assert own
    assert others
    async with enter(user) as browser:
        reply = await actions.READS["notes"](browser, client)
    assert town.told(client, reply)
    _, _, listed = reply.body.partition(b'summary="SNR Contactverslag List Applet"')
    told = [(mark_of(note), note["row_id"].encode(), b">%b<" % note["author"].encode()) for note in others]
    assert not any(each in listed for each in (value for values in told for value in values))
    assert re.findall(rb'class="teller">([^<]*)', reply.body) == [f"1 - {len(own)} van {len(own)}".encode()]
    numbers = [str(number).encode() for number in range(len(own))]
    assert re.findall(rb'name="SWERowId([0-9])"', listed) == numbers
    assert re.findall(rb'id="r_4_1_([0-9])"', listed) == numbers


async def test_a_note_of_nobody_whom_the_directory_knows_is_shown_to_nobody(town: Town, enter: Enter) -> None:
    """Such as one that a system left: the municipality, of which no note is there, sees legacy's empty list."""
    client = served(town, {"UWV", "unknown"})
    (system,) = (note for note in notes(town, client) if written_by(note) == "unknown")
    pages = {}
    for user in (ADVISER, MANAGER):
        async with enter(user) as browser:
            pages[user] = (await actions.READS["notes"](browser, client)).body
    assert not any(mark_of(system) in page for page in pages.values())
    assert b"Geen records gevonden" in pages[MANAGER]
    assert not re.search(rb'name="SWERowId[0-9]"', pages[MANAGER].partition(b"SNR Contactverslag")[2])
    assert all(mark_of(note) in pages[ADVISER] for note in notes(town, client) if note is not system)


@pytest.mark.parametrize("user", [ADVISER, MANAGER])
async def test_the_log_says_how_many_notes_were_kept_back(town: Town, enter: Enter, client: Record, user: str) -> None:
    """By whose they are to the reader, and nothing of what they say."""
    mark = town.log.newest()
    async with enter(user) as browser:
        await actions.READS["notes"](browser, client)
    (shown,) = [
        row for each in town.log.since(mark) if each["function"] == "client.note.view" for row in each["disclosure"]
    ]
    held = [kind(note, user) for note in notes(town, client)]
    assert shown["notes"] == [f"{each}:{held.count(each)}" for each in ("self", "own", "other") if each in held]
    assert shown["notes_withheld"] == [f"other:{held.count('other')}"]
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
