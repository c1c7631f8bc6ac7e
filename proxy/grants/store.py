"""Grants and emergency accesses as the gateway's own functions list them; implements `ports.Ties`.

Rules: it only reads - what an exchange makes or changes is stored by the ledger with its record; nothing is cached, for
an answer that was given a second ago counts; a list ends at `MOST`, oldest first, so that no request waits behind it.
"""

from collections.abc import Sequence
from typing import Any

import psycopg

from proxy.model.exchange import About
from proxy.model.tie import Emergency, Grant, GrantState, Tie
from proxy.postgres.worker import Courier

type Connection = psycopg.AsyncConnection[Any]

MOST = 1000
RECENT_DAYS = 30
"""How long what has ended stays in the overview of whoever held it."""

_GRANTS = """
SELECT g.id, g.account, g.row_id, g.vacancy, g.state, g.asked_at, g.until, g.reason, g.decided_by, g.decided_at
FROM person_grant g LEFT JOIN person p ON p.row_id = g.row_id
WHERE (g.account = %(user)s AND g.changed_at > now() - %(days)s * interval '1 day')
    OR (g.state IN ('requested', 'open') AND (
        g.account = %(user)s OR g.vacancy = %(vacancy)s OR (%(answers)s AND (p.caseload_user = %(user)s
            OR (p.caseload_user IS NULL AND coalesce(p.responsible_region, '') = ANY(%(regions)s))))))
ORDER BY g.asked_at LIMIT %(most)s
"""
_EMERGENCIES = """
SELECT id, account, row_id, begins, until, category, reason, review_by FROM emergency
WHERE account = %(user)s AND until > now() - %(days)s * interval '1 day' ORDER BY begins LIMIT %(most)s
"""


class TieStore:
    """Reads ties; a StoreError where the database does not answer in time."""

    def __init__(self, dsn: str, *, seconds: float = 5.0) -> None:
        """Take the address and the limit of a statement; nothing is opened before the first question."""
        self._courier: Courier[About, tuple[Tie, ...]] = Courier(dsn, _answer, seconds=seconds)

    async def about(self, asked: About) -> Sequence[Tie]:
        """Give the newest state of what the user holds, of grants on the vacancy, and on persons for whom it answers."""
        return await self._courier.ask(asked)

    async def close(self) -> None:
        """Let go of the connection."""
        await self._courier.close()


async def _answer(connection: Connection, asked: Sequence[About]) -> Sequence[tuple[Tie, ...]]:
    return [await _one(connection, each) for each in asked]


async def _one(connection: Connection, asked: About) -> tuple[Tie, ...]:
    given = {
        "user": asked.user,
        "vacancy": asked.vacancy,
        "answers": bool(asked.regions),
        "regions": ["", *sorted(asked.regions)],  # without a responsible region the residence decides: looked at later
        "days": RECENT_DAYS,
        "most": MOST,
    }
    grants = await connection.execute(_GRANTS, given)
    held = [_grant(row) for row in await grants.fetchall()]
    pleas = await connection.execute(_EMERGENCIES, given)
    return (*held, *(Emergency(*row) for row in await pleas.fetchall()))


def _grant(row: tuple[Any, ...]) -> Grant:
    id_, user, row_id, vacancy, state, asked_at, until, reason, by, at = row
    return Grant(id_, user, row_id, vacancy, GrantState(state), asked_at, until, reason, by, at)
