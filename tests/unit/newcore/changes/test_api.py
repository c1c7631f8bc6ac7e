import pytest

from tests.unit.newcore.conftest import CLIENT, EMPLOYER, NOTE
from tests.unit.newcore.stated import stated


async def told(client, **asked):
    """The changes as the API tells them."""
    answer = await client.get("/v1/changes", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()["changes"]


async def test_every_change_is_told_once_and_in_order(client):
    """What was applied and what was removed; replays and late messages are no changes; no text is told."""
    await client.put("/v1/employers/1-E1", json=EMPLOYER)
    await client.put("/v1/employers/1-E1", json=EMPLOYER)
    await client.put("/v1/employers/1-E1", json=EMPLOYER | {"version": 7})
    await client.delete("/v1/employers/1-E1", params={"version": 8})
    await client.delete("/v1/employers/1-E1", params={"version": 9})
    found = await told(client)
    assert [(each["collection"], each["id"], each["version"], each["removed"]) for each in found] == [
        ("employers", "1-E1", 5, False), ("employers", "1-E1", 7, False), ("employers", "1-E1", 8, True),
    ]  # fmt: skip
    assert set(found[0]) == {"sequence", "collection", "id", "version", "removed"}
    assert [each["sequence"] for each in found] == sorted({each["sequence"] for each in found})


async def test_what_goes_along_with_a_client_is_told_too(client):
    """Whoever keeps another system equal must take her notes away there as well."""
    await client.put("/v1/clients/1-71", json=CLIENT)
    await client.put("/v1/contact-notes/1-N1", json=NOTE)
    await client.delete("/v1/clients/1-71", params={"version": 9})
    assert [(each["id"], each["removed"]) for each in (await told(client))[2:]] == [("1-71", True), ("1-N1", True)]


async def test_it_is_read_on_from_where_it_ended(client):
    """By the sequence that was seen last."""
    for number in range(5):
        await client.put(f"/v1/employers/1-E{number}", json=EMPLOYER)
    first = await told(client, limit=2)
    rest = await told(client, after=first[-1]["sequence"])
    assert [each["id"] for each in (*first, *rest)] == [f"1-E{number}" for number in range(5)]
    assert await told(client, after=rest[-1]["sequence"]) == []


@pytest.mark.parametrize("asked", [{"after": "x"}, {"after": "-1"}, {"after": "9" * 19}, {"limit": 1001}, {"from": 1}])
async def test_a_place_that_is_none_is_refused(client, asked):
    """Not read as the beginning."""
    assert (await client.get("/v1/changes", params=asked)).status_code == 400


async def test_changes_are_told_to_whoever_syncs_and_to_nobody_else(client):
    """That somebody is a client is said by her id alone."""
    assert (await client.get("/v1/changes", headers={"Authorization": ""})).status_code == 401
    assert (await client.get("/v1/changes", headers=stated("client.search"))).status_code == 403
