"""Asks newcore over its API and gives the answer as the legacy's page; implements `ports.Translator`.

Rules: the meaning stands in `translate.py`, here is only the asking; a newcore that is down, slow or answers something
else is an UpstreamError within two seconds, so that the line can let legacy answer the first page of a list; reads only,
so an error never leaves anything half done, and a connection that newcore had closed meanwhile (it does so with idle ones)
costs one more ask on a fresh one, within the same two seconds; no personal data goes into an address.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from adapters.legacy_sonar import translate
from adapters.legacy_sonar.translate import Found, Setting, VacancyQuery
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


class NewcoreMimic:
    """One newcore, spoken to as if it were the legacy."""

    def __init__(self, url: str, views: ViewMap, timeout: float = TIMEOUT_SECONDS) -> None:
        """Take the address and the control map that pages are built from; nothing is opened yet."""
        self._views, self._timeout = views, timeout
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
        del statement  # vacancies are public
        query = translate.to_query(call, session.listing)
        if query is None:
            raise UpstreamError("untranslatable", sent=False, core=Core.NEWCORE)
        found = await self._found(query)
        try:
            page = translate.to_page(call, session, found, Setting(self._views, datetime.now(ZONE)))
        except UnicodeEncodeError as fault:
            raise UpstreamError("unspeakable", sent=True, core=Core.NEWCORE) from fault
        return page, translate.to_listing(call, found)

    async def _found(self, query: VacancyQuery) -> Found:
        try:
            async with asyncio.timeout(self._timeout):
                answer = await self._page(query)
                inside = translate.within(query, answer["total"])
                if inside.offset != max(query.offset, 0):
                    answer = await self._page(inside)
        except TimeoutError:
            raise UpstreamError("timeout", sent=True, core=Core.NEWCORE) from None
        except httpx.ConnectError as fault:
            raise UpstreamError("unreachable", sent=False, core=Core.NEWCORE) from fault
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as fault:
            raise UpstreamError("garbage", sent=True, core=Core.NEWCORE) from fault
        return Found(inside, answer["vacancies"], answer["total"])

    async def _page(self, query: VacancyQuery) -> Mapping[str, Any]:
        try:
            answer = await self._http.get("/vacancies", params=query.parameters())
        except (
            httpx.RemoteProtocolError,
            httpx.ReadError,
            httpx.WriteError,
        ):  # closed while it was taken from the pool
            answer = await self._http.get("/vacancies", params=query.parameters())
        if answer.status_code != 200:
            raise UpstreamError(f"status-{answer.status_code}", sent=True, core=Core.NEWCORE)
        read = answer.json()
        total, items = read["total"], [_canonical(each) for each in read["vacancies"]]
        if not isinstance(total, int) or any("id" not in each for each in items):
            raise ValueError("no page of vacancies")
        return {"total": total, "vacancies": items}


def _canonical(item: Mapping[str, Any]) -> dict[str, str]:
    """Give a record the field names of the control map; everything in it is a text."""
    return {_snake(name): text for name, text in item.items() if isinstance(text, str)}


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
