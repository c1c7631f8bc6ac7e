"""The two sides that records move between, made from the settings: legacy through the adapter's client, newcore's API.

Rules: every request to legacy takes a token of the budget that all processes share; a process has a few legacy sessions,
each logged in when it is needed and again when it is over, and logs in at most once in five seconds after trouble; what
legacy does not know has no records, what fits no page is unfit, every other trouble is an UpstreamError.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from adapters.legacy_sonar import views
from adapters.legacy_sonar.client import LegacyClient
from adapters.legacy_sonar.views import ViewMap
from cli.source import LegacySource
from cli.statement import signer
from proxy.errors import OperatorError
from proxy.settings import Settings
from rollout.budget.store import Budget
from rollout.client import NewcoreClient
from rollout.worker import Sides

VIEWS = Path(__file__).resolve().parent.parent / "adapters/legacy_sonar/views.yaml"


def legacy_account(settings: Settings) -> tuple[str, str]:
    """Give the account in the legacy; refuses where none is set."""
    if settings.legacy_user is None or settings.legacy_password is None:
        raise OperatorError(
            "found no account for reading the legacy; set POORT_LEGACY_USER and POORT_LEGACY_PASSWORD "
            "(an account of its own, which reads what is moved)"
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
async def open_legacy(settings: Settings, dsn: str, *, spare: bool = False) -> AsyncIterator[LegacySource]:
    """Open the legacy for reading; closes it again. `spare`: only take what nobody else needs of the budget."""
    account = legacy_account(settings)
    async with legacy_http(settings) as http, Budget(dsn, settings.legacy_reads) as budget:
        pages, take = control_map(), budget.spare if spare else budget.take
        source = LegacySource(lambda: LegacyClient(http, pages, take), pages.row_ids, account)
        try:
            yield source
        finally:
            await source.close()


@asynccontextmanager
async def open_sides(settings: Settings, dsn: str, *, spare: bool = False) -> AsyncIterator[Sides]:
    """Open both sides; closes them again."""
    async with (
        open_legacy(settings, dsn, spare=spare) as source,
        NewcoreClient(settings.newcore_url, signer(settings)) as target,
    ):
        yield Sides(dsn, source, target)
