"""An exported list -> its persons: one line, or one quoted record, a person. The headings tell which list it is.

Rules: tab text or `;` text with quotes, CR LF, windows-1252; headings are exactly the labels of a list of the map, or
nothing is read; a list of child rows names nobody, so it is not released. A masked cell is empty between its separators,
quotes and all; its heading stays, because other records keep their values.
"""

import re
from collections.abc import Iterator
from functools import partial

from adapters.legacy_sonar.content import UnreadableError
from adapters.legacy_sonar.persons import bsn, municipality, region
from adapters.legacy_sonar.place import Later
from adapters.legacy_sonar.views import PERSON, Applet, Shape, ViewMap
from adapters.legacy_sonar.wire import encode
from proxy.model.http import Span
from proxy.model.person import Category, Field, Reading, Shown

XLS, CSV = b"application/vnd.ms-excel", b"text/csv"
_FILE = re.compile(rb'attachment; filename="[a-z]+_[0-9]{8}\.(?:xls|csv)"')
_CELL = re.compile(rb'"((?:[^"]|"")*+)"|([^;"\r\n]*+)')

type Record = tuple[Span, list[bytes], list[Span]]
"""The bytes of a record, its cells, and where each cell stands."""


def read(media: bytes, disposition: list[bytes], body: bytes, views: ViewMap) -> Reading:
    """Read the persons of an exported list; raises UnreadableError."""
    if len(disposition) != 1 or not _FILE.fullmatch(disposition[0]):
        raise UnreadableError("disposition")
    records = list(_tabs(body) if media == XLS else _semicolons(body))
    applet = _applet(records[0][1], views) if records else None
    if applet is None:
        raise UnreadableError("unknown-list")
    if applet.of != PERSON:
        return Reading((), body, listed=True, own_total=True)
    fields = {control.field: index for index, control in enumerate(applet.controls)}
    persons = tuple(_shown(applet, fields, record) for record in records[1:])
    return Reading(persons, body, listed=True)


def _applet(headings: list[bytes], views: ViewMap) -> Applet | None:
    for view in views.views.values():
        for applet in view.applets:
            labels = [encode(control.label) for control in applet.controls]
            if applet.shape is Shape.LIST and labels == headings:
                return applet
    return None


def _shown(applet: Applet, fields: dict[str, int], record: Record) -> Shown:
    span, cells, spans = record
    if len(cells) != len(applet.controls):
        raise UnreadableError("row-shape")

    def cell(name: str) -> bytes | None:
        return cells[fields[name]] if name in fields else None

    number = bsn(cell("bsn"))
    if number is None:
        raise UnreadableError("row-of-nobody")
    return Shown(
        row_id=None,
        bsn=number,
        municipality=municipality(cell("municipality")),
        region=region(cell("region")),
        categories=applet.categories,
        spans=(span,),
        deliberate=True,
        responsible_region=region(cell("responsible_region")),
        fields=Later(partial(_fields, applet, spans)),
    )


def _fields(applet: Applet, spans: list[Span]) -> tuple[Field, ...]:
    held: dict[Category, list[Span]] = {}
    for control, span in zip(applet.controls, spans, strict=True):
        held.setdefault(control.category, []).append(span)
    return tuple(Field(category, tuple((span, b"") for span in found)) for category, found in held.items())


def _tabs(body: bytes) -> Iterator[Record]:
    position = 0
    while position < len(body):
        end = body.find(b"\r\n", position)
        if end < 0:
            raise UnreadableError("cut-or-garbage")
        line = body[position:end]
        if b"\n" in line or b"\r" in line:
            raise UnreadableError("row-shape")
        cells = line.split(b"\t")
        yield (position, end + 2), cells, list(_lengths(position, cells))
        position = end + 2


def _lengths(start: int, cells: list[bytes]) -> Iterator[Span]:
    for cell in cells:
        yield start, start + len(cell)
        start += len(cell) + 1


def _semicolons(body: bytes) -> Iterator[Record]:
    position = 0
    while position < len(body):
        start, cells, spans = position, list[bytes](), list[Span]()
        while True:
            match = _CELL.match(body, position)
            if match is None:
                raise UnreadableError("row-shape")
            quoted = match[1]
            cells.append(match[2] if quoted is None else quoted.replace(b'""', b'"'))
            spans.append(match.span())
            position = match.end() + 1
            if body[position - 1 : position] != b";":
                break
        if body[position - 1 : position + 1] != b"\r\n":
            raise UnreadableError("row-shape")
        position += 1
        yield (start, position), cells, spans
