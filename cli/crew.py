"""The workers of one gateway: forked from a parent that has loaded everything and opened nothing.

Why it exists: a fresh interpreter needs 3 s of CPU to load the proxy's libraries, 7 s by the clock where two cores are
busy. Two kills within that time leave a port without anybody. A fork serves in a few tenths of a second. Rules:
1. The parent has no thread, loop, socket or database connection: a fork finds nothing to share by mistake.
2. A worker that had served is replaced at once; one that ends before it served, after a pause that doubles up to
   `LONGEST_PAUSE`. Its siblings go on in either case.
3. Where nobody serves, and one worker ended by itself `FAILURES` times in a row before it served, the installation is at
   fault: the crew ends with that worker's last words.
4. At the end all are asked to stop at once, and killed past the limit. A worker whose parent is killed gets a SIGTERM.
"""

import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from cli.supervise import die_with_parent, name_process, tail
from proxy.errors import OperatorError, PoortError

FIRST_PAUSE = 0.25
LONGEST_PAUSE = 4.0
FAILURES = 5
_STOPS = (signal.SIGINT, signal.SIGTERM)

type Work = Callable[[str, Callable[[], None]], None]
"""What a worker does, given its name and what to call when it serves; returns when it was told to stop."""


@dataclass(slots=True)
class Hand:
    """One place in the crew, and the process that fills it."""

    name: str
    log: Path
    pid: int = 0
    """0: nobody at the moment."""
    word: int = -1
    """The pipe by which the process says that it serves."""
    served: bool = False
    early: int = 0
    """Ends in a row before it served, whoever's doing."""
    failures: int = 0
    """Those that were its own doing: no signal ended it."""
    due: float = 0.0


class Crew:
    """Workers that share a port."""

    def __init__(self, work: Work, logs: Path, count: int) -> None:
        """Take what each does, where its words go, and how many there are; nobody is started yet."""
        self._work = work
        self.hands = [Hand(f"gateway-{number}", logs / f"gateway-{number}.log") for number in range(1, count + 1)]

    def tend(self) -> None:
        """Fill the places that are empty; raises OperatorError where nobody can live."""
        now = time.monotonic()
        for hand in self.hands:
            if hand.pid:
                hear(hand)
                ended = reap(hand)
                if ended is not None:
                    self._mourn(hand, ended, now)
            if not hand.pid and now >= hand.due:
                fork(hand, self._work)

    def stop(self, seconds: float) -> None:
        """Ask all to stop, at once; past the limit they are killed."""
        for hand in self._living():
            os.kill(hand.pid, signal.SIGTERM)
        until = time.monotonic() + seconds
        while self._living() and time.monotonic() < until:
            time.sleep(0.02)
        for hand in self._living():
            os.kill(hand.pid, signal.SIGKILL)
            os.waitpid(hand.pid, 0)
            hand.pid = 0

    def _living(self) -> list[Hand]:
        return [hand for hand in self.hands if hand.pid and reap(hand) is None]

    def _mourn(self, hand: Hand, ended: int, now: float) -> None:
        """Decide when a place is filled again."""
        if hand.served:
            hand.early, hand.failures, hand.due = 0, 0, now
            return
        hand.early += 1
        hand.failures += ended >= 0
        hand.due = now + pause(hand.early)
        if hand.failures >= FAILURES and not any(each.pid and each.served for each in self.hands):
            raise OperatorError(f"{hand.name} ended {hand.failures} times before it served:\n{tail(hand.log)}")


def pause(early: int) -> float:
    """Give the seconds before the next try, after so many ends before serving."""
    return min(FIRST_PAUSE * 2.0 ** (early - 1), LONGEST_PAUSE)


def hear(hand: Hand) -> None:
    """Note that a worker serves, when it has said so."""
    if not hand.served:
        try:
            hand.served = os.read(hand.word, 1) != b""
        except BlockingIOError:
            return


def reap(hand: Hand) -> int | None:
    """Give the exit code of a worker that ended (a signal as a negative number), and empty its place; None: it lives."""
    pid, status = os.waitpid(hand.pid, os.WNOHANG)
    if not pid:
        return None
    hear(hand)
    os.close(hand.word)
    hand.pid, hand.word = 0, -1
    return os.waitstatus_to_exitcode(status)


def fork(hand: Hand, work: Work) -> None:
    """Start the process of a place; refuses a parent with threads, whose locks a fork would inherit for ever."""
    if threading.active_count() > 1:
        raise OperatorError(f"{threading.active_count()} threads run; a crew forks from a process with one")
    hearing, saying = os.pipe()
    parent = os.getpid()
    with held_signals():
        pid = os.fork()
        if not pid:
            _live(hand, work, saying, parent)
    os.close(saying)
    os.set_blocking(hearing, False)
    hand.pid, hand.word, hand.served = pid, hearing, False


@contextmanager
def held_signals() -> Iterator[None]:
    """Hold back the signals to stop: a child must not receive one while the parent's handlers are still its own."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOPS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPS)


def _live(hand: Hand, work: Work, saying: int, parent: int) -> NoReturn:
    """Be the worker, to the end of the process: the parent's stack is never returned to."""
    code = 1
    try:
        _settle(hand, parent)
        work(hand.name, lambda: _say(saying))
        code = 0
    except PoortError as refusal:
        print(f"poort: {refusal}", file=sys.stderr)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001  the last words of a process
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(code)


def _settle(hand: Hand, parent: int) -> None:
    """Become a process of its own: own session, own log, own name, ended with its parent."""
    os.setsid()  # a Ctrl-C in the terminal is the parent's to pass on
    die_with_parent()
    if os.getppid() != parent:
        raise OperatorError("the parent ended before its worker began")
    name_process(hand.name)
    silence, words = os.open(os.devnull, os.O_RDONLY), os.open(hand.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    for source, target in ((silence, 0), (words, 1), (words, 2)):
        os.dup2(source, target)
    for each in _STOPS:
        signal.signal(each, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPS)


def _say(saying: int) -> None:
    os.write(saying, b"1")
