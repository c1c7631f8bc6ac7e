"""Both cores for real: a stand-in process, the new core on a socket, the journal in PostgreSQL."""

import asyncio
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from adapters.legacy_sonar.standin.people import PASSWORDS
from adapters.legacy_sonar.standin.visitor import Visitor
from cli.sides import open_sides
from cli.statement import public_keys
from proxy.accesslog.seams import Connection
from proxy.database import Cluster, Database, Role
from proxy.journal.store import Journal
from proxy.model.entry import Intent, Outcome, OutcomeState
from proxy.settings import Settings, load
from rollout import store
from rollout.backfill.worker import Backfill
from tests.conftest import copied
from tests.doubles.newcore import newcore_serving
from tests.unit.adapters.legacy_sonar.standin.conftest import Running, process

GROUP = "vacancies"
OF_PERSONS = ("client_file", "contact_notes", "worklist", "referrals", "suwi_query")
VIEW, FORM = "SNR Vacature View", "SNR Vacature Form"


@dataclass(frozen=True, slots=True)
class Moving:
    """Everything that moves records, and the means to change things on the legacy's side."""

    settings: Settings
    cluster: Cluster
    legacy: Running

    @property
    def worker(self) -> str:
        """Address under the worker's role."""
        return self.cluster.dsn(Role.WORKER)

    def sides(self):
        """Open both sides as the worker does."""
        return open_sides(self.settings, self.worker)

    async def intend(self, *rows: str | None, function: str = "vacancy.manage", captured: bool = True) -> uuid.UUID:
        """Write an intent as the gateway does."""
        identity, named = uuid.uuid4(), tuple(row for row in rows if row)
        entity = named[0] if named else None
        await self._journal(
            Intent(
                identity, identity, function, GROUP, "legacy", 1, entity, b"x", captured=captured, functions=(function,),
                named=named,
            )
        )  # fmt: skip
        return identity

    async def conclude(
        self, intent: uuid.UUID, state: OutcomeState = OutcomeState.ACKED, entity: str | None = None
    ) -> None:
        """Write an outcome as the gateway does."""
        await self._journal(Outcome(intent, state, entity=entity))

    async def _journal(self, entry: Intent | Outcome) -> None:
        connection: Connection
        async with await psycopg.AsyncConnection.connect(self.cluster.dsn(Role.GATEWAY)) as connection:
            await Journal(bytes).write(connection, [entry])
            await connection.commit()

    async def retitle(self, row_id: str, title: str) -> None:
        """Change a vacancy in the legacy, behind everybody's back."""
        await self.change("WriteRecord", ("SWERowId", row_id), ("s_12_1_2_0", title))

    async def change(self, method: str, *fields: tuple[str, str]) -> str:
        """Invoke a method on the vacancy view of the legacy; gives the page."""
        async with Visitor(self.legacy.url, "WSP0101", PASSWORDS["WSP0101"]) as visitor:
            await visitor.login()
            reply = await visitor.invoke(method, VIEW, FORM, *fields)
            assert "Record" in reply.text, reply.text
            return reply.text

    async def follow(self, group: str = GROUP) -> int:
        """Begin to follow a group, as its backfill does; gives the number."""
        async with await store.connect(self.worker) as connection:
            return await store.begin(connection, group)

    async def applied(self, group: str = GROUP) -> int:
        """Read how far a group is followed."""
        async with await store.connect(self.worker) as connection:
            return (await store.followed(connection)).get(group, 0)


@pytest.fixture(scope="session")
def legacy() -> Iterator[Running]:
    """One stand-in for all tests of this folder."""
    with process("--clients", "50", "--seed", "3") as running:
        yield running


@pytest.fixture
def moving(fresh_database, legacy, tmp_path) -> Iterator[Moving]:
    """Fresh databases, the shared stand-in with its switches reset, a new core of its own."""
    legacy.control("/modes", {"reset": True})
    with raised(fresh_database, legacy, tmp_path) as made:
        yield made


@pytest.fixture(scope="session")
def people(database, blank, tmp_path_factory) -> Iterator[Moving]:
    """Twelve persons of a stand-in of their own, in a new core that is filled; a test changes persons of its own."""
    with (
        copied(database, blank) as copy,
        process("--clients", "12", "--seed", "3") as running,
        raised(copy, running, tmp_path_factory.mktemp("people")) as made,
    ):
        asyncio.run(_fill(made))
        yield made


@contextmanager
def raised(cluster: Cluster, legacy: Running, directory: Path) -> Iterator[Moving]:
    """Serve a new core on these databases beside a stand-in."""
    keys = public_keys(load({"POORT_DATA_DIR": str(directory)}))
    with newcore_serving(cluster.dsn(Role.NEWCORE, Database.NEWCORE), keys) as url:
        settings = load(
            {
                "POORT_DATA_DIR": str(directory),
                "POORT_LEGACY_URL": legacy.url,
                "POORT_LEGACY_USER": "BATCH",
                "POORT_LEGACY_PASSWORD": PASSWORDS["BATCH"],
                "POORT_LEGACY_READS": "1000",
                "POORT_NEWCORE_URL": url,
            }
        )
        yield Moving(settings, cluster, legacy)


async def _fill(made: Moving) -> None:
    async with made.sides() as sides:
        for group in OF_PERSONS:
            fill = Backfill(sides, group)
            await fill.begin()
            await fill.fill()
