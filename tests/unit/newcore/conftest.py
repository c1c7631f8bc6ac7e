"""The new core's application on a real PostgreSQL, asked without a socket; nothing of the gateway's packages is used.

Nothing here imports them either: `tests/unit/newcore/test_alone.py` runs this folder where they do not exist.
"""

import os
import time
from collections.abc import AsyncIterator, Callable, Iterator

import httpx
import psycopg
import pytest
import pytest_asyncio
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from newcore.app import KINDS, application, engine_on
from newcore.clients.model import CLIENT as CLIENT_KIND
from newcore.guard import Guard
from newcore.problem import camel
from tests.unit.newcore.stated import PUBLIC, stated

ALONE = "POORT_TEST_NEWCORE"
VACANCY = {
    "version": 5,
    "vacancyId": "2000001",
    "title": "Verpleegkundige  ",
    "occupation": "verpleegkundige",
    "occupationCode": "0106",
    "employerName": "Zorg & Co",
    "kvk": "90000001",
    "text": "“Samen sterk” € 2.100,– \x81\x8d\x90\xa0 ",
    "postcode": "9401 AB",
    "city": "Assen",
    "region": "AM03",
    "hours": "32",
    "level": "MBO 4",
    "requirements": "",
    "opened": "01-04-2020",
    "closed": "31-12-2035",
    "status": "Open",
    "strikeFlag": "j",
    "modNum": "2",
}
EMPLOYER = {
    "version": 5,
    "kvk": "90000001",
    "name": "Zorg & Co ",
    "address": "Dorpsstraat 1",
    "postcode": "9401 AB",
    "city": "Assen",
    "region": "AM03",
    "contactPerson": "P. Jansen",
    "phone": "088-9900001",
    "email": "hr1@werkgever.example",
    "sector": "zorg",
    "modNum": "4",
}
CLIENT = {
    **{camel(name): f"{name} of the client" for name in CLIENT_KIND.names},
    "version": 5,
    "clientNumber": "1000001",
    "surname": "Vries ",
    "name": "Vries, Jan de",
    "birthDate": "00-04-1961",
    "bsn": "99990019",
    "municipalityName": "Assen",
    "municipality": "0106",
    "region": "AM01",
    "responsibleRegion": "AM01",
    "occupationCode": "0106",
    "modNum": "3",
}
NOTE = {
    "version": 5,
    "at": "24-11-2020",
    "channel": "telefoon",
    "author": "AWE0421",
    "authorOrganisation": "UWV",
    "subject": "Verhuizing",
    "visibility": "team",
    "text": "“Gebeld” over € 5 \x81 ",
    "clientId": "1-71",
    "position": "0",
    "modNum": "0",
}
TASK = {
    "version": 5,
    "task": "Bellen",
    "at": "01-12-2020",
    "status": "Open",
    "text": "bellen vóór einde maand",
    "bsn": "99990019",
    "name": "Vries, Jan de",
    "municipalityName": "Assen",
    "municipality": "0106",
    "region": "AM01",
    "clientId": "1-71",
    "owner": "AWE0421",
    "position": "0",
}
APPOINTMENT = {
    "version": 5,
    "at": "01-12-2020",
    "with": "AWE0421",
    "place": "Assen",
    "kind": "gesprek",
    "status": "gepland",
    "clientId": "1-71",
}
REFERRAL = {
    "version": 5,
    "vacancyId": "2000001",
    "at": "24-11-2020",
    "referredBy": "AWE0421",
    "status": "open",
    "result": "",
    "remark": "past goed",
    "placed": "N",
    "clientId": "1-71",
    "position": "0",
    "modNum": "0",
}
REGISTRATION = {
    "version": 5,
    "registeredFrom": "20190301",
    "registeredUntil": "00000000",
    "lawCode": "WW",
    "benefitFrom": "20190401",
    "clientId": "1-71",
    "position": "0",
}
SERVICE = {
    "version": 5,
    "code": "D01",
    "start": "20200401",
    "clientId": "1-71",
    "position": "0",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let all tests here share one loop, and so one application and its connections: making one costs 0.2 s."""
    for item in items:
        if "tests/unit/newcore" in item.path.as_posix() and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture(scope="session")
def newcore_addresses(request) -> tuple[str, str]:
    """Addresses (own role, owner) on the server that all tests share.

    POORT_TEST_NEWCORE names two of them, so that these tests run where no gateway is installed.
    """
    if named := os.environ.get(ALONE):
        own, owner = named.split(" ", 1)
        return own, owner
    from proxy.database import Database, Role  # noqa: PLC0415  only where the shared server is used

    database = request.getfixturevalue("database")
    return database.dsn(Role.NEWCORE, Database.NEWCORE), database.owner_dsn(Database.NEWCORE)


@pytest.fixture(scope="session")
def owner(newcore_addresses: tuple[str, str]) -> Iterator[psycopg.Connection]:
    """A connection of the owner, who may empty tables."""
    with psycopg.connect(newcore_addresses[1], autocommit=True) as connection:
        yield connection


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared_engine(newcore_addresses: tuple[str, str]) -> AsyncIterator[AsyncEngine]:
    """The engine of a process under the new core's own role."""
    engine = engine_on(newcore_addresses[0], pool=6)
    yield engine
    await engine.dispose()


@pytest.fixture(scope="session")
def shared_application(shared_engine: AsyncEngine) -> FastAPI:
    """The application itself."""
    return application(shared_engine, Guard((PUBLIC,), time.time))


@pytest.fixture(scope="session")
def emptied(owner: psycopg.Connection) -> Callable[[], None]:
    """What empties all tables."""
    tables = (*(kind.table for kind in KINDS), "change")
    statement = "; ".join(f"DELETE FROM {table}" for table in tables)

    def empty() -> None:
        owner.execute(statement)

    return empty


@pytest.fixture
def engine(shared_engine: AsyncEngine, emptied: Callable[[], None]) -> AsyncEngine:
    """The engine, on empty tables."""
    emptied()
    return shared_engine


def freshly(request: httpx.Request) -> httpx.Request:
    """State the worker's function at the moment of a request, where a test states nothing."""
    request.headers.setdefault("Authorization", stated()["Authorization"])
    return request


@pytest_asyncio.fixture(loop_scope="session")
async def client(engine: AsyncEngine, shared_application: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client that states the worker's function where a test states nothing; nothing is kept yet."""
    transport = httpx.ASGITransport(shared_application)
    async with httpx.AsyncClient(transport=transport, base_url="http://newcore", auth=freshly) as asking:
        yield asking
