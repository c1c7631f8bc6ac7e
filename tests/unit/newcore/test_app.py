import time

import httpx
import pytest

from newcore.app import application, engine_on
from newcore.guard import Guard
from tests.unit.newcore.conftest import freshly
from tests.unit.newcore.stated import PUBLIC


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/v1/nowhere", 404), ("POST", "/v1/vacancies", 405), ("GET", "/v1/vacancies/", 404)],
)
async def test_what_does_not_exist_is_a_problem_document(client, method, path, status):
    """Unknown paths, methods and trailing slashes."""
    answer = await client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


async def test_a_store_that_is_down_is_a_503_without_its_address():
    """The caller may fall back; nothing of the inside is told."""
    engine = engine_on("postgresql://nobody:x@127.0.0.1:1/none")
    transport = httpx.ASGITransport(application(engine, Guard((PUBLIC,), time.time)))
    async with httpx.AsyncClient(transport=transport, base_url="http://newcore", auth=freshly) as asking:
        for path in ("/health", "/v1/vacancies"):
            answer = await asking.get(path)
            assert answer.status_code == 503
            assert "127.0.0.1" not in answer.text
    await engine.dispose()
