"""The kill switch reaches every running instance while the database is stopped."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest

from tests.failures.gateway.test_store import without_database
from tests.scenarios.conftest import System, free_base, start, stop

WORKERS = 2


@pytest.fixture(scope="module")
def pair() -> Iterator[System]:
    """A demo of its own whose gateway has two workers."""
    directory = Path(mkdtemp(prefix="poort-kill-", dir="/var/tmp"))
    directory.chmod(0o755)
    running = start(directory, free_base(), "--clients", "50", "--workers", str(WORKERS))
    yield running
    assert stop(running) == 0


@pytest.mark.slow
def test_a_kill_takes_effect_on_every_instance_without_a_database(pair):
    """The command and the instances meet in files; service needs the database, the switch does not."""
    with without_database(pair):
        began = time.monotonic()
        told = json.loads(pair.poort("routes", "kill", "vacancies", "--reason", "storing", "--json"))
        whole = time.monotonic() - began
        assert told["killed"] == ["vacancies"]
        assert told["converged"], told
        assert len(told["instances"]) == WORKERS
        assert all(each["killed"] == ["vacancies"] for each in told["instances"]), told
        print(f"kill: followed after {told['seconds']} s, the command took {whole:.1f} s")
        lifted = json.loads(pair.poort("routes", "kill", "vacancies", "--lift", "--json"))
        assert (lifted["killed"], lifted["converged"]) == ([], True)
