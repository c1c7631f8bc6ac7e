"""A page -> canonical values: for reading records out of the legacy, and for probes after a write.

Rules: field names are those of the control map; values are as shown, unescaped, `&nbsp;` alone is empty.
"""

import html
import re
from collections.abc import Iterator, Mapping

from adapters.legacy_sonar.content import UnreadableError
from adapters.legacy_sonar.page import Fragment, Page
from adapters.legacy_sonar.views import Applet, Shape
from adapters.legacy_sonar.wire import decode

_CELL = re.compile(rb'<td id="s_[0-9]+_[0-9]+_([0-9]+)_[0-9]+">(.*?)</td>', re.DOTALL)
_LINK = re.compile(rb"<a [^>]*>(.*)</a>", re.DOTALL)
_INPUT = re.compile(rb'<input type="text" name="[^"]*" value="([^"]*)">')
_AREA = re.compile(rb"<textarea [^>]*>(.*)</textarea>", re.DOTALL)


def rows(page: Page, body: bytes) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Give the rows of the list on a page: row id and values by canonical field."""
    for part in page.fragments:
        for row in part.rows:
            yield row.row_id, _values(part.applet, body[slice(*row.match.span())])


def form(page: Page, body: bytes) -> tuple[str, int | None, Mapping[str, str]]:
    """Give the one form of a page, beside its head: row id, modification number, values; raises UnreadableError."""
    parts = [part for part in page.fragments if part.form is not None and part.applet.shape is not Shape.HEAD]
    if len(parts) != 1 or not parts[0].row_id:
        raise UnreadableError("no-record")
    return parts[0].row_id, _modification(parts[0], body), _values(parts[0].applet, body[parts[0].start : parts[0].end])


def head(page: Page, body: bytes) -> Mapping[str, str]:
    """Give what the head of a page says of the person; nothing where it has none."""
    part = next((part for part in page.fragments if part.applet.shape is Shape.HEAD), None)
    return {} if part is None else _values(part.applet, body[part.start : part.end])


def total(page: Page) -> int:
    """Give the total that the list on a page tells."""
    return max((part.total for part in page.fragments), default=0)


def first(page: Page) -> int:
    """Give the number of the first row that the list on a page shows."""
    return max((part.first for part in page.fragments), default=0)


def parent(page: Page) -> str:
    """Give the person on whom the rows of the list on a page hang; empty: nobody is named."""
    return next((part.parent for part in page.fragments if part.form is None and part.parent), "")


def _modification(part: Fragment, body: bytes) -> int | None:
    match = re.search(rb'name="SWEModNum" value="([0-9]+)"', body[part.start : part.end])
    return int(match[1]) if match else None


def _values(applet: Applet, line: bytes) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for number, cell in _CELL.findall(line):
        control = applet.control(int(number))
        if control is not None:
            found[control.field] = text(cell)
    return found


def text(cell: bytes) -> str:
    """Give the value of a cell: of its link, input or text area, where it holds one."""
    if cell[:1] == b"<":
        cell = next((match[1] for pattern in (_LINK, _INPUT, _AREA) if (match := pattern.fullmatch(cell))), cell)
    return "" if cell == b"&nbsp;" else html.unescape(decode(cell))
