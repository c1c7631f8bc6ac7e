"""What the stand-in knows: seeded records, and every change since, kept in an append-only file.

Rules: the seed is never written; a change is one JSON line, written before it is applied, so a restart on the same
directory gives the same records (a last line that was cut off is dropped); a directory made for another number or seed is refused, not mixed.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import Counter, deque
from pathlib import Path
from typing import IO, Any

from adapters.legacy_sonar.standin import seed_work
from adapters.legacy_sonar.standin.seed import Record, persons


class WrongDirectoryError(ValueError):
    """The data directory belongs to another seed."""


def derive(record: Record) -> Record:
    """Fill the fields of a person that are made of others."""
    given = " ".join(part for part in (record["first_names"], record["prefix"]) if part)
    record["full_name"] = f"{record['surname'].rstrip()}, {given}" if given else record["surname"].rstrip()
    record["address"] = f"{record['street']} {record['house_no']}{' ' if record['suffix'] else ''}{record['suffix']}"
    record["postcode_city"] = f"{record['postcode']}  {record['city']}"
    return record


class Store:
    """All records by kind and row id, the indexes that searches use, and the journal of changes."""

    def __init__(self, clients: int, seed: int, data_dir: Path | None = None) -> None:
        self.clients, self.seed = clients, seed
        people = persons(clients, seed)
        rows = seed_work.children(people, seed)
        firms = seed_work.employers(seed)
        tables = {
            "client": [derive(p) for p in people],
            "employer": firms,
            "vacancy": seed_work.vacancies(seed, firms),
            **rows,
        }
        self.tables: dict[str, dict[str, Record]] = {
            kind: {r["row_id"]: r for r in found} for kind, found in tables.items()
        }
        self.kind_of = {row: kind for kind, found in self.tables.items() for row in found}
        self._next = {kind: len(found) for kind, found in self.tables.items()}
        self._children: dict[tuple[str, str], list[Record]] = {}
        for kind, found in rows.items():
            for record in found:
                self._children.setdefault((kind, record["parent"]), []).append(record)
        self._sorted: dict[str, list[str]] = {}
        self._surnames: list[str] = []
        self._bsns: dict[str, list[str]] = {}
        self.applied: Counter[str] = Counter()
        self.recent: deque[dict[str, Any]] = deque(maxlen=1000)
        self._journal = self._open(data_dir) if data_dir else None

    def _open(self, folder: Path) -> IO[str]:
        folder.mkdir(parents=True, exist_ok=True)
        meta, path = folder / "seed.json", folder / "changes.jsonl"
        wanted = {"clients": self.clients, "seed": self.seed}
        if meta.exists() and json.loads(meta.read_text(encoding="utf-8")) != wanted:
            raise WrongDirectoryError(
                f"{folder} holds the stand-in of {meta.read_text(encoding='utf-8')}; asked was {json.dumps(wanted)}. Take another directory or the same --clients and --seed."
            )
        meta.write_text(json.dumps(wanted), encoding="utf-8")
        if path.exists():
            whole = path.read_bytes()
            whole = whole[: whole.rfind(b"\n") + 1]
            path.write_bytes(whole)
            for line in whole.decode("utf-8").splitlines():
                self._apply(json.loads(line))
        self.applied.clear()
        self.recent.clear()
        return path.open("a", encoding="utf-8")

    def close(self) -> None:
        """Close the journal."""
        if self._journal:
            self._journal.close()

    def record(self, row_id: str) -> Record | None:
        """The record behind a row id, of whatever kind."""
        kind = self.kind_of.get(row_id)
        return self.tables[kind].get(row_id) if kind else None

    def children(self, kind: str, parent: str) -> list[Record]:
        """The child rows of a person; notes newest first."""
        found = self._children.get((kind, parent), [])
        return sorted(found, key=lambda record: record["at"], reverse=True) if kind == "note" else found

    def ordered(self, kind: str) -> list[str]:
        """All row ids of a kind in the default order of its lists."""
        if kind not in self._sorted:
            self._reindex(kind)
        return self._sorted[kind]

    def _reindex(self, kind: str) -> None:
        table = self.tables[kind]
        if kind != "client":
            self._sorted[kind] = list(table)
            return
        self._sorted[kind] = sorted(table, key=lambda row: (table[row]["surname"].rstrip().casefold(), row))
        self._surnames = [table[row]["surname"].rstrip().casefold() for row in self._sorted[kind]]
        self._bsns = {}
        for row in self._sorted[kind]:
            self._bsns.setdefault(table[row]["bsn"].lstrip("0"), []).append(row)

    def with_bsn(self, bsn: str) -> list[str]:
        """The persons with this BSN, written with or without its leading zero."""
        self.ordered("client")
        return self._bsns.get(bsn.strip().lstrip("0"), [])

    def with_surname(self, prefix: str) -> list[str]:
        """The persons whose surname begins with this text, in default order."""
        rows, start = self.ordered("client"), prefix.casefold()
        first = bisect_left(self._surnames, start)
        return rows[first : bisect_left(self._surnames, start + "\U0010ffff", first)]

    def vacancy_of(self, number: str) -> Record | None:
        """The vacancy with this vacancy number or row id."""
        table = self.tables["vacancy"]
        return table.get(number) or next((v for v in table.values() if v["vacancy_id"] == number.strip()), None)

    def employer_of(self, kvk: str) -> Record | None:
        """The employer with this KvK number."""
        return next((e for e in self.tables["employer"].values() if e["kvk"] == kvk.strip()), None)

    def new_row(self, kind: str) -> str:
        """A row id that was never given out."""
        self._next[kind] += 1
        return seed_work.row_id(kind, self._next[kind] - 1)

    def change(self, entry: dict[str, Any]) -> Record:
        """Write one change (`what`, `kind`, `row_id`, `values`, `user`, `action`, `at`) to the journal and apply it."""
        if self._journal:
            self._journal.write(json.dumps(entry, ensure_ascii=False) + "\n")
            self._journal.flush()
        return self._apply(entry)

    def _apply(self, entry: dict[str, Any]) -> Record:
        kind, row = entry["kind"], entry["row_id"]
        table = self.tables[kind]
        if entry["action"] == "delete":
            record = table.pop(row)
            self.kind_of.pop(row)
            if "parent" in record:
                self._children[(kind, record["parent"])].remove(record)
        elif entry["action"] == "create":
            record = table[row] = {"row_id": row, "modnum": "0"} | entry["values"]
            self.kind_of[row] = kind
            self._next[kind] = max(self._next[kind], entry.get("number", 0))
            if "parent" in record:
                self._children.setdefault((kind, record["parent"]), []).append(record)
        else:
            record = table[row]
            record |= entry["values"]
            record["modnum"] = str(int(record["modnum"]) + 1)
        if kind == "client" and "surname" in record:
            derive(record)
        self._sorted.pop(kind, None)
        self.applied[entry["what"]] += 1
        self.recent.append(entry)
        return record
