"""A group of its own for each test, its outcomes written as gateways write them, and a guard that keeps what it gave back."""

import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest
import pytest_asyncio

from proxy.database import Cluster, Role
from proxy.errors import OperatorError
from proxy.model.call import Kind
from proxy.model.route import Core
from proxy.routing.outcomes.store import Outcomes
from proxy.routing.table import RoutingTable, load
from proxy.routing.tally import Attempt, Side, Tally
from rollout.guard import Trip
from rollout.guarding import store
from rollout.guarding.worker import Guard, Post

FILE = """\
version: 1
revision: {revision}
groups:
  {group}:
    entity: vacancy
    functions: [vacancy.search]
    stage: {stage}
    ramp: {ramp}
...
"""


@dataclass
class Ramp:
    """One group in a ramp, as the guard sees it."""

    cluster: Cluster
    connection: store.Connection
    group: str = field(default_factory=lambda: f"g{secrets.token_hex(6)}")
    revision: int = 7
    stage: str = "read"
    ramp: int = 10
    killed: frozenset[str] = frozenset()
    broken: bool = False
    """What gives back fails."""
    given: list[Trip] = field(default_factory=list)

    def table(self) -> RoutingTable:
        """The routing file of the moment."""
        text = FILE.format(revision=self.revision, group=self.group, stage=self.stage, ramp=self.ramp)
        return load(text, {"vacancy.search": Kind.SEARCH}, frozenset())

    def guard(self) -> Guard:
        """A guard that has just been started."""
        return Guard(Post(self.cluster.dsn(Role.WORKER), lambda: (self.table(), self.killed), self.back, pause=0.01))

    def back(self, group: str, trip: Trip) -> int:
        """Keep what was given back."""
        assert group == self.group
        if self.broken:
            raise OperatorError("the disk is full")
        self.given.append(trip)
        return self.revision + 1

    async def outcomes(self, answered: int, faults: int = 0, core: Core = Core.NEWCORE, partition: str = "") -> None:
        """Count these, and flush."""
        tally = Tally()
        side = Side(self.group, core, self.revision, f"hash-{self.revision}", partition)
        for fault in [""] * answered + ["timeout"] * faults:
            tally.note(Attempt(side, 0.02, fault))
        outcomes = Outcomes(self.cluster.dsn(Role.GATEWAY), "gateway-1", tally)
        await outcomes.close()

    async def compared(self, result: str, config: str = "") -> None:
        """Count a comparison with this result."""
        await self.connection.execute(
            "INSERT INTO shadow_count (grp, hour, config, function, shape, result, reads) "
            "VALUES (%s, date_trunc('hour', now()), %s, 'vacancy.search', 'a shape', %s, 1)",
            (self.group, config or self.table().hash, result),
        )

    def stands(self) -> dict:
        """Tell where the guard stands, as people read it."""
        found = store.standing(self.cluster.dsn(Role.WORKER), self.group)
        assert found is not None
        return dict(found)


@pytest_asyncio.fixture
async def ramp(database: Cluster) -> AsyncIterator[Ramp]:
    """A group at ten percent."""
    async with await store.connect(database.dsn(Role.WORKER)) as connection:
        yield Ramp(database, connection)


@pytest.fixture
def restarted(ramp) -> Callable[[], Guard]:
    """Start another guard, which knows only what was stored."""
    return ramp.guard
