from tests.unit.newcore.conftest import EMPLOYER
from tests.unit.newcore.stated import stated

PATH = "/v1/employers/1-E100"


async def test_an_employer_survives_exactly_and_can_be_found(client):
    """As vacancies: texts as they came, filters with wildcards."""
    assert (await client.put(PATH, json=EMPLOYER)).json() == {"result": "applied"}
    assert (await client.get(PATH)).json() == EMPLOYER | {"id": "1-E100"}
    assert (await client.get("/v1/employers", params={"name": "zorg*"})).json()["total"] == 1
    assert (await client.get("/v1/employers", params={"name": "bouw*"})).json()["total"] == 0


async def test_employers_are_shown_to_nobody_without_a_statement(client):
    """A contact person is a person: reading needs a statement that names employers."""
    await client.put(PATH, json=EMPLOYER)
    for path in (PATH, "/v1/employers"):
        for headers, status in (({"Authorization": ""}, 401), (stated("vacancy.search"), 403)):
            answer = await client.get(path, headers=headers)
            assert answer.status_code == status
            assert "Jansen" not in answer.text
        assert "Jansen" in (await client.get(path, headers=stated("employer.view"))).text
