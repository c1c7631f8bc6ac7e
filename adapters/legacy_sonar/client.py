"""The legacy as a client sees it, for the movers: log in, page through its lists, open what they show, page by page.

Rules: one session, one request at a time; every request waits for the bucket that is shared with all that is not a
client's own request; only reads; an answer that does not fit the map is an error, never half a record.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import httpx

from adapters.legacy_sonar import dossier, profile, records
from adapters.legacy_sonar.content import UnreadableError, decode
from adapters.legacy_sonar.login import is_entry, token
from adapters.legacy_sonar.page import Page, compile_map, parse
from adapters.legacy_sonar.profile import Profile
from adapters.legacy_sonar.views import ViewMap
from adapters.legacy_sonar.wire import encode
from proxy.errors import UpstreamError
from proxy.model.http import Answer

_PATH = "/sonar_nld/start.swe"
_MOST_PAGES = 100_000


async def no_wait() -> None:
    """A bucket that never waits."""


@dataclass(frozen=True, slots=True)
class LegacyRecord:
    """A record as the form of one page of legacy shows it, and what the head of that page says."""

    row_id: str
    version: int | None
    """Legacy's modification number."""
    texts: Mapping[str, str] = field(repr=False)
    head: Mapping[str, str] = field(default_factory=dict, repr=False)


class LegacyClient:
    """One session on the legacy over httpx. `http` has the base address; `take` waits for the shared token bucket."""

    def __init__(self, http: httpx.AsyncClient, views: ViewMap, take: Callable[[], Awaitable[None]] = no_wait) -> None:
        self._http, self._take, self._grammar = http, take, compile_map(views)
        self._token, self._account = b"", ("", "")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        if self._token:
            await self.logoff()

    async def login(self, user: str, password: str) -> None:
        """Log in; raises UpstreamError where legacy does not let us in."""
        answer = await self._send(
            ("SWECmd", "ExecuteLogin"), ("SWEUserName", user), ("SWEPassword", password), ("SWEView", "Login View")
        )
        fresh = token(answer)
        if answer.status != 302 or not fresh:
            raise UpstreamError("log-in refused", sent=True)
        self._token, self._account = fresh, (user, password)

    async def logoff(self) -> None:
        """End the session."""
        await self._send(("SWECmd", "Logoff"))
        self._token = b""

    async def vacancies(
        self, criteria: Mapping[int, str] | None = None
    ) -> AsyncIterator[tuple[str, Mapping[str, str]]]:
        """Give every vacancy of a search, page after page: row id and the fields of the list (control -> criterion)."""
        asked = tuple((f"s_11_1_{control}_0", value) for control, value in (criteria or {}).items())
        async for row in self._listed("SNR Vacature Zoek View", "SNR Vacature List Applet", asked):
            yield row

    async def employers(self) -> AsyncIterator[tuple[str, Mapping[str, str]]]:
        """Give every employer, page after page."""
        async for row in self._listed("SNR Werkgever Zoek View", "SNR Werkgever List Applet", ()):
            yield row

    async def people(self, criteria: Mapping[int, str] | None = None) -> AsyncIterator[tuple[str, Mapping[str, str]]]:
        """Give every person of a search, page after page (control -> criterion)."""
        asked = tuple((f"s_1_1_{control}_0", value) for control, value in (criteria or {}).items())
        async for row in self._listed(*dossier.PEOPLE, asked):
            yield row

    async def tasks(self, bsn: str | None = None) -> AsyncIterator[tuple[str, Mapping[str, str]]]:
        """Give the line that a work list has of every person, or of those with a BSN."""
        if bsn is None:
            method: tuple[tuple[str, str], ...] = (("SWEMethod", "ExecuteNamedQuery"), ("SWEQueryName", "Alle klanten"))
        else:
            method = (("SWEMethod", "ExecuteQuery"), ("s_10_1_3_0", bsn))
        async for row in self._turned(*dossier.TASKS, method):
            yield row

    async def open_vacancy(self, row_id: str) -> LegacyRecord:
        """Read one vacancy whole; raises UpstreamError (`not-found`)."""
        return await self.open("SNR Vacature View", row_id)

    async def open_employer(self, row_id: str) -> LegacyRecord:
        """Read one employer whole; raises UpstreamError (`not-found`)."""
        return await self.open("SNR Werkgever View", row_id)

    async def open(self, view: str, row_id: str) -> LegacyRecord:
        """Read the form of one page of a record; raises UpstreamError (`not-found`)."""
        page, body = await self._page(("SWECmd", "GotoView"), ("SWEView", view), ("SWERowId", row_id))
        try:
            found, version, texts = records.form(page, body)
        except UnreadableError as error:
            raise UpstreamError(f"unreadable ({error.reason})", sent=True) from error
        if found != row_id:
            raise UpstreamError("another record than asked", sent=True)
        return LegacyRecord(found, version, texts, records.head(page, body))

    async def children(self, view: str, applet: str, row_id: str) -> tuple[tuple[str, Mapping[str, str]], ...]:
        """Read all child rows of a person, in legacy's order; raises UpstreamError (`not-found`)."""
        page, body = await self._page(("SWECmd", "GotoView"), ("SWEView", view), ("SWERowId", row_id))
        if records.parent(page) != row_id:
            raise UpstreamError("another record than asked", sent=True)
        base = (("SWECmd", "InvokeMethod"), ("SWEView", view), ("SWEApplet", applet))
        if records.first(page) > 1:  # where this session left that list
            page, body = await self._page(*base, ("SWEMethod", "GotoFirstSet"))
        found = dict(records.rows(page, body))
        while len(found) < records.total(page):
            page, body = await self._page(*base, ("SWEMethod", "GotoNextSet"))
            fresh = {row: texts for row, texts in records.rows(page, body) if row not in found}
            if not fresh or records.parent(page) != row_id:
                raise UpstreamError("a list that changed while it was read", sent=True)
            found |= fresh
        return tuple(found.items())

    async def profiles(self, bsn: str) -> tuple[Profile, ...]:
        """Ask the service who has a BSN, with the account of this session: a call that logs in by itself."""
        answer = await self._posted(profile.PATH, profile.question(self._account, bsn), profile.HEADERS)
        try:
            told = profile.read(decode(answer), bsn)
        except UnreadableError as error:
            fault = f"unreadable ({error.reason})" if answer.status == 200 else f"status-{answer.status}"
            raise UpstreamError(fault, sent=True) from error
        if told.error:
            raise UpstreamError(told.error, sent=True)
        return told.profiles

    async def _listed(
        self, view: str, applet: str, asked: tuple[tuple[str, str], ...]
    ) -> AsyncIterator[tuple[str, Mapping[str, str]]]:
        async for row in self._turned(view, applet, (("SWEMethod", "ExecuteQuery"), *asked)):
            yield row

    async def _turned(
        self, view: str, applet: str, method: tuple[tuple[str, str], ...]
    ) -> AsyncIterator[tuple[str, Mapping[str, str]]]:
        base = (("SWECmd", "InvokeMethod"), ("SWEView", view), ("SWEApplet", applet))
        page, body = await self._page(*base, *method)
        seen: set[str] = set()
        for _ in range(_MOST_PAGES):
            fresh = [(row, texts) for row, texts in records.rows(page, body) if row not in seen]
            for row, texts in fresh:
                seen.add(row)
                yield row, texts
            if not fresh or len(seen) >= records.total(page):
                return
            page, body = await self._page(*base, ("SWEMethod", "GotoNextSet"))

    async def _page(self, *pairs: tuple[str, str]) -> tuple[Page, bytes]:
        answer = await self._send(*pairs)
        if is_entry(answer):
            raise UpstreamError("session over", sent=True)
        try:
            body = decode(answer).body
            page = parse(body, self._grammar)
        except UnreadableError as error:
            raise UpstreamError(f"unreadable ({error.reason})", sent=True) from error
        if page.error:
            raise UpstreamError("not-found" if page.error == "SNR-0004" else page.error, sent=True)
        return page, body

    async def _send(self, *pairs: tuple[str, str]) -> Answer:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if self._token:
            headers["Cookie"] = f"_sn={self._token.decode('ascii')}"
        content = b"&".join(quote(name) + b"=" + quote(value) for name, value in pairs)
        answer = await self._posted(_PATH, content, headers)
        fresh = token(answer)
        if self._token and fresh:
            self._token = fresh
        return answer

    async def _posted(self, path: str, content: bytes, headers: Mapping[str, str]) -> Answer:
        await self._take()
        coded = {**headers, "Accept-Encoding": "gzip"}
        try:
            async with self._http.stream("POST", path, content=content, headers=coded, follow_redirects=False) as reply:
                body = b"".join([chunk async for chunk in reply.aiter_raw()])
        except httpx.HTTPError as error:
            raise UpstreamError("unreachable", sent=False) from error
        return Answer(reply.status_code, b"", tuple(reply.headers.raw), body)


def quote(text: str) -> bytes:
    """Percent-encode a value in windows-1252."""
    safe = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._*"
    return b"".join(
        bytes([byte]) if byte in safe else b"+" if byte == 32 else b"%%%02X" % byte for byte in encode(text)
    )


__all__ = ["LegacyClient", "LegacyRecord", "no_wait", "quote"]
