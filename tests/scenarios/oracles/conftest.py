"""What the public facts say must hold, asked of the running system: who lives there, how to ask, and what the log says."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

import pytest

from adapters.legacy_sonar.standin.people import PASSWORDS
from adapters.legacy_sonar.standin.seed import Record
from adapters.legacy_sonar.standin.store import Store
from adapters.legacy_sonar.standin.visitor import Reply, Visitor
from tests.doubles.control import Control
from tests.doubles.needles import Needles, needles
from tests.doubles.readlog import ReadLog
from tests.scenarios.conftest import System

CLIENTS = 400

type Enter = Callable[[str], AbstractAsyncContextManager[Visitor]]


@dataclass(frozen=True, slots=True)
class Town:
    """The running system, its log, the legacy behind it, and everybody who lives there."""

    system: System
    log: ReadLog
    legacy: Control
    store: Store
    named: dict[str, Needles]

    @property
    def people(self) -> list[Record]:
        """Give everybody, as seeded."""
        return list(self.store.tables["client"].values())

    @property
    def vacancies(self) -> list[Record]:
        """Give the open vacancies, as seeded."""
        return [each for each in self.store.tables["vacancy"].values() if each["status"] == "Open"]

    def told(self, person: Record, reply: Reply) -> bool:
        """Tell whether an answer tells anything of a person."""
        return bool(self.named[person["row_id"]].found(reply))


@pytest.fixture(scope="module")
def town(system: System) -> Town:
    """The town as seeded; the legacy's switches are off."""
    legacy = Control(system.control)
    legacy.calm()
    store = Store(CLIENTS, 1)
    people = needles(store.tables["client"].values())
    return Town(system, ReadLog(system.said["database"]), legacy, store, people)


@pytest.fixture
def enter(town: Town) -> Enter:
    """Log in at the gateway; the session ends with the block."""

    @asynccontextmanager
    async def log_in(user: str) -> AsyncIterator[Visitor]:
        browser = Visitor(town.system.said["gateway"], user, PASSWORDS[user])
        assert (await browser.login()).status == 302
        yield browser
        await browser.logoff()
        await browser.close()

    return log_in
