"""A gateway in the test's own process, of its real parts, each behind a breaker; its stand-in and database are processes."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio

from adapters.legacy_sonar.standin.operator import choice, write_persons, write_users
from adapters.legacy_sonar.standin.people import PASSWORDS
from adapters.legacy_sonar.standin.seed import Record
from adapters.legacy_sonar.standin.store import Store
from adapters.legacy_sonar.standin.visitor import Visitor
from cli.gateway import listening
from cli.persons import import_persons
from cli.secret import secret_key
from cli.users import import_users
from cli.wiring import carried
from proxy.database import Cluster, Role
from proxy.listener.mitm import MitmListener
from proxy.settings import Settings, load
from tests.conftest import copied, open_directory
from tests.doubles.broken import Breaker, breakable
from tests.doubles.control import Control
from tests.doubles.needles import Needles, needles
from tests.doubles.readlog import ReadLog
from tests.doubles.twin import Twin, standin
from tests.scenarios.conftest import ROOT, free_base

CLIENTS = 300


@dataclass(frozen=True, slots=True)
class Ground:
    """What outlives a gateway: its legacy, its database with the people in it, its files."""

    legacy: Twin
    cluster: Cluster
    home: Path
    people: dict[str, Record]
    neighbour: Record
    """An ordinary person of the municipality whose system asks by service."""
    named: dict[str, Needles]

    def settings(self, **more: str) -> Settings:
        """Settings of a gateway here, with short limits."""
        base = free_base()
        return load({
            "POORT_DATA_DIR": str(self.home), "POORT_GATEWAY_LISTEN": f"127.0.0.1:{base}",
            "POORT_LEGACY_URL": self.legacy.url, "POORT_ROUTING_FILE": str(self.home / "routing.yaml"),
            "POORT_AUTHORISATION_FILE": str(ROOT / "authorisation.yaml"), "POORT_DATABASE_TIMEOUT": "2",
            "POORT_ANSWER_TIMEOUT": "1", "POORT_REPORT_TIMEOUT": "8", "POORT_CONNECT_TIMEOUT": "1", **more,
        })  # fmt: skip

    @property
    def log(self) -> ReadLog:
        """The log as its reader sees it."""
        return ReadLog(self.cluster.dsn(Role.READER))

    @property
    def control(self) -> Control:
        """The legacy's control port."""
        return self.legacy.control


@dataclass(slots=True)
class Gate:
    """A running gateway with its breaker."""

    ground: Ground
    breaker: Breaker
    url: str
    browsers: list[Visitor] = field(default_factory=list)

    def browser(self, user: str = "AWE0421") -> Visitor:
        """Open a browser at the gateway."""
        made = Visitor(self.url, user, PASSWORDS[user])
        self.browsers.append(made)
        return made


@pytest.fixture(scope="session")
def ground(database: Cluster, blank: Cluster) -> Iterator[Ground]:
    """A stand-in of its own and an empty copy of the database, with the stand-in's people imported."""
    people = Store(CLIENTS, 1)
    with open_directory() as home, standin(home / "standin", CLIENTS) as legacy, copied(database, blank) as cluster:
        shutil.copy(ROOT / "routing.yaml", home / "routing.yaml")
        everybody = list(people.tables["client"].values())
        living = (p for p in everybody if p["municipality_code"] == "0106" and p["klass"] == "ordinary")
        made = Ground(legacy, cluster, home, choice(people), next(living), needles(everybody))
        import_people(made)
        yield made


def import_people(ground: Ground) -> None:
    """Import users and persons as `poort users import` and `poort persons import` do."""
    users, persons, secret = ground.home / "users.csv", ground.home / "persons.csv", secret_key(ground.settings())
    write_users(users)
    write_persons(persons, CLIENTS, 1)
    worker = ground.cluster.dsn(Role.WORKER)
    import_users(users, secret, worker)
    import_persons(persons, secret, worker)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def gate(ground: Ground) -> AsyncIterator[Gate]:
    """One gateway for the tests of a file."""
    breaker, settings = Breaker(), ground.settings()
    async with carried(settings, ground.cluster, "broken") as carrier:
        listener = MitmListener(listening(settings, shared=False))
        task = asyncio.create_task(listener.serve(breakable(carrier, breaker)))
        await asyncio.wait_for(listener.started.wait(), 5)
        made = Gate(ground, breaker, f"http://127.0.0.1:{listener.port}")
        yield made
        for browser in made.browsers:
            await browser.close()
        listener.stop()
        await task


@pytest.fixture(autouse=True)
def calm(ground: Ground) -> None:
    """Every test begins with a stand-in in order."""
    ground.control.calm()
    ground.control.reset()
