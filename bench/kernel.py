"""What the kernel accounts to processes: CPU ticks and resident memory, children included (Linux /proc)."""

import os
from pathlib import Path

TICK_US = 1_000_000 / os.sysconf("SC_CLK_TCK")
PAGE_KIB = os.sysconf("SC_PAGE_SIZE") / 1024


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def family(pids: list[int]) -> list[int]:
    """List these processes and everything that they started and that still lives."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents.setdefault(int(_stat(int(entry.name))[1]), []).append(int(entry.name))
            except OSError:
                continue
    found, queue = [], list(pids)
    while queue:
        pid = queue.pop()
        found.append(pid)
        queue.extend(parents.get(pid, []))
    return found


def cpu_us(pids: list[int]) -> float:
    """Sum utime, stime and those of waited-for children of a family, in microseconds."""
    return sum(sum(map(int, _stat(pid)[11:15])) for pid in family(pids)) * TICK_US


def rss_kib(pids: list[int]) -> float:
    """Sum the resident memory of a family."""
    return sum(int(_stat(pid)[21]) for pid in family(pids)) * PAGE_KIB


def named(pids: list[int], word: str) -> list[int]:
    """Of a family, list the processes that have this word on their command line."""
    found = []
    for pid in family(pids):
        try:
            line = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if word.encode() in line:
            found.append(pid)
    return found
