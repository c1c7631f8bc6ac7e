"""Joins the parts: settings become stores, tables, the line and a listener. The only file that knows every class.

Rules: what is closed here was opened here, in the opposite order; a part that cannot start refuses the start; the tables
of the moment are one `House`, which every walk keeps from its beginning to its end.
"""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import structlog

from adapters.legacy_sonar import views
from adapters.legacy_sonar.dialect import SonarDialect
from adapters.legacy_sonar.views import ViewMap
from cli.metrics import FOLDER, Figures, writing
from cli.mimic import mimic
from cli.secret import secret_key
from proxy import catalogue as functions
from proxy.accesslog.parts import Limits as LedgerLimits
from proxy.accesslog.parts import Parts
from proxy.accesslog.persons import NONCE, Keyring, sealer
from proxy.accesslog.store import Ledger
from proxy.catalogue import Catalogue
from proxy.database import Cluster, Database, Role
from proxy.errors import OperatorError, PoortError, StoreError
from proxy.facts import regions
from proxy.facts.store import FactStore
from proxy.grants.store import TieStore
from proxy.identity.body import Seals
from proxy.identity.continuity import Limits
from proxy.identity.store import SessionStore
from proxy.identity.worker import Keeper
from proxy.journal.store import Journal
from proxy.journal.watch import Watermarks
from proxy.listener.breaker import Spared
from proxy.listener.carry import Carry, World
from proxy.listener.upstream import Pool, UpstreamSettings
from proxy.model.route import Core
from proxy.policy import matrix
from proxy.policy.invariant import keep_promises
from proxy.policy.watch import MatrixWatch
from proxy.routing.outcomes.store import Outcomes
from proxy.routing.tally import Tally
from proxy.routing.watch import RoutingWatch
from proxy.settings import Settings
from proxy.shadow.client import SOCKET, HandOver
from proxy.trail import House

log = structlog.get_logger()

ROOT = Path(__file__).resolve().parent.parent
ZONE = ZoneInfo("Europe/Amsterdam")
ABSOLUTE = timedelta(hours=12)
"""A session never outlives a working day, whatever legacy does."""
FOLLOW_SECONDS = 0.2
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


@dataclass(frozen=True, slots=True)
class Tables:
    """The reviewed tables as this process read them, with the texts that the archive keeps."""

    catalogue: Catalogue
    regions: regions.RegionTable
    matrix: matrix.Matrix
    dialect: SonarDialect
    views: ViewMap
    texts: dict[str, tuple[str, str]]
    """Per kind: hash and text."""


def read_tables(settings: Settings) -> Tables:
    """Read catalogue, regions, matrix and control maps; refuses the start at the first wrong line."""
    catalogue = functions.load(_text(ROOT / "proxy/catalogue/functions.yaml"))
    data = ROOT / "proxy/facts/data"
    areas = (_text(data / "arbeidsmarktregio.csv"), _text(data / "gemeente_regio.csv"))
    places = regions.load(*areas)
    written = _text(settings.authorisation_file)
    name = str(settings.authorisation_file)
    policy = keep_promises(matrix.load(written, catalogue, name), name)
    pages = views.load(_text(ROOT / "adapters/legacy_sonar/views.yaml"))
    dialect = SonarDialect(catalogue, pages, urlsplit(settings.legacy_url).netloc.encode())
    texts = {"policy": (policy.hash, written), "regions": (places.hash, places.source)}
    return Tables(catalogue, places, policy, dialect, pages, texts)


def routing_watch(settings: Settings, tables: Tables, instance: str) -> RoutingWatch:
    """Watch the routing file for one instance."""
    kinds = tables.catalogue.routed
    report = settings.data_dir / "instances" / f"{instance}.json"
    return RoutingWatch(settings.routing_file, kinds, tables.regions.names, report)


def seals_of(keyring: Keyring) -> Seals:
    """Give both ways of a seal: what a session keeps on disk is opened again."""
    return Seals(seal_with(keyring), sealer(keyring).unseal)


def seal_with(keyring: Keyring) -> Callable[[bytes], bytes]:
    """Give the function that seals what lies on disk, each time under a fresh nonce."""
    seal = sealer(keyring).seal
    return lambda plain: seal(plain, secrets.token_bytes(NONCE))


@asynccontextmanager
async def carried(
    settings: Settings, cluster: Cluster, instance: str, tables: Tables | None = None
) -> AsyncIterator[Carry]:
    """Open everything that a gateway process needs and give its carrier; closes it all again.

    Without tables they are read here; processes that share a port are given the same ones.
    """
    tables, key = tables or read_tables(settings), secret_key(settings)
    keyring, clock = Keyring(key), SystemClock()
    seal = seal_with(keyring)
    dsn = cluster.dsn(Role.GATEWAY, Database.GATEWAY)
    async with AsyncExitStack() as open_parts:
        facts = FactStore(dsn, seal, seconds=settings.database_timeout)
        open_parts.push_async_callback(facts.close)
        facts.start()
        sessions = SessionStore(dsn, seals_of(keyring), noted=facts.noted)
        open_parts.push_async_callback(sessions.close)
        limits = LedgerLimits(timeout=settings.database_timeout)
        parts = Parts(dsn, Neighbours(sessions, facts), Journal(seal), keyring, clock, instance, limits)
        ledger = await open_ledger(parts)
        open_parts.push_async_callback(ledger.close)
        mirror = await open_parts.enter_async_context(HandOver(settings.data_dir / SOCKET, instance, ledger.append))
        legacy = Pool(settings.legacy_url, _upstream(settings), core=Core.LEGACY)
        open_parts.push_async_callback(legacy.close)
        ties = TieStore(dsn, seconds=settings.database_timeout)
        open_parts.push_async_callback(ties.close)
        newcore = await open_parts.enter_async_context(mimic(settings, tables.views, lambda: patience(routing)))
        tally, spared = Tally(), Spared(newcore, time.monotonic)
        await open_parts.enter_async_context(Outcomes(dsn, instance, tally))
        watermarks = await open_parts.enter_async_context(Watermarks(dsn, seconds=settings.database_timeout))
        routing = routing_watch(settings, tables, instance)
        routing.start(dsn)
        open_parts.push_async_callback(routing.close)
        policy = matrix_watch(settings, tables, ledger)
        open_parts.push_async_callback(policy.close)
        moment = Moment(tables, policy, routing, key, timedelta(seconds=settings.session_timeout))
        await archive(ledger, tables, routing)
        policy.start()
        open_parts.callback(asyncio.create_task(follow_archive(ledger, routing)).cancel)
        keeper = Keeper(sessions, legacy, (clock, lambda: tables.dialect), moment.idle)
        open_parts.push_async_callback(keeper.close)
        keeper.start()
        world = World(
            sessions, facts, ties, ledger, watermarks, {Core.LEGACY: legacy}, spared, mirror, clock, tally, keeper
        )
        carry = Carry(world, moment.house)
        figures = writing(Figures(carry, policy, routing), settings.data_dir / FOLDER, instance)
        open_parts.callback(asyncio.create_task(figures).cancel)
        yield carry


def matrix_watch(settings: Settings, tables: Tables, ledger: Ledger) -> MatrixWatch:
    """Watch the matrix; every one that comes into force is archived first."""
    kept = partial(ledger.archive, "policy")
    return MatrixWatch(settings.authorisation_file, tables.catalogue, tables.matrix, kept)


def patience(routing: RoutingWatch) -> float:
    """Give the seconds that the routing file of this moment waits for newcore."""
    return routing.table.defaults.newcore_ms / 1000


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


@dataclass(frozen=True, slots=True)
class Moment:
    """Where the tables of the moment are read: what is followed may be another one at the next request."""

    tables: Tables
    policy: MatrixWatch
    routing: RoutingWatch
    key: bytes = field(repr=False)
    idle: timedelta

    def house(self) -> House:
        """Give the tables of this moment."""
        return House(
            dialect=self.tables.dialect,
            matrix=self.policy.matrix,
            regions=self.tables.regions,
            routing=self.routing.table,
            limits=Limits(self.idle, ABSOLUTE),
            zone=ZONE,
            secret=self.key,
            killed=self.routing.killed,
        )


async def archive(ledger: Ledger, tables: Tables, routing: RoutingWatch) -> None:
    """Keep the tables under their hashes, so that every record can be explained for as long as it lives."""
    for kind, (digest, text) in (*tables.texts.items(), ("routing", (routing.table.hash, routing.table.text))):
        await ledger.archive(kind, digest, text)


async def follow_archive(ledger: Ledger, routing: RoutingWatch) -> None:
    """Archive every routing table that this instance swaps in."""
    kept = routing.table.hash
    while True:
        await asyncio.sleep(FOLLOW_SECONDS)
        table = routing.table
        if table.hash == kept:
            continue
        try:
            await ledger.archive("routing", table.hash, table.text)
            kept = table.hash
        except PoortError as fault:
            log.warning("routing table not archived yet", fault=type(fault).__name__)


def _upstream(settings: Settings) -> UpstreamSettings:
    return UpstreamSettings(
        max_connections=settings.upstream_connections,
        connect_timeout=settings.connect_timeout,
        timeout=settings.answer_timeout,
        slow_timeout=settings.report_timeout,
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as fault:
        raise OperatorError(f"{path}: cannot be read: {fault.strerror}; give a file that exists") from None
