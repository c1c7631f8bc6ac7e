"""How long `poort policy replay` takes on a large log: a million recorded decisions, decided again under another matrix.

    python -m bench.replay --accesses 1000000

Starts an embedded PostgreSQL of its own, fills a log (exchanges that the real engine decided, spread over thousands of
accounts and thirty days, written by SQL), replays a candidate on it and prints one JSON line. Optional beside the other
figures (`python -m bench --replay`): filling takes minutes.
"""

import argparse
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import orjson
import psycopg

from cli.matrixfile import catalogue
from cli.replay import run
from proxy.accesslog.record import access_row, disclosure_row, withheld_row
from proxy.database import Cluster, own_cluster, upgrade
from proxy.model.decision import Effect
from proxy.model.entry import Access, Disclosure, Entry, Withheld
from proxy.policy import consequence
from proxy.policy.matrix import Matrix, load
from proxy.settings import load as load_settings
from tests.doubles.traffic import Draw, recorded

ROOT = Path(__file__).resolve().parents[1]
ACCESSES = 1_000_000
PATTERNS = 4000
ACCOUNTS = 60
"""Accounts per set of authorisations."""
CANDIDATES = {
    "the same": ("", ""),
    "one rule sees less": ("    show: [ID, CT, ED, AV, LD, SV, AP]", "    show: [ID, CT, ED]"),
    "every permission is narrower": ("    show: all", "    show: [ID, CT]"),
}
REFUSED = 0.05
"""Of the exchanges that are drawn and refused so many are kept: people mostly do what they may."""
NOBODY = UUID(int=0)

_PATTERNS = """
CREATE TEMP TABLE pattern (n int PRIMARY KEY, base text, access jsonb, shown jsonb, withheld jsonb);
CREATE TEMP TABLE draw AS SELECT i, gen_random_uuid() AS id, 1 + floor(power(random(), 2) * %(patterns)s)::int AS n,
    '-' || floor(random() * %(accounts)s)::int AS account, 'W' || i %% 4 AS writer, i / 4 AS seq,
    now() - interval '29 days' * (1 - i::float8 / %(accesses)s) AS moment
    FROM generate_series(1, %(accesses)s) i;
"""
_EXPAND = """
SELECT log_months_ahead(now() - interval '31 days', 4);
INSERT INTO access SELECT d.writer, d.seq, d.moment, '\\x00', d.id, d.moment, r.kind, r.decision, r.reason,
    sha256(convert_to(p.base || d.account, 'UTF8')), p.base || d.account, r.organisation_kind, r.organisation, r.role,
    r.authorisation, r.client, r.function, r.target, r.rules, r.policy, r.cell, r.purpose, r.vacancy, r.core, r.revision,
    r.routing, r.upstream_status, r.rows, r.detail, r.regions
    FROM draw d JOIN pattern p USING (n), jsonb_populate_record(NULL::log_access, p.access) r;
INSERT INTO disclosure (writer, seq, recorded_at, position, access, person, relation, shown, masked, deliberate,
        protection, emergency, rules, present, target, lost, pending)
    SELECT d.writer, d.seq, d.moment, at, d.id, gen_random_uuid(), e->>1, (e->>2)::text[], (e->>3)::text[],
        (e->>4)::boolean, e->>5, (e->>6)::boolean, (e->>7)::text[], (e->>8)::text[], e->>9, (e->>10)::text[],
        (e->>11)::text[]
    FROM draw d JOIN pattern p USING (n), jsonb_array_elements(p.shown) WITH ORDINALITY x(e, at);
INSERT INTO withheld (writer, seq, recorded_at, position, access, person, relation, reason, deliberate,
        protection, emergency, rules, present, target, lost, pending)
    SELECT d.writer, d.seq, d.moment, at, d.id, gen_random_uuid(), e->>1, e->>2, (e->>3)::boolean,
        e->>4, (e->>5)::boolean, (e->>6)::text[], (e->>7)::text[], e->>8, (e->>9)::text[], (e->>10)::text[]
    FROM draw d JOIN pattern p USING (n), jsonb_array_elements(p.withheld) WITH ORDINALITY x(e, at);
INSERT INTO account (name, team) SELECT DISTINCT p.base || d.account, 'T' || hashtext(p.base || d.account) %% 400
    FROM draw d JOIN pattern p USING (n);
INSERT INTO account_authorisation (account, id, role, organisation_kind, organisation_code, regions, valid_from,
        legal_ground, issued_by)
    SELECT a.name, pair, split_part(pair, '@', 1), split_part(pair, '@', 2), '0014', '{AM01}', '2020-01-01', '-', '-'
    FROM account a, unnest(string_to_array(regexp_replace(a.name, '-[0-9]+$', ''), '+')) pair;
"""


def patterns(matrix: Matrix, count: int) -> list[tuple[Entry, ...]]:
    """Draw exchanges; lists have up to ten persons, as those of the legacy."""
    chance, now = Random(7), datetime.now(UTC)
    draw = Draw(matrix, chance, persons=10)
    found: list[tuple[Entry, ...]] = []
    while len(found) < count:
        made = recorded(matrix, draw.scene(), now, chance.randbytes(10))
        if _allowed(made) or chance.random() < REFUSED:
            found.append(made)
    return found


def _allowed(made: tuple[Entry, ...]) -> bool:
    return any(isinstance(each, Access) and each.decision is Effect.ALLOW for each in made)


def fill(cluster: Cluster, matrix: Matrix, accesses: int) -> None:
    """Spread drawn exchanges over so many accesses, in one go and as the owner."""
    made = patterns(matrix, PATTERNS)
    given = {"patterns": len(made), "accounts": ACCOUNTS, "accesses": accesses}
    with psycopg.connect(cluster.owner_dsn()) as connection:
        connection.execute("SET statement_timeout = 0; SET work_mem = '256MB'; SET synchronous_commit = off")
        for statement in _split(_PATTERNS):
            psycopg.ClientCursor(connection).execute(statement, given)
        with connection.cursor().copy("COPY pattern FROM STDIN") as copy:
            for number, entries in enumerate(made, 1):
                copy.write_row((number, *_pattern(entries)))
        for statement in _split(_EXPAND):
            connection.execute(statement.replace("%%", "%").encode())
        archive = "INSERT INTO archive (hash, kind, body) VALUES (%s, 'policy', %s)"
        connection.execute(archive, [matrix.hash, matrix.source])
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")


def _split(statements: str) -> list[str]:
    return [each for each in statements.split(";\n") if each.strip()]


def _pattern(entries: tuple[Entry, ...]) -> tuple[str, str, str, str]:
    access = next(each for each in entries if isinstance(each, Access))
    shown = [disclosure_row(each, NOBODY) for each in entries if isinstance(each, Disclosure)]
    withheld = [withheld_row(each, NOBODY) for each in entries if isinstance(each, Withheld)]
    base = (access.user or "-").rsplit("-", 1)[0]
    row, seen, kept = (orjson.dumps(each).decode() for each in (access_row(access), shown, withheld))
    return base, row, seen, kept


def measured(cluster: Cluster, matrix: Matrix) -> dict[str, Any]:
    """Replay each candidate, and say how long it took and what it found."""
    known, found = catalogue(), dict[str, dict[str, object]]()
    for name, (before, after) in CANDIDATES.items():
        candidate = load(matrix.source.replace(before, after), known)
        began = time.perf_counter()
        outcome = run(cluster, candidate, known, 30)
        took = time.perf_counter() - began
        total = outcome.tallies[None]
        untold = sum(counted.requests for _, counted in consequence.untold(outcome.tallies))
        found[name] = {"seconds": round(took, 1), **total.figures(), "cannot_tell": untold}
    return {"accesses": outcome.accesses, "persons": outcome.persons, "candidates": found}


def measure(accesses: int) -> dict[str, Any]:
    """Fill a log on a server of its own and replay on it."""
    with tempfile.TemporaryDirectory(prefix="poort-bench-") as directory:
        Path(directory).chmod(0o755)
        with own_cluster(load_settings({"POORT_DATA_DIR": directory})) as cluster:
            upgrade(cluster)
            matrix = load((ROOT / "authorisation.yaml").read_text(encoding="utf-8"), catalogue())
            began = time.perf_counter()
            fill(cluster, matrix, accesses)
            filled = time.perf_counter() - began
            return {**measured(cluster, matrix), "fill_seconds": round(filled), "target": "<= 10 s for 1,000,000"}


def table(result: dict[str, Any]) -> list[str]:
    """Write the rows of the bench's table."""
    heading = f"Replay of {result['accesses']} accesses with {result['persons']} persons (target {result['target']}):"
    rows = ["", heading, "", "| candidate | seconds | requests that change | cannot tell |", "|--|--|--|--|"]
    found = result["candidates"].items()
    return [*rows, *(f"|{name}|{row['seconds']}|{row['requests']}|{row['cannot_tell']}|" for name, row in found)]


def main() -> None:
    """Read the arguments and print the figures."""
    asked = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    asked.add_argument("--accesses", type=int, default=ACCESSES)
    print(orjson.dumps(measure(asked.parse_args().accesses)).decode())


if __name__ == "__main__":
    main()
