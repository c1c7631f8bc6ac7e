from tests.unit.newcore.conftest import CLIENT, REFERRAL
from tests.unit.newcore.stated import stated

LIST = "/v1/clients/1-71/referrals"


def reading():
    """A statement of this moment: one that is made when a module is read has ended long before its tests."""
    return stated("referral.create", ("ID", "RF"))


async def fill(client):
    """A client with three of them, put in out of order."""
    await client.put("/v1/clients/1-71", json=CLIENT)
    for row, changes in (("b", {"position": "10"}), ("c", {"position": "0"}), ("a", {"position": "2"})):
        await client.put(f"/v1/referrals/{row}", json=REFERRAL | changes)


async def test_they_are_read_in_the_file_of_their_client(client):
    """By position; whole, as they went in."""
    await fill(client)
    page = (await client.get(LIST, headers=reading())).json()
    assert ([each["id"] for each in page["referrals"]], page["total"]) == (["c", "a", "b"], 3)
    await client.put("/v1/referrals/only", json=REFERRAL | {"clientId": "1-72"})
    await client.put("/v1/clients/1-72", json=CLIENT)
    other = (await client.get("/v1/clients/1-72/referrals", headers=reading())).json()
    assert other["referrals"] == [REFERRAL | {"id": "only", "clientId": "1-72"}]


async def test_their_words_need_their_category_and_their_function(client):
    """Else there is nothing in them, or nothing is answered; who lives elsewhere has none."""
    await fill(client)
    found = (await client.get(LIST, headers=stated("referral.create", ("ID",)))).json()["referrals"]
    assert set(found[0]) == {"id", "version", "clientId", "position", "modNum"}
    assert (await client.get(LIST, headers=stated("client.note.view"))).status_code == 403
    assert (await client.get(LIST, headers=stated("referral.create", reg=["AM06"]))).status_code == 404
