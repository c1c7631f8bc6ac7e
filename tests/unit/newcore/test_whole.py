import httpx
import pytest
from starlette.responses import JSONResponse, PlainTextResponse

from newcore.problem import Problem
from newcore.whole import Whole


def refuse(problem):
    """Answer a refusal as the application does."""
    return JSONResponse(dict(problem.document()), problem.status)


async def asked(app, method="GET", tell=None):
    """Ask an application that is made whole."""
    transport = httpx.ASGITransport(Whole(app, refuse, tell))
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as asking:
        return await asking.request(method, "/")


async def test_head_is_get_without_its_body():
    """The same status and headers, the length included; the application need not know."""
    got, headed = [await asked(PlainTextResponse("Vries", 203), method) for method in ("GET", "HEAD")]
    assert (headed.status_code, headed.headers, headed.content) == (203, got.headers, b"")
    assert got.text == "Vries"


async def test_a_fault_is_a_problem_and_its_message_stays_inside():
    """The answer does not quote it; whoever keeps the log is told."""
    told = []

    async def broken(scope, receive, send):
        raise LookupError("Vries, Jan de")

    answer = await asked(broken, tell=told.append)
    assert (answer.status_code, answer.json()) == (500, Problem(500, "The request failed.").document())
    assert [type(each) for each in told] == [LookupError]


async def test_a_fault_after_the_head_of_an_answer_adds_nothing_to_it():
    """A second answer behind half of the first would be read as part of it."""
    sent, told = [], []

    async def broken(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise LookupError

    async def send(message):
        sent.append(message["type"])

    await Whole(broken, refuse, told.append)({"type": "http", "method": "GET"}, None, send)
    assert sent == ["http.response.start"]
    assert len(told) == 1


@pytest.mark.parametrize("kind", ["lifespan", "websocket"])
async def test_what_is_no_exchange_passes_untouched(kind):
    """The start and the end of the process; a fault there is the server's."""
    seen = []

    async def app(scope, receive, send):
        seen.append((scope["type"], send))

    await Whole(app, refuse, None)({"type": kind}, None, seen.append)
    assert seen == [(kind, seen.append)]
