"""Runs a duty of the worker in a process of its own, which gives way to everybody else on the machine.

Why it exists: comparing costs about as much processor as answering. At the priority of the gateway it took clients' time, and
in the worker's own process it stopped the sync for milliseconds at a time. Rules:
1. The process has a lower priority (`NICE`), the worker's environment and its log. It ends with the worker, however that ends.
2. A process that ends by itself ends the duty with an error: the worker says so and starts it again.
"""

import asyncio
import os
import sys
from subprocess import DEVNULL

from cli.supervise import die_with_parent
from proxy.errors import PoortError

NICE = 15
"""Where processors are short, about a thirtieth of what a process of normal priority gets."""
ENDING_SECONDS = 8.0
"""Less than what the worker gives its duties to end."""


class DutyEndedError(PoortError):
    """The process of a duty ended and was not told to."""


async def aside(name: str, stop: asyncio.Event) -> None:
    """Keep one process of a duty until told to stop; raises DutyEndedError when it ends before."""
    command = (sys.executable, "-m", "cli", "worker", "--only", name)
    process = await asyncio.create_subprocess_exec(*command, stdin=DEVNULL, preexec_fn=_modest)
    ending, stopping = asyncio.create_task(process.wait()), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait((ending, stopping), return_when=asyncio.FIRST_COMPLETED)
        if not stop.is_set():
            raise DutyEndedError(f"the process of {name} ended (exit code {process.returncode})")
    finally:
        stopping.cancel()
        await _ended(process)


async def _ended(process: asyncio.subprocess.Process) -> None:
    """Ask a process to end, and see to it that it does."""
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), ENDING_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()


def _modest() -> None:
    die_with_parent()
    os.nice(NICE)
