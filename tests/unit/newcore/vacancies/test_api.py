import asyncio

import pytest
import pytest_asyncio

from tests.unit.newcore.conftest import VACANCY
from tests.unit.newcore.stated import stated

PATH = "/v1/vacancies/1-V100"


async def put(client, path=PATH, **changes):
    """Apply the vacancy with some values changed."""
    return await client.put(path, json=VACANCY | changes)


async def test_texts_survive_exactly(client):
    """Trailing blanks, control bytes, odd flags and leading zeros come back as they went in."""
    assert (await put(client)).json() == {"result": "applied"}
    assert (await client.get(PATH)).json() == VACANCY | {"id": "1-V100"}


async def test_an_older_or_equal_version_changes_nothing(client):
    """Replays and late messages are harmless."""
    await put(client)
    assert (await put(client, title="later", version=6)).json() == {"result": "applied"}
    assert (await put(client, title="replay", version=6)).json() == {"result": "older"}
    assert (await put(client, title="late", version=4)).json() == {"result": "older"}
    assert (await client.get(PATH)).json()["title"] == "later"


async def test_of_many_versions_at_once_the_highest_stays(client):
    """Whatever the order of arrival: the last version wins, without a lock outside the statement."""
    await asyncio.gather(*(put(client, title=f"v{version}", version=version) for version in (9, 3, 12, 7, 1, 11)))
    found = (await client.get(PATH)).json()
    assert (found["version"], found["title"]) == (12, "v12")


async def test_a_removed_vacancy_never_comes_back(client):
    """A removal leaves a tombstone; a later version does not lift it."""
    await put(client)
    assert (await client.delete(PATH, params={"version": 6})).json() == {"result": "applied"}
    assert (await put(client, version=9)).json() == {"result": "removed"}
    assert (await client.get(PATH)).status_code == 404
    assert (await client.get("/v1/vacancies")).json() == {"total": 0, "vacancies": []}


async def test_a_removal_may_come_before_the_record(client):
    """Out of order: the removal is known first, the record stays away."""
    await client.delete(PATH, params={"version": 6})
    assert (await put(client, version=5)).json() == {"result": "removed"}


@pytest_asyncio.fixture(loop_scope="session")
async def filled(client):
    """Five vacancies, put in out of order."""
    rows = [
        ("1-V4", {"vacancyId": "2000010", "title": "Kok", "region": "AM06", "opened": "02-01-2020", "hours": "8"}),
        ("1-V1", {"vacancyId": "2000002", "title": "kok m/v ", "region": "AM06", "opened": "01-02-2019", "hours": "16"}),
        ("1-V3", {"vacancyId": "2000009", "title": "Hulpkok", "region": "AM03", "opened": "", "hours": "40"}),
        ("1-V2", {"vacancyId": "2000003", "title": "100% _kok", "region": "AM03", "opened": "31-12-2018", "hours": "36"}),
        ("1-V5", {"vacancyId": "2000011", "title": "Straßenbau", "region": "AM03", "opened": "x", "hours": ""}),
    ]  # fmt: skip
    for path, changes in rows:
        await put(client, f"/v1/vacancies/{path}", **changes)

    async def ask(**asked):
        answer = await client.get("/v1/vacancies", params=asked)
        assert answer.status_code == 200, answer.text
        return [each["id"] for each in answer.json()["vacancies"]], answer.json()["total"]

    return ask


ASKED = [
    ({}, ["1-V1", "1-V2", "1-V3", "1-V4", "1-V5"]),
    ({"title": "kok"}, ["1-V4"]),
    ({"title": "KOK*"}, ["1-V1", "1-V4"]),
    ({"title": "*kok"}, ["1-V2", "1-V3", "1-V4"]),
    ({"title": "k?k"}, ["1-V4"]),
    ({"title": "100% _*"}, ["1-V2"]),
    ({"title": "%"}, []),
    ({"title": "k_k"}, []),
    ({"title": "kok m/v"}, ["1-V1"]),
    ({"title": "STRASSENBAU"}, ["1-V5"]),
    ({"title": "  "}, ["1-V1", "1-V2", "1-V3", "1-V4", "1-V5"]),
    ({"region": "AM06", "title": "*m/v"}, ["1-V1"]),
    ({"vacancyId": "200001?"}, ["1-V4", "1-V5"]),
    ({"hours": "8"}, ["1-V4"]),
]


async def test_a_filter_means_what_a_search_field_means(filled):
    """Without case and outer blanks, `*` and `?`, else the whole value; signs of SQL are plain signs."""
    for asked, found in ASKED:
        assert await filled(**asked) == (found, len(found)), asked


SORTED = [
    ("hours", ["1-V5", "1-V4", "1-V1", "1-V2", "1-V3"]),
    ("-hours", ["1-V3", "1-V2", "1-V1", "1-V4", "1-V5"]),
    ("opened", ["1-V3", "1-V2", "1-V1", "1-V4", "1-V5"]),
    ("title", ["1-V2", "1-V3", "1-V4", "1-V1", "1-V5"]),
]


async def test_sorting_is_by_value_and_stable(filled):
    """Numbers and dates by value, texts by code point, the id as the tie."""
    for sort, found in SORTED:
        assert (await filled(sort=sort))[0] == found, sort


async def test_pages_follow_each_other_without_gap_or_double(filled):
    """Offset and limit cut the same order; the total does not depend on them."""
    pages = [await filled(limit=2, offset=offset) for offset in (0, 2, 4, 6)]
    assert [rows for rows, _ in pages] == [["1-V1", "1-V2"], ["1-V3", "1-V4"], ["1-V5"], []]
    assert {total for _, total in pages} == {5}


async def test_a_change_without_the_workers_statement_is_refused(client):
    """Only the gateway's worker writes; nothing is stored for anybody else, whatever the body."""
    nobody, another = {"Authorization": ""}, stated("vacancy.manage")
    for headers, status in (({"Authorization": "Bearer wrong"}, 401), (nobody, 401), (another, 403)):
        for body in (VACANCY, {"title": 5}):
            answer = await client.put(PATH, json=body, headers=headers)
            assert answer.status_code == status
            assert answer.headers["content-type"] == "application/problem+json"
    assert (await client.delete(PATH, params={"version": 6}, headers=nobody)).status_code == 401
    assert (await client.get(PATH)).status_code == 404


@pytest.mark.parametrize(
    ("changes", "location"),
    [
        ({"version": -1}, "body:/version"),
        ({"version": "5"}, "body:/version"),
        ({"title": 5}, "body:/title"),
        ({"title": "a\x00b"}, "body:/title"),
        ({"title": "x" * 32_769}, "body:/title"),
        ({"vacancyId": " "}, "body:/vacancyId"),
        ({"colour": "red"}, "body:/colour"),
    ],
)
async def test_a_body_that_breaks_the_description_is_a_400_that_names_the_field(client, changes, location):
    """400, not 422; the field is named; the value is not repeated."""
    answer = await put(client, **changes)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert location in [each["location"] for each in answer.json()["errors"]]


async def test_all_errors_come_together(client):
    """Two missing fields are two errors of one answer."""
    body = {name: value for name, value in VACANCY.items() if name not in {"title", "city"}}
    answer = await client.put(PATH, json=body)
    assert {each["location"] for each in answer.json()["errors"]} == {"body:/title", "body:/city"}


@pytest.mark.parametrize(
    "asked", [{"limit": 0}, {"limit": 201}, {"offset": -1}, {"sort": "id"}, {"kleur": "rood"}, {"title": "a\x00"}]
)
async def test_a_parameter_that_is_not_described_is_refused(client, asked):
    """Closed: a misspelt filter must not mean `everything`."""
    answer = await client.get("/v1/vacancies", params=asked)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
