"""Keeps the processes of a demo alive, as a service manager does for a real installation.

Rules: a child that ends by itself is started again after a pause; one that keeps failing at its start ends the demo with
its last words. At the end every child is asked to stop (SIGTERM), newest first, and killed only past its limit. A child
whose supervisor is killed gets a SIGTERM from the kernel, so that nothing stays behind.
"""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from proxy.errors import OperatorError

STOP_SECONDS = 40.0
RESTART_PAUSE = 0.5
FAILURES = 5
"""So many ends within `WINDOW` seconds of a start are a fault of the installation, not a mishap."""
WINDOW = 20.0
_PR_SET_PDEATHSIG = 1
_PR_SET_NAME = 15
_LIBC = ctypes.CDLL(None, use_errno=True)


@dataclass(slots=True)
class Child:
    """One process of the demo: how it is started and where its words go."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    ends: list[float] = field(default_factory=list)
    due: float = 0.0

    def start(self) -> None:
        """Start it in a session of its own: a Ctrl-C in the terminal is the supervisor's to pass on."""
        with self.log.open("ab") as words:
            self.process = subprocess.Popen(
                self.command,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=words,
                start_new_session=True,
                preexec_fn=die_with_parent,  # noqa: PLW1509  one system call, no locks
            )

    def last_words(self, lines: int = 15) -> str:
        """Give the end of its log."""
        return tail(self.log, lines)


class Family:
    """The children of one supervisor."""

    def __init__(self) -> None:
        """Begin without children."""
        self.children: list[Child] = []

    def add(self, child: Child) -> Child:
        """Start a child and keep it alive from now on."""
        child.start()
        self.children.append(child)
        return child

    def tend(self) -> None:
        """Start again whoever ended; raises OperatorError for one that cannot live."""
        now = time.monotonic()
        for child in self.children:
            if child.process is None:
                if now >= child.due:
                    child.start()
            elif child.process.poll() is not None:
                child.process = None
                child.due = now + RESTART_PAUSE
                child.ends = [end for end in child.ends if now - end < WINDOW] + [now]
                if len(child.ends) >= FAILURES:
                    raise OperatorError(f"{child.name} ended {FAILURES} times in {WINDOW:.0f} s:\n{child.last_words()}")

    def await_url(self, child: Child, url: str, seconds: float = 60.0) -> None:
        """Wait until an address answers at all; raises OperatorError when it does not or the child ends."""
        until = time.monotonic() + seconds
        while not answers(url):
            if child.process is not None and child.process.poll() is not None:
                raise OperatorError(f"{child.name} ended at its start:\n{child.last_words()}")
            if time.monotonic() > until:
                raise OperatorError(f"{child.name} did not answer at {url} in {seconds:.0f} s:\n{child.last_words()}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop everybody, newest first; past the limit they are killed."""
        for child in reversed(self.children):
            if child.process is not None and child.process.poll() is None:
                child.process.send_signal(signal.SIGTERM)
                try:
                    child.process.wait(STOP_SECONDS)
                except subprocess.TimeoutExpired:
                    os.killpg(child.process.pid, signal.SIGKILL)
                    child.process.wait()
        self.children.clear()


def answers(url: str) -> bool:
    """Tell whether an HTTP server answers, with whatever status."""
    try:
        with urlopen(url, timeout=2):  # noqa: S310  our own loopback addresses
            return True
    except URLError as fault:
        return hasattr(fault, "code")
    except OSError:
        return False


def until_signal(tend: Callable[[], None]) -> None:
    """Tend the family until SIGINT or SIGTERM."""
    stopped: list[int] = []
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda number, _frame: stopped.append(number))
    while not stopped:
        tend()
        time.sleep(0.1)


def tail(log: Path, lines: int = 15) -> str:
    """Give the end of a log."""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


def die_with_parent() -> None:
    """Have the kernel send a SIGTERM to this process when its parent ends."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def name_process(name: str) -> None:
    """Name this process for `ps` and `top`; the kernel keeps 15 bytes."""
    _LIBC.prctl(_PR_SET_NAME, name.encode()[:15])
