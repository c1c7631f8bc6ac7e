import pytest
import pytest_asyncio

from newcore.clients.model import CLIENT as KIND
from newcore.problem import camel
from tests.unit.newcore.conftest import CLIENT
from tests.unit.newcore.stated import stated

PATH = "/v1/clients/1-71"
BY_CATEGORY = {
    category: {camel(each.name) for each in KIND.fields if each.category == category}
    for category in ("ID", "CT", "NA", "LD", "SV", "AP", "ED", "AV")
}


async def put(client, row="1-71", **changes):
    """Keep a client with some texts changed."""
    answer = await client.put(f"/v1/clients/{row}", json=CLIENT | changes)
    assert answer.json() == {"result": "applied"}


async def ask(client, headers=None, **body):
    """Search; gives ids and total."""
    answer = await client.post("/v1/clients/_search", json=body, headers=headers or stated("client.search"))
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["clients"]], answer.json()["total"]


async def test_a_client_survives_exactly(client):
    """Trailing blanks, unknown days, a BSN without its zero: as the source has them."""
    await put(client)
    assert (await client.get(PATH)).json() == CLIENT | {"id": "1-71"}


@pytest.mark.parametrize("stated_categories", [("ID",), ("CT",), ("ID", "CT", "LD"), ("NA",), ("ED", "AV"), ()])
@pytest.mark.parametrize("function", ["client.overview.view", "client.search"])
async def test_only_stated_categories_are_in_an_answer(client, function, stated_categories):
    """Of one client and of a list: exactly the fields of the stated categories, the id, the version, the ModNum."""
    await put(client)
    headers = stated(function, stated_categories)
    if function == "client.search":
        found = (await client.post("/v1/clients/_search", json={}, headers=headers)).json()["clients"][0]
    else:
        found = (await client.get(PATH, headers=headers)).json()
    expected = set().union(*(BY_CATEGORY[each] for each in stated_categories))
    assert set(found) == expected | {"id", "version", "modNum"}
    assert all(found[name] == CLIENT[name] for name in expected)


async def test_in_the_head_of_a_file_the_place_is_identity(client):
    """The screen of notes shows where she lives beside her name."""
    await put(client)
    found = (await client.get(PATH, headers=stated("client.note.view", ("ID", "CN")))).json()
    assert (found["name"], found["region"], found["municipalityName"]) == ("Vries, Jan de", "AM01", "Assen")
    assert not {"address", "phone", "postcode"} & set(found)


async def test_who_lives_elsewhere_is_not_there(client):
    """Neither read, nor listed, nor counted; an unknown one is told in the same words."""
    await put(client)
    await put(client, "1-72", region="AM06", responsibleRegion="AM06", municipality="0200")
    for scope in ({"reg": ["AM06"]}, {"mun": "0200"}):
        headers = stated("client.overview.view", **scope)
        here, there, nobody = [
            await client.get(f"/v1/clients/{row}", headers=headers) for row in ("1-72", "1-71", "1-7")
        ]
        assert (here.status_code, there.status_code) == (200, 404)
        assert there.content == nobody.content
        assert await ask(client, stated("client.search", **scope)) == (["1-72"], 1)
        assert await ask(client, stated("client.search", **scope), filters={"surname": "vries"}) == (["1-72"], 1)
        assert await ask(client, stated("client.search", **scope), filters={"region": "AM01"}) == ([], 0)


@pytest.mark.parametrize(
    "body", [{"filters": {"postcode": "9401*"}}, {"sort": "-city"}, {"filters": {"region": "AM06"}}]
)
async def test_a_question_by_what_is_not_stated_is_refused(client, body):
    """The rows would tell what the fields do not."""
    await put(client)
    answer = await client.post("/v1/clients/_search", json=body, headers=stated("client.search", ("ID",)))
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "function", ["client.overview.view", "vacancy.search", "home.worklist.view", "sync.apply", "a.b"]
)
async def test_a_search_serves_the_functions_of_a_search(client, function):
    """Opening one client is another function; so is whatever newcore does not know."""
    assert (await client.post("/v1/clients/_search", json={}, headers=stated(function))).status_code == 403


@pytest.mark.parametrize(
    "function", ["client.search", "vacancy.search", "home.worklist.view", "client.workcapacity.view"]
)
async def test_reading_one_client_serves_the_functions_of_reading(client, function):
    """Finding is not opening."""
    await put(client)
    answer = await client.get(PATH, headers=stated(function))
    assert answer.status_code == 403
    assert "Vries" not in answer.text


async def test_clients_are_listed_to_whoever_syncs_without_their_texts(client):
    """Ids and versions, for the reconciliation."""
    await put(client)
    assert (await client.get("/v1/clients")).json() == {"total": 1, "clients": [{"id": "1-71", "version": 5}]}
    for function in ("client.search", "client.search.national"):
        assert (await client.get("/v1/clients", headers=stated(function))).status_code == 403


async def test_nothing_is_asked_of_a_client_by_address(client):
    """A BSN in an address ends in a log: a list has no such parameters."""
    for name in ("bsn", "surname"):
        assert (await client.get("/v1/clients", params={name: "99990019"})).status_code == 400


@pytest_asyncio.fixture(loop_scope="session")
async def filled(client):
    """Six clients, put in out of order."""
    rows = [
        ("1-7F", {"surname": "de Boer", "bsn": "99990032", "birthDate": "01-02-1990", "hoursPerWeek": "8"}),
        ("1-7A", {"surname": "VRIES", "bsn": "9999044", "birthDate": "02-01-1990", "hoursPerWeek": "16"}),
        ("1-7E", {"surname": "Vries-Smit", "bsn": "99990056", "birthDate": "", "hoursPerWeek": "40"}),
        ("1-7B", {"surname": "Vries\xa0", "bsn": "99990068", "birthDate": "00-00-1991", "hoursPerWeek": "36"}),
        ("1-7D", {"surname": "Élan", "bsn": "99990070", "birthDate": "31-12-1953", "hoursPerWeek": ""}),
        ("1-7C", {"surname": "Boer", "bsn": "", "birthDate": "31-12-1953", "hoursPerWeek": "x"}),
    ]  # fmt: skip
    for row, changes in rows:
        await put(client, row, **changes)
    return client


FILTERS = [
    ({}, ["1-7C", "1-7F", "1-7A", "1-7B", "1-7E", "1-7D"]),
    ({"surname": "vries"}, ["1-7A", "1-7B"]),
    ({"surname": " Vries* "}, ["1-7A", "1-7B", "1-7E"]),
    ({"surname": "*boer"}, ["1-7C", "1-7F"]),
    ({"surname": "élan"}, ["1-7D"]),
    ({"surname": "?lan"}, ["1-7D"]),
    ({"surname": "%"}, []),
    ({"bsn": "099990032"}, ["1-7F"]),
    ({"bsn": "009999044"}, ["1-7A"]),
    ({"bsn": "0999900*"}, ["1-7F", "1-7B", "1-7E", "1-7D"]),
    ({"birthDate": "31-12-1953"}, ["1-7C", "1-7D"]),
    ({"birthDate": "*1990", "surname": "*r*s"}, ["1-7A"]),
    ({"bsn": " "}, ["1-7C", "1-7F", "1-7A", "1-7B", "1-7E", "1-7D"]),
]


async def test_a_list_is_by_surname_and_a_filter_means_what_a_search_field_means(filled):
    """Without case and outer blanks, by code point, the id as the tie; zeros in front of a BSN do not count."""
    for filters, found in FILTERS:
        assert await ask(filled, filters=filters) == (found, len(found)), filters


SORTED = [
    ("birthDate", ["1-7E", "1-7C", "1-7D", "1-7A", "1-7F", "1-7B"]),
    ("-birthDate", ["1-7B", "1-7F", "1-7A", "1-7D", "1-7C", "1-7E"]),
    ("bsn", ["1-7C", "1-7A", "1-7F", "1-7E", "1-7B", "1-7D"]),
    ("hoursPerWeek", ["1-7D", "1-7F", "1-7A", "1-7B", "1-7E", "1-7C"]),
    ("surname", ["1-7C", "1-7F", "1-7A", "1-7B", "1-7E", "1-7D"]),
]


async def test_sorting_is_by_value_and_stable(filled):
    """Dates by year, an unknown day first; numbers by value; the id as the tie, in the same direction."""
    for sort, found in SORTED:
        assert (await ask(filled, sort=sort))[0] == found, sort


async def test_pages_follow_each_other_without_gap_or_double(filled):
    """The total does not depend on the page."""
    pages = [await ask(filled, limit=4, offset=offset) for offset in (0, 4, 8)]
    assert [rows for rows, _ in pages] == [["1-7C", "1-7F", "1-7A", "1-7B"], ["1-7E", "1-7D"], []]
    assert {total for _, total in pages} == {6}


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b'{"limit": 1, "limit": 2}', b'{"filters": {"surname": "\\ud800"}}'])
async def test_a_body_that_cannot_be_read_is_a_problem(client, raw):
    """400, never a fault of ours."""
    answer = await client.post("/v1/clients/_search", content=raw, headers=stated("client.search"))
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


async def test_municipalities_find_by_bsn_all_who_have_it_and_see_where_they_live_as_identity(client):
    """By the zeros that count for nothing, in the order of lists; the place is asked for with no other category."""
    for row, surname in (("1-71", "Vries "), ("1-72", "Bakker"), ("1-73", "vries")):
        await put(client, row, surname=surname)
    await put(client, "1-74", bsn="99990020")
    headers = stated("iface.gem.client.query", ("ID",))
    assert await ask(client, headers, filters={"bsn": "099990019"}) == (["1-72", "1-71", "1-73"], 3)
    assert await ask(client, headers, filters={"bsn": "199990019"}) == ([], 0)
    body = {"filters": {"bsn": "099990019"}}
    found = (await client.post("/v1/clients/_search", json=body, headers=headers)).json()["clients"][0]
    assert set(found) == BY_CATEGORY["ID"] | {"id", "version", "modNum", "municipality"}
    closed = stated("iface.gem.client.query", ("SV", "BN"))
    assert (await client.post("/v1/clients/_search", json=body, headers=closed)).status_code == 403
    assert (await client.get(PATH, headers=headers)).status_code == 403
