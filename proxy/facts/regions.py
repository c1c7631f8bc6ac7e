"""Which labour market region a municipality belongs to, at a date.

Source: CBS, "Gebieden in Nederland" (CC BY 4.0), and the other tables that data/README.md names. Rules:
1. Dated, half-open intervals: a municipality has no region before or after its own time, and a successor is never guessed.
2. Unknown is None, and None leads to the most restrictive relation.
3. A name counts only when exactly one municipality of that day carries it; homonyms keep their suffix ("Bergen (NH.)").
4. The table has a hash; it stands in every record that was decided with it.
"""

import csv
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from itertools import pairwise

from proxy.errors import OperatorError

MUNICIPALITY_COLUMNS = ("gemeente_code", "gemeente_name", "region_code", "valid_from", "valid_to", "basis")
REGION_COLUMNS = ("region_code", "region_name", "region_name_2020")
_BLANKS = " \t\xa0"


@dataclass(frozen=True, slots=True)
class Period:
    """A municipality in a region from a day, until (not including) another."""

    code: str
    name: str
    region: str
    start: date
    end: date

    def holds(self, day: date) -> bool:
        """Tell whether the period covers the day."""
        return self.start <= day < self.end


@dataclass(frozen=True, slots=True)
class RegionTable:
    """The dated table. Look-ups are dictionary reads; nothing here can fail while it runs."""

    names: Mapping[str, str]
    """Region code -> name."""
    periods: Mapping[str, tuple[Period, ...]]
    by_name: Mapping[str, tuple[Period, ...]]
    hash: str
    source: str = field(repr=False, default="")
    """The rows in canonical form: what is archived under the hash."""

    def region(self, municipality: str | None, day: date) -> str | None:
        """Give the region code of a CBS municipality code on a day; None: unknown, not yet or no longer there."""
        for period in self.periods.get(municipality, ()) if municipality else ():
            if period.holds(day):
                return period.region
        return None

    def municipality(self, name: str, day: date) -> str | None:
        """Give the code of the one municipality that carries the name on a day; None: none, or more than one."""
        held = {period.code for period in self.by_name.get(_key(name), ()) if period.holds(day)}
        return held.pop() if len(held) == 1 else None

    def known(self, region: str | None) -> bool:
        """Tell whether a code is one of the regions."""
        return region in self.names


def _key(name: str) -> str:
    return name.strip(_BLANKS).casefold()


def load(regions: str, municipalities: str) -> RegionTable:
    """Read both tables (CSV text); raises OperatorError with the line at the first row that cannot hold."""
    names = {row["region_code"]: row["region_name"] for _, row in _rows(regions, REGION_COLUMNS, "regions")}
    found = [_period(line, row, names) for line, row in _rows(municipalities, MUNICIPALITY_COLUMNS, "municipalities")]
    periods = _grouped(found, lambda period: period.code)
    for code, held in periods.items():
        _check(code, held)
    canonical = "\n".join(sorted(f"{p.code},{p.name},{p.region},{p.start},{p.end}" for p in found))
    return RegionTable(
        names, periods, _grouped(found, lambda p: _key(p.name)), sha256(canonical.encode()).hexdigest(), canonical
    )


def _rows(text: str, columns: tuple[str, ...], table: str) -> Iterable[tuple[int, dict[str, str]]]:
    reader = csv.DictReader(text.splitlines())
    if tuple(reader.fieldnames or ()) != columns:
        raise OperatorError(f"{table}:1: found columns {reader.fieldnames}; allowed are exactly {list(columns)}")
    return enumerate(reader, start=2)


def _period(line: int, row: dict[str, str], names: Mapping[str, str]) -> Period:
    code, region = row["gemeente_code"], row["region_code"]
    if len(code) != 4 or not code.isdigit():
        raise OperatorError(f"municipalities:{line}: found code {code!r}; a CBS code is text of exactly 4 digits")
    if region not in names:
        raise OperatorError(f"municipalities:{line}: found region {region!r}; allowed are {', '.join(sorted(names))}")
    try:
        start = date.fromisoformat(row["valid_from"])
        end = date.fromisoformat(row["valid_to"]) if row["valid_to"] else date.max
    except ValueError as fault:
        raise OperatorError(f"municipalities:{line}: {fault}; write dates as 2026-01-31") from None
    return Period(code, row["gemeente_name"], region, start, end)


def _grouped(found: Iterable[Period], key: Callable[[Period], str]) -> dict[str, tuple[Period, ...]]:
    groups: dict[str, list[Period]] = {}
    for period in found:
        groups.setdefault(key(period), []).append(period)
    return {name: tuple(sorted(held, key=lambda period: period.start)) for name, held in groups.items()}


def _check(code: str, held: tuple[Period, ...]) -> None:
    for period in held:
        if period.end <= period.start:
            raise OperatorError(f"municipality {code}: period {period.start} to {period.end} is empty")
    for earlier, later in pairwise(held):
        if later.start < earlier.end:
            raise OperatorError(f"municipality {code}: periods overlap at {later.start}; a day has one region")
