"""Joins the parts: settings become stores, tables, the line and a listener. The only file that knows every class.

Rules: what is closed here was opened here, in the opposite order; a part that cannot start refuses the start.
"""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

import structlog

from cli.metrics import FOLDER, Figures, writing
from cli.mimic import mimic
from cli.secret import secret_key
from cli.tables import Tables, followed, read_tables
from proxy.accesslog.parts import Limits as LedgerLimits
from proxy.accesslog.parts import Parts
from proxy.accesslog.persons import NONCE, Keyring, sealer
from proxy.accesslog.store import Ledger
from proxy.database import Cluster, Database, Role
from proxy.errors import StoreError
from proxy.facts.store import FactStore
from proxy.grants.store import TieStore
from proxy.identity.body import Seals
from proxy.identity.store import SessionStore
from proxy.identity.worker import Keeper
from proxy.journal.store import Journal
from proxy.journal.watch import Watermarks
from proxy.listener.breaker import Spared
from proxy.listener.carry import Carry, World
from proxy.listener.incoming import AnswerCaps
from proxy.listener.upstream import Pool, UpstreamSettings
from proxy.model.route import Core
from proxy.routing.outcomes.store import Outcomes
from proxy.routing.tally import Tally
from proxy.settings import Settings
from proxy.shadow.client import SOCKET, HandOver

log = structlog.get_logger()

AWAIT_SECONDS, AWAIT_PAUSE = 10.0, 0.2
"""How long a start waits for the database, and between two looks."""


class SystemClock:
    """The time of this machine, in UTC; implements `ports.Clock`."""

    def now(self) -> datetime:
        """Give the time."""
        return datetime.now(UTC)


class Neighbours:
    """Sessions and facts as the ledger stores them in its own transaction; implements `accesslog.seams.SessionWriter`."""

    def __init__(self, sessions: SessionStore, facts: FactStore) -> None:
        """Take the two stores."""
        self.apply = sessions.apply
        self.learn = facts.learn


def seals_of(keyring: Keyring) -> Seals:
    """Give both ways of a seal: what a session keeps on disk is opened again."""
    return Seals(seal_with(keyring), sealer(keyring).unseal)


def seal_with(keyring: Keyring) -> Callable[[bytes], bytes]:
    """Give the function that seals what lies on disk, each time under a fresh nonce."""
    seal = sealer(keyring).seal
    return lambda plain: seal(plain, secrets.token_bytes(NONCE))


@dataclass(frozen=True, slots=True)
class Stores:
    """What a gateway process remembers, all of it in the database."""

    parts: Parts
    facts: FactStore
    sessions: SessionStore
    ledger: Ledger
    ties: TieStore


@asynccontextmanager
async def carried(
    settings: Settings, cluster: Cluster, instance: str, tables: Tables | None = None
) -> AsyncIterator[Carry]:
    """Open everything that a gateway process needs and give its carrier; closes it all again.

    Without tables they are read here; processes that share a port are given the same ones.
    """
    tables = tables or read_tables(settings)
    dsn, patience, tally = cluster.dsn(Role.GATEWAY, Database.GATEWAY), settings.database_timeout, Tally()
    async with AsyncExitStack() as open_parts:
        opened = open_parts.enter_async_context
        stores = await opened(remembering(settings, dsn, instance))
        mirror = await opened(HandOver(settings.data_dir / SOCKET, instance, stores.ledger.append))
        moment = await opened(followed(settings, tables, stores.parts, stores.ledger))
        legacy = await opened(closing(Pool(settings.legacy_url, upstream_of(settings), core=Core.LEGACY)))
        newcore = Spared(await opened(mimic(settings, tables.views, moment.patience)), time.monotonic)
        await opened(Outcomes(dsn, instance, tally))
        watermarks = await opened(Watermarks(dsn, seconds=patience))
        clock = stores.parts.clock
        keeper = await opened(closing(Keeper(stores.sessions, legacy, (clock, lambda: tables.dialect), moment.idle)))
        keeper.start()
        carry = Carry(
            World(
                stores.sessions, stores.facts, stores.ties, stores.ledger, watermarks, {Core.LEGACY: legacy}, newcore,
                mirror, clock, tally, keeper,
            ),
            moment.house,
        )  # fmt: skip
        figures = writing(Figures(carry, moment.policy, moment.routing), settings.data_dir / FOLDER, instance)
        open_parts.callback(asyncio.create_task(figures).cancel)
        yield carry


@asynccontextmanager
async def remembering(settings: Settings, dsn: str, instance: str) -> AsyncIterator[Stores]:
    """Open the stores of a gateway process; the ledger writes for all of them in one transaction."""
    keyring, seconds = Keyring(secret_key(settings)), settings.database_timeout
    seal = seal_with(keyring)
    async with AsyncExitStack() as open_parts:
        opened = open_parts.enter_async_context
        facts = await opened(closing(FactStore(dsn, seal, seconds=seconds)))
        facts.start()
        sessions = await opened(closing(SessionStore(dsn, seals_of(keyring), noted=facts.noted)))
        limits = LedgerLimits(timeout=seconds)
        parts = Parts(dsn, Neighbours(sessions, facts), Journal(seal), keyring, SystemClock(), instance, limits)
        ledger = await opened(closing(await open_ledger(parts)))
        ties = await opened(closing(TieStore(dsn, seconds=seconds)))
        yield Stores(parts, facts, sessions, ledger, ties)


class Closable(Protocol):
    """A part that is closed at the end."""

    async def close(self) -> None:
        """Let go of everything."""


@asynccontextmanager
async def closing[T: Closable](part: T) -> AsyncIterator[T]:
    """Close a part at the end, whatever happens in between."""
    try:
        yield part
    finally:
        await part.close()


async def open_ledger(parts: Parts) -> Ledger:
    """Open the log; a server that is away or starting gets some time, because a gateway serves nobody before."""
    until = time.monotonic() + AWAIT_SECONDS
    while True:
        try:
            return await Ledger.start(parts)
        except StoreError as fault:
            if time.monotonic() > until:
                raise
            log.warning("waiting for the access log", instance=parts.instance, fault=str(fault))
            await asyncio.sleep(AWAIT_PAUSE)


def upstream_of(settings: Settings) -> UpstreamSettings:
    """Give the bounds within which legacy is asked."""
    return UpstreamSettings(
        max_connections=settings.upstream_connections,
        connect_timeout=settings.connect_timeout,
        timeout=settings.answer_timeout,
        slow_timeout=settings.report_timeout,
        caps=AnswerCaps(page=settings.answer_cap, export=settings.export_cap),
    )
