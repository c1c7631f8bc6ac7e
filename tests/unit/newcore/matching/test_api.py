import pytest
import pytest_asyncio

from tests.unit.newcore.conftest import CLIENT, VACANCY
from tests.unit.newcore.stated import stated

SHOWN = ("ID", "CT", "ED", "AV", "LD")


def reading():
    """A statement of this moment."""
    return stated("match.candidates.search", SHOWN)


@pytest_asyncio.fixture(loop_scope="session")
async def filled(client):
    """A vacancy for occupation 0106; two who want it, in two regions, one who wants another, one of whom nothing is known."""
    await client.put("/v1/vacancies/1-V1", json=VACANCY)
    await client.put("/v1/vacancies/1-V2", json=VACANCY | {"vacancyId": "2000002", "occupationCode": ""})
    rows = [
        ("1-71", {"surname": "Zwart", "hoursPerWeek": "8"}),
        ("1-72", {"surname": "Aal", "hoursPerWeek": "36", "region": "AM06", "responsibleRegion": "AM06"}),
        ("1-73", {"surname": "Bot", "occupationCode": "1902"}),
        ("1-74", {"surname": "Cor", "occupationCode": ""}),
    ]
    for row, changes in rows:
        await client.put(f"/v1/clients/{row}", json=CLIENT | changes)
    return client


async def ask(client, vacancy="1-V1", headers=None, **body):
    """Search; gives ids and total."""
    answer = await client.post(f"/v1/vacancies/{vacancy}/candidates/_search", json=body, headers=headers or reading())
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["clients"]], answer.json()["total"]


async def test_candidates_are_who_want_the_occupation(filled):
    """By surname, from anywhere; the vacancy is named by its id or by its number."""
    assert await ask(filled) == (["1-72", "1-71"], 2)
    assert await ask(filled, VACANCY["vacancyId"]) == (["1-72", "1-71"], 2)


async def test_a_vacancy_without_an_occupation_has_no_candidates(filled):
    """Not those of whom no occupation is known."""
    assert await ask(filled, "1-V2") == ([], 0)


async def test_candidates_can_be_narrowed_and_sorted(filled):
    """By what they offer."""
    assert await ask(filled, filters={"hoursPerWeek": "8"}) == (["1-71"], 1)
    assert await ask(filled, sort="-hoursPerWeek") == (["1-72", "1-71"], 2)
    assert await ask(filled, limit=1, offset=1) == (["1-71"], 2)


async def test_a_scope_holds_here_too(filled):
    """Where one is stated."""
    assert await ask(filled, headers=stated("match.candidates.search", SHOWN, reg=["AM06"])) == (["1-72"], 1)


async def test_who_may_not_be_named_is_not_named(filled):
    """Education and availability only: no name, no number, and no question by them."""
    headers = stated("match.candidates.search", ("ED", "AV", "LD"))
    path = "/v1/vacancies/1-V1/candidates/_search"
    found = (await filled.post(path, json={}, headers=headers)).json()["clients"][0]
    assert {"desiredOccupation", "hoursPerWeek", "ladderStep"} <= set(found)
    assert not {"name", "surname", "bsn", "region", "municipality"} & set(found)
    for body in ({"filters": {"name": "Aal*"}}, {"sort": "bsn"}):
        assert (await filled.post(path, json=body, headers=headers)).status_code == 403


@pytest.mark.parametrize("vacancy", ["1-V9", "2000009", "x%2Fy", "%00"])
async def test_an_unknown_vacancy_is_a_404(filled, vacancy):
    """Not an empty list: the question was about nothing."""
    answer = await filled.post(f"/v1/vacancies/{vacancy}/candidates/_search", json={}, headers=reading())
    assert answer.status_code == 404


async def test_a_removed_vacancy_is_unknown(filled):
    """By its number too."""
    await filled.delete("/v1/vacancies/1-V1", params={"version": 9})
    for name in ("1-V1", VACANCY["vacancyId"]):
        answer = await filled.post(f"/v1/vacancies/{name}/candidates/_search", json={}, headers=reading())
        assert answer.status_code == 404


async def test_matching_serves_its_function(filled):
    """Searching clients is another one."""
    for function in ("client.search", "vacancy.search", "sync.apply"):
        answer = await filled.post("/v1/vacancies/1-V1/candidates/_search", json={}, headers=stated(function))
        assert answer.status_code == 403
