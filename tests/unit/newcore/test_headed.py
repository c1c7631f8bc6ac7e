import httpx
from starlette.responses import PlainTextResponse

from newcore.headed import Headed


async def test_every_answer_carries_the_headers_once():
    """In place of the application's own; its others stay."""
    app = Headed(
        PlainTextResponse("x", headers={"Cache-Control": "public", "X-Own": "1"}), {"Cache-Control": "no-store"}
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as asking:
        answer = await asking.get("/")
    assert answer.headers.get_list("cache-control") == ["no-store"]
    assert answer.headers["x-own"] == "1"


async def test_what_is_no_exchange_passes_untouched():
    """The start and the end of the process."""
    seen = []

    async def app(scope, receive, send):
        seen.append((scope["type"], send))

    async def send(_):
        """Where the process speaks to its server."""

    await Headed(app, {"X": "y"})({"type": "lifespan"}, None, send)
    assert seen == [("lifespan", send)]
