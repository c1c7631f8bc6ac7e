"""The child list on a page of a person: all of it as one place, and the contact notes in it one by one.

Rules:
1. How many notes or measures there are is told by the rows, their ids, the counter and the ways on, so all of it becomes
   what legacy shows for none.
2. A list of which the map names an author is a list of notes: a row is its line and its hidden row id.
3. A note that is opened in a form cannot be cut; one that says no author has an unknown one. The form of a new note, all
   of whose places are empty, is no note yet.
"""

import html
import re
from collections.abc import Iterator

from adapters.legacy_sonar.page import Fragment, Variant
from adapters.legacy_sonar.place import group
from adapters.legacy_sonar.wire import decode
from proxy.model.http import Span
from proxy.model.person import Note, Notes

NO_HITS = b"Geen records gevonden"
NO_TURN = b'<span class="uit">Vorige</span> <span class="uit">Volgende</span></div>'
_ROWS_END = b"</table>\r\n"
_BLANK = " \t\xa0"
_EMPTY = re.compile(rb'(?:<input type="text" name="[^"]*" value="">|<textarea [^>]*></textarea>|)')


def emptied(part: Fragment) -> Iterator[tuple[Span, bytes]]:
    """Make of a list of child rows the one that legacy shows where there are none; the way to add a file goes too."""
    first = part.table[1]
    last = part.rows[-1].match.end() if part.rows else first
    yield part.teller, NO_HITS
    yield (first, last), b""
    yield (last + len(_ROWS_END), part.parent_line[0]), b""
    yield part.upload, b""
    yield part.pager, NO_TURN


def notes(part: Fragment) -> Notes | None:
    """Read the notes of a fragment; None: it holds none."""
    author = part.applet.author
    if author is None or part.variant is Variant.QUERY:
        return None
    place = group(author)
    if part.form is not None:
        filled = any(not _EMPTY.fullmatch(part.form[group(control)]) for control in part.applet.controls)
        return Notes((Note(_name(part.form[place]), ()),), part.applet.categories) if filled else None
    if not part.rows:
        return None
    complete = not part.turned and len(part.rows) == part.total
    return Notes(
        tuple(Note(_name(match[place]), (match.span(), hidden), row_id) for match, row_id, hidden in part.rows),
        part.applet.categories,
        complete,
        (part.teller,),
        tuple(emptied(part)) if complete else (),
        part.compiled.numbers,
    )


def _name(shown: bytes) -> str:
    value = decode(shown.replace(b"&nbsp;", b""))
    return (html.unescape(value) if "&" in value else value).strip(_BLANK)
