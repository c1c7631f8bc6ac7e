from tests.unit.newcore.conftest import CLIENT, TASK
from tests.unit.newcore.stated import stated

PATH = "/v1/tasks/_search"


def reading():
    """A statement of this moment: one that is made when a module is read has ended long before its tests."""
    return stated("home.worklist.view", ("ID", "AP"))


async def fill(client):
    """Three tasks of one employee about two clients, and one of a colleague."""
    await client.put("/v1/clients/1-71", json=CLIENT)
    await client.put("/v1/clients/1-72", json=CLIENT | {"region": "AM06", "responsibleRegion": "AM06"})
    rows = [
        ("t3", {"position": "10", "at": "01-11-2020"}),
        ("t1", {"position": "0", "at": "03-10-2020"}),
        ("t2", {"position": "2", "clientId": "1-72", "task": "Mailen"}),
        ("t4", {"owner": "AWE0733"}),
    ]
    for row, changes in rows:
        await client.put(f"/v1/tasks/{row}", json=TASK | changes)


async def ask(client, headers, **body):
    """Search; gives ids and total."""
    answer = await client.post(PATH, json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["tasks"]], answer.json()["total"]


async def test_an_employee_sees_the_own_work_list(client):
    """The user of the statement, in the order of the list; a colleague's is not asked for and not shown."""
    await fill(client)
    assert await ask(client, reading()) == (["t1", "t2", "t3"], 3)
    assert await ask(client, stated("home.worklist.view", sub="AWE0733")) == (["t4"], 1)
    assert await ask(client, stated("home.worklist.view", sub="awe0421")) == ([], 0)
    refused = await client.post(PATH, json={"filters": {"owner": "AWE0733"}}, headers=reading())
    assert refused.status_code == 400


async def test_the_list_can_be_narrowed_and_sorted(client):
    """By its own columns."""
    await fill(client)
    assert await ask(client, reading(), filters={"task": "bel*"}) == (["t1", "t3"], 2)
    assert await ask(client, reading(), sort="at", limit=2) == (["t1", "t3"], 3)


async def test_a_task_about_who_lives_elsewhere_is_not_there(client):
    """Where the statement is bound to a place; nor is one about a client who was removed."""
    await fill(client)
    assert await ask(client, stated("home.worklist.view", reg=["AM06"])) == (["t2"], 1)
    await client.delete("/v1/clients/1-71", params={"version": 9})
    assert await ask(client, reading()) == (["t2"], 1)


async def test_what_is_done_and_for_whom_are_two_categories(client):
    """Each is in the answer only where it is stated."""
    await fill(client)
    found = (await client.post(PATH, json={}, headers=stated("home.worklist.view", ("AP",)))).json()["tasks"][0]
    assert set(found) == {"id", "version", "task", "at", "status", "text", "clientId", "owner", "position"}
    narrowed = await client.post(PATH, json={"filters": {"name": "V*"}}, headers=stated("home.worklist.view", ("AP",)))
    assert narrowed.status_code == 403


async def test_a_work_list_serves_its_function(client):
    """And no other."""
    for function in ("client.search", "sync.apply"):
        assert (await client.post(PATH, json={}, headers=stated(function))).status_code == 403
