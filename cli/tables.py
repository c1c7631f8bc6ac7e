"""The tables of a gateway process: read and checked at the start, followed while it runs, archived before they decide.

Rules: a table that is wrong refuses the start; the tables of the moment are one `House`, which every walk keeps from its
beginning to its end.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import structlog

from adapters.legacy_sonar import views
from adapters.legacy_sonar.dialect import SonarDialect
from adapters.legacy_sonar.views import ViewMap
from cli.secret import secret_key
from proxy import catalogue as functions
from proxy.accesslog.parts import Parts
from proxy.accesslog.store import Ledger
from proxy.catalogue import Catalogue
from proxy.errors import OperatorError, PoortError
from proxy.facts import regions
from proxy.identity.continuity import Limits
from proxy.policy import matrix
from proxy.policy.invariant import keep_promises
from proxy.policy.watch import MatrixWatch
from proxy.routing.watch import RoutingWatch
from proxy.settings import Settings
from proxy.trail import House

log = structlog.get_logger()

ROOT = Path(__file__).resolve().parent.parent
ZONE = ZoneInfo("Europe/Amsterdam")
ABSOLUTE = timedelta(hours=12)
"""A session never outlives a working day, whatever legacy does."""
FOLLOW_SECONDS = 0.2


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


def matrix_watch(settings: Settings, tables: Tables, ledger: Ledger) -> MatrixWatch:
    """Watch the matrix; every one that comes into force is archived first."""
    kept = partial(ledger.archive, "policy")
    return MatrixWatch(settings.authorisation_file, tables.catalogue, tables.matrix, kept)


@dataclass(frozen=True, slots=True)
class Moment:
    """Where the tables of the moment are read: what is followed may be another one at the next request."""

    tables: Tables
    policy: MatrixWatch
    routing: RoutingWatch
    key: bytes = field(repr=False)
    idle: timedelta

    def patience(self) -> float:
        """Give the seconds that the routing file of this moment waits for newcore."""
        return self.routing.table.defaults.newcore_ms / 1000

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


@asynccontextmanager
async def followed(settings: Settings, tables: Tables, parts: Parts, ledger: Ledger) -> AsyncIterator[Moment]:
    """Follow both files for one instance; what comes into force is archived first."""
    routing, policy = routing_watch(settings, tables, parts.instance), matrix_watch(settings, tables, ledger)
    routing.start(parts.dsn)
    archiving: asyncio.Task[None] | None = None
    try:
        await archive(ledger, tables, routing)
        policy.start()
        archiving = asyncio.create_task(follow_archive(ledger, routing))
        yield Moment(tables, policy, routing, secret_key(settings), timedelta(seconds=settings.session_timeout))
    finally:
        if archiving is not None:
            archiving.cancel()
        await policy.close()
        await routing.close()


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


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as fault:
        raise OperatorError(f"{path}: cannot be read: {fault.strerror}; give a file that exists") from None
