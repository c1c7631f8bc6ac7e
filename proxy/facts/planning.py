"""vacancies.csv and appointments.csv read strictly: all or nothing, every bad row named. Pure.

Rule: the columns are exactly those named here, in this order; a vacancy's number and an appointment occur once.
"""

import csv
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from proxy.facts.regions import RegionTable
from proxy.model.tie import Vacancy

VACANCY = ("id", "region", "occupation", "organisation", "opened", "closed")
APPOINTMENT = ("row_id", "user", "day")
SHOWN = 100
"""Problems that are told; the others are counted."""

type Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AppointmentRow:
    """One appointment as it is stored."""

    row_id: str
    user: str
    day: date


@dataclass(frozen=True, slots=True)
class Planned[Kind]:
    """What a file holds: rows that may be stored when there are no problems."""

    rows: tuple[Kind, ...]
    problems: tuple[str, ...]
    """file:line, what was found, what is allowed."""


def vacancies(lines: Iterable[str], regions: RegionTable, file: str = "vacancies.csv") -> Planned[Vacancy]:
    """Read vacancies; an unknown region, date or organisation is an empty cell, and opens nothing."""

    def read(row: Row) -> Vacancy | str:
        opened, closed = _day(row["opened"]), _day(row["closed"])
        if not row["id"].strip():
            return f"found id {row['id']!r}; allowed: the number of the vacancy"
        if row["region"] and not regions.known(row["region"]):
            return f"found region {row['region']!r}; allowed: {', '.join(sorted(regions.names))}, or nothing"
        if isinstance(opened, str) or isinstance(closed, str):
            return f"found {row['opened']!r} to {row['closed']!r}; allowed: days as 2026-01-31, or nothing"
        region, occupation, organisation = (row[name] or None for name in ("region", "occupation", "organisation"))
        return Vacancy(row["id"], region, occupation, organisation, opened, closed)

    return _planned(lines, VACANCY, file, read)


def appointments(lines: Iterable[str], file: str = "appointments.csv") -> Planned[AppointmentRow]:
    """Read appointments of users with persons."""

    def read(row: Row) -> AppointmentRow | str:
        day = _day(row["day"])
        if not row["row_id"].strip() or not row["user"].strip():
            return f"found row_id {row['row_id']!r} and user {row['user']!r}; allowed: neither may be empty"
        if not isinstance(day, date):
            return f"found day {row['day']!r}; allowed: a day as 2026-01-31"
        return AppointmentRow(row["row_id"], row["user"], day)

    return _planned(lines, APPOINTMENT, file, read)


def _planned[Kind](
    lines: Iterable[str], columns: tuple[str, ...], file: str, read: Callable[[Row], Kind | str]
) -> Planned[Kind]:
    reader = csv.DictReader(lines)
    if tuple(reader.fieldnames or ()) != columns:
        return Planned((), (f"{file}:1: found columns {reader.fieldnames}; allowed are exactly {', '.join(columns)}",))
    rows: dict[object, Kind] = {}
    problems: list[str] = []
    for row in reader:
        odd = None in row or None in row.values()
        found = "found another number of columns than the heading has" if odd else read(row)
        key = found if isinstance(found, AppointmentRow) else row.get("id")
        if isinstance(found, str):
            problems.append(f"{file}:{reader.line_num}: {found}")
        elif key in rows:
            problems.append(f"{file}:{reader.line_num}: found {key!r} a second time; allowed: once")
        else:
            rows[key] = found
    return Planned(tuple(rows.values()), tuple(problems))


def _day(written: str) -> date | str | None:
    """Read a day; None: nothing was written, a text: what was written is none."""
    if not written:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        return written
