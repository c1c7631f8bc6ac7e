"""`poort worker`: what goes on beside the requests: sync of the new core, signed checkpoints of the access log.

Rules: each duty runs by itself; one that fails is logged and started again, and the others go on; at SIGTERM each ends
what it has in hand, within a limit.
"""

import asyncio
import signal
from collections.abc import Mapping
from typing import Annotated

import structlog
import typer

from cli.duties import Duty, apart, duties
from cli.start import begin
from proxy.database import open_cluster
from proxy.errors import OperatorError, place

log = structlog.get_logger()

AGAIN_SECONDS = 2.0
ENDING_SECONDS = 10.0


def worker(
    only: Annotated[str, typer.Option(help="one duty that has a process of its own, in this process")] = "",
) -> None:
    """Run all duties until SIGTERM."""
    settings = begin()
    with open_cluster(settings) as cluster:
        asyncio.run(serve(chosen(apart(settings, cluster), only) if only else duties(settings, cluster)))


def chosen(named: Mapping[str, Duty], only: str) -> Mapping[str, Duty]:
    """Take one duty; raises OperatorError for a name that is none."""
    if only not in named:
        raise OperatorError(f"--only {only}: no duty that runs by itself; allowed are {', '.join(named)}")
    return {only: named[only]}


async def serve(named: Mapping[str, Duty]) -> None:
    """Run duties until the process is told to stop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, stop.set)
    log.info("worker runs", duties=list(named))
    await run(named, stop)


async def run(named: Mapping[str, Duty], stop: asyncio.Event) -> None:
    """Keep duties running until the event; then give them time to end."""
    tasks = [asyncio.create_task(_kept(name, duty, stop), name=name) for name, duty in named.items()]
    await stop.wait()
    _, late = await asyncio.wait(tasks, timeout=ENDING_SECONDS) if tasks else (set(), set())
    for task in late:
        log.warning("a duty did not end in time", duty=task.get_name())
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _kept(name: str, duty: Duty, stop: asyncio.Event) -> None:
    while not stop.is_set():
        try:
            await duty(stop)
        except Exception as fault:  # noqa: BLE001  of any kind: the others go on
            log.error("a duty failed and is started again", duty=name, **place(fault))  # noqa: TRY400  a trace may quote data
        if not stop.is_set():
            await _pause(stop)


async def _pause(stop: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stop.wait(), AGAIN_SECONDS)
    except TimeoutError:
        return
