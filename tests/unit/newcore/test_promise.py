"""What the description promises, held against real answers: statuses, media types and schemas of every call."""

import re
from random import Random

import pytest
import pytest_asyncio
from jsonschema import Draft202012Validator

from tests.unit.newcore.conftest import (
    APPOINTMENT,
    CLIENT,
    EMPLOYER,
    NOTE,
    REFERRAL,
    REGISTRATION,
    SERVICE,
    TASK,
    VACANCY,
)
from tests.unit.newcore.stated import stated

RECORDS = {
    "vacancies": ("1-V1", VACANCY), "employers": ("1-E1", EMPLOYER), "clients": ("1-71", CLIENT),
    "contact-notes": ("1-N1", NOTE), "tasks": ("1-T1", TASK), "appointments": ("1-A1", APPOINTMENT),
    "referrals": ("1-R1", REFERRAL), "registrations": ("1-71", REGISTRATION), "services": ("1-71.0", SERVICE),
}  # fmt: skip
SEARCHES = {"/clients": "client.search", "/tasks": "home.worklist.view", "/vacancies": "match.candidates.search"}


@pytest_asyncio.fixture(loop_scope="session")
async def document(client):
    """The description, with a record of every kind kept."""
    for name, (identity, record) in RECORDS.items():
        assert (await client.put(f"/v1/{name}/{identity}", json=record)).json() == {"result": "applied"}
    return (await client.get("/v1/openapi.json")).json()


def calls(document):
    """Every call as it is rightly made: method, address, what is asked, what is described."""
    for path, methods in document["paths"].items():
        collection = path.split("/")[1]
        identity, record = RECORDS.get(collection, ("", {}))
        for method, described in methods.items():
            asked = {"params": {"version": 3}} if method == "delete" else {}
            if method == "put":
                asked = {"json": record}
            elif path.endswith("/_apply"):
                asked = {"json": {"records": [record | {"id": identity}]}}
            elif path.endswith("/_search"):
                asked = {"json": {"limit": 5}, "headers": stated(SEARCHES[f"/{collection}"])}
            yield method, "/v1" + re.sub(r"\{\w+\}", identity, path), asked, described


def promised(document, described, answer):
    """Say what in an answer is not as described."""
    response = described["responses"][str(answer.status_code)]
    (media_type,) = response["content"]
    assert answer.headers["content-type"] == media_type
    assert set(response["headers"]) <= {name.title().replace("Api", "API") for name in answer.headers}
    schema = response["content"][media_type]["schema"] | {"components": document["components"]}
    return [each.message for each in Draft202012Validator(schema).iter_errors(answer.json())]


async def test_every_call_that_is_rightly_made_is_answered_as_described(client, document):
    """Each field, each type, nothing besides."""
    for method, address, asked, described in calls(document):
        answer = await client.request(method, address, **asked)
        assert answer.status_code == 200, (method, address, answer.text)
        assert promised(document, described, answer) == [], (method, address)


async def test_every_refusal_is_answered_as_described(client, document):
    """A parameter that is not known, another media type, an encoding, a body that is none, too much of it, nobody's statement."""
    for method, address, asked, described in calls(document):
        refusals = [(400, {"params": {"kleur": "rood"}}), (401, {"headers": {"Authorization": "x"}})]
        refusals += [(403, {"headers": stated("admin.user.manage")})]
        if "json" in asked:
            headers = asked.get("headers", {})
            refusals += [(400, {"content": b"[]"}), (400, {"content": b'{"\\ud83d": 1}'})]
            refusals += [(415, {"content": b"{}", "headers": headers | {"Content-Type": "text/plain"}})]
            refusals += [(415, {"content": b"{}", "headers": headers | {"Content-Encoding": "gzip"}})]
            refusals += [(413, {"content": b" " * (2 * 2**20 + 1)})]
        for status, changes in refusals:
            answer = await client.request(
                method, address, **{name: asked[name] for name in asked if name == "headers"} | changes
            )
            assert answer.status_code == status, (method, address, changes, answer.text[:200])
            assert promised(document, described, answer) == [], (method, address, status)


@pytest.mark.parametrize(
    ("collection", "field"),
    [
        ("clients", "surname"),
        ("clients", "bsn"),
        ("clients", "occupationCode"),
        ("tasks", "owner"),
        ("appointments", "at"),
    ],
)
async def test_a_text_that_no_index_can_hold_is_refused_and_not_a_fault(client, document, collection, field):
    """As long as the description says it is kept, whatever its signs take; one more is 400 and can be put aside."""
    identity, record = RECORDS[collection]
    longest = document["components"]["schemas"][collection.title()[:-1]]["properties"][field]["maxLength"]
    for signs in (longest, longest + 1):
        text = "".join(Random(7).choices("\u0390\u03b0", k=signs))  # six bytes each, once folded
        answer = await client.put(f"/v1/{collection}/{identity}", json=record | {"version": 6, field: text})
        assert answer.status_code == (200 if signs == longest else 400), answer.text
