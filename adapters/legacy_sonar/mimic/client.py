"""Asks newcore over its API and gives the answer as the legacy's page; implements `ports.Translator`.

Rules: the meaning stands in the pure rooms beside it, here is only the asking; every question carries a statement of its
own, signed at that moment; a newcore that is down, slow or answers something else is an UpstreamError within two seconds
(of a whole list as a file: thirty), so that legacy can answer; reads only, so an error never leaves anything half done, and a connection that newcore had
closed meanwhile costs one more ask on a fresh one; no personal data goes into an address.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import orjson

from adapters.legacy_sonar.mimic.ask import Ask, Document, Made, UntranslatableError, Walk
from adapters.legacy_sonar.mimic.frame import Setting
from adapters.legacy_sonar.mimic.table import translate
from adapters.legacy_sonar.views import ViewMap
from proxy.errors import UpstreamError
from proxy.model.call import Call, Kind
from proxy.model.http import Answer, Request
from proxy.model.principal import Listing, Session
from proxy.model.route import Core
from proxy.model.statement import Statement
from proxy.ports import Upstream

TIMEOUT_SECONDS, EXPORT_SECONDS = 2.0, 30.0
ZONE = ZoneInfo("Europe/Amsterdam")
"""The zone of the clock at the foot of a page."""
_BASE = "/v1"
_SHARED = b"newcore"  # nothing of a session stays on a connection: every question says for whom it is


class NewcoreMimic:
    """One newcore, spoken to as if it were the legacy."""

    def __init__(
        self,
        newcore: Upstream,
        views: ViewMap,
        sign: Callable[[Statement], str],
        patience: Callable[[], float] = lambda: TIMEOUT_SECONDS,
    ) -> None:
        """Take the way to newcore, the control map of pages, what signs statements, and how long an answer is waited for."""
        self._newcore, self._views, self._sign, self._patience = newcore, views, sign, patience

    async def send(self, call: Call, session: Session | None, statement: Statement) -> tuple[Answer, Listing | None]:
        """Answer a call from newcore, one without session too; raises UpstreamError, also for what only legacy can answer (nothing was sent)."""
        setting = Setting(self._views, datetime.now(ZONE))
        try:
            async with asyncio.timeout(EXPORT_SECONDS if call.kind is Kind.EXPORT else self._patience()):
                made = await self._walk(translate(call, session, statement, setting), statement)
        except UntranslatableError as told:
            raise UpstreamError("untranslatable", sent=False, core=Core.NEWCORE) from told
        except TimeoutError:
            raise UpstreamError("timeout", sent=True, core=Core.NEWCORE) from None
        except UnicodeEncodeError as fault:
            raise UpstreamError("unspeakable", sent=True, core=Core.NEWCORE) from fault
        except (ValueError, KeyError, TypeError) as fault:
            raise UpstreamError("garbage", sent=True, core=Core.NEWCORE) from fault
        return made.answer, made.listing

    async def _walk(self, steps: Walk, statement: Statement) -> Made:
        try:
            asks = next(steps)
            while True:
                asks = steps.send(await self._told(asks, statement))
        except StopIteration as stop:
            made: Made = stop.value
            return made

    async def _told(self, asks: tuple[Ask, ...], statement: Statement) -> tuple[Document | None, ...]:
        if len(asks) == 1:
            return (await self._ask(asks[0], statement),)
        return tuple(await asyncio.gather(*(self._ask(each, statement) for each in asks)))

    async def _ask(self, ask: Ask, statement: Statement) -> Document | None:
        request = _request(ask, self._sign(statement))
        answer = await self._newcore.send(request, session=_SHARED, repeatable=True)
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise UpstreamError(f"status-{answer.status}", sent=True, core=Core.NEWCORE)
        found = orjson.loads(answer.body)
        if not isinstance(found, Mapping):
            raise TypeError("no object")
        return found


def _request(ask: Ask, signed: str) -> Request:
    """Write a question; a search is posted, and changes nothing all the same."""
    query = f"?{urlencode(ask.parameters)}" if ask.parameters else ""
    target = f"{_BASE}{ask.path}{query}".encode("ascii")
    bearer = ((b"Accept", b"application/json"), (b"Authorization", b"Bearer " + signed.encode("ascii")))
    if ask.body is None:
        return Request(b"GET", target, b"HTTP/1.1", bearer, b"", "")
    fields = (*bearer, (b"Content-Type", b"application/json"))
    return Request(b"POST", target, b"HTTP/1.1", fields, orjson.dumps(ask.body), "")
