"""The evidence for `poort routes advance vacancies`: legacy's pages beside newcore's, byte for byte.

Rules: no data never counts as a pass; a page that newcore cannot give is a difference; the comparison stops at the first
difference, names it, and the group stays where it is. It needs a finished backfill, begun when legacy's writes were
captured already and captured ever since: a core that is half filled, or missed writes, is not compared.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import structlog

from adapters.legacy_sonar.client import LegacyClient
from adapters.legacy_sonar.dialect import SonarDialect
from adapters.legacy_sonar.mimic.client import NewcoreMimic
from adapters.legacy_sonar.views import ViewMap
from cli.mimic import mimic
from cli.output import progress
from cli.pages import LegacyPages
from cli.routefile import CATALOGUE, RouteFile
from cli.sides import control_map, legacy_account, legacy_http
from proxy.catalogue import load as read_catalogue
from proxy.errors import OperatorError, UpstreamError
from proxy.identity.continuity import settle
from proxy.model.call import Call
from proxy.model.http import Answer
from proxy.model.person import Category
from proxy.model.principal import Listing, Role, Session
from proxy.model.statement import Statement
from proxy.settings import Settings
from rollout import store
from rollout.compare import Difference, Step, difference, walks

log = structlog.get_logger()

GROUP = "vacancies"
FUNCTION = "vacancy.search"


@dataclass(slots=True)
class Tally:
    """What was compared."""

    pages: int = 0
    rows: int = 0
    searches: int = 0


def compared(file: RouteFile, dsn: str, samples: int) -> dict[str, Any]:
    """Compare so many pages; gives the evidence, or raises OperatorError with the first difference or what is missing."""
    try:
        begun = asyncio.run(_begun(dsn))
        if not file.captured_since(dsn, GROUP, begun):
            raise OperatorError(
                f"found a backfill of {GROUP} begun at {begun:%Y-%m-%d %H:%M:%S}, and since then a revision that does not "
                f"capture its writes; run `poort backfill {GROUP} --afresh` in stage capture, then advance"
            )
        return asyncio.run(_compared(file.settings, samples))
    except UpstreamError as fault:
        raise OperatorError(f"found no comparison: {fault}; both cores must answer while they are compared") from fault


async def _begun(dsn: str) -> datetime:
    async with await store.connect(dsn) as connection:
        place = await store.place(connection, GROUP)
    if place is None or place.finished_at is None:
        raise OperatorError(f"found no finished backfill of {GROUP}; run `poort backfill {GROUP}` first")
    return place.started_at


async def _compared(settings: Settings, samples: int) -> dict[str, Any]:
    pages = control_map()
    async with mimic(settings, pages) as newcore, legacy_http(settings) as http:
        rows = await _rows(LegacyClient(http, pages), legacy_account(settings))
        legacy = LegacyPages(http, legacy_account(settings), settings.legacy_reads)
        await legacy.login()
        tally = await _walk(Sides(legacy, newcore, _dialect(settings, pages)), rows, samples)
    return {"compared": tally.pages, "rows": tally.rows, "searches": tally.searches, "differences": 0}


@dataclass(frozen=True, slots=True)
class Sides:
    """The two cores and the language between them."""

    legacy: LegacyPages
    mimic: NewcoreMimic
    dialect: SonarDialect


async def _rows(client: LegacyClient, account: tuple[str, str]) -> list[Mapping[str, str]]:
    await client.login(*account)
    rows = [texts async for _, texts in client.vacancies()]
    await client.logoff()
    if not rows:
        raise OperatorError("found no vacancy in the legacy: no data never counts as a pass")
    return rows


async def _walk(sides: Sides, rows: list[Mapping[str, str]], samples: int) -> Tally:
    tally = Tally()
    with progress("compare", samples) as advance:
        for steps in walks(rows):
            listing: Listing | None = None
            tally.searches += 1
            for step in steps:
                listing = await _step(sides, step, listing)
                tally.pages, tally.rows = tally.pages + 1, tally.rows + len(listing.rows)
                advance()
            if tally.pages >= samples:
                break
    if tally.pages < samples or not tally.rows:
        raise OperatorError(
            f"compared {tally.pages} pages with {tally.rows} rows; {samples} pages with rows are needed: "
            "no data never counts as a pass"
        )
    return tally


async def _step(sides: Sides, step: Step, listing: Listing | None) -> Listing:
    request, shown = await sides.legacy.ask(step)
    read = sides.dialect.read(request)
    if not isinstance(read, Call):
        raise OperatorError(f"the adapter cannot read {step}: {read}")
    now = datetime.now(UTC)
    session = Session(
        b"", 1, sides.legacy.user, now, now, read.links[0].view, FUNCTION, listing=listing, sequence=read.sequence
    )  # fmt: skip
    call = settle(read, session)  # as the gateway does: paging inherits the function of its view
    if not isinstance(call, Call):
        raise OperatorError(f"the gateway would refuse {step}: {call}")
    try:
        page, opened = await sides.mimic.send(call, session, _statement(session.user))
    except UpstreamError as fault:
        raise OperatorError(f"newcore does not answer {step}: {fault}; the group stays where it is") from fault
    _same(step, shown, page)
    if opened is None:
        raise OperatorError(f"newcore opened no list for {step}; the group stays where it is")
    return opened


def _statement(user: str) -> Statement:
    """Ask as the command itself: vacancies and employers hold no citizen, so there is nothing to narrow."""
    return Statement(uuid4(), user, Role.MIG, "", FUNCTION, frozenset({Category.VA, Category.EM}))


def _same(step: Step, legacy: Answer, newcore: Answer) -> None:
    """Refuse two answers that differ in status, content type or any byte of the page."""
    found: Difference | str | None = difference(step, legacy.body, newcore.body)
    for name in (b"content-type", b"cache-control"):
        one, other = _field(legacy, name), _field(newcore, name)
        if one != other:
            found = found or f"{name.decode()}: {one!r} and {other!r}"
    if legacy.status != newcore.status or found:
        raise OperatorError(
            f"found a difference, so the group stays where it is: {found or (legacy.status, newcore.status)}"
        )


def _field(answer: Answer, name: bytes) -> bytes:
    return next((value for key, value in answer.fields if key.lower() == name), b"")


def _dialect(settings: Settings, pages: ViewMap) -> SonarDialect:
    catalogue = read_catalogue(CATALOGUE.read_text(encoding="utf-8"))
    return SonarDialect(catalogue, pages, urlsplit(settings.legacy_url).netloc.encode())
