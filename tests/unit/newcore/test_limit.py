import httpx
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from newcore.limit import Limited
from tests.unit.newcore.conftest import CLIENT

MOST = 10


async def echo(scope, receive, send):
    """Say what arrived."""
    await PlainTextResponse(await Request(scope, receive).body())(scope, receive, send)


def refuse(problem):
    """Say that it was refused."""
    return PlainTextResponse(problem.detail, problem.status)


async def sent(content):
    """Send a body through the limit; gives status and text."""
    transport = httpx.ASGITransport(Limited(echo, MOST, refuse))
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as asking:
        answer = await asking.post("/", content=content)
    return answer.status_code, answer.content


async def in_parts(*parts):
    """A body of which no length is told."""
    for part in parts:
        yield part


async def test_a_body_within_the_limit_arrives_whole():
    """With a length, in parts, or none at all."""
    assert await sent(b"x" * MOST) == (200, b"x" * MOST)
    assert await sent(in_parts(b"abc", b"", b"def")) == (200, b"abcdef")
    assert await sent(b"") == (200, b"")


async def test_a_larger_body_is_cut_off():
    """Also where no length is told, so that nobody can fill the memory."""
    for body in (b"x" * (MOST + 1), in_parts(b"x" * MOST, b"x"), in_parts(*[b"xx"] * 1000)):
        status, text = await sent(body)
        assert status == 413
        assert b"at most 10" in text


async def test_the_largest_body_is_a_problem_of_the_api(client):
    """With the headers of every answer."""
    answer = await client.put("/v1/clients/1-71", content=b"x" * (2 * 2**20 + 1))
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert "api-version" in answer.headers
    assert (await client.put("/v1/clients/1-71", json=CLIENT | {"skills": "é" * 32_768})).status_code == 200
