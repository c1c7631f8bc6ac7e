"""Claims about the one place of ours that may start the new core."""

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

from cli import newcore
from newcore import app
from tests.scenarios.conftest import free_base

LONG = bool(os.environ.get("POORT_TEST_LONG"))


def test_the_command_starts_newcore_itself():
    """It is imported here and nowhere else (docs/decisions/0004)."""
    assert newcore.serve is app.serve


@pytest.mark.skipif(not LONG, reason="starts a database of its own; POORT_TEST_LONG=1")
def test_it_runs_alone(reachable_directory):
    """On an empty directory, without gateway or legacy: its page is there, and persons are shown to nobody who states nothing."""
    port = free_base()
    environ = {key: text for key, text in os.environ.items() if not key.startswith("POORT_")}
    environ |= {"POORT_DATA_DIR": str(reachable_directory), "POORT_NEWCORE_LISTEN": f"127.0.0.1:{port}"}
    running = subprocess.Popen([sys.executable, "-m", "cli", "newcore", "--alone"], env=environ)
    try:
        page = _await(f"http://127.0.0.1:{port}/docs", running)
        assert b"Sonarpoort newcore" in page
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/clients/1-71", timeout=5)
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(30)


def _await(url, running):
    while running.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.read()
        except OSError:
            continue
    raise AssertionError("it ended before it answered")
