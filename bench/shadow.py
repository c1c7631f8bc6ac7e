"""What clients notice of comparing, and of a newcore that hangs meanwhile: p95 at a fixed rate, in turns.

    python -m bench.shadow --rate 100 --seconds 10 --rounds 6

A whole `poort demo` with vacancies in stage `shadow`, every answer offered. A round measures three times, in an order that
turns: `resting` (the comparison's process is stopped by SIGSTOP: offers go nowhere), `answering` (everything runs), `hanging`
(newcore is stopped, so that it takes connections and answers nothing). The counts say what was compared, so that nobody
measures a comparison that did not take place; the processor time says who took it.
"""

import argparse
import http.client
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import psycopg

from bench import kernel
from bench.governed import _first_line
from bench.load import Paced, paced
from bench.subject import ROOT, Ask, Subject, free_port

POORT = Path(sys.executable).with_name("poort")
PATH = "/sonar_nld/start.swe"
SEARCH = "SWECmd=InvokeMethod&SWEMethod=ExecuteQuery&SWEView=SNR+Vacature+Zoek+View&SWEApplet=SNR+Vacature+List+Applet"
SESSIONS = 32
GROUP = "vacancies"
STOPPED = {"resting": "--only", "answering": None, "hanging": "newcore"}
"""By state, the word on the command line of the process that is stopped meanwhile; None: everything runs."""
PARTS = ("gateway", "standin", "newcore", "--only")
LIMIT_MS = 1.0
REST_SECONDS = 12.0
"""After a hang: longer than the pause of the breaker, so that the next measurement is one with comparisons."""


@dataclass(frozen=True, slots=True)
class Demo:
    """A running demo: what it says of itself, its own process, its directory."""

    told: dict[str, Any]
    process: subprocess.Popen[str]
    directory: Path

    @property
    def address(self) -> str:
        """Where the gateway listens."""
        return str(self.told["gateway"]).removeprefix("http://").rstrip("/")

    def poort(self, *words: str) -> None:
        """Run a command of the demo."""
        environ = os.environ | {"POORT_DATA_DIR": str(self.directory)}
        subprocess.run([str(POORT), *words], env=environ, check=True, stdout=sys.stderr)

    def processes(self, word: str) -> list[int]:
        """Name the processes of the demo with a word on their command line."""
        return kernel.named([self.process.pid], word)


@contextmanager
def shadowing() -> Iterator[Demo]:
    """Run a demo with vacancies in shadow, filled, until the block ends."""
    with tempfile.TemporaryDirectory(prefix="poort-bench-") as name:
        directory = Path(name)
        directory.chmod(0o755)
        (directory / "routing.yaml").write_text(in_shadow((ROOT / "routing.yaml").read_text(encoding="utf-8")))
        command = [str(POORT), "demo", "--data-dir", name, "--port-base", str(free_port() % 20000 + 20000)]
        process = subprocess.Popen(
            [*command, "--clients", "200", "--json"], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        try:
            line = _first_line(process, 300)
            if not line.startswith("{"):
                raise SystemExit(f"`poort demo` did not start (exit code {process.poll()})")
            demo = Demo(json.loads(line), process, directory)
            demo.poort("backfill", GROUP)
            yield demo
        finally:
            for each in kernel.family([process.pid]):
                os.kill(each, signal.SIGCONT)
            process.terminate()
            process.wait(60)


def in_shadow(text: str) -> str:
    """Put the group into stage shadow, every answer of it offered."""
    changed, count = re.subn(rf"(?ms)^(  {GROUP}:\n.*?^    stage: )\w+", r"\g<1>shadow", text, count=1)
    if not count:
        raise SystemExit(f"routing.yaml has no group {GROUP}")
    return changed


def asks(demo: Demo) -> list[Ask]:
    """Log in some sessions, and write a search for vacancies of each."""
    user, found = next(each for each in demo.told["users"] if each["role"] == "WSP"), []
    for number in range(SESSIONS):
        connection = http.client.HTTPConnection(demo.address, timeout=20)
        body = f"SWECmd=ExecuteLogin&SWEView=Login+View&SWEUserName={quote_plus(user['user'])}&SWEPassword={quote_plus(user['password'])}"
        connection.request("POST", PATH, body, {"Content-Type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        answer.read()
        cookie = "; ".join(value.split(";")[0] for name, value in answer.getheaders() if name.lower() == "set-cookie")
        srn = re.search(r"SRN=(\w+)", answer.getheader("location") or "")
        connection.close()
        if answer.status != 302 or srn is None:
            raise SystemExit(f"nobody could log in ({answer.status})")
        found.append(
            Ask("GET", f"{PATH}?{SEARCH}&s_11_1_6_0=AM{number % 35 + 1:02}&SRN={srn[1]}", (("Cookie", cookie),))
        )
    return found


@dataclass(frozen=True, slots=True)
class Measured:
    """One measurement in one state."""

    paced: Paced
    cpu_ms: dict[str, float]
    """Processor time by part, milliseconds a request."""


def measured(demo: Demo, subject: Subject, given: argparse.Namespace, state: str) -> Measured:
    """Measure with the state's process stopped."""
    word = STOPPED[state]
    stopped = [] if word is None else demo.processes(word)
    if word is not None and not stopped:
        raise SystemExit(f"there is no process to stop for {state}")
    for each in stopped:
        os.kill(each, signal.SIGSTOP)
    parts = {part: demo.processes(part) for part in PARTS}
    try:
        before = {part: kernel.cpu_us(pids) for part, pids in parts.items()}
        found = paced(subject, given.rate, given.seconds)
        spent = {
            part: (kernel.cpu_us(pids) - before[part]) / 1000 / given.rate / given.seconds
            for part, pids in parts.items()
        }
    finally:
        for each in stopped:
            os.kill(each, signal.SIGCONT)
        time.sleep(REST_SECONDS if stopped else 0.5)
    return Measured(found, {part: round(each, 2) for part, each in spent.items()})


def compared(demo: Demo) -> dict[str, int]:
    """Count what became of the offers."""
    with psycopg.connect(demo.told["database"]) as connection:
        rows = connection.execute(
            "SELECT result, sum(reads)::bigint FROM shadow_count GROUP BY 1 ORDER BY 1"
        ).fetchall()
    return dict(rows)


def main() -> None:
    """Measure, and print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("rate", 100), ("seconds", 10), ("rounds", 6)):
        parser.add_argument(f"--{name}", type=int, default=default)
    given = parser.parse_args()
    with shadowing() as demo:
        subject = Subject("shadow", demo.address, demo.processes("gateway"), asks(demo))
        paced(subject, given.rate, 5)  # warm
        rounds = []
        for number in range(given.rounds):
            states = list(STOPPED)[number % 3 :] + list(STOPPED)[: number % 3]
            rounds.append({state: measured(demo, subject, given, state) for state in states})
            print({state: round(each.paced.p95, 2) for state, each in rounds[-1].items()}, file=sys.stderr, flush=True)
        time.sleep(3)
        counts = compared(demo)
    print(json.dumps(told(given, rounds, counts)))


def told(given: argparse.Namespace, rounds: list[dict[str, Measured]], counts: dict[str, int]) -> dict[str, Any]:
    """Say what was found."""
    return {
        "rate": given.rate,
        "seconds": given.seconds,
        "p95_ms": {state: _median(each[state].paced.p95 for each in rounds) for state in STOPPED},
        "rise_ms": {
            f"hanging-{other}": [round(each["hanging"].paced.p95 - each[other].paced.p95, 2) for each in rounds]
            for other in ("answering", "resting")
        },
        "limit_ms": LIMIT_MS,
        "failed": sum(one.paced.failed for each in rounds for one in each.values()),
        "cpu_ms": {
            state: {part: _median(each[state].cpu_ms[part] for each in rounds) for part in PARTS} for state in STOPPED
        },
        "counts": counts,
        "rounds": [{state: asdict(one.paced) for state, one in each.items()} for each in rounds],
        "load": os.getloadavg(),
    }


def _median(figures: Iterable[float]) -> float:
    return round(statistics.median(figures), 2)


if __name__ == "__main__":
    main()
