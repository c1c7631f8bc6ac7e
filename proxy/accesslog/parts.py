"""What a ledger is made of, within which limits it works, what a batch leaves behind, what is counted: values only."""

from dataclasses import dataclass, field
from uuid import UUID

from proxy.accesslog.chain import Head
from proxy.accesslog.persons import Keyring
from proxy.accesslog.seams import JournalWriter, SessionWriter
from proxy.model.entry import Receipt
from proxy.ports import Clock


@dataclass(frozen=True, slots=True)
class Limits:
    """How long, how many: past a limit the caller gets an error, never a promise."""

    timeout: float = 5.0
    """Seconds until an append is a StoreError, and until a stalled connection is cut."""
    batch: int = 200
    waiting: int = 5000
    completions: int = 10_000
    references: int = 50_000
    """Person references that a writer remembers."""
    references_age: float = 600.0
    """Seconds after which they are read afresh, so that a person deleted by retention gets a new one."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a ledger is made of. `dsn` goes straight to PostgreSQL: a transaction pooler would lose the session lock."""

    dsn: str = field(repr=False)
    sessions: SessionWriter
    journal: JournalWriter
    keyring: Keyring
    clock: Clock
    instance: str = "gateway"
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True)
class Committed:
    """What became of each bundle of a batch, in their order. None: it had neither exchange nor intent to name."""

    receipts: tuple[Receipt | None, ...]
    stale: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a batch leaves if its commit came through, and by what that can be seen."""

    writer: str
    before: Head
    head: Head
    intent: UUID | None
    committed: Committed


@dataclass(slots=True)
class Figures:
    """What a ledger counts since it was opened."""

    commits: int = 0
    bundles: int = 0
    failed: int = 0
    stale: int = 0
    completions_dropped: int = 0
    connections: int = 0
    looked_up: int = 0
    """Commits of unknown outcome that were settled by looking."""
