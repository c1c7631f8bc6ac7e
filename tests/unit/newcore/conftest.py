"""The new core's application on a real PostgreSQL, asked without a socket; nothing of the gateway's packages is used.

Nothing here imports them either: `tests/unit/newcore/test_alone.py` runs this folder where they do not exist.
"""

import os
import time
from collections.abc import AsyncIterator

import httpx
import psycopg
import pytest

from newcore.app import application, engine_on
from newcore.guard import Guard
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
}


@pytest.fixture(scope="session")
def newcore_addresses(database) -> tuple[str, str]:
    """Addresses on the server that all tests share."""
    from proxy.database import Database, Role  # noqa: PLC0415  only where the shared server is used

    return database.dsn(Role.NEWCORE, Database.NEWCORE), database.owner_dsn(Database.NEWCORE)


@pytest.fixture
def newcore_dsn(request) -> str:
    """Address of the new core's database with empty tables, under its own role.

    POORT_TEST_NEWCORE names two addresses (own role, owner), so that these tests run where no gateway is installed.
    """
    own, owner = os.environ.get(ALONE, " ").split(" ", 1)
    if not own:
        own, owner = request.getfixturevalue("newcore_addresses")
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("TRUNCATE vacancy, employer")
    return own


@pytest.fixture
async def client(newcore_dsn: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client that states the worker's function where a test states nothing, on the application itself."""
    engine = engine_on(newcore_dsn, pool=4)
    transport = httpx.ASGITransport(application(engine, Guard((PUBLIC,), time.time)))
    async with httpx.AsyncClient(transport=transport, base_url="http://newcore", headers=stated()) as asking:
        yield asking
    await engine.dispose()
