"""Both cores for real: a stand-in process, the new core on a socket, the journal in PostgreSQL."""

import asyncio
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

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
from tests.doubles.newcore import newcore_serving
from tests.unit.adapters.legacy_sonar.standin.conftest import Running, process

GROUP = "vacancies"
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

    async def intend(self, entity: str | None, *, captured: bool = True) -> uuid.UUID:
        """Write an intent as the gateway does."""
        identity = uuid.uuid4()
        await self._journal(
            Intent(identity, identity, "vacancy.manage", GROUP, "legacy", 1, entity, b"x", captured=captured)
        )
        return identity

    async def conclude(self, intent: uuid.UUID, state: OutcomeState, entity: str | None = None) -> None:
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

    async def applied(self) -> int:
        """Read the watermark."""
        return await asyncio.to_thread(self._applied)

    def _applied(self) -> int:
        with psycopg.connect(self.worker) as connection:
            row = connection.execute("SELECT seq FROM journal_watermark WHERE grp = %s", (GROUP,)).fetchone()
        return row[0] if row else 0


@pytest.fixture(scope="session")
def legacy() -> Iterator[Running]:
    """One stand-in for all tests of this folder."""
    with process("--clients", "50", "--seed", "3") as running:
        yield running


@pytest.fixture
def moving(fresh_database, legacy, tmp_path) -> Iterator[Moving]:
    """Fresh databases, the shared stand-in with its switches reset, a new core of its own."""
    legacy.control("/modes", {"reset": True})
    keys = public_keys(load({"POORT_DATA_DIR": str(tmp_path)}))
    with newcore_serving(fresh_database.dsn(Role.NEWCORE, Database.NEWCORE), keys) as url:
        settings = load(
            {
                "POORT_DATA_DIR": str(tmp_path),
                "POORT_LEGACY_URL": legacy.url,
                "POORT_LEGACY_USER": "BATCH",
                "POORT_LEGACY_PASSWORD": PASSWORDS["BATCH"],
                "POORT_LEGACY_READS": "1000",
                "POORT_NEWCORE_URL": url,
            }
        )
        yield Moving(settings, fresh_database, legacy)
