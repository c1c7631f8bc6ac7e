"""`poort gateway`: the intercepting proxy, one process or several that share the port."""

import asyncio
import gc
import os
import signal
import sys
from typing import Annotated

import typer
import uvloop

from cli.start import begin
from cli.supervise import Child, Family, until_signal
from cli.wiring import carried
from proxy.database import open_cluster
from proxy.listener.head import RequestRules
from proxy.listener.mitm import ListenerSettings, MitmListener, claim_port
from proxy.settings import Settings


def gateway(
    workers: Annotated[int, typer.Option(min=0, max=64, help="processes that share the port; 0: as set")] = 0,
    instance: Annotated[str, typer.Option(help="name of this process in the log", hidden=True)] = "",
) -> None:
    """Serve until SIGTERM; what is in flight is finished first."""
    settings = begin()
    count = workers or settings.workers
    if count > 1 and not instance:
        serve_many(settings, count)
    else:
        uvloop.run(serve(settings, instance or "gateway-1", shared=bool(instance)))


def serve_many(settings: Settings, count: int) -> None:
    """Keep `count` processes alive on one port."""
    claim_port(settings.gateway_listen.host, settings.gateway_listen.port)
    family = Family()
    log = settings.data_dir / "logs"
    log.mkdir(parents=True, exist_ok=True)
    try:
        for number in range(1, count + 1):
            name = f"gateway-{number}"
            command = (sys.executable, "-m", "cli", "gateway", "--instance", name)
            family.add(Child(name, command, os.environ, log / f"{name}.log"))
        until_signal(family.tend)
    finally:
        family.stop()


async def serve(settings: Settings, instance: str, *, shared: bool) -> None:
    """Serve in this process."""
    with open_cluster(settings) as cluster:
        async with carried(settings, cluster, instance) as carrier:
            listener = MitmListener(listening(settings, shared=shared))
            loop = asyncio.get_running_loop()
            for each in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(each, listener.stop)
            calm_collector()
            await listener.serve(carrier)


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
