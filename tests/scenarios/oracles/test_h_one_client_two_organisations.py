"""Case H: one client, served by UWV and by his municipality: both see what they share, each under its own name in the log.

Source: Wet SUWI art. 62 lid 3. What is not claimed here, because it does not hold: whoever may see a contact history sees
all of it, whoever wrote it (docs/open-points.md).
"""

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
    return next(p for p in people if len({note["author"] == MANAGER for note in notes(town, p)}) == 2)


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
    own = [note for note in notes(town, client) if (note["author"] == MANAGER) == (user == MANAGER)]
    assert own
    async with enter(user) as browser:
        reply = await actions.READS["notes"](browser, client)
    assert all(mark_of(note) in reply.body for note in own)


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
        await browser.create_note(client["row_id"], "verslag van UWV")
        assert town.legacy.mutations == {"note.create": 1}
