"""The new core's application on a real PostgreSQL, asked without a socket; nothing of the gateway's packages is used.

Nothing here imports them either: `tests/unit/newcore/test_alone.py` runs this folder where they do not exist.
"""

import os
import time
from collections.abc import AsyncIterator

import httpx
import psycopg
import pytest

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
        for table in (*(kind.table for kind in KINDS), "change"):
            connection.execute(f"DELETE FROM {table}")
    return own


def freshly(request: httpx.Request) -> httpx.Request:
    """State the worker's function at the moment of a request, where a test states nothing."""
    request.headers.setdefault("Authorization", stated()["Authorization"])
    return request


@pytest.fixture
async def client(newcore_dsn: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client that states the worker's function where a test states nothing, on the application itself."""
    engine = engine_on(newcore_dsn, pool=4)
    transport = httpx.ASGITransport(application(engine, Guard((PUBLIC,), time.time)))
    async with httpx.AsyncClient(transport=transport, base_url="http://newcore", auth=freshly) as asking:
        yield asking
    await engine.dispose()
