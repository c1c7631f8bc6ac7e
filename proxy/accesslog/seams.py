"""What the ledger needs of its neighbours inside its own transaction, without knowing them.

Why it exists: the entries of one exchange are one transaction, but sessions, facts and the journal have authors of
their own, and the packages of the gateway do not import each other. `cli/wiring.py` joins them. Rules:
1. An implementation uses only the connection that it is given and never commits, rolls back or opens another one. The
   connection is psycopg's own; a transaction is open on it.
2. It raises `psycopg.Error` as it comes; the ledger decides whose fault that is.
3. Locks are taken in one order everywhere: new references of persons, then session keys, then facts (persons, vacancies,
   grants, emergencies), then the journal; each ascending. So two gateways never wait for each other.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

from proxy.model.entry import Intent, Outcome, SessionChange
from proxy.model.person import PersonFacts
from proxy.model.tie import Tie, Vacancy

type Connection = Any
"""`psycopg.AsyncConnection`, which a file without I/O does not import."""
type Fact = PersonFacts | Vacancy | Tie
"""What an exchange can add to the facts."""


class SessionWriter(Protocol):
    """Stores session changes (`identity/store.py`), learned facts and ties (`facts/store.py`)."""

    async def apply(self, connection: Connection, changes: Sequence[SessionChange]) -> set[bytes]:
        """Store every change whose session is still at `before`; give the keys (`session.key`) of those that were not.

        The ledger never passes two changes of one key in one call. One statement for all of them, please: this is the
        hot path.
        """

    async def learn(self, connection: Connection, facts: Sequence[Fact]) -> None:
        """Store persons of whom there is nothing imported, vacancies, and the newest state of grants and emergencies."""


class JournalWriter(Protocol):
    """Stores intents and outcomes as rows of their own (`journal/store.py`)."""

    async def write(self, connection: Connection, entries: Sequence[Intent | Outcome]) -> Mapping[UUID, int]:
        """Insert the state rows in the order given; give the sequence per intent id (outcomes keep their intent's)."""
