"""What clients notice of a comparison whose newcore hangs: p95 at a fixed rate, in turns with a newcore that answers.

    python -m bench.shadow --rate 100 --seconds 10 --pairs 6

A whole `poort demo` with vacancies in stage `shadow`, every answer offered. newcore's process is stopped (SIGSTOP) for every
second measurement, so that it takes connections and answers nothing; the pairs are measured in one run, in alternating
order. The last lines count what was compared, so that nobody measures a comparison that did not take place.
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
from collections.abc import Iterator
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

    def newcore(self) -> list[int]:
        """Name the processes of newcore."""
        return kernel.named([self.process.pid], "newcore")


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
            for each in kernel.named([process.pid], "newcore"):
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


def _one(demo: Demo, subject: Subject, rate: int, seconds: int, *, hangs: bool) -> Paced:
    pids = demo.newcore()
    for each in pids if hangs else ():
        os.kill(each, signal.SIGSTOP)
    try:
        return paced(subject, rate, seconds)
    finally:
        for each in pids:
            os.kill(each, signal.SIGCONT)
        time.sleep(REST_SECONDS if hangs else 0.5)


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
    for name, default in (("rate", 100), ("seconds", 10), ("pairs", 6)):
        parser.add_argument(f"--{name}", type=int, default=default)
    given = parser.parse_args()
    with shadowing() as demo:
        subject = Subject("shadow", demo.address, kernel.named([demo.process.pid], "gateway"), asks(demo))
        paced(subject, given.rate, 5)  # warm
        pairs = []
        for number in range(given.pairs):
            order = (False, True) if number % 2 == 0 else (True, False)
            pairs.append({hangs: _one(demo, subject, given.rate, given.seconds, hangs=hangs) for hangs in order})
            print({hangs: round(each.p95, 2) for hangs, each in pairs[-1].items()}, file=sys.stderr, flush=True)
        time.sleep(3)
        counts = compared(demo)
    print(json.dumps(told(given, pairs, counts)))


def told(given: argparse.Namespace, pairs: list[dict[bool, Paced]], counts: dict[str, int]) -> dict[str, Any]:
    """Say what was found."""
    rises = [each[True].p95 - each[False].p95 for each in pairs]
    return {
        "rate": given.rate,
        "seconds": given.seconds,
        "p95_ms_answering": round(statistics.median(each[False].p95 for each in pairs), 2),
        "p95_ms_hanging": round(statistics.median(each[True].p95 for each in pairs), 2),
        "rise_ms": round(statistics.median(rises), 2),
        "rises_ms": [round(each, 2) for each in rises],
        "limit_ms": LIMIT_MS,
        "failed": sum(one.failed for each in pairs for one in each.values()),
        "counts": counts,
        "pairs": [{"hanging" if hangs else "answering": asdict(one) for hangs, one in each.items()} for each in pairs],
        "load": os.getloadavg(),
    }


if __name__ == "__main__":
    main()
