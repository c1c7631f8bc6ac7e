import os
import socket
import time

import httpx
import pytest
from sqlalchemy.engine import make_url
from structlog.testing import capture_logs

from newcore.app import application, engine_on
from newcore.guard import Guard
from tests.unit.newcore.conftest import freshly
from tests.unit.newcore.stated import PUBLIC


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/nowhere", 404), ("POST", "/v1/vacancies", 405), ("GET", "/v1/vacancies/", 404), ("GET", "/v1", 404),
        ("GET", "/health/", 404), ("GET", "/docs/", 404),
    ],
)  # fmt: skip
async def test_what_does_not_exist_is_a_problem_document(client, method, path, status):
    """Unknown paths, methods and trailing slashes; nobody is sent elsewhere."""
    answer = await client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/v1/vacancies", "GET, HEAD"), ("/v1/vacancies/1-V1", "DELETE, GET, HEAD, PUT"), ("/v1/clients/_search", "DELETE, GET, HEAD, POST, PUT"),
        ("/v1/clients/1-71/contact-notes", "GET, HEAD"), ("/health", "GET, HEAD"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["OPTIONS", "PATCH", "BREW"])
async def test_a_method_that_an_address_does_not_take_is_told_which_it_does(client, method, path, allowed):
    """RFC 9110, 15.5.6: whoever is refused by 405 reads in Allow what to do instead."""
    answer = await client.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_head_is_the_head_of_what_would_be_answered(client):
    """Status and headers of GET, refusals too, and no body."""
    for path, status in (("/v1/vacancies", 200), ("/v1/vacancies/1-V9", 404), ("/v1/openapi.json", 200)):
        got, headed = await client.get(path), await client.head(path)
        assert (headed.status_code, headed.content) == (status, b"")
        assert headed.headers == got.headers


async def test_a_store_whose_machine_is_gone_is_not_waited_for(shared_engine):
    """It says no goodbye: the connection itself finds out within seconds."""
    async with shared_engine.connect() as connection:
        descriptor = (await connection.get_raw_connection()).driver_connection.fileno()
    with socket.socket(fileno=os.dup(descriptor)) as held:
        asked = [(socket.SO_KEEPALIVE, socket.SOL_SOCKET), (socket.TCP_KEEPIDLE, socket.IPPROTO_TCP)]
        alive, idle = [held.getsockopt(level, option) for option, level in asked]
        unacknowledged = held.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
    assert (alive, idle, unacknowledged) == (1, 5, 10_000)


async def refused_by(dsn, path):
    """Ask for something on a store that cannot give it."""
    engine = engine_on(dsn)
    transport = httpx.ASGITransport(application(engine, Guard((PUBLIC,), time.time)))
    async with httpx.AsyncClient(transport=transport, base_url="http://newcore", auth=freshly) as asking:
        answer = await asking.get(path)
    await engine.dispose()
    assert answer.headers["content-type"] == "application/problem+json"
    return answer


async def test_a_store_that_is_down_is_a_503_without_its_address():
    """The caller may fall back; nothing of the inside is told."""
    for path in ("/health", "/v1/vacancies"):
        answer = await refused_by("postgresql://nobody:x@127.0.0.1:1/none", path)
        assert answer.status_code == 503
        assert "127.0.0.1" not in answer.text


async def test_a_store_that_answers_with_an_error_is_a_fault_of_ours(newcore_addresses):
    """Trying again would not help, so nobody is told to: here a database without our tables."""
    other = make_url(newcore_addresses[1]).set(database="postgres").render_as_string(hide_password=False)
    with capture_logs() as logs:
        answer = await refused_by(other, "/v1/vacancies")
    assert answer.status_code == 500
    assert [(each["fault"], set(each)) for each in logs] == [
        ("ProgrammingError", {"event", "log_level", "fault", "where"})
    ]
    assert "vacanc" not in answer.json()["detail"]
