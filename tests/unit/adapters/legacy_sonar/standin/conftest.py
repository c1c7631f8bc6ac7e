"""A running stand-in in its own process, its control port, and a scripted client for it."""

import json
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from adapters.legacy_sonar.standin.operator import choice
from adapters.legacy_sonar.standin.people import PASSWORDS
from adapters.legacy_sonar.standin.seed import Record
from adapters.legacy_sonar.standin.store import Store
from adapters.legacy_sonar.standin.visitor import Visitor

CLIENTS, SEED = 300, 3
_LISTENS = re.compile(r"stand-in of SONAR: (http://[\d.:]+)/\S+, control (http://[\d.:]+),")


@dataclass(frozen=True, slots=True)
class Running:
    """A stand-in that answers; `control` speaks JSON."""

    url: str
    control_url: str

    def control(self, path: str, wanted: dict[str, Any] | None = None) -> Any:
        """Ask or tell the control port."""
        body = None if wanted is None else json.dumps(wanted).encode()
        try:
            with urlopen(Request(self.control_url + path, data=body), timeout=10) as answer:
                return json.load(answer)
        except HTTPError as error:
            with error:
                return {"status": error.code, **(json.load(error) or {})}

    def modes(self, **switches: Any) -> None:
        """Set switches; a refused one fails the test."""
        assert "error" not in self.control("/modes", switches)

    @property
    def mutations(self) -> dict[str, int]:
        """How often which kind of change was applied since the last reset."""
        return self.control("/counters")["mutations"]


@contextmanager
def process(*arguments: str) -> Iterator[Running]:
    """Start a stand-in on free ports and stop it with SIGTERM; it must end with 0."""
    command = [sys.executable, "-m", "adapters.legacy_sonar.standin", "serve", "--port", "0", "--control-port", "0"]
    child = subprocess.Popen([*command, *arguments], stderr=subprocess.PIPE, text=True)
    try:
        line = child.stderr.readline()
        found = _LISTENS.match(line)
        assert found, f"the stand-in did not say where it listens: {line}"
        yield Running(found[1], found[2])
    finally:
        child.terminate()
        code = child.wait(10)
        child.stderr.close()
    assert code == 0


@pytest.fixture(scope="session")
def shared() -> Iterator[Running]:
    """One stand-in for all tests of this folder."""
    with process("--clients", str(CLIENTS), "--seed", str(SEED)) as running:
        yield running


@pytest.fixture
def standin(shared: Running) -> Running:
    """The shared stand-in, switches and counters reset."""
    shared.control("/modes", {"reset": True})
    shared.control("/counters/reset", {})
    return shared


@pytest.fixture(scope="session")
def seeded() -> Store:
    """The same records as the running stand-in had at its start."""
    return Store(CLIENTS, SEED)


@pytest.fixture(scope="session")
def people(seeded: Store) -> dict[str, Record]:
    """One person per relation to the first adviser."""
    return choice(seeded)


@pytest.fixture
async def visitor(standin: Running) -> AsyncIterator[Visitor]:
    """A client that is logged in as the first adviser."""
    async with Visitor(standin.url, "AWE0421", PASSWORDS["AWE0421"]) as client:
        assert (await client.login()).status == 302
        yield client


@pytest.fixture
def start() -> Callable[..., Any]:
    """Start a stand-in of one's own."""
    return process


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A data directory that does not exist yet."""
    return tmp_path / "standin"
