"""The whole system, as an adopter runs it: `poort demo --json` in processes of its own, driven from outside."""

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
OFFSETS = (0, 10, 20, 120, 121)


@dataclass(frozen=True)
class System:
    """A running demo: what its one JSON line says, and how to reach it by command."""

    data_dir: Path
    base: int
    said: dict[str, Any]
    process: subprocess.Popen[str]

    @property
    def control(self) -> str:
        """Address of the stand-in's control port."""
        return f"http://127.0.0.1:{self.base + 121}"

    def user(self, role: str) -> dict[str, Any]:
        """Give the first user of a role."""
        return next(user for user in self.said["users"] if user["role"] == role)

    def poort(self, *arguments: str, expect: int = 0) -> str:
        """Run a command of ours against this system; asserts its exit code and gives stdout."""
        done = self.run(*arguments)
        assert done.returncode == expect, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of ours against this system."""
        environment = {**clean(), "POORT_DATA_DIR": str(self.data_dir)}
        command = [sys.executable, "-m", "cli", *arguments]
        return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)

    def log(self, *filters: str, limit: int = 50) -> list[dict[str, Any]]:
        """Give the newest records of the access log."""
        lines = self.poort("log", "show", "--json", "--limit", str(limit), *filters).splitlines()
        return [json.loads(line) for line in lines]


def clean() -> dict[str, str]:
    """Give the environment without settings of ours."""
    return {key: text for key, text in os.environ.items() if not key.startswith("POORT_")}


def free_base() -> int:
    """Find a base at which all ports of a demo are free: by chance, because test processes look at the same time.

    Below 32000: the kernel gives higher ones to outgoing connections, which would take them before they are used.
    """
    for base in random.sample(range(11000, 31800, 137), 150):
        sockets = []
        try:
            for offset in OFFSETS:
                sockets.append(socket.create_server(("127.0.0.1", base + offset)))  # noqa: PERF401  the taken ones are closed
        except OSError:
            continue
        finally:
            for each in sockets:
                each.close()
        return base
    raise RuntimeError("no free ports")


def start(data_dir: Path, base: int, *options: str, as_shown: bool = False) -> System:
    """Start a demo and wait for its JSON line; `as_shown`: with the groups moved as a demo shows them, else with none."""
    if not as_shown and not (data_dir / "routing.yaml").exists():
        shutil.copy(ROOT / "routing.yaml", data_dir / "routing.yaml")
    command = [sys.executable, "-m", "cli", "demo", "--json", "--data-dir", str(data_dir), "--port-base", str(base)]
    process = subprocess.Popen(
        [*command, *options], cwd=ROOT, env=clean(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stderr is not None
    line = process.stdout.readline()
    if not line:
        raise AssertionError(f"no JSON line; the demo said:\n{process.stderr.read()[-4000:]}")
    return System(data_dir, base, json.loads(line), process)


def stop(system: System) -> int:
    """Ask the demo to stop and give its exit code."""
    system.process.send_signal(signal.SIGTERM)
    system.process.communicate(timeout=90)
    return system.process.returncode
