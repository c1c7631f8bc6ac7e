"""Claims about forked workers, with real ones: a crew in a process of its own, killed at from outside."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli.crew import LONGEST_PAUSE, Crew, Hand, fork, pause
from proxy.errors import OperatorError

SCRIPT = """
import os, signal, sys
from pathlib import Path
from cli.crew import Crew
from cli.supervise import until_signal
from proxy.errors import OperatorError

here, unfit = Path(sys.argv[1]), sys.argv[2:]

def work(name, serving):
    if name in unfit:
        raise OperatorError("no such table")
    print(name, "serves", flush=True)
    stopped = []
    signal.signal(signal.SIGTERM, lambda number, frame: stopped.append(number))
    (here / name).write_text(str(os.getpid()))
    serving()
    while not stopped:
        signal.pause()
    (here / (name + ".stopped")).touch()

crew = Crew(work, here, 2)
try:
    until_signal(crew.tend)
except OperatorError as fault:
    sys.exit(str(fault))
finally:
    crew.stop(5)
"""


@dataclass(slots=True)
class Ship:
    """A parent with its crew."""

    here: Path
    parent: subprocess.Popen[str]

    def pid(self, name: str) -> int:
        """Give the process that serves in a place, once one has."""
        assert until(lambda: (self.here / name).exists() and (self.here / name).read_text())
        return int((self.here / name).read_text())

    def kill(self, name: str) -> int:
        """Kill whoever is in a place and give who was."""
        found = self.pid(name)
        (self.here / name).unlink()
        os.kill(found, signal.SIGKILL)
        return found


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Callable[..., Ship]]:
    """Start crews, of which the named ones are not fit to serve."""
    ships = []

    def start(*unfit: str) -> Ship:
        command = [sys.executable, "-c", SCRIPT, str(tmp_path), *unfit]
        ships.append(Ship(tmp_path, subprocess.Popen(command, stderr=subprocess.PIPE, text=True)))
        return ships[-1]

    yield start
    for ship in ships:
        ship.parent.terminate()
        ship.parent.communicate(timeout=20)


def idle(_name: str, _serving: Callable[[], None]) -> None:
    """Do nothing."""


def until(holds: Callable[[], object], seconds: float = 15.0) -> bool:
    """Wait for something to hold."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def gone(pid: int) -> bool:
    """Tell whether a process ended, reaped or not."""
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rsplit(")", 1)[1].split()[0] == "Z"


def test_who_is_killed_is_replaced_at_once_and_its_sibling_stays(launch):
    """No library is loaded again: a second is plenty, also for ten kills in a row."""
    ship = launch()
    sibling = ship.pid("gateway-2")
    for _ in range(10):
        began, first = time.monotonic(), ship.kill("gateway-1")
        assert ship.pid("gateway-1") != first
        assert time.monotonic() - began < 1.0
    assert ship.pid("gateway-2") == sibling
    assert not gone(sibling)


def test_who_cannot_serve_does_not_end_the_sibling_that_does(launch):
    """However often it ends at its start: it is tried again, ever more seldom."""
    ship = launch("gateway-2")
    sibling, log = ship.pid("gateway-1"), ship.here / "gateway-2.log"
    assert until(lambda: log.exists() and log.read_text().count("no such table") > 5, 20)
    assert ship.parent.poll() is None
    assert ship.pid("gateway-1") == sibling


def test_where_nobody_can_serve_the_crew_ends_with_the_last_words(launch):
    """A fault of the installation is told, not repeated for ever."""
    ship = launch("gateway-1", "gateway-2")
    assert ship.parent.wait(30) == 1
    assert "poort: no such table" in ship.parent.stderr.read()


def test_the_pause_doubles_up_to_a_bound():
    """A worker that cannot start costs little, and is back soon once it can."""
    assert [pause(early) for early in (1, 2, 3, 4, 5, 50)] == [0.25, 0.5, 1.0, 2.0, LONGEST_PAUSE, LONGEST_PAUSE]


def test_at_the_end_everybody_is_asked_to_stop(launch):
    """SIGTERM reaches each worker, and its own way to stop is walked to the end."""
    ship = launch()
    pids = [ship.pid("gateway-1"), ship.pid("gateway-2")]
    time.sleep(0.3)
    ship.parent.terminate()
    assert ship.parent.wait(15) == 0
    assert all(gone(pid) for pid in pids)
    assert (ship.here / "gateway-1.stopped").exists()
    assert (ship.here / "gateway-2.stopped").exists()


def test_a_worker_does_not_outlive_a_parent_that_is_killed(launch):
    """The kernel asks it to stop, and it stops in its own way."""
    ship = launch()
    pid = ship.pid("gateway-1")
    ship.parent.kill()
    assert until(lambda: gone(pid))
    assert (ship.here / "gateway-1.stopped").exists()


def test_a_worker_has_a_name_and_a_log_of_its_own(launch):
    """Whoever looks at the processes or the files knows which is which."""
    ship = launch()
    pid = ship.pid("gateway-2")
    assert Path(f"/proc/{pid}/comm").read_text().strip() == "gateway-2"
    assert (ship.here / "gateway-2.log").read_text() == "gateway-2 serves\n"


def test_a_parent_with_threads_is_refused(tmp_path):
    """A lock that a thread holds would be held for ever in the fork."""
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        with pytest.raises(OperatorError, match="threads"):
            fork(Hand("gateway-1", tmp_path / "log"), idle)
        with pytest.raises(OperatorError, match="threads"):
            Crew(idle, tmp_path, 1).tend()
    finally:
        done.set()
        thread.join()
