"""Claims about keeping processes alive, with real ones."""

import os
import signal
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from cli import supervise
from cli.supervise import Child, Family, answers
from proxy.errors import OperatorError

SLEEP = (sys.executable, "-c", "import time; time.sleep(60)")


@pytest.fixture
def family():
    """A family whose children are gone afterwards."""
    found = Family()
    yield found
    found.stop()


def child(tmp_path: Path, *command: str) -> Child:
    """Describe a process."""
    return Child("one", command or SLEEP, os.environ, tmp_path / "one.log")


def until(holds, seconds: float = 10.0) -> bool:
    """Wait for something to hold."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def test_who_is_killed_is_started_again(family, tmp_path):
    """A gateway killed with -9 comes back by itself."""
    one = family.add(child(tmp_path))
    first = one.process.pid
    os.kill(first, signal.SIGKILL)
    one.process.wait()

    def back() -> bool:
        family.tend()
        return one.process is not None and one.process.pid != first

    assert until(back)


def test_who_cannot_live_ends_the_demo_with_its_last_words(family, tmp_path, monkeypatch):
    """A fault of the installation is told, not repeated for ever."""
    monkeypatch.setattr(supervise, "RESTART_PAUSE", 0.0)
    family.add(child(tmp_path, sys.executable, "-c", "raise SystemExit('no such table')"))
    with pytest.raises(OperatorError, match="no such table"):
        until(family.tend, 20)


def test_stop_leaves_nobody_behind(family, tmp_path):
    """SIGTERM is asked first; who does not listen is killed."""
    polite = family.add(child(tmp_path)).process
    family.stop()
    assert polite.returncode == -signal.SIGTERM


def test_a_child_does_not_outlive_a_supervisor_that_is_killed(tmp_path):
    """The kernel tells it, also when nobody else can."""
    script = (
        "import os, sys, time\nfrom pathlib import Path\nfrom cli.supervise import Child, Family\n"
        f"one = Family().add(Child('one', {SLEEP!r}, os.environ, Path({str(tmp_path / 'log')!r})))\n"
        "print(one.process.pid, flush=True)\ntime.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.communicate()
    assert until(lambda: not Path(f"/proc/{pid}").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text().split()[2])


def test_a_child_that_ends_at_its_start_is_told_at_once(family, tmp_path):
    """Waiting for an address that will never answer would hide the reason."""
    one = family.add(child(tmp_path, sys.executable, "-c", "raise SystemExit('port taken')"))
    with pytest.raises(OperatorError, match="port taken"):
        family.await_url(one, "http://127.0.0.1:9/", seconds=20)


def test_an_address_answers_with_whatever_status():
    """A refusal is an answer; a closed port is none."""

    class Refusing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(403)

        def log_message(self, *_: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Refusing) as server:
        Thread(target=server.handle_request, daemon=True).start()
        assert answers(f"http://127.0.0.1:{server.server_port}/")
    assert not answers("http://127.0.0.1:9/")
