"""The governed subject: the gateway of a whole `poort demo`, asked for a client page by logged-in users.

Rests on the public contract of the demo only (its one JSON line, ARCHITECTURE.md): urls, users, clients and `requests`.
One client connection per session would be served one by one (a session is serialised), so several users log in.
"""

import http.client
import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import kernel
from bench.subject import ROOT, Ask, Subject, free_port

SESSIONS = 32


def _first_line(process: subprocess.Popen[str], seconds: float) -> str:
    """Read the demo's one line, or nothing where it does not come in time."""
    found: list[str] = []
    reader = threading.Thread(
        target=lambda: found.append(process.stdout.readline() if process.stdout else ""), daemon=True
    )
    reader.start()
    reader.join(seconds)
    return found[0] if found else ""


def _filled(text: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        text = text.replace("{" + name + "}", value)
    return text


def _log_in(address: str, demo: dict[str, Any], user: dict[str, Any]) -> str | None:
    """Log in as a client does; gives the session's cookies."""
    login = demo["requests"]["login"]
    values = {"user": user["user"], "password": user["password"]}
    connection = http.client.HTTPConnection(address, timeout=20)
    connection.request(
        login["method"], _filled(login["path"], values), _filled(login.get("body") or "", values), login["headers"]
    )
    answer = connection.getresponse()
    answer.read()
    cookies = [value.split(";")[0] for name, value in answer.getheaders() if name.lower() == "set-cookie"]
    connection.close()
    return "; ".join(cookies) or None


def read_of(demo: dict[str, Any], name: str = "open_client") -> list[Ask]:
    """Log in until enough sessions are there, and write the read of each."""
    address = demo["gateway"].removeprefix("http://").rstrip("/")
    person, asked = demo["clients"]["in_region"], demo["requests"][name]
    asks = []
    for _ in range(SESSIONS):
        cookies = _log_in(address, demo, demo["users"][0])
        if cookies is None:
            break
        values = {**{key: str(value) for key, value in person.items()}, "sn": cookies.partition("=")[2]}
        target = "?".join(filter(None, (asked["path"], asked.get("body"))))  # legacy reads a link like a form
        fields = tuple(
            (key, value)
            for key, value in asked["headers"].items()
            if key.lower() not in {"host", "cookie", "content-type"}
        )
        asks.append(Ask("GET", _filled(target, values), (*fields, ("Cookie", cookies))))
    return asks


@contextmanager
def governed(seconds: float = 180) -> Iterator[Subject | str]:
    """Start the demo; gives the subject, or why there is none."""
    poort = Path(sys.executable).with_name("poort")
    if not poort.exists():
        yield "`poort` is not installed"
        return
    with tempfile.TemporaryDirectory(prefix="poort-bench-") as directory:
        Path(directory).chmod(0o755)
        command = [str(poort), "demo", "--data-dir", directory, "--port-base", str(free_port() % 20000 + 20000)]
        command += ["--clients", "2000", "--json"]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            yield _subject(process, _first_line(process, seconds))
        finally:
            process.terminate()
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _subject(process: subprocess.Popen[str], line: str) -> Subject | str:
    if not line.startswith("{"):
        return f"`poort demo` did not start (exit code {process.poll()})"
    demo = json.loads(line)
    try:
        asks = read_of(demo)
    except (OSError, KeyError, http.client.HTTPException) as error:
        return f"`poort demo` answered, but nobody could log in ({error!r})"
    pids = kernel.named([process.pid], "gateway")
    if not asks or not pids:
        return f"`poort demo` answered, with {len(asks)} sessions and {len(pids)} gateway processes"
    return Subject("governed read", demo["gateway"].removeprefix("http://").rstrip("/"), pids, asks)
