"""Asks newcore over its API and gives the answer as the legacy's page; implements `ports.Translator`.

Rules: the meaning stands in the pure rooms beside it, here is only the asking; every question carries a statement of its
own, signed at that moment; a newcore that is down, slow or answers something else is an UpstreamError within two seconds,
so that legacy can answer; reads only, so an error never leaves anything half done, and a connection that newcore had
closed meanwhile costs one more ask on a fresh one; no personal data goes into an address.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import httpx

from adapters.legacy_sonar.mimic.ask import Ask, Document, Made, UntranslatableError, Walk
from adapters.legacy_sonar.mimic.frame import Setting
from adapters.legacy_sonar.mimic.table import translate
from adapters.legacy_sonar.views import ViewMap
from proxy.errors import UpstreamError
from proxy.model.call import Call
from proxy.model.http import Answer
from proxy.model.principal import Listing, Session
from proxy.model.route import Core
from proxy.model.statement import Statement

TIMEOUT_SECONDS = 2.0
CONNECTIONS = 64
IDLE_SECONDS = 15.0
"""How long a connection is kept for reuse: less than newcore keeps it open, so that it is seldom closed while in use."""
ZONE = ZoneInfo("Europe/Amsterdam")
"""The zone of the clock at the foot of a page."""
_CLOSED = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)


class NewcoreMimic:
    """One newcore, spoken to as if it were the legacy."""

    def __init__(
        self, url: str, views: ViewMap, sign: Callable[[Statement], str], timeout: float = TIMEOUT_SECONDS
    ) -> None:
        """Take the address, the control map that pages are built from, and what signs statements; nothing is opened yet."""
        self._views, self._sign, self._timeout = views, sign, timeout
        self._http = httpx.AsyncClient(
            base_url=f"{url}/v1",
            timeout=timeout,
            trust_env=False,
            limits=httpx.Limits(
                max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS, keepalive_expiry=IDLE_SECONDS
            ),
        )

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()

    async def send(self, call: Call, session: Session, statement: Statement) -> tuple[Answer, Listing | None]:
        """Answer a call from newcore; raises UpstreamError, also for what only legacy can answer (nothing was sent)."""
        setting = Setting(self._views, datetime.now(ZONE))
        try:
            async with asyncio.timeout(self._timeout):
                made = await self._walk(translate(call, session, statement, setting), statement)
        except UntranslatableError as told:
            raise UpstreamError("untranslatable", sent=False, core=Core.NEWCORE) from told
        except TimeoutError:
            raise UpstreamError("timeout", sent=True, core=Core.NEWCORE) from None
        except UnicodeEncodeError as fault:
            raise UpstreamError("unspeakable", sent=True, core=Core.NEWCORE) from fault
        except httpx.ConnectError as fault:
            raise UpstreamError("unreachable", sent=False, core=Core.NEWCORE) from fault
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as fault:
            raise UpstreamError("garbage", sent=True, core=Core.NEWCORE) from fault
        return made.answer, made.listing

    async def _walk(self, steps: Walk, statement: Statement) -> Made:
        try:
            asks = next(steps)
            while True:
                told = await asyncio.gather(*(self._told(ask, statement) for ask in asks))
                asks = steps.send(tuple(told))
        except StopIteration as stop:
            made: Made = stop.value
            return made

    async def _told(self, ask: Ask, statement: Statement) -> Document | None:
        try:
            answer = await self._ask(ask, statement)
        except _CLOSED:  # while it was taken from the pool
            answer = await self._ask(ask, statement)
        if answer.status_code == 404:
            return None
        if answer.status_code != 200:
            raise UpstreamError(f"status-{answer.status_code}", sent=True, core=Core.NEWCORE)
        found = answer.json()
        if not isinstance(found, Mapping):
            raise TypeError("no object")
        return found

    async def _ask(self, ask: Ask, statement: Statement) -> httpx.Response:
        fields = {"Authorization": f"Bearer {self._sign(statement)}"}
        if ask.body is None:
            return await self._http.get(ask.path, params=ask.parameters, headers=fields)
        return await self._http.post(ask.path, json=ask.body, headers=fields)
