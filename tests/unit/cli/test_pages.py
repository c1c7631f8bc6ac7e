"""Claims about legacy's pages as one side of a comparison."""

import httpx
import pytest

from cli.pages import LegacyPages
from proxy.errors import UpstreamError
from rollout.compare import Step

LOGGED_IN = {"set-cookie": "_sn=abc!1; path=/", "location": "/sonar_nld/start.swe?SRN=kq3v&SWEC=2"}


def pages(answer) -> LegacyPages:
    """Ask a legacy that answers like this."""
    http = httpx.AsyncClient(base_url="http://legacy.example", transport=httpx.MockTransport(answer))
    return LegacyPages(http, ("BATCH", "geheim €"), 1000)


async def test_a_page_is_asked_in_the_session_of_its_log_in():
    """Token, SRN and a sequence that goes up; the request comes back as the bytes that were sent."""
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(302, headers=LOGGED_IN) if len(seen) == 1 else httpx.Response(200, content=b"pagina")

    asked = pages(answer)
    await asked.login()
    request, shown = await asked.ask(Step("ExecuteQuery", (("title", "kok*"),)))
    assert b"geheim+%80" in seen[0].content
    assert b"SRN=kq3v" in request.body
    assert b"SWEC=3" in request.body
    assert seen[1].content == request.body
    assert seen[1].headers["cookie"] == "_sn=abc!1"
    assert shown.body == b"pagina"


async def test_a_log_in_that_failed_with_status_200_is_no_log_in():
    """The comparison ends instead of comparing error pages."""
    with pytest.raises(UpstreamError, match="log-in refused"):
        await pages(lambda _request: httpx.Response(200, content=b"onjuist")).login()


async def test_a_legacy_that_is_not_there_is_an_upstream_fault():
    """No trace of the library reaches the operator."""

    def gone(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with pytest.raises(UpstreamError):
        await pages(gone).login()
