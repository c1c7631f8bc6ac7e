"""A gateway's watch of the routing file, in a thread: what `poort routes` waits for and looks at."""

import asyncio
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog

from cli.routefile import CATALOGUE
from proxy.catalogue import load as read_catalogue
from proxy.facts.store import region_table
from proxy.routing.watch import RoutingWatch


@contextmanager
def following(file: Path, report: Path) -> Iterator[None]:
    """Follow a routing file as one instance does, and say so in its report; its log is never a command's output."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.__stderr__))
    functions = read_catalogue(CATALOGUE.read_text()).routed
    stop, up = threading.Event(), threading.Event()

    async def follow() -> None:
        watch = RoutingWatch(file, functions, region_table().names, report)
        watch.start(None)
        up.set()
        await asyncio.to_thread(stop.wait)
        await watch.close()

    thread = threading.Thread(target=asyncio.run, args=(follow(),))
    thread.start()
    assert up.wait(10)
    try:
        yield
    finally:
        stop.set()
        thread.join(10)
