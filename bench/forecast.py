"""How long `poort routes dry-run` takes on a large log: a hundred thousand recorded decisions, tried under another file.

    python -m bench.forecast --requests 100000

Starts an embedded PostgreSQL of its own, fills a log (requests of every function, spread over accounts and thirty days,
written by SQL), tries candidates on it and prints one JSON line. Optional beside the other figures: filling takes a while.
"""

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

import orjson
import psycopg

from cli.forecast import tried
from cli.outlook import document
from cli.routefile import RouteFile
from proxy.database import Cluster, Role, own_cluster, upgrade
from proxy.settings import load as load_settings

ROOT = Path(__file__).resolve().parents[1]
REQUESTS, ACCOUNTS, SESSIONS = 100_000, 3_000, 2_000
TARGET_SECONDS, LIMIT_SECONDS = 10.0, 60.0
_FILL = """
INSERT INTO account (name) SELECT 'AWE' || i FROM generate_series(1, %(accounts)s) i;
INSERT INTO account_authorisation (account, id, role, organisation_kind, organisation_code, regions, valid_from,
        legal_ground, issued_by)
    SELECT name, role, role, 'UWV', 'UWV-AM01', ARRAY['AM01'], '2020-01-01', '-', '-'
    FROM account, unnest(ARRAY['AW', 'WSP']) role;
INSERT INTO journal_watermark (grp, seq) VALUES ('vacancies', 12);
INSERT INTO backfill (grp, horizon, finished_at) VALUES ('vacancies', 12, now());
INSERT INTO session (key, version, account, started_at, last_seen, body)
    SELECT sha256(i::text::bytea), 1, 'AWE' || i, now(), now(), '{"w": {"vacancies": 12}}'
    FROM generate_series(1, %(sessions)s) i;
SELECT log_months_ahead(now() - interval '31 days', 4);
INSERT INTO access (writer, seq, recorded_at, hash, id, occurred_at, kind, decision, reason, account, organisation_kind,
        organisation, role, authorisation, client, function, target, rules, policy, cell, purpose, core, revision, routing,
        rows, detail, regions)
    SELECT 'W' || i %% 4, i / 4, moment, '\\x00', gen_random_uuid(), moment, kind, 'allow', 'allowed',
        'AWE' || 1 + floor(random() * %(accounts)s)::int, 'UWV', 'UWV-AM01', role, role, '', function, 'allow',
        '{}', '', '', '', CASE WHEN function = 'vacancy.search' AND random() < 0.3 THEN 'newcore' ELSE 'legacy' END, 1,
        %(routing)s, 1, '', ''
    FROM (SELECT i, now() - interval '29 days' * (1 - i::float8 / %(requests)s) AS moment,
            (ARRAY['AW', 'WSP'])[1 + i %% 2] AS role, (%(functions)s::text[])[n] AS function,
            (%(kinds)s::text[])[n] AS kind
        FROM (SELECT i, 1 + floor(random() * %(count)s)::int AS n FROM generate_series(1, %(requests)s) i) j) r
"""


def fill(cluster: Cluster, file: RouteFile, requests: int) -> None:
    """Write a log of requests of every routed function."""
    functions = sorted(file.functions)
    given = {
        "accounts": ACCOUNTS, "sessions": SESSIONS, "requests": requests, "functions": functions, "count": len(functions),
        "kinds": [file.functions[each].value for each in functions], "routing": file.table().hash,
    }  # fmt: skip
    with psycopg.connect(cluster.owner_dsn()) as connection:
        connection.execute("SET statement_timeout = 0; SET synchronous_commit = off")
        for statement in _FILL.split(";\n"):
            psycopg.ClientCursor(connection).execute(statement, given)
        connection.execute(
            "INSERT INTO archive (hash, kind, body) VALUES (%s, 'routing', %s)", [file.table().hash, file.text()]
        )
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")


def written(home: Path, name: str, stage: str, ramp: int, revision: int) -> Path:
    """Write the routing file of the house with vacancies in a stage of its own."""
    head, _, tail = (ROOT / "routing.yaml").read_text(encoding="utf-8").partition("  vacancies:\n")
    group, mark, rest = tail.partition("\n\n")
    lines = [_changed(line, {"stage": stage, "ramp": str(ramp)}) for line in group.splitlines()]
    path = home / name
    text = f"{head}  vacancies:\n" + "\n".join(lines) + mark + rest
    path.write_text(text.replace("revision: 1\n", f"revision: {revision}\n", 1), encoding="utf-8")
    return path


def _changed(line: str, values: dict[str, str]) -> str:
    key, colon, _ = line.strip().partition(":")
    return f"    {key}: {values[key]}" if colon and key in values else line


def measure(requests: int) -> dict[str, Any]:
    """Fill a log on a server of its own and try candidates on it."""
    with tempfile.TemporaryDirectory(prefix="poort-bench-") as directory:
        home = Path(directory)
        home.chmod(0o755)
        path = written(home, "routing.yaml", "read", 30, 1)
        settings = load_settings({"POORT_DATA_DIR": directory, "POORT_ROUTING_FILE": str(path)})
        with own_cluster(settings) as cluster:
            upgrade(cluster)
            file = RouteFile(settings)
            fill(cluster, file, requests)
            found = {}
            for name, stage, ramp in (("ramp up", "read", 60), ("ramp down", "read", 10), ("rollback", "capture", 0)):
                candidate = written(home, "candidate.yaml", stage, ramp, 2)
                began = time.perf_counter()
                told = document(tried(file, cluster.dsn(Role.WORKER), candidate, 30))
                took = time.perf_counter() - began
                kept = ("requests", "change", "cannot_be_told", "may_change", "users_who_change_core")
                found[name] = {"seconds": round(took, 2), **{each: told[each] for each in kept}}
    slowest = max(each["seconds"] for each in found.values())
    return {
        "requests": requests,
        "candidates": found,
        "seconds": slowest,
        "target": TARGET_SECONDS,
        "limit": LIMIT_SECONDS,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=REQUESTS)
    print(orjson.dumps(measure(parser.parse_args().requests)).decode())


if __name__ == "__main__":
    main()
