from tests.unit.newcore.conftest import CLIENT, SERVICE
from tests.unit.newcore.stated import stated

LIST, QUERY = "/v1/clients/1-71/services", "iface.gem.client.query"


async def fill(client):
    """A client with eleven of them, put in backwards."""
    await client.put("/v1/clients/1-71", json=CLIENT)
    for place in reversed(range(11)):
        await client.put(f"/v1/services/1-71.{place}", json=SERVICE | {"position": str(place), "code": f"D{place}"})


async def test_they_are_read_in_the_file_of_their_client(client):
    """In the order of their places, of which the tenth follows the ninth; those of others are theirs."""
    await fill(client)
    await client.put("/v1/services/1-72.0", json=SERVICE | {"clientId": "1-72"})
    page = (await client.get(LIST, headers=stated(QUERY, ("ID", "SV")))).json()
    assert ([each["code"] for each in page["services"]], page["total"]) == ([f"D{place}" for place in range(11)], 11)
    assert page["services"][3] == SERVICE | {"id": "1-71.3", "position": "3", "code": "D3"}


async def test_their_words_need_their_category_and_their_function(client):
    """Else there is nothing in them, or nothing is answered; who lives elsewhere has none."""
    await fill(client)
    found = (await client.get(LIST, headers=stated(QUERY, ("ID", "BN")))).json()["services"]
    assert set(found[0]) == {"id", "version", "clientId", "position"}
    assert (await client.get(LIST, headers=stated("client.service.view"))).status_code == 403
    assert (await client.get(LIST, headers=stated(QUERY, mun="0200"))).status_code == 404


async def test_a_place_that_was_empty_is_taken_again(client):
    """The last of several ended, and another one began: it has the place of the first, and another version."""
    await fill(client)
    path = "/v1/services/1-71.10"
    await client.delete(path, params={"version": 8})
    assert (await client.get(LIST, headers=stated(QUERY, ("SV",)))).json()["total"] == 10
    another = {"records": [SERVICE | {"id": "1-71.10", "position": "10", "code": "D99", "version": 9}]}
    assert (await client.post("/v1/services/_apply", json=another)).json()["results"][0]["result"] == "applied"
    assert (await client.get(path)).json()["code"] == "D99"
    assert (await client.delete(path, params={"version": 9})).json() == {"result": "older"}
