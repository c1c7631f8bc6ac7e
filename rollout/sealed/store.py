"""Where sealed evidence, approvers and approvals are kept, under the worker's role; read and written by commands.

Rules: evidence and approvals only grow; a credential leaves this table to be checked and for nothing else; whoever is
removed keeps the row, so that what was approved before stays explained.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import psycopg
from psycopg.rows import dict_row

from proxy.errors import OperatorError
from rollout.approval import Approval, Approver, Target
from rollout.evidence import Evidence, canonical, seal

TIMEOUT_SECONDS = 3

_KEEP = """
INSERT INTO evidence (hash, grp, target, verdict, config, body, made_by, made_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (hash) DO NOTHING
"""
_NEWEST = """
SELECT hash, grp, target, verdict, config, body, made_by, made_at FROM evidence
WHERE (%(group)s::text IS NULL OR grp = %(group)s) AND (%(target)s::text IS NULL OR target = %(target)s)
    AND starts_with(hash, %(hash)s) ORDER BY made_at DESC, hash LIMIT 2
"""
_APPROVERS = """
SELECT number, name, account, credential, failures, added_at FROM approver WHERE removed_at IS NULL ORDER BY lower(name)
"""
_APPROVALS = """
SELECT a.evidence, a.target, p.name, p.account, a.at, p.removed_at IS NOT NULL FROM approval a
JOIN approver p ON p.number = a.approver WHERE a.evidence = %s ORDER BY a.at
"""
_LAST = """
SELECT DISTINCT ON (grp) grp, hash, target, verdict, config, made_at, coalesce(body::json #>> '{subject,policy}', '') AS policy,
    (SELECT count(*) FROM approval a JOIN approver p ON p.number = a.approver
        WHERE a.evidence = e.hash AND p.removed_at IS NULL) AS approvals
FROM evidence e ORDER BY grp, made_at DESC
"""
_POLICY = "SELECT max(first_used_at) FROM archive WHERE kind = 'policy'"


@dataclass(frozen=True, slots=True)
class Kept:
    """Sealed evidence as it lies there: what an approval or a move needs of it, and the sealed text."""

    hash: str
    group: str
    kind: str
    verdict: str
    config: str
    body: str
    made_by: str
    made_at: datetime

    @property
    def content(self) -> Mapping[str, Any]:
        """The sealed numbers; refuses a body that is not what its seal says."""
        if seal(self.body) != self.hash:
            raise OperatorError(f"evidence {self.hash[:12]}: its text is not the one that was sealed; make it again")
        found: Mapping[str, Any] = orjson.loads(self.body)
        return found

    @property
    def policy(self) -> str:
        """Hash of the authorisation matrix under which it was sealed; empty: a release that did not look at it."""
        return str(self.content["subject"].get("policy", ""))


def policy_since(dsn: str) -> datetime | None:
    """Say since when the newest authorisation matrix decides; None: none ever did."""
    with _connect(dsn) as connection:
        row = connection.execute(_POLICY).fetchone()
    return row[0] if row else None


def keep(dsn: str, evidence: Evidence) -> str:
    """Seal evidence and store it; gives the hash."""
    body = canonical(evidence)
    name, subject = seal(body), evidence.subject
    with _connect(dsn) as connection:
        connection.execute(
            _KEEP,
            (
                name, subject.group, subject.kind, evidence.verdict, subject.config, body, evidence.made_by,
                evidence.made_at,
            ),
        )  # fmt: skip
    return name


def newest(dsn: str, group: str | None, kind: str | None, start: str = "") -> Kept | None:
    """Give the newest evidence of a group and kind, or the one whose hash begins so; two that begin so are refused."""
    with _connect(dsn) as connection:
        rows = connection.execute(_NEWEST, {"group": group, "target": kind, "hash": start.lower()}).fetchall()
    if start and len(rows) > 1:
        raise OperatorError(f"found two evidences whose hash begins with {start}; give more of it")
    return Kept(*rows[0]) if rows else None


def last(dsn: str) -> Mapping[str, Mapping[str, Any]]:
    """Give the newest evidence of every group, with its approvals counted, for a status."""
    with psycopg.connect(dsn, connect_timeout=TIMEOUT_SECONDS, row_factory=dict_row) as connection:
        return {row["grp"]: row for row in connection.execute(_LAST).fetchall()}


def approvals(dsn: str, evidence: str) -> tuple[Approval, ...]:
    """Give who approved an evidence, for whatever target."""
    with _connect(dsn) as connection:
        return tuple(Approval(*row) for row in connection.execute(_APPROVALS, (evidence,)).fetchall())


def approve(dsn: str, evidence: str, target: Target, who: tuple[Approver, str]) -> None:
    """Store an approval; `who` is the approver and the account at whose terminal it was given."""
    approver, told_by = who
    statement = (
        "INSERT INTO approval (evidence, target, approver, told_by) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING"
    )
    with _connect(dsn) as connection:
        connection.execute(statement, (evidence, str(target), approver.number, told_by))
        connection.execute("UPDATE approver SET failures = 0 WHERE number = %s", (approver.number,))


def approvers(dsn: str) -> Sequence[Approver]:
    """Give who may approve."""
    with _connect(dsn) as connection:
        return [
            Approver(number, name, account, bytes(kept), failures, at)
            for number, name, account, kept, failures, at in connection.execute(_APPROVERS).fetchall()
        ]


def add(dsn: str, name: str, account: str, made: tuple[bytes, str]) -> None:
    """Add an approver; `made` is the credential and who adds them. One of that name who is there already is refused."""
    statement = "INSERT INTO approver (name, account, credential, added_by) VALUES (%s, %s, %s, %s)"
    try:
        with _connect(dsn) as connection:
            connection.execute(statement, (name, account, *made))
    except psycopg.errors.UniqueViolation:
        raise OperatorError(
            f"approver {name!r} is there already; run `poort routes approver remove {name}` first"
        ) from None


def remove(dsn: str, name: str, by: str) -> bool:
    """Remove an approver; their approvals count no more. Tells whether there was one."""
    statement = (
        "UPDATE approver SET removed_by = %s, removed_at = clock_timestamp() WHERE lower(name) = lower(%s) "
        "AND removed_at IS NULL"
    )
    with _connect(dsn) as connection:
        return connection.execute(statement, (by, name)).rowcount > 0


def failed(dsn: str, approver: Approver) -> None:
    """Count a wrong password."""
    with _connect(dsn) as connection:
        connection.execute("UPDATE approver SET failures = failures + 1 WHERE number = %s", (approver.number,))


def _connect(dsn: str) -> psycopg.Connection[tuple[Any, ...]]:
    return psycopg.connect(dsn, connect_timeout=TIMEOUT_SECONDS)
