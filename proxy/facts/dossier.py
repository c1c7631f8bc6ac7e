"""persons.csv read strictly: what decides about a person, and nothing else of it.

Rules:
1. The name is not read. The BSN becomes a digest and a sealed identity before anything is stored, the birth date a digest
   that checks a date which is typed and tells none.
2. A BSN that fails the 11-test is not padded to somebody else's: the row id names that person, and the row is reported.
3. A municipality that no table knows on the day is stored as it is, decides as unknown, and is reported by its code;
   a code that is none is refused.
4. A file without the optional columns says that nobody moved and nobody agreed to publish: both only widen, so they end.
"""

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from proxy.facts.regions import RegionTable
from proxy.model.person import PersonClass, PersonId

COLUMNS = (
    *("row_id", "bsn", "name", "birth_date", "municipality_code", "responsible_region", "caseload_user", "team"),
    *("class", "assigned_to", "status"),
)
OPTIONAL = ("moved_from", "moved_on", "consents")
"""May follow, in any order: municipality that was left and the day, and `yes` where the CV may be published."""
STATUSES = frozenset({"active", "inactive", "expired"})
_CLASSES = frozenset(PersonClass) - {PersonClass.SELF}


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person as it is stored."""

    row_id: str
    identity: PersonId = field(repr=False)
    municipality: str | None
    responsible_region: str | None
    caseload_user: str | None
    team: str | None
    assigned: tuple[str, ...]
    protection: PersonClass
    status: str
    moved: tuple[str, date] | None = None
    consents: bool = False
    born: bytes | None = field(default=None, repr=False)


@dataclass(slots=True)
class Report:
    """What a reading found, filled while it goes on."""

    rows: int = 0
    without_bsn: int = 0
    without_region: int = 0
    unplaced: Counter[str] = field(default_factory=Counter)
    """Municipality codes that have no region on the day, with how many persons live there; "": no municipality at all."""
    problems: list[str] = field(default_factory=list)
    """file:line, what was found, what is allowed; the first hundred."""
    refused: int = 0

    def refuse(self, problem: str) -> None:
        """Note a row that cannot be stored."""
        self.refused += 1
        if len(self.problems) < 100:
            self.problems.append(problem)


@dataclass(frozen=True, slots=True)
class Reading:
    """How persons are read: the table of regions, and how an identity is digested and sealed."""

    regions: RegionTable
    identify: Callable[[str | None, str], PersonId]
    """BSN (or None) and row id to an identity; a BSN that is none gives the identity of the row id."""
    file: str = "persons.csv"
    today: date | None = None
    """The day on which a municipality must have a region; None: any day will do."""
    mark: Callable[[PersonId, str], bytes] | None = None
    """Identity and birth date (`jjjjmmdd`) to the digest that is stored; None: none is."""


def read(lines: Iterable[str], how: Reading, report: Report) -> Iterator[PersonRow]:
    """Give the persons of a file one by one; bad rows go to the report and are not given."""
    reader = csv.DictReader(lines)
    columns = tuple(reader.fieldnames or ())
    more = columns[len(COLUMNS) :]
    if columns[: len(COLUMNS)] != COLUMNS or len({*more}) != len(more) or not {*more} <= {*OPTIONAL}:
        allowed = f"exactly {', '.join(COLUMNS)}; may follow: {', '.join(OPTIONAL)}"
        report.refuse(f"{how.file}:1: found columns {reader.fieldnames}; allowed are {allowed}")
        return
    seen: set[str] = set()
    for row in reader:
        problem = _problem(row, how.regions, seen)
        if problem:
            report.refuse(f"{how.file}:{reader.line_num}: {problem}")
            continue
        seen.add(row["row_id"])
        yield _person(row, how, report)


def _problem(row: Mapping[str, str], regions: RegionTable, seen: set[str]) -> str | None:
    if None in row or None in row.values():
        return "found another number of columns than the heading has"
    if not row["row_id"] or row["row_id"] in seen:
        return f"found row_id {row['row_id']!r}; allowed: a text that occurs once"
    for name, holds, allowed in (
        ("municipality_code", _is_code, "exactly 4 digits, or nothing"),
        ("responsible_region", regions.known, f"{', '.join(sorted(regions.names))}, or nothing"),
        ("class", _CLASSES.__contains__, ", ".join(sorted(_CLASSES))),
        ("status", STATUSES.__contains__, ", ".join(sorted(STATUSES))),
    ):
        written = row[name]
        if not holds(written) and (written or name in {"class", "status"}):
            return f"found {name} {written!r}; allowed: {allowed}"
    return _problem_of_more(row)


def _problem_of_more(row: Mapping[str, str]) -> str | None:
    """Say what is wrong with the optional columns, if anything."""
    left, day = row.get("moved_from", ""), row.get("moved_on", "")
    if (left or day) and not (_is_code(left) and _day(day)):
        return f"found a move from {left!r} on {day!r}; allowed: a code of 4 digits and a day as 2026-01-31, or neither"
    if row.get("consents", "") not in {"", "yes", "no"}:
        return f"found consents {row['consents']!r}; allowed: yes, no, or nothing"
    return None


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def _is_code(written: str) -> bool:
    return len(written) == 4 and written.isascii() and written.isdigit()


def _has_region(how: Reading, code: str | None) -> bool:
    return (how.regions.region(code, how.today) is not None) if how.today else code in how.regions.periods


def _person(row: Mapping[str, str], how: Reading, report: Report) -> PersonRow:
    identity = how.identify(row["bsn"] or None, row["row_id"])
    day = _day(row.get("moved_on", ""))
    born = row["birth_date"].replace("-", "")
    code = row["municipality_code"] or None
    report.rows += 1
    report.without_bsn += identity.plain is not None and identity.plain.startswith("row:")
    if not _has_region(how, code):
        report.without_region += 1
        report.unplaced[code or ""] += 1
    return PersonRow(
        row_id=row["row_id"],
        identity=identity,
        municipality=code,
        responsible_region=row["responsible_region"] or None,
        caseload_user=row["caseload_user"] or None,
        team=row["team"] or None,
        assigned=tuple(row["assigned_to"].split()),
        protection=PersonClass(row["class"]),
        status=row["status"],
        moved=(row["moved_from"], day) if day else None,
        consents=row.get("consents") == "yes",
        born=how.mark(identity, born) if how.mark and len(born) == 8 and born.isdecimal() else None,
    )
