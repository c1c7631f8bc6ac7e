"""Browsers for tests; where there is none, the reason why.

Rule: `make test` installs Chromium where it can (root, on Debian); there its absence is a failure. Elsewhere these tests
are skipped, and say so.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest

from adapters.legacy_sonar.standin.people import PASSWORDS
from adapters.legacy_sonar.standin.seed import Record
from adapters.legacy_sonar.standin.store import Store
from tests.browser.chromium import BROWSER, DRIVER, Window, driver, window
from tests.doubles.control import Control
from tests.doubles.needles import Needles, needles
from tests.scenarios.conftest import System

CLIENTS = 400
PATH = "/sonar_nld/start.swe"

type Enter = Callable[[str], AbstractContextManager[Person]]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who sits at a browser and is logged in."""

    window: Window
    gateway: str

    def go(self, *fields: tuple[str, str], path: str = PATH) -> None:
        """Type an address of the gateway."""
        self.window.open(f"{self.gateway}{path}" + (f"?{urlencode(fields, encoding='cp1252')}" if fields else ""))

    def look(self, person: Record, view: str) -> None:
        """Type the address of a page of a client."""
        self.go(("SWECmd", "GotoView"), ("SWEView", view), ("SWERowId", person["row_id"]))


@dataclass(frozen=True, slots=True)
class Town:
    """The running system, and everybody who lives there."""

    system: System
    store: Store
    named: dict[str, Needles]

    def told(self, person: Record, shown: Window) -> set[str]:
        """Give what a page tells of a client, in what is read and in what it is made of."""
        return self.named[person["row_id"]].within(shown.source.encode("cp1252", "xmlcharrefreplace"))


def missing() -> str:
    """Say which programs are not there."""
    return ", ".join(name for name in (BROWSER, DRIVER) if shutil.which(name) is None)


def is_debian() -> bool:
    """Tell whether the packages can be had by their names."""
    release = Path("/etc/os-release")
    return release.exists() and "ID=debian" in release.read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="session")
def chromedriver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The driver of Chromium; fails or skips where it cannot be had."""
    if missing():
        reason = f"not found: {missing()} (Debian packages chromium and chromium-driver)"
        if os.geteuid() == 0 and is_debian():
            pytest.fail(f"{reason}; `make browser` installs them")
        pytest.skip(reason)
    with driver(tmp_path_factory.mktemp("browser") / "driver.log") as base:
        yield base


@pytest.fixture(scope="module")
def town(system: System) -> Town:
    """The town as seeded; the legacy's switches are off."""
    Control(system.control).calm()
    store = Store(CLIENTS, 1)
    return Town(system, store, needles(store.tables["client"].values()))


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def enter(request: pytest.FixtureRequest, chromedriver: str, town: Town) -> Enter:
    """Log in by the form of the log-in page, in a browser of one's own, with scripts and without."""

    @contextmanager
    def log_in(user: str) -> Iterator[Person]:
        with window(chromedriver, scripts=request.param) as opened:
            person = Person(opened, town.system.said["gateway"])
            person.go()
            opened.fill("SWEUserName", user)
            opened.fill("SWEPassword", PASSWORDS[user])
            opened.click("input[type=submit]")
            assert opened.reads("Werkvoorraad"), opened.text
            yield person

    return log_in
