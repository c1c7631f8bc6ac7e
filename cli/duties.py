"""What `poort worker` does, made from the settings: one named duty a line. The worker keeps them running."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from functools import partial

import psycopg
import structlog

from cli.aside import aside
from cli.filling import fill
from cli.guard import guard
from cli.shadowing import shadow
from cli.sides import legacy_account, open_sides
from monitoring.checkpoint import worker as checkpoint
from monitoring.checkpoint.store import KEY_FILE, signing_key
from proxy.database import Cluster, Role
from proxy.errors import OperatorError
from proxy.identity.store import sweep
from proxy.settings import Settings
from rollout.reconcile.worker import Reconcile
from rollout.worker import Sync

log = structlog.get_logger()

SWEEP_SECONDS = 60.0
CONNECT_SECONDS = 5
CALM_SECONDS = 60.0
"""After a start: what a backfill has just read is not read again at once."""

type Duty = Callable[[asyncio.Event], Awaitable[None]]
"""Runs until the event is set, and then ends by itself."""


def duties(settings: Settings, cluster: Cluster) -> Mapping[str, Duty]:
    """List the duties that these settings make possible; one that is left out is said, loudly."""
    dsn = cluster.dsn(Role.WORKER)
    key = signing_key(settings.signing_key_file or settings.data_dir / KEY_FILE, make=True)
    named: dict[str, Duty] = {
        "checkpoint": partial(checkpoint.run, checkpoint.Round(dsn, key, settings.checkpoint_seconds)),
        "sessions": partial(sweep_sessions, dsn, settings.session_timeout),
        "guard": partial(guard, settings, dsn),
        **{name: partial(aside, name) for name in apart(settings, cluster)},
    }
    try:
        legacy_account(settings)
    except OperatorError as fault:
        log.error("the new core is NOT kept up to date", reason=str(fault))  # noqa: TRY400  the reason says all
        return named
    return named | {
        "fill": partial(filling, settings, dsn),
        "sync": partial(sync, settings, dsn),
        "reconcile": partial(reconcile, settings, dsn),
    }


def apart(settings: Settings, cluster: Cluster) -> Mapping[str, Duty]:
    """List the duties that run in a process of their own each, as that process runs them."""
    return {"shadow": partial(shadow, settings, cluster.dsn(Role.WORKER))}


async def sweep_sessions(dsn: str, idle: float, stop: asyncio.Event, pause: float = SWEEP_SECONDS) -> None:
    """Delete sessions that lay idle for longer than a session lasts, until told to stop.

    The line refuses them already; what is deleted here is what nobody asks for any more. One round that fails ends the
    duty, which the worker starts again.
    """
    while not stop.is_set():
        async with await psycopg.AsyncConnection.connect(dsn, connect_timeout=CONNECT_SECONDS) as connection:
            gone = await sweep(connection, idle)
        if gone:
            log.info("sessions swept", sessions=gone)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)


async def filling(settings: Settings, dsn: str, stop: asyncio.Event) -> None:
    """Fill the groups whose stage asks for it until told to stop, also in the middle of one."""
    await _until(stop, fill(settings, dsn, stop))


async def sync(settings: Settings, dsn: str, stop: asyncio.Event) -> None:
    """Keep the new core up to date until told to stop."""
    async with open_sides(settings, dsn) as sides:
        await _until(stop, Sync(sides).run())


async def reconcile(settings: Settings, dsn: str, stop: asyncio.Event) -> None:
    """Compare the new core with the legacy, over and over, with what nobody else needs of the budget, until told to stop."""
    async with open_sides(settings, dsn, spare=True) as sides:
        await _until(stop, Reconcile(sides, "worker").run(first=CALM_SECONDS))


async def _until(stop: asyncio.Event, work: Coroutine[None, None, None]) -> None:
    following = asyncio.create_task(work)
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait((following, stopping), return_when=asyncio.FIRST_COMPLETED)
        if following.done():
            following.result()
    finally:
        for task in (following, stopping):
            task.cancel()
        await asyncio.gather(following, stopping, return_exceptions=True)
