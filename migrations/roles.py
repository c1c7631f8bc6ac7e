"""Who logs in to PostgreSQL, and to which database.

Why it exists: each process has a role of its own, with just the grants of its work; a stolen gateway cannot rewrite the
log. Rules: no role is a superuser or owns a table; the owner only migrates; a new role is one row here.
"""

from dataclasses import dataclass

GATEWAY = "poort_gateway"
CONSOLE = "poort_console"
WORKER = "poort_worker"
NEWCORE = "poort_newcore"
RETENTION = "poort_retention"
READER = "poort_reader"


@dataclass(frozen=True, slots=True)
class Role:
    """A role, what it is for, and session settings that hold for it whatever a program forgets."""

    name: str
    purpose: str
    session: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Database:
    """A database, the folder of its history, and the roles that may connect to it."""

    name: str
    history: str
    roles: tuple[str, ...]


_READ_ONLY = (("default_transaction_read_only", "on"), ("statement_timeout", "60s"))

ROLES = (
    Role(GATEWAY, "carries exchanges: inserts into the log, keeps sessions and journal"),
    Role(CONSOLE, "shows: reads the log, keeps cases and approvals"),
    Role(WORKER, "sync, shadow, detectors, reports, checkpoints"),
    Role(NEWCORE, "the new core: its own database only"),
    Role(RETENTION, "drops what four eyes agreed to drop"),
    Role(READER, "reads for people and scripts; writes nothing", _READ_ONLY),
)

DATABASES = (
    Database("poort_gateway", "gateway", (GATEWAY, CONSOLE, WORKER, RETENTION, READER)),
    Database("poort_newcore", "newcore", (NEWCORE, READER)),
)
