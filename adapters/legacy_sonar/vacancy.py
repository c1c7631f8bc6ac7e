"""Vacancies as a page shows them: what a match, a card and a grant depend on. No personal data.

Rules: only a vacancy with its number is read; a date or region that cannot be read is unknown, and unknown opens nothing; a
status that is not open closes it on the day it opened, whatever its closing date says.
"""

from collections.abc import Iterator, Mapping
from datetime import date

from adapters.legacy_sonar import records
from adapters.legacy_sonar.page import Page
from proxy.model.tie import Vacancy

VACANCY = "vacancy"
_OPEN = "Open"


def vacancies(page: Page, body: bytes) -> Iterator[Vacancy]:
    """Read the vacancies of a list or a form."""
    if not any(part.applet.of == VACANCY for part in page.fragments):
        return
    shown = [values for _, values in records.rows(page, body)]
    if any(part.form is not None and part.row_id for part in page.fragments):
        shown.append(records.form(page, body)[2])
    for values in shown:
        number = values.get("vacancy_id", "").strip()
        if number:
            yield _vacancy(number, values)


def _vacancy(number: str, values: Mapping[str, str]) -> Vacancy:
    opened, closed = _day(values.get("opened", "")), _day(values.get("closed", ""))
    if values.get("status", "").strip() != _OPEN and opened is not None:
        closed = opened
    region, occupation = values.get("region", "").strip(), values.get("occupation", "").strip()
    return Vacancy(number, _region(region), occupation or None, None, opened, closed)


def _region(code: str) -> str | None:
    return code if len(code) == 4 and code.startswith("AM") and code[2:].isascii() and code[2:].isdigit() else None


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
