"""The comparison of the worker, made from the settings: newcore through the mimic, legacy again in a session of our own.

Rules: one legacy session, logged in when the first mismatch wants it and again when it is over, at most once in five
seconds; every read takes a token of the budget that all such reads share. Without an account nothing is asked again, and a
mismatch is settled by what newcore says after it has caught up.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from hashlib import blake2b

import psycopg
import structlog

from adapters.legacy_sonar.again import again
from adapters.legacy_sonar.canonical import SonarPages
from adapters.legacy_sonar.login import is_entry
from adapters.legacy_sonar.views import ViewMap
from cli.mimic import mimic
from cli.pages import LegacyPages
from cli.routefile import RouteFile
from cli.secret import secret_key
from cli.sides import control_map, legacy_account, legacy_http
from proxy.errors import OperatorError, UpstreamError
from proxy.facts.store import region_table
from proxy.model.http import Answer
from proxy.model.shadow import Offer
from proxy.settings import Settings
from proxy.shadow.client import SOCKET
from rollout.budget.store import Budget
from rollout.shadow.client import Comparison, Parts
from rollout.shadow.side import Control
from rollout.shadow.watch import Database, Files, Terms
from rollout.shadow.worker import Desk, Receiver

log = structlog.get_logger()

RELOGIN_SECONDS = 5.0
_PERSON = b"shadow"


class Again:
    """Legacy, asked once more; implements `rollout.shadow.side.Control`."""

    def __init__(self, pages: LegacyPages, views: ViewMap, take: Callable[[], Awaitable[None]]) -> None:
        """Take a session that is not logged in yet, the control map and the budget."""
        self._pages, self._views, self._take = pages, views, take
        self._alone = asyncio.Lock()
        self._inside, self._shut_until = False, 0.0

    async def again(self, offer: Offer) -> Answer | None:
        """Ask what the client asked; None: only the client's own session can. Raises UpstreamError."""
        request = again(offer.call, offer.statement.scope if offer.narrowed else None, self._views)
        if request is None:
            return None
        async with self._alone:
            for _ in range(2):
                await self._enter()
                answer = await self._asked(request.body)
                if not is_entry(answer):
                    return answer
                self._inside = False
        raise UpstreamError("session over", sent=True)

    async def _enter(self) -> None:
        if self._inside:
            return
        if time.monotonic() < self._shut_until:
            raise UpstreamError("log-in refused", sent=False)
        self._shut_until = time.monotonic() + RELOGIN_SECONDS
        await self._token()
        await self._pages.login()
        self._inside = True

    async def _asked(self, body: bytes) -> Answer:
        await self._token()
        return await self._pages.answer(body)

    async def _token(self) -> None:
        try:
            await self._take()
        except psycopg.Error as fault:
            raise UpstreamError("no budget", sent=False) from fault


class Nobody:
    """No account in the legacy: nothing can be asked again; implements `rollout.shadow.side.Control`."""

    async def again(self, offer: Offer) -> None:
        """Say that it cannot."""
        del offer


async def shadow(settings: Settings, dsn: str, stop: asyncio.Event) -> None:
    """Compare what gateways hand over, until told to stop."""
    async with receiver(settings, dsn) as made:
        await made.run(settings.data_dir / SOCKET, stop)


@asynccontextmanager
async def receiver(settings: Settings, dsn: str) -> AsyncIterator[Receiver]:
    """Open everything that a comparison needs; closes it again."""
    views = control_map()
    async with AsyncExitStack() as opened:
        newcore = await opened.enter_async_context(mimic(settings, views))
        database = Database(dsn)
        opened.push_async_callback(database.close)
        legacy = await _legacy(settings, dsn, views, opened)
        terms = Terms(settings.routing_file, RouteFile(settings).functions, region_table().names)
        parts = Parts(newcore, legacy, SonarPages(views), database.ahead)
        key = blake2b(secret_key(settings), person=_PERSON, digest_size=32).digest()
        yield Receiver(Desk(Comparison(parts), Files(database, terms).rules, dsn, key))


async def _legacy(settings: Settings, dsn: str, views: ViewMap, opened: AsyncExitStack) -> Control:
    try:
        account = legacy_account(settings)
    except OperatorError as fault:
        log.warning("a mismatch cannot be looked at again in legacy", reason=str(fault))
        return Nobody()
    http = await opened.enter_async_context(legacy_http(settings))
    budget = await opened.enter_async_context(Budget(dsn, settings.legacy_reads))
    return Again(LegacyPages(http, account, settings.legacy_reads), views, budget.take)
