"""Clients of the bench: wrk for CPU a request, an own paced client for latencies, idle connections for memory."""

import asyncio
import re
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvloop

from bench.kernel import cpu_us, rss_kib
from bench.subject import Subject

CONNECTIONS = 32


def wrk_missing() -> bool:
    """Tell whether the load generator is there."""
    return shutil.which("wrk") is None


def _script(subject: Subject) -> str:
    """Write wrk's script: the requests of the subject in turn."""
    rows = []
    for each in subject.requests:
        fields = ", ".join(f'["{name}"]="{value}"' for name, value in each.fields)
        rows.append(f'wrk.format("{each.method}", "{each.path}", {{{fields}}})')
    return (
        "local all, at = {}, 0\n"
        f"function init(args)\n  all = {{{', '.join(rows)}}}\nend\n"
        "function request()\n  at = at + 1\n  return all[at % #all + 1]\nend\n"
    )


def cpu_per_request(subject: Subject, seconds: int, connections: int = CONNECTIONS) -> dict[str, float]:
    """Load a subject for some seconds; gives CPU microseconds and requests a second. Any failed request is said."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(_script(subject))
        script.flush()
        before = cpu_us(subject.pids)
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", script.name, f"http://{subject.address}/"]
        out = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 30, check=True).stdout
        spent = cpu_us(subject.pids) - before
    count = int(re.search(r"(\d+) requests in", out)[1])
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
    broken = re.search(r"Socket errors: .*", out)
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1])
    return {
        "cpu_us": spent / max(count, 1),
        "rps": rate,
        "requests": count,
        "failed": int(wrong[1]) if wrong else 0,
        "socket_errors": broken[0] if broken else "",
    }


@dataclass(slots=True)
class Paced:
    """Latencies in milliseconds, from the moment that a request was due (no coordinated omission)."""

    rate: int
    p50: float
    p99: float
    worst: float
    failed: int
    overrun: int
    """Requests that left later than 100 ms after they were due, because no connection was free."""
    p95: float = 0.0


async def _paced(subject: Subject, rate: int, seconds: int) -> Paced:
    host, _, port = subject.address.partition(":")
    free: asyncio.Queue = asyncio.Queue()
    for at in range(min(64, max(8, rate // 4))):
        reader, writer = await asyncio.open_connection(host, int(port))
        free.put_nowait((reader, writer, subject.requests[at % len(subject.requests)].raw(subject.address)))
    now, took, lost = time.perf_counter, [], [0, 0]  # the loop's own clock has whole milliseconds

    async def one(due: float) -> None:
        reader, writer, raw = await free.get()
        lost[1] += now() - due > 0.1
        try:
            writer.write(raw)
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(int(re.search(rb"(?i)content-length: (\d+)", head)[1]))
            lost[0] += head[9:10] != b"2"
        except (OSError, asyncio.IncompleteReadError, TypeError):
            lost[0] += 1
        took.append((now() - due) * 1000)
        free.put_nowait((reader, writer, raw))

    begin = now() + 0.1
    tasks = []
    for number in range(rate * seconds):
        due = begin + number / rate
        if (wait := due - now()) > 0:
            await asyncio.sleep(wait)
        tasks.append(asyncio.create_task(one(due)))
    await asyncio.gather(*tasks)
    while not free.empty():
        free.get_nowait()[1].close()
    took.sort()
    worst, p95 = took[-1], took[int(len(took) * 0.95)]
    return Paced(rate, took[len(took) // 2], took[int(len(took) * 0.99)], worst, lost[0], lost[1], p95)


def paced(subject: Subject, rate: int, seconds: int) -> Paced:
    """Ask at a fixed rate."""
    return uvloop.run(_paced(subject, rate, seconds))


@contextmanager
def _idle(subject: Subject, count: int):
    host, _, port = subject.address.partition(":")
    sockets = []
    try:
        for number in range(count):
            one = socket.create_connection((host, int(port)), timeout=10)
            sockets.append(one)
            if number % 10 == 0:  # some have asked something before they idle
                one.sendall(subject.requests[0].raw(subject.address))
                one.recv(65536)
        yield
    finally:
        for one in sockets:
            one.close()


def idle_memory(subject: Subject, count: int) -> dict[str, float]:
    """Open idle connections; gives memory in MiB in all and KiB each."""
    before = rss_kib(subject.pids)
    with _idle(subject, count):
        time.sleep(1)
        after = rss_kib(subject.pids)
    return {"clients": count, "rss_mib": after / 1024, "kib_each": (after - before) / count}


def write_text(path: Path, text: str) -> None:
    """Write a result."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
