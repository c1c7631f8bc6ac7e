"""Claims about a duty in a process of its own, with the real one."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from cli.aside import NICE, DutyEndedError, aside
from proxy.database import Cluster
from proxy.settings import Settings
from proxy.shadow.client import SOCKET

PARENT = "import asyncio; from cli.aside import aside; asyncio.run(aside('shadow', asyncio.Event()))"


@pytest.fixture
def settled(settings: Settings, database: Cluster, tmp_path, monkeypatch) -> Path:
    """The settings of the comparison in the environment; gives where its socket will be."""
    monkeypatch.setenv("POORT_DATABASE_URL", database.owner)
    monkeypatch.setenv("POORT_ROLE_PASSWORDS_FILE", str(settings.data_dir / "roles.json"))
    monkeypatch.setenv("POORT_DATA_DIR", str(tmp_path))
    return tmp_path / SOCKET


def there(path: Path, *, yes: bool = True) -> None:
    """Wait until a socket is there, or is not."""
    end = time.monotonic() + 20
    while path.exists() is not yes:
        assert time.monotonic() < end
        time.sleep(0.02)


def pids() -> list[int]:
    """Find the processes of the duty that this process started."""
    found = [int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit()]
    return [each for each in found if each != os.getpid() and _is_ours(each)]


def _is_ours(pid: int) -> bool:
    try:
        parent = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        return parent == os.getpid() and b"--only" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


@asynccontextmanager
async def running(path: Path):
    """Run the comparison aside until the block ends."""
    stop = asyncio.Event()
    duty = asyncio.create_task(aside("shadow", stop))
    await asyncio.to_thread(there, path)
    yield duty
    stop.set()
    await asyncio.wait_for(duty, 10)


async def test_the_comparison_runs_in_a_process_that_gives_way(settled):
    """It listens there, at a lower priority than whoever answers clients, and is gone with its socket when told to stop."""
    async with running(settled):
        (pid,) = pids()
        assert os.getpriority(os.PRIO_PROCESS, pid) == min(19, os.getpriority(os.PRIO_PROCESS, 0) + NICE)
    assert not pids()
    assert not settled.exists()


async def test_a_process_that_was_killed_ends_the_duty(settled):
    """The worker says so, and starts it again."""
    stop = asyncio.Event()
    duty = asyncio.create_task(aside("shadow", stop))
    await asyncio.to_thread(there, settled)
    os.kill(pids()[0], signal.SIGKILL)
    with pytest.raises(DutyEndedError, match="shadow ended"):
        await asyncio.wait_for(duty, 10)


def test_it_ends_with_a_worker_that_was_killed(settled):
    """The kernel tells it, and it takes its socket away."""
    worker = subprocess.Popen([sys.executable, "-c", PARENT], cwd=Path(__file__).parents[3])
    there(settled)
    worker.kill()
    worker.wait()
    there(settled, yes=False)
