"""Lists: which rows a query finds, in which order, and what the work list of a user holds.

Rule: no region, no role: everybody finds everybody (the audited problem).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from adapters.legacy_sonar.standin import query
from adapters.legacy_sonar.standin.applets import Applet, Control
from adapters.legacy_sonar.standin.seed import Record
from adapters.legacy_sonar.standin.store import Store
from adapters.legacy_sonar.standin.text import stored_date

TASK_SET, MATCH_SET, MESSAGE_SET, SET_SIZE = 10, 14, 19, 10
CLIENTS = (1, 1)
"""Set and number of the list of persons that were searched; a group message goes to these."""
_ELSEWHERE = 5


def own(store: Store, user: str) -> list[str]:
    """The persons of this user's caseload or assigned to him."""
    people = store.tables["client"]
    return [
        row for row in store.ordered("client") if user in (people[row]["caseload_owner"], people[row]["assigned_to"])
    ]


def worklist(store: Store, user: str) -> list[str]:
    """The user's own persons, then five tasks of elsewhere."""
    mine = own(store, user)
    rows = store.ordered("client")
    start = int(hashlib.sha256(user.encode()).hexdigest()[:8], 16)
    others = (rows[(start + step * 37) % len(rows)] for step in range(_ELSEWHERE if rows else 0))
    return mine + [row for row in dict.fromkeys(others) if row not in set(mine)]


def _rows(store: Store, applet: Applet, criteria: Mapping[int, str]) -> tuple[list[str], set[int]]:
    """The rows to look at, and the criteria that this choice already answers."""
    if applet.component == "client":
        for number, text in criteria.items():
            control = next((c for c in applet.controls if c.number == number), None)
            if control is None or " " in text:
                continue
            if control.form == "b" and query.plain(text):
                return store.with_bsn(text), {number}
            if control.field == "surname" and query.plain(text.rstrip("*")) and len(text) > 1 and "*" not in text[:-1]:
                return store.with_surname(text.rstrip("*")), set() if text[-1] != "*" else {number}
    return store.ordered(applet.component), set()


def found(store: Store, applet: Applet, criteria: Mapping[int, str]) -> list[str]:
    """The rows that fulfil all criteria, in default order; raises query.UnreadableError."""
    fields = query.fields_of(applet.controls)
    controls = {control.number: control for control in applet.controls}
    rows, done = _rows(store, applet, criteria)
    tests = [
        query.compiled(text, controls[n], fields)
        for n, text in criteria.items()
        if n not in done and n in controls and text.strip()
    ]
    table = store.tables[applet.component]
    return [row for row in rows if all(test(table[row]) for test in tests)] if tests else rows


def candidates(store: Store, applet: Applet, criteria: Mapping[int, str]) -> list[str] | None:
    """The persons who want the occupation of the vacancy, everywhere; None when no vacancy was named or it does not exist."""
    vacancy = store.vacancy_of(criteria.get(1, ""))
    if vacancy is None:
        return None
    rest = {number: text for number, text in criteria.items() if number != 1}
    people = store.tables["client"]
    wanted = vacancy["occupation_code"]
    return [row for row in found(store, applet, rest) if people[row]["occupation_code"] == wanted]


def ordered_by(store: Store, rows: list[str], control: Control, descending: bool) -> list[str]:
    """The rows sorted on one column, the row id as the tie-breaker."""

    def key(row: str) -> tuple[str, str]:
        record: Record = store.record(row) or {}
        value = record.get(control.field, "").strip()
        return (
            stored_date(value) or value
            if control.form == "d"
            else value.casefold().zfill(12 if value.isdigit() else 0),
            row,
        )

    return sorted(rows, key=key, reverse=descending)
