from uuid import UUID

import pytest

from newcore.clients.model import CLIENT
from newcore.problem import Problem
from newcore.register.api import found, resource, shown_to
from newcore.register.model import Stored
from newcore.statement import Statement
from tests.unit.newcore.conftest import EMPLOYER, NOTE, TASK, VACANCY
from tests.unit.newcore.stated import stated

RECORDS = [
    ("vacancies/1-V1", VACANCY),
    ("employers/1-E1", EMPLOYER),
    ("contact-notes/1-N1", NOTE),
    ("tasks/1-T1", TASK),
]


def test_a_record_is_written_with_what_may_be_shown():
    """Id and version always; no field of a category that is not stated, not even an empty one."""
    statement = Statement(UUID(int=1), "AWE0421", "AW", "UWV", "client.search", frozenset({"ID"}))
    texts = dict.fromkeys(CLIENT.names, "x")
    written = resource(Stored("1-71", 3, texts), shown_to(CLIENT, statement))
    assert {"id", "version", "bsn", "birthDate", "modNum"} <= set(written)
    assert not {"address", "region", "nationality", "phone"} & set(written)


async def test_what_is_no_id_is_not_looked_up():
    """It is as unknown as any other; no store is asked."""
    with pytest.raises(Problem) as refused:
        await found(None, "x\x00")
    assert refused.value.status == 404


@pytest.mark.parametrize(("path", "body"), RECORDS)
async def test_a_record_comes_back_as_it_went_in(client, path, body):
    """To whoever syncs: every text, and the version; digests name it; the listing too."""
    collection = path.partition("/")[0]
    assert (await client.put(f"/v1/{path}", json=body)).json() == {"result": "applied"}
    identity = path.rpartition("/")[2]
    assert (await client.get(f"/v1/{path}")).json() == body | {"id": identity}
    listed = (await client.get(f"/v1/{collection}/digests")).json()["digests"]
    assert [(each["id"], each["version"], len(each["digest"])) for each in listed] == [(identity, 5, 64)]
    assert listed[0].get("clientId") == body.get("clientId")
    page = (await client.get(f"/v1/{collection}")).json()
    assert page["total"] == 1


async def test_digests_are_read_on_from_where_they_ended(client):
    """In the order of the ids; what was removed is not among them; a changed text is another digest."""
    for number in (3, 1, 2, 10):
        await client.put(f"/v1/employers/1-E{number}", json=EMPLOYER)
    await client.delete("/v1/employers/1-E2", params={"version": 9})
    first = (await client.get("/v1/employers/digests", params={"limit": 2})).json()["digests"]
    assert [each["id"] for each in first] == ["1-E1", "1-E10"]
    rest = (await client.get("/v1/employers/digests", params={"after": "1-E10"})).json()["digests"]
    assert [each["id"] for each in rest] == ["1-E3"]
    await client.put("/v1/employers/1-E3", json=EMPLOYER | {"version": 6, "city": "Assen "})
    after = (await client.get("/v1/employers/digests", params={"after": "1-E10"})).json()["digests"]
    assert after[0]["digest"] != rest[0]["digest"] == first[0]["digest"]


async def test_only_whoever_syncs_writes_and_lists(client):
    """The functions of employees do neither, whatever their categories; without a statement nothing is written at all."""
    collections = [*(path.partition("/")[0] for path, _ in RECORDS), "clients", "referrals", "appointments"]
    calls = (("PUT", "1-X1"), ("DELETE", "1-X1?version=3"), ("GET", "digests"))
    for collection in collections:
        for method, rest in calls:
            address = f"/v1/{collection}/{rest}"
            for function in ("client.overview.view", "vacancy.manage", "home.worklist.view"):
                assert (await client.request(method, address, headers=stated(function))).status_code == 403, address
            assert (await client.request(method, address, headers={"Authorization": ""})).status_code == 401, address
