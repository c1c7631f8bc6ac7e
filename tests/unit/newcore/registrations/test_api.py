import pytest

from tests.unit.newcore.conftest import CLIENT, REGISTRATION
from tests.unit.newcore.stated import stated

LIST, QUERY = "/v1/clients/1-71/registrations", "iface.gem.client.query"


async def fill(client):
    """A client who is registered."""
    await client.put("/v1/clients/1-71", json=CLIENT)
    return (await client.put("/v1/registrations/1-71", json=REGISTRATION)).json()["result"]


async def test_it_is_read_in_the_file_of_its_client(client):
    """Whole, as it went in, for the query of municipalities alone."""
    await fill(client)
    page = (await client.get(LIST, headers=stated(QUERY, ("ID", "BN")))).json()
    assert page == {"total": 1, "registrations": [REGISTRATION | {"id": "1-71"}]}
    assert (await client.get(LIST, headers=stated("client.overview.view"))).status_code == 403
    assert (await client.get(LIST, headers=stated(QUERY, reg=["AM06"]))).status_code == 404


@pytest.mark.parametrize(
    ("category", "shown"),
    [("ID", {"registeredFrom", "registeredUntil"}), ("BN", {"lawCode", "benefitFrom"}), ("SV", set())],
)
async def test_the_benefit_is_another_category_than_the_registration(client, category, shown):
    """Each is told where it is stated."""
    await fill(client)
    (found,) = (await client.get(LIST, headers=stated(QUERY, (category,)))).json()["registrations"]
    assert set(found) == shown | {"id", "version", "clientId", "position"}


async def test_one_that_was_removed_comes_back_and_never_one_of_somebody_who_was(client):
    """Who has no BSN for a while has none; who is gone is gone, and nothing of hers is kept."""
    await fill(client)
    path = "/v1/registrations/1-71"
    assert (await client.delete(path, params={"version": 6})).json() == {"result": "applied"}
    assert (await client.get(path)).status_code == 404
    assert (await client.put(path, json=REGISTRATION | {"version": 6})).json() == {"result": "older"}
    assert (await client.put(path, json=REGISTRATION | {"version": 7})).json() == {"result": "applied"}
    await client.delete("/v1/clients/1-71", params={"version": 8})
    assert (await client.get(path)).status_code == 404
    assert (await client.put(path, json=REGISTRATION | {"version": 9})).json() == {"result": "removed"}
    changes = (await client.get("/v1/changes")).json()["changes"]
    told = [(each["version"], each["removed"]) for each in changes if each["collection"] == "registrations"]
    assert told == [(5, False), (6, True), (7, False), (7, True)]
