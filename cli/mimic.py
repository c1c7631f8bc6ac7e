"""The way to newcore as legacy's pages: one pool of connections, a signed statement with every question.

Rules: a pool belongs to one event loop; a connection is closed by us before newcore closes it; nothing waits longer than the
mimic does.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from adapters.legacy_sonar.mimic.client import TIMEOUT_SECONDS, NewcoreMimic
from adapters.legacy_sonar.views import ViewMap
from cli.statement import signer
from proxy.listener.upstream import Pool, UpstreamSettings
from proxy.model.route import Core
from proxy.settings import Settings

BOUNDS = UpstreamSettings(
    max_connections=64, queue_deadline=TIMEOUT_SECONDS, connect_timeout=1.0, timeout=TIMEOUT_SECONDS, idle_timeout=15.0
)


@asynccontextmanager
async def mimic(
    settings: Settings, views: ViewMap, patience: Callable[[], float] = lambda: TIMEOUT_SECONDS
) -> AsyncIterator[NewcoreMimic]:
    """Open the way; closes its connections at the end. `patience`: seconds that an answer is waited for, of this moment."""
    pool = Pool(settings.newcore_url, BOUNDS, core=Core.NEWCORE)
    try:
        yield NewcoreMimic(pool, views, signer(settings), patience)
    finally:
        await pool.close()
