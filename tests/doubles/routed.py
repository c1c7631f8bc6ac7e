"""Routed requests in the access log, accounts in the directory and open sessions, written straight into the tables."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import orjson
import psycopg

from proxy.accesslog.record import access_row, uuid7
from proxy.model.call import Kind
from proxy.model.decision import Effect, Reason
from proxy.model.entry import Access

_LOG = """
INSERT INTO access SELECT 'T' || %(chain)s, n, now() - interval '1 minute', '\\x00', r.*
    FROM jsonb_array_elements(%(rows)s) WITH ORDINALITY x(e, n), jsonb_populate_record(NULL::log_access, e) r
"""
_ACCOUNT = "INSERT INTO account (name) VALUES (%s) ON CONFLICT DO NOTHING"
_HELD = """
INSERT INTO account_authorisation (account, id, role, organisation_kind, organisation_code, regions, valid_from,
    legal_ground, issued_by) VALUES (%s, %s, %s, 'UWV', 'UWV-AM01', %s, '2020-01-01', '-', '-')
ON CONFLICT DO NOTHING
"""
_SESSION = """
INSERT INTO session (key, version, account, started_at, last_seen, body)
    VALUES (%s, 1, %s, now(), now() - %s * interval '1 second', %s)
"""
_ARCHIVE = "INSERT INTO archive (hash, kind, body) VALUES (%s, 'routing', %s) ON CONFLICT DO NOTHING"


@dataclass(slots=True)
class RoutedLog:
    """A log that is filled by hand, as the owner of the database."""

    dsn: str
    made: list[Access] = field(default_factory=list)
    _chance: Random = field(default_factory=lambda: Random(5))

    def request(self, user: str | None, function: str | None, kind: Kind, **given: Any) -> None:
        """Add a request that an adviser made and legacy answered, or what the arguments make of it."""
        now = datetime.now(UTC) - timedelta(minutes=1)
        values = {
            "organisation_kind": "UWV", "organisation": "UWV-AM01", "role": "AW", "authorisation": "AW-1", "core": "legacy",
            "decision": Effect.ALLOW, "reason": Reason.ALLOWED,
        } | given  # fmt: skip
        number = uuid7(now, self._chance.randbytes(10))
        self.made.append(Access(number, now, kind, user=user, function=function, **values))

    def store(self) -> None:
        """Write what was added."""
        rows = orjson.dumps([access_row(each) for each in self.made], default=str).decode()
        with psycopg.connect(self.dsn) as connection:
            connection.execute(_LOG, {"chain": secrets.token_hex(4), "rows": rows})
        self.made.clear()

    def accounts(self, users: Iterable[str], role: str = "AW", regions: tuple[str, ...] = ("AM01",)) -> None:
        """Put accounts into the directory."""
        with psycopg.connect(self.dsn) as connection:
            for user in users:
                connection.execute(_ACCOUNT, (user,))
                connection.execute(_HELD, (user, f"{role}-1", role, list(regions)))

    def session(self, user: str, body: Mapping[str, Any], idle: float = 0.0) -> None:
        """Open a session; the body is as `identity.body` stores it."""
        with psycopg.connect(self.dsn) as connection:
            connection.execute(_SESSION, (secrets.token_bytes(32), user, idle, orjson.dumps(body).decode()))

    def archive(self, digest: str, text: str) -> None:
        """Keep a routing file under its hash."""
        with psycopg.connect(self.dsn) as connection:
            connection.execute(_ARCHIVE, (digest, text))

    def filled(self, group: str) -> None:
        """Say that newcore holds a group whole."""
        with psycopg.connect(self.dsn) as connection:
            connection.execute("INSERT INTO journal_watermark (grp, seq) VALUES (%s, 12)", (group,))
            connection.execute(
                "INSERT INTO backfill (grp, horizon, finished_at) VALUES (%s, 12, now()) ON CONFLICT (grp) DO NOTHING",
                (group,),
            )

    def unfilled(self, group: str) -> None:
        """Say that it does not."""
        with psycopg.connect(self.dsn) as connection:
            connection.execute("DELETE FROM journal_watermark WHERE grp = %s", (group,))
