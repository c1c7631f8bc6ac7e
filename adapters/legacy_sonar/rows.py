"""Which rows a link names. Every row id that some reader could take counts, so all of them must be allowed.

Rules: a row id is plain (`1-` and capitals or digits); a row of a vacancy or an employer names no person, and on a
view of persons it has no reading; ids of child rows are kept among the persons' rows, where nobody knows them, so a
mutation on a child row that was not reached through its person is refused.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from adapters.legacy_sonar.views import PERSON, View, ViewMap
from adapters.legacy_sonar.wire import OddError

_ROW_ID = re.compile(r"[0-9]{1,2}-[0-9A-Z]{1,20}")
_NAMES = ("SWEPostnRowId", "SWERowId", "SWERowId0")


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of persons (and of their child records), the row of anything else, and whether a row positions."""

    persons: tuple[str, ...] = ()
    record: str | None = None
    positioned: bool = False
    """The request itself says on which person it acts; else it acts on the record under the cursor."""


def name_rows(link: Mapping[str, str], view: View | None, view_map: ViewMap) -> Rows:
    """Read the row ids of a link; raises OddError for ids that have no reading on this view."""
    found = tuple(dict.fromkeys(_found(link)))
    others = tuple(start for kind, start in view_map.row_ids.items() if kind != PERSON)
    persons = tuple(row for row in found if not row.startswith(others))
    records = [row for row in found if row.startswith(others)]
    if view is not None and ((records and view.persons) or (persons and not view.persons)):
        raise OddError("row-of-other-kind")
    if len(records) > 1:
        raise OddError("duplicate", "SWERowId")
    person = view_map.row_ids[PERSON]
    _check_one(link, person)
    effective = (link.get("SWEPostnRowId"), link.get("SWERowId"), link.get("SWERowIds"), _deep(link))
    positioned = any(row and row.startswith(person) for row in effective)
    return Rows(persons, records[0] if records else None, positioned)


def _check_one(link: Mapping[str, str], person: str) -> None:
    """Which of two rows a server takes is its own affair; so there may be one row, and one parent."""
    own = {row for row in (link.get("SWEPostnRowId"), link.get("SWERowId"), _deep(link)) if row}
    parents = set(link.get("SWERowIds", "").replace(",", " ").split())
    if len(own) > 1 or len(parents) > 1 or len({row for row in own | parents if row.startswith(person)}) > 1:
        raise OddError("two-rows")


def _deep(link: Mapping[str, str]) -> str | None:
    """SWERowId0 positions only beside SWEApplet0; in a posted form it is what the form showed."""
    return link.get("SWERowId0") if "SWEApplet0" in link else None


def _found(link: Mapping[str, str]) -> Iterable[str]:
    for name in _NAMES:
        if link.get(name):
            yield plain(link[name], name)
    for row in link.get("SWERowIds", "").replace(",", " ").split():
        yield plain(row, "SWERowIds")


def plain(row: str, name: str) -> str:
    """Give a row id that has one spelling."""
    if not _ROW_ID.fullmatch(row):
        raise OddError("row-id", name)
    return row
