"""Facts of persons as a reading of the legacy shows them, stored beside what operators import.

Rules:
1. Residence, responsible region and caseload are the legacy's to say: they replace what is stored. What no page shows - team,
   assignments, staff, status, consent - stays as it is; of somebody new it is unknown, so the next import still counts.
2. A class only gets stricter: that a secret address is one no more is an import's to say.
3. A row whose identity is another than the stored one is not touched, and counted: somebody has to look.
4. No BSN is stored in clear, no name is read.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
import psycopg

from proxy.model.person import PersonId

_REFRESH = """
WITH given AS (
    SELECT * FROM jsonb_to_recordset(%s) r(row_id text, identity bytea, sealed bytea, municipality text,
        responsible_region text, caseload_user text, class text, born bytea)),
done AS (
    INSERT INTO person AS p (row_id, identity, sealed, municipality, responsible_region, caseload_user, class, born, source)
    SELECT row_id, identity, sealed, municipality, responsible_region, caseload_user, class, born, 'learned' FROM given
    ORDER BY row_id
    ON CONFLICT (row_id) DO UPDATE SET municipality = excluded.municipality,
        responsible_region = excluded.responsible_region, caseload_user = excluded.caseload_user,
        class = CASE WHEN p.class = 'ordinary' THEN excluded.class ELSE p.class END,
        born = coalesce(excluded.born, p.born), changed_at = clock_timestamp()
    WHERE p.identity = excluded.identity
        AND (p.municipality, p.responsible_region, p.caseload_user, p.class = 'ordinary' AND excluded.class <> 'ordinary',
            coalesce(excluded.born, p.born)) IS DISTINCT FROM (excluded.municipality, excluded.responsible_region,
            excluded.caseload_user, false, p.born)
    RETURNING (xmax = 0) AS added)
SELECT (SELECT count(*) FROM done WHERE added), (SELECT count(*) FROM done WHERE NOT added),
    (SELECT count(*) FROM given g JOIN person p USING (row_id) WHERE p.identity <> g.identity)
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the legacy shows of one person."""

    row_id: str
    identity: PersonId = field(repr=False)
    municipality: str | None
    responsible_region: str | None
    caseload_user: str | None
    secret: bool
    born: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a stretch of persons changed."""

    added: int
    changed: int
    strange: int
    """Rows under which somebody else is stored."""


async def refresh(
    connection: psycopg.AsyncConnection[Any], shown: Sequence[Shown], seal: Callable[[bytes], bytes]
) -> Refreshed:
    """Store what was read of some persons, all or none of them."""
    document = orjson.dumps([_written(each, seal) for each in shown]).decode()
    row = await (await connection.execute(_REFRESH, [document])).fetchone()
    return Refreshed(*(row or (0, 0, 0)))


def _written(shown: Shown, seal: Callable[[bytes], bytes]) -> dict[str, str | None]:
    plain = shown.identity.plain
    return {
        "row_id": shown.row_id,
        "identity": _hexadecimal(shown.identity.digest),
        "sealed": _hexadecimal(seal(plain.encode())) if plain is not None else None,
        "municipality": shown.municipality,
        "responsible_region": shown.responsible_region,
        "caseload_user": shown.caseload_user,
        "class": "secret" if shown.secret else "ordinary",
        "born": _hexadecimal(shown.born) if shown.born is not None else None,
    }


def _hexadecimal(octets: bytes) -> str:
    return "\\x" + octets.hex()
