from tests.unit.newcore.conftest import CLIENT, NOTE
from tests.unit.newcore.stated import stated

LIST = "/v1/clients/1-71/contact-notes"


def reading():
    """A statement of this moment: one that is made when a module is read has ended long before its tests."""
    return stated("client.note.view", ("ID", "CN"))


async def fill(client):
    """Two clients in two regions; three notes of the first, put in out of order, one of the second."""
    await client.put("/v1/clients/1-71", json=CLIENT)
    await client.put("/v1/clients/1-72", json=CLIENT | {"region": "AM06", "responsibleRegion": "AM06"})
    for row, position in (("1-N3", "2"), ("1-N9", "10"), ("1-N1", "0")):
        await client.put(f"/v1/contact-notes/{row}", json=NOTE | {"position": position})
    await client.put("/v1/contact-notes/1-N2", json=NOTE | {"clientId": "1-72", "text": "van een ander"})


async def test_notes_are_read_in_the_file_of_their_client(client):
    """Her own and nobody else's, in the order that the source gives them; whole, as they went in."""
    await fill(client)
    page = (await client.get(LIST, headers=reading())).json()
    assert ([each["id"] for each in page["contactNotes"]], page["total"]) == (["1-N1", "1-N3", "1-N9"], 3)
    assert page["contactNotes"][0] == NOTE | {"id": "1-N1"}
    part = (await client.get(LIST, params={"limit": 1, "offset": 1}, headers=reading())).json()
    assert ([each["id"] for each in part["contactNotes"]], part["total"]) == (["1-N3"], 3)


async def test_the_words_of_a_note_need_their_category(client):
    """Without it there are notes, and nothing is in them."""
    await fill(client)
    found = (await client.get(LIST, headers=stated("client.note.view", ("ID", "CT")))).json()["contactNotes"]
    assert set(found[0]) == {"id", "version", "clientId", "position", "modNum"}


async def test_notes_of_who_lives_elsewhere_are_not_there(client):
    """As of a client who does not exist, in the same words."""
    await fill(client)
    scoped = stated("client.note.view", reg=["AM06"])
    elsewhere = await client.get(LIST, headers=scoped)
    nobody = await client.get("/v1/clients/1-7ZZ/contact-notes", headers=scoped)
    assert elsewhere.status_code == nobody.status_code == 404
    assert elsewhere.content == nobody.content
    assert (await client.get("/v1/clients/1-72/contact-notes", headers=scoped)).json()["total"] == 1


async def test_notes_serve_the_functions_of_the_contact_history(client):
    """Neither the overview nor a search reads them; whoever syncs does, to find what is gone."""
    await fill(client)
    assert (await client.get(LIST)).json()["total"] == 3
    for function in ("client.overview.view", "client.search", "referral.create", "match.candidate.open"):
        answer = await client.get(LIST, headers=stated(function))
        assert answer.status_code == 403
        assert "Gebeld" not in answer.text


async def test_one_note_is_read_by_whoever_syncs_only(client):
    """To explain a difference."""
    await fill(client)
    assert (await client.get("/v1/contact-notes/1-N1")).json()["text"] == NOTE["text"]
    assert (await client.get("/v1/contact-notes/1-N1", headers=reading())).status_code == 403


async def test_a_note_that_is_removed_leaves_the_list(client):
    """And never comes back; the others keep their places."""
    await fill(client)
    await client.delete("/v1/contact-notes/1-N3", params={"version": 6})
    assert (await client.put("/v1/contact-notes/1-N3", json=NOTE | {"version": 7})).json() == {"result": "removed"}
    page = (await client.get(LIST, headers=reading())).json()
    assert [each["id"] for each in page["contactNotes"]] == ["1-N1", "1-N9"]


async def test_who_is_removed_has_no_notes_any_more(client):
    """Neither in her file nor by themselves."""
    await fill(client)
    await client.delete("/v1/clients/1-71", params={"version": 9})
    assert (await client.get(LIST, headers=reading())).status_code == 404
    assert (await client.get("/v1/contact-notes/1-N1")).status_code == 404
    assert (await client.get("/v1/contact-notes")).json()["total"] == 1


async def test_a_part_that_is_not_described_is_refused(client):
    """A list in a file has no filters."""
    await fill(client)
    for asked in ({"limit": 0}, {"offset": -1}, {"author": "AWE0421"}):
        assert (await client.get(LIST, params=asked, headers=reading())).status_code == 400
