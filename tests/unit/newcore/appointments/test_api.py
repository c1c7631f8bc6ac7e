from tests.unit.newcore.conftest import APPOINTMENT, CLIENT
from tests.unit.newcore.stated import stated

LIST = "/v1/clients/1-71/appointments"


def reading():
    """A statement of this moment: one that is made when a module is read has ended long before its tests."""
    return stated("appointment.manage", ("ID", "AP"))


async def fill(client):
    """A client with three of them, put in out of order."""
    await client.put("/v1/clients/1-71", json=CLIENT)
    for row, changes in (("b", {"at": "02-01-2021"}), ("c", {"at": "31-12-2020"}), ("a", {"at": "02-01-2021"})):
        await client.put(f"/v1/appointments/{row}", json=APPOINTMENT | changes)


async def test_they_are_read_in_the_file_of_their_client(client):
    """By date; whole, as they went in."""
    await fill(client)
    page = (await client.get(LIST, headers=reading())).json()
    assert ([each["id"] for each in page["appointments"]], page["total"]) == (["c", "a", "b"], 3)
    await client.put("/v1/appointments/only", json=APPOINTMENT | {"clientId": "1-72"})
    await client.put("/v1/clients/1-72", json=CLIENT)
    other = (await client.get("/v1/clients/1-72/appointments", headers=reading())).json()
    assert other["appointments"] == [APPOINTMENT | {"id": "only", "clientId": "1-72"}]


async def test_their_words_need_their_category_and_their_function(client):
    """Else there is nothing in them, or nothing is answered; who lives elsewhere has none."""
    await fill(client)
    found = (await client.get(LIST, headers=stated("appointment.manage", ("ID",)))).json()["appointments"]
    assert set(found[0]) == {"id", "version", "clientId"}
    assert (await client.get(LIST, headers=stated("client.note.view"))).status_code == 403
    assert (await client.get(LIST, headers=stated("appointment.manage", reg=["AM06"]))).status_code == 404
