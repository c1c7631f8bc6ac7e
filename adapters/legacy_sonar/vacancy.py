"""Vacancies as a page shows them: what a match, a card and a grant depend on. No personal data.

Why from the matches of the page that is parsed anyway: every list of vacancies that passes by is read, and finding its
cells a second time cost eight times the reading of the page. Rules: only a vacancy with its number is read; a date or region that cannot be read is unknown, and unknown opens nothing; a
status that is not open closes it on the day it opened, whatever its closing date says.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache

from adapters.legacy_sonar import records
from adapters.legacy_sonar.page import Fragment, Page
from adapters.legacy_sonar.place import group
from proxy.model.tie import Vacancy

VACANCY = "vacancy"
_OPEN = "Open"
_READ = frozenset({"vacancy_id", "region", "occupation", "status", "opened", "closed"})


def vacancies(page: Page) -> Iterator[Vacancy]:
    """Read the vacancies of a list or a form."""
    for part in page.fragments:
        if part.applet.of == VACANCY:
            yield from _read(part)


def _read(part: Fragment) -> Iterator[Vacancy]:
    groups = {control.field: group(control) for control in part.applet.controls if control.field in _READ}
    matches = [row.match for row in part.rows]
    if part.form is not None and part.row_id:
        matches.append(part.form)
    for match in matches:
        values = {name: records.text(match[at]) for name, at in groups.items()}
        number = values.get("vacancy_id", "").strip()
        if number:
            yield _vacancy(number, values)


def _vacancy(number: str, values: Mapping[str, str]) -> Vacancy:
    opened, closed = _day(values.get("opened", "")), _day(values.get("closed", ""))
    if values.get("status", "").strip() != _OPEN and opened is not None:
        closed = opened
    region, occupation = values.get("region", "").strip(), values.get("occupation", "").strip()
    return Vacancy(number, _region(region), occupation or None, None, opened, closed)


@lru_cache(maxsize=256)
def _region(code: str) -> str | None:
    return code if len(code) == 4 and code.startswith("AM") and code[2:].isascii() and code[2:].isdigit() else None


@lru_cache(maxsize=4096)
def _day(written: str) -> date | None:
    """Read `dd-mm-jjjj`; a day or month that is 00 is unknown."""
    day, _, rest = written.strip().partition("-")
    month, _, year = rest.partition("-")
    if not (day + month + year).isascii() or not all(part.isdecimal() for part in (day, month, year)) or len(year) != 4:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
