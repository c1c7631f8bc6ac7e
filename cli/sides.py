"""The two sides that records move between, made from the settings: legacy through the adapter's client, newcore's API.

Rules: one legacy session a process, logged in when it is needed and again when it is over, never more often than once in
five seconds; a record that legacy does not know is None, every other trouble is an UpstreamError.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from adapters.legacy_sonar import views
from adapters.legacy_sonar.client import LegacyClient
from adapters.legacy_sonar.views import ViewMap
from cli.statement import signer
from proxy.errors import OperatorError, UpstreamError
from proxy.settings import Settings
from rollout.client import NewcoreClient
from rollout.record import Entity, Row
from rollout.worker import Budget, Sides

VIEWS = Path(__file__).resolve().parent.parent / "adapters/legacy_sonar/views.yaml"
RELOGIN_SECONDS = 5.0
NEEDED = {Entity.VACANCY: "vacancy_id", Entity.EMPLOYER: "kvk"}


class LegacySource:
    """Reads vacancies and employers in one session of its own; implements `rollout.record.Source`."""

    def __init__(self, http: httpx.AsyncClient, pages: ViewMap, account: tuple[str, str]) -> None:
        """Take the connection, the control map and the account; logs in with the first read."""
        self._http, self._pages, self._account = http, pages, account
        self._client: LegacyClient | None = None
        self._tried = -RELOGIN_SECONDS
        self._alone = asyncio.Lock()

    async def rows(self, entity: Entity) -> AsyncIterator[str]:
        """List the row ids, in the legacy's order."""
        async with self._alone:  # a list and its pages belong to one session: nothing may come between
            client = await self._logged_in()
            found = client.vacancies() if entity is Entity.VACANCY else client.employers()
            try:
                rows = [row_id async for row_id, _ in found]
            except UpstreamError:
                self._client = None
                raise
        for row_id in rows:
            yield row_id

    async def read(self, entity: Entity, row_id: str) -> Row | None:
        """Read one record."""
        async with self._alone:
            client = await self._logged_in()
            opened = client.open_vacancy if entity is Entity.VACANCY else client.open_employer
            try:
                record = await opened(row_id)
            except UpstreamError as fault:
                if fault.fault == "not-found":
                    return None
                self._client = None
                raise
        if not record.texts.get(NEEDED[entity], "").strip():
            raise UpstreamError("a record without its number", sent=True)
        return Row(record.row_id, record.texts)

    async def _logged_in(self) -> LegacyClient:
        if self._client is None:
            wait = self._tried + RELOGIN_SECONDS - time.monotonic()
            if wait > 0:
                await asyncio.sleep(wait)
            self._tried = time.monotonic()
            client = LegacyClient(self._http, self._pages)
            await client.login(*self._account)
            self._client = client
        return self._client

    async def close(self) -> None:
        """Log off; a legacy that is away needs no goodbye."""
        if self._client is not None:
            try:
                await self._client.logoff()
            except UpstreamError:
                self._client = None


def legacy_account(settings: Settings) -> tuple[str, str]:
    """Give the account in the legacy; refuses where none is set."""
    if settings.legacy_user is None or settings.legacy_password is None:
        raise OperatorError(
            "found no account for reading the legacy; set POORT_LEGACY_USER and POORT_LEGACY_PASSWORD "
            "(an account of its own, which reads vacancies and employers)"
        )
    return settings.legacy_user, settings.legacy_password.reveal()


def control_map() -> ViewMap:
    """Read the control map of the legacy's pages."""
    return views.load(VIEWS.read_text(encoding="utf-8"))


@asynccontextmanager
async def legacy_http(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """Open a connection to the legacy for reads of our own."""
    async with httpx.AsyncClient(
        base_url=settings.legacy_url, timeout=settings.answer_timeout, trust_env=False
    ) as http:
        yield http


@asynccontextmanager
async def open_sides(settings: Settings, dsn: str) -> AsyncIterator[Sides]:
    """Open both sides; closes them again."""
    account = legacy_account(settings)
    async with legacy_http(settings) as http, NewcoreClient(settings.newcore_url, signer(settings)) as target:
        source = LegacySource(http, control_map(), account)
        try:
            yield Sides(dsn, Budget(source, settings.legacy_reads), target)
        finally:
            await source.close()
