"""`poort gateway`: the intercepting proxy, one process or several that share the port."""

import asyncio
import gc
import signal
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Annotated

import typer
import uvloop

from cli.crew import Crew
from cli.start import begin
from cli.supervise import until_signal
from cli.tables import Tables, read_tables
from cli.wiring import carried
from proxy.database import open_cluster
from proxy.listener.head import RequestRules
from proxy.listener.mitm import ListenerSettings, MitmListener, claim_port
from proxy.settings import Settings

STOP_SPARE = 5.0
"""Seconds beyond the drain in which a worker closes its stores."""


def gateway(
    workers: Annotated[int, typer.Option(min=0, max=64, help="processes that share the port; 0: as set")] = 0,
) -> None:
    """Serve until SIGTERM; what is in flight is finished first."""
    settings = begin()
    count = workers or settings.workers
    if count > 1:
        serve_many(settings, count)
    else:
        uvloop.run(Place(settings, read_tables(settings), "gateway-1").serve())


def serve_many(settings: Settings, count: int) -> None:
    """Keep `count` processes alive on one port, all on the tables that were read here."""
    claim_port(settings.gateway_listen.host, settings.gateway_listen.port)
    logs = settings.data_dir / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    tables = read_tables(settings)
    calm_collector()  # what is loaded by now is shared with every worker, as long as nobody touches it
    crew = Crew(partial(one_of_many, settings, tables), logs, count)
    try:
        until_signal(crew.tend)
    finally:
        crew.stop(settings.drain_timeout + STOP_SPARE)


def one_of_many(settings: Settings, tables: Tables, name: str, serving: Callable[[], None]) -> None:
    """Be one of the processes that share the port."""
    uvloop.run(Place(settings, tables, name, shared=True).serve(serving))


@dataclass(frozen=True, slots=True)
class Place:
    """Where and as whom a process serves."""

    settings: Settings
    tables: Tables
    instance: str
    shared: bool = False

    async def serve(self, serving: Callable[[], None] = lambda: None) -> None:
        """Serve in this process; nobody is accepted before everything that an exchange needs is open."""
        with open_cluster(self.settings) as cluster:
            async with carried(self.settings, cluster, self.instance, self.tables) as carrier:
                listener = MitmListener(listening(self.settings, shared=self.shared))
                loop = asyncio.get_running_loop()
                for each in (signal.SIGINT, signal.SIGTERM):
                    loop.add_signal_handler(each, listener.stop)
                calm_collector()
                accepting = asyncio.create_task(listener.serve(carrier))
                await asyncio.wait(
                    (accepting, asyncio.create_task(listener.started.wait())), return_when=asyncio.FIRST_COMPLETED
                )
                if listener.started.is_set():
                    serving()
                await accepting


def calm_collector() -> None:
    """Let the collector pass over what lives as long as the process, and look less often: exchanges leave few cycles."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def listening(settings: Settings, *, shared: bool) -> ListenerSettings:
    """Say where and within which bounds to listen; raw 8-bit queries are what old browsers send to this legacy."""
    listen = settings.gateway_listen
    names = {listen.host, "localhost", str(listen), f"localhost:{listen.port}", *settings.public_hosts}
    rules = RequestRules(
        hosts=frozenset(name.lower().encode() for name in names),
        raw_query=True,
        body_limit=settings.request_cap,
        upload_limit=settings.upload_cap,
    )
    return ListenerSettings(
        host=listen.host, port=listen.port, rules=rules, drain=settings.drain_timeout, reuse_port=shared
    )
