"""What is measured: a listening address, its processes, and the requests that are asked of it.

A subject can be anything that listens: the bench starts the pass-through, `mitmdump`, nginx and HAProxy by itself; the
governed one is a whole `poort demo` (`bench/governed.py`).
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Ask:
    """One request without a body."""

    method: str
    path: str
    fields: tuple[tuple[str, str], ...] = ()

    def raw(self, address: str) -> bytes:
        """Write it down."""
        lines = [f"{self.method} {self.path} HTTP/1.1", f"Host: {address}", *(f"{k}: {v}" for k, v in self.fields)]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


PAGE = Ask(
    "GET",
    "/sonar_nld/start.swe?SWECmd=GotoView&SWEView=SNR+Klant+Overzicht+View&SWERowId=1-7ABC3",
    (
        ("User-Agent", "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 5.1; Trident/4.0)"),
        ("Accept", "text/html, */*"),
        ("Accept-Language", "nl-NL"),
        ("Cookie", "_sn=!1.428.556d.3c8e3a29"),
    ),
)


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that listens on `host:port`, with the processes that do its work."""

    name: str
    address: str
    pids: list[int]
    requests: list[Ask] = field(default_factory=lambda: [PAGE])


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(port: int, process: subprocess.Popen[bytes] | None = None, seconds: float = 30) -> None:
    """Wait until somebody listens; says what failed where the process ended."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if process is not None and process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode} before it listened")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError(f"nobody listens on port {port} after {seconds:.0f} s")


@contextmanager
def running(command: list[str], port: int) -> Iterator[int]:
    """Run a process until the block ends."""
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port, process)
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def origin() -> Iterator[int]:
    """The core of all subjects."""
    port = free_port()
    with running([sys.executable, "-O", "-m", "bench.origin", str(port)], port):
        yield port


@contextmanager
def passthrough(core: int, workers: int = 1) -> Iterator[Subject]:
    """Our listener and upstream without the line."""
    port = free_port()
    command = [sys.executable, "-O", "-m", "bench.passthrough", "--listen", str(port), "--origin", str(core)]
    more = ["--reuse-port"] if workers > 1 else []
    with running([*command, *more], port) as first:
        rest = [subprocess.Popen([*command, *more], cwd=ROOT, stdout=subprocess.DEVNULL) for _ in range(workers - 1)]
        try:
            time.sleep(2 if rest else 0)
            yield Subject(
                f"pass-through x{workers}" if rest else "pass-through",
                f"127.0.0.1:{port}",
                [first, *(one.pid for one in rest)],
            )
        finally:
            for one in rest:
                one.terminate()
                one.wait(15)


@contextmanager
def mitmdump(core: int, directory: Path) -> Iterator[Subject]:
    """The reference: mitmproxy as shipped, reverse mode, no policy."""
    port = free_port()
    command = [str(Path(sys.executable).with_name("mitmdump")), "-q", "--mode", f"reverse:http://127.0.0.1:{core}"]
    command += ["--listen-host", "127.0.0.1", "-p", str(port), "--set", f"confdir={directory / 'mitm'}"]
    with running(command, port) as pid:
        yield Subject("mitmdump", f"127.0.0.1:{port}", [pid])


NGINX = """daemon off; worker_processes 1; pid {directory}/nginx.pid; error_log /dev/null; {user}
events {{ worker_connections 8192; }}
http {{ access_log off; keepalive_requests 1000000; client_body_temp_path {directory}/b; proxy_temp_path {directory}/p;
  fastcgi_temp_path {directory}/f; uwsgi_temp_path {directory}/u; scgi_temp_path {directory}/s;
  upstream core {{ server 127.0.0.1:{core}; keepalive 64; keepalive_requests 1000000; }}
  server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://core; proxy_http_version 1.1;
    proxy_set_header Connection ""; }} }} }}
"""
HAPROXY = """global
  maxconn 8192
  nbthread 1
defaults
  mode http
  timeout connect 2s
  timeout client 60s
  timeout server 60s
frontend clients
  bind 127.0.0.1:{port}
  default_backend core
backend core
  http-reuse safe
  server core 127.0.0.1:{core}
"""


@contextmanager
def _configured(name: str, template: str, core: int, directory: Path) -> Iterator[Subject]:
    port, file = free_port(), directory / f"{name}.conf"
    user = "user root;" if os.geteuid() == 0 else ""
    file.write_text(template.format(directory=directory, core=core, port=port, user=user))
    command = (
        ["nginx", "-c", str(file), "-p", str(directory)] if name == "nginx" else ["haproxy", "-db", "-f", str(file)]
    )
    with running(command, port) as pid:
        yield Subject(name, f"127.0.0.1:{port}", [pid])


@contextmanager
def nginx(core: int, directory: Path) -> Iterator[Subject]:
    """Nginx with kept-alive connections to the core."""
    with _configured("nginx", NGINX, core, directory) as subject:
        yield subject


@contextmanager
def haproxy(core: int, directory: Path) -> Iterator[Subject]:
    """HAProxy with kept-alive connections to the core."""
    with _configured("haproxy", HAPROXY, core, directory) as subject:
        yield subject


def install(*packages: str) -> list[str]:
    """Install what is missing where we may (Debian, root); gives what is still missing."""
    missing = [one for one in packages if shutil.which(one) is None]
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-q"], capture_output=True, check=False, timeout=180)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
        command = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *missing]
        subprocess.run(command, capture_output=True, check=False, timeout=300, env=environment)
    return [one for one in packages if shutil.which(one) is None]
