"""The API Design Rules (design/standards.md §4) on the description, and on answers; newcore/linter.yaml says them for Spectral."""

import re

import pytest
import pytest_asyncio

from newcore.app import KINDS
from newcore.description import API_VERSION
from tests.unit.newcore.stated import stated

METHODS = {"get", "put", "post", "delete", "patch"}
PERSONAL = re.compile(r"bsn|name|surname|birth|phone|email", re.IGNORECASE)
SECURITY = {
    "cache-control": "no-store",
    "strict-transport-security": "max-age=31536000",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "api-version": API_VERSION,
}


@pytest_asyncio.fixture(loop_scope="session")
async def document(client):
    """The description as everybody reads it: without a statement."""
    answer = await client.get("/v1/openapi.json", headers={"Authorization": ""})
    assert answer.headers["access-control-allow-origin"] == "*"
    return answer.json()


def operations(document):
    """Every call: path, method, what is said of it."""
    return [(path, name, each) for path, methods in document["paths"].items() for name, each in methods.items()]


def schemas(document):
    """Every schema that has properties, wherever it stands."""
    found, unread = [], [document]
    while unread:
        value = unread.pop()
        if isinstance(value, dict):
            found += [value] if isinstance(value.get("properties"), dict) else []
            unread += value.values()
        elif isinstance(value, list):
            unread += value
    return found


async def test_the_document_says_what_it_is_and_whose(document):
    """OpenAPI 3, a server below /v1, a semantic version, somebody to reach, every tag once and described."""
    assert re.fullmatch(r"3\.\d+\.\d+", document["openapi"])
    assert [each["url"] for each in document["servers"]] == ["/v1"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", document["info"]["version"])
    assert set(document["info"]["contact"]) == {"name", "url", "email"}
    tags = [each["name"] for each in document["tags"]]
    assert len(tags) == len(set(tags))
    assert {tag for _, _, each in operations(document) for tag in each["tags"]} == set(tags)
    assert all(each["description"] for each in document["tags"])


async def test_paths_are_in_kebab_case_and_end_with_no_slash(document):
    """Plural nouns of the language of the interface; an operation stands last, behind an underscore; usual methods."""
    for path, method, _ in operations(document):
        assert re.fullmatch(r"(/([a-z]+(-[a-z]+)*|\{[A-Za-z]+\}))+(/_[a-z]+)?", path), path
        assert method in METHODS
    assert {each.name for each in KINDS} <= {path.split("/")[1] for path in document["paths"]}


async def test_parameters_are_in_camel_case_and_name_no_person(document):
    """What stands in an address ends in logs: persons are looked for by a body. An employer has no such names."""
    for path, _, operation in operations(document):
        for each in operation.get("parameters", ()):
            assert re.fullmatch(r"[a-z]+([A-Z][a-z]+)*", each["name"]), (path, each["name"])
            if not path.startswith(("/employers", "/vacancies")):
                assert not PERSONAL.search(each["name"]), (path, each["name"])
            assert "bsn" not in each["name"].lower()


async def test_operations_are_named_once_and_their_references_lead_somewhere(document):
    """A generator makes one function of each."""
    names = [each["operationId"] for _, _, each in operations(document)]
    assert len(names) == len(set(names))
    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert set(re.findall(r"#/components/schemas/\w+", str(document))) <= known


async def test_every_answer_is_described(document):
    """The version header everywhere; 400 and never 422; errors are problems; an answer names its schema."""
    for path, method, operation in operations(document):
        responses = operation["responses"]
        assert {"200", "400", "401", "403", "404", "503"} <= set(responses), (path, method)
        assert "422" not in responses
        for status, response in responses.items():
            assert "API-Version" in response["headers"]
            kind = "application/json" if status == "200" else "application/problem+json"
            assert list(response["content"]) == [kind], (path, method, status)
            assert response["content"][kind]["schema"].get("$ref"), (path, method, status)
    assert {"status", "title", "detail"} <= set(document["components"]["schemas"]["Problem"]["properties"])


async def test_names_are_in_camel_case_and_dates_have_a_format(document):
    """A date says which; no time of day without a zone."""
    for schema in schemas(document):
        for name, of in schema["properties"].items():
            assert re.fullmatch(r"[a-z]+([A-Z][a-z]+)*", name), name
            assert of.get("format") not in {"time", "date-time-local"}
            if re.search(r"(^d|[a-z]D)(ate|atum)$", name):
                assert of.get("format", "date-time") != "date-time", name


async def test_every_call_asks_for_a_statement(document, client):
    """The description says so, and it is so: without one nothing is answered, whatever else is wrong."""
    assert document["security"] == [{"statement": []}]
    for path, method, _ in operations(document):
        address = "/v1" + re.sub(r"\{\w+\}", "1-71", path)
        answer = await client.request(method, address, headers={"Authorization": ""}, content=b"{")
        assert answer.status_code == 401, (method, path)
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_what_newcore_does_not_serve_is_refused_everywhere(document, client):
    """A function that no route knows is 403 on every route."""
    for path, method, _ in operations(document):
        address = "/v1" + re.sub(r"\{\w+\}", "1-71", path)
        answer = await client.request(method, address, headers=stated("admin.user.manage"), content=b"{")
        assert answer.status_code == 403, (method, path)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/health"), ("GET", "/docs"), ("GET", "/v1/openapi.json"), ("GET", "/v1/vacancies"), ("GET", "/nowhere"),
        ("GET", "/v1/nowhere"), ("GET", "/v1/vacancies/"), ("POST", "/v1/vacancies"), ("GET", "/v1/clients/nobody"),
        ("POST", "/v1/clients/_search"), ("PUT", "/v1/clients/1-71"),
    ],
)  # fmt: skip
async def test_every_answer_carries_version_and_security_headers(client, method, path):
    """Errors too."""
    answer = await client.request(method, path, content=b"{" if method == "PUT" else None)
    for name, value in SECURITY.items():
        assert answer.headers[name] == value
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["content-type"]
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert {"status", "title", "detail"} <= set(answer.json())
