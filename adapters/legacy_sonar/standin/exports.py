"""A list as a file: tab separated for Excel, `;` separated as CSV, both cp1252 with CR LF."""

from __future__ import annotations

from collections.abc import Iterable

from adapters.legacy_sonar.standin.applets import Applet
from adapters.legacy_sonar.standin.seed import Record
from adapters.legacy_sonar.standin.text import encode, shown

_NAMES = {1: "klanten", 10: "werkvoorraad", 11: "vacatures", 14: "kandidaten", 18: "werkgevers", 19: "ontvangers"}


def _plain(value: str) -> str:
    return value.replace("\t", " ").replace("\r", " ").replace("\n", " ")


def _quoted(value: str) -> str:
    return '"' + value.replace('"', '""') + '"' if any(sign in value for sign in ';"\r\n') else value


def exported(applet: Applet, records: Iterable[Record], form: str, day: str) -> tuple[list[tuple[str, str]], bytes]:
    """The headers and the bytes of an export; `form` is CSV or anything else for XLS."""
    csv = form.upper() == "CSV"
    write, mark = (_quoted, ";") if csv else (_plain, "\t")
    lines = [mark.join(write(control.label) for control in applet.controls)]
    lines += [mark.join(write(shown(record.get(c.field, ""), c.form)) for c in applet.controls) for record in records]
    name = f"{_NAMES.get(applet.set, 'lijst') if not applet.parent else 'lijst'}_{day}.{'csv' if csv else 'xls'}"
    kind = "text/csv; charset=ISO-8859-1" if csv else "application/vnd.ms-excel"
    headers = [("Content-Type", kind), ("Content-Disposition", f'attachment; filename="{name}"')]
    return headers, encode("\r\n".join(lines) + "\r\n")
