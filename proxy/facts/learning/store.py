"""Stores what an exchange adds to the facts, on the ledger's own connection (`accesslog.seams.SessionWriter`).

Rules:
1. Nothing is committed here. Rows are written in the order of their keys, so that two gateways never wait for each other.
2. A person of whom something was imported stays as it is; vacancies take the newest reading, without losing what it did
   not show. Both by `facts_learn`, the only way by which the gateway may change them.
3. A grant goes forward only: the database refuses to open one that ended, and with it the exchange.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import orjson
import psycopg

from proxy.facts.question import document
from proxy.model.person import PersonFacts
from proxy.model.tie import Emergency, Grant, Tie, Vacancy

type Connection = psycopg.AsyncConnection[Any]
type Fact = PersonFacts | Vacancy | Tie
type Seal = Callable[[bytes], bytes]

_LEARN = "SELECT facts_learn(%s::jsonb, %s::jsonb)"
_GRANTS = """
INSERT INTO person_grant AS g (id, account, row_id, vacancy, state, asked_at, until, reason, decided_by, decided_at)
SELECT * FROM jsonb_to_recordset(%s::jsonb) r(id uuid, account text, row_id text, vacancy text, state text,
    asked_at timestamptz, until timestamptz, reason text, decided_by text, decided_at timestamptz) ORDER BY r.id
ON CONFLICT (id) DO UPDATE SET state = excluded.state, until = excluded.until,
    decided_by = coalesce(excluded.decided_by, g.decided_by), decided_at = coalesce(excluded.decided_at, g.decided_at)
"""
_EMERGENCIES = """
INSERT INTO emergency (id, account, row_id, begins, until, category, reason, review_by)
SELECT * FROM jsonb_to_recordset(%s::jsonb) r(id uuid, account text, row_id text, begins timestamptz, until timestamptz,
    category text, reason text, review_by date) ORDER BY r.id
ON CONFLICT (id) DO NOTHING
"""


async def learn(connection: Connection, facts: Sequence[Fact], seal: Seal) -> None:
    """Store persons, vacancies and ties in the caller's transaction; raises psycopg.Error."""
    persons = {each.row_id: each for each in facts if isinstance(each, PersonFacts) and each.row_id}
    vacancies = {each.id: each for each in facts if isinstance(each, Vacancy)}
    if persons or vacancies:
        learned = _written(_person(each, seal) for each in persons.values()), _written(vacancies.values())
        await connection.execute(_LEARN, learned, prepare=True)
    for kind, statement in ((Grant, _GRANTS), (Emergency, _EMERGENCIES)):
        ties = [document(each) for each in facts if isinstance(each, Grant | Emergency) and isinstance(each, kind)]
        if ties:
            await connection.execute(statement, (_written(ties),), prepare=True)


def _person(facts: PersonFacts, seal: Seal) -> dict[str, object]:
    identity = facts.identity
    sealed = seal(identity.plain.encode()) if identity.plain is not None else identity.sealed
    return {
        "row_id": facts.row_id,
        "identity": f"\\x{identity.digest.hex()}",
        "sealed": None if sealed is None else f"\\x{sealed.hex()}",
        "municipality": facts.municipality,
        "responsible_region": facts.responsible_region,
        "class": facts.protection,
    }


def _written(rows: Iterable[object]) -> str:
    return orjson.dumps(list(rows)).decode()
