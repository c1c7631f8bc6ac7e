"""A page -> the persons that it shows, with all bytes that belong to each.

Rules:
1. A row of a list of persons is its line and its hidden row id; nothing else on the page names it.
2. A page of one person says who it is in the head, the form or the hidden row id; all of them must agree.
3. Without a current record every place is empty; a page that shows values of nobody is not read.
4. Beside a list of persons stands at most an empty form, such as that of a message to them.
5. A list of child rows is one place (`note.py`); of contact notes each row is one besides.
6. The cursor is told only where the answer tells it: not by a page that is shown a second time.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from types import MappingProxyType

from adapters.legacy_sonar import note, place
from adapters.legacy_sonar.content import UnreadableError
from adapters.legacy_sonar.page import Fragment, Page, Variant
from adapters.legacy_sonar.views import PERSON, Shape
from adapters.legacy_sonar.vocabulary import AS_SHOWN, BY_ROW, OPENING
from adapters.legacy_sonar.wire import decode
from proxy.model.call import Call
from proxy.model.http import Span
from proxy.model.person import Field, Notes, PersonClass, Reading, Shown

COUNTER = "resultaten in uw bereik"
_TELLS_NOTHING = (
    AS_SHOWN
    | OPENING
    | {"ToggleTo", "PickRecord", "UndoRecord", "SaveQueryAs", "NewQuery", "GetCachedFrame"}
    | {"Send"}
)
_BLANK = b" \t\xa0"
_NOT_SECRET = frozenset({"N", "0"})
_NO_TRAITS: Mapping[str, str] = MappingProxyType({})
_FILE_INPUT_END = b'\r\n<div class="bladeren">'


def text(raw: bytes | None) -> str | None:
    """Give a shown value without its blanks; None: empty."""
    if raw is None:
        return None
    value = raw.replace(b"&nbsp;", b"").strip(_BLANK)
    return decode(value) if value else None


def bsn(raw: bytes | None) -> str | None:
    """Give nine digits of a BSN that is shown as a number; raises UnreadableError for anything else."""
    if raw is not None and len(raw) == 9 and raw.isdigit():
        return raw.decode("ascii")
    value = text(raw)
    if value is None:
        return None
    if not value.isascii() or not value.isdecimal() or not 7 <= len(value) <= 9:
        raise UnreadableError("bsn")
    return value.zfill(9)


def municipality(raw: bytes | None) -> str | None:
    """Give a CBS code; a number lost its leading zeros."""
    if raw is not None and len(raw) == 4 and raw.isdigit():
        return raw.decode("ascii")
    value = text(raw)
    return value.zfill(4) if value and value.isascii() and value.isdecimal() and len(value) <= 4 else None


def protection(raw: bytes | None) -> PersonClass | None:
    """Read the secrecy flag: whatever is not plainly "no" (N, 0, blank) means a secret address."""
    value = text(raw)
    return None if value is None or value.upper() in _NOT_SECRET else PersonClass.SECRET


def region(raw: bytes | None) -> str | None:
    """Give a region code."""
    if raw is not None and len(raw) == 4 and raw.startswith(b"AM") and raw.isalnum():
        return raw.decode("ascii")
    value = text(raw)
    return value if value and value.isascii() and len(value) == 4 and value.startswith("AM") else None


def read(call: Call, page: Page, body: bytes) -> Reading:
    """Read the persons of a screen; raises UnreadableError."""
    single = [part for part in page.fragments if part.applet.of == PERSON or part.applet.shape is Shape.CHILD]
    listed = next((part for part in page.fragments if part.applet.shape is Shape.LIST), None)
    if listed is not None:
        _check_empty([part for part in page.fragments if part is not listed], body)
        return _list(call, listed, body)
    one = _one(single, body) if single else None
    if one is None:
        return Reading((), body)
    keeps = call.links[-1].command == "GetCachedFrame"
    return Reading((one,), body, cursor=None if keeps else one.row_id)


def _list(call: Call, part: Fragment, body: bytes) -> Reading:
    if part.variant is Variant.QUERY:
        return Reading((), body)
    persons = part.applet.of == PERSON
    if part.variant is Variant.FORM:
        if persons:
            raise UnreadableError("row-opened")
        return Reading((), body)
    shown = tuple(_rows(part)) if persons else ()
    complete = not part.turned and len(part.rows) == part.total
    return Reading(
        shown,
        body,
        listed=True,
        complete=complete,
        counters=((part.teller, COUNTER.encode()),),
        own_total=part.applet.own_total or not persons,
        empty=_empty(part, body) if persons and complete and part.rows else None,
        numbers=part.compiled.numbers if persons else None,
        cursor=_cursor(call, part) if persons else None,
    )


def _rows(part: Fragment) -> Iterator[Shown]:
    if not part.rows:
        return
    compiled, kept = part.compiled, part.applet.categories
    places = compiled.row.groupindex
    has_bsn, has_code = "bsn" in places, "municipality" in places
    has_region, has_responsible = "region" in places, "responsible_region" in places
    for match, row_id, hidden in part.rows:
        yield Shown(
            row_id,
            bsn(match["bsn"]) if has_bsn else None,
            municipality(match["municipality"]) if has_code else None,
            region(match["region"]) if has_region else None,
            kept,
            (match.span(), hidden),
            deliberate=False,
            responsible_region=region(match["responsible_region"]) if has_responsible else None,
            fields=place.Later(partial(place.fields, compiled.row_places, match)),
            traits=place.Traits(compiled.traits, match) if compiled.traits else _NO_TRAITS,
        )


def _cursor(call: Call, part: Fragment) -> str | None:
    """SONAR stands on the first row after a query or a set, and where it was told to after positioning.

    Opening a list moves it the first time only, so nobody can tell where it stands after that.
    """
    last = call.links[-1]
    if last.method in BY_ROW:
        return last.row_id
    if {last.command, last.method} & _TELLS_NOTHING or not part.rows:
        return None
    return part.rows[0].row_id


def _empty(part: Fragment, body: bytes) -> tuple[Span, bytes]:
    """Make of a list what legacy shows for no hits; covers every row, hidden input, counter and set."""
    table = body[part.table[0] : part.table[1]]
    start, end = part.parent_line
    edit = note.NO_HITS + table + b"</table>\r\n" + body[start:end] + note.NO_TURN
    return (part.teller[0], part.pager[1]), edit


def _one(parts: list[Fragment], body: bytes) -> Shown | None:
    rows = {row for part in parts for row in _names(part)} - {""}
    numbers = {number for part in parts if (number := _number(part)) is not None}
    if len(rows) > 1 or len(numbers) > 1:
        raise UnreadableError("two-persons")
    if not rows and not numbers:
        _check_empty(parts, body)
        return None
    return Shown(
        row_id=next(iter(rows), None),
        bsn=next(iter(numbers), None),
        municipality=_first(municipality(_place(part, "municipality")) for part in parts),
        region=_first(region(_place(part, "region")) for part in parts),
        categories=frozenset(category for part in parts for category in part.applet.categories),
        spans=((parts[0].start, parts[-1].end),),
        deliberate=True,
        responsible_region=_first(region(_place(part, "responsible_region")) for part in parts),
        protection=_first(protection(_place(part, "secrecy_flag")) for part in parts),
        fields=place.Later(partial(_fields, parts)),
        notes=_notes(parts),
    )


def _notes(parts: list[Fragment]) -> Notes | None:
    found = [read for part in parts if part.applet.author is not None and (read := note.notes(part)) is not None]
    if len(found) > 1:
        raise UnreadableError("two-lists-of-notes")
    return found[0] if found else None


def _fields(parts: list[Fragment]) -> tuple[Field, ...]:
    return tuple(each for part in parts for each in _fields_of(part))


def _fields_of(part: Fragment) -> tuple[Field, ...]:
    if part.form is not None:
        return place.fields(part.compiled.form_places, part.form)
    edits = tuple(note.emptied(part))
    return tuple(Field(category, edits) for category in part.applet.categories)


def _first[T](found: Iterable[T | None]) -> T | None:
    return next((each for each in found if each is not None), None)


def _names(part: Fragment) -> tuple[str, ...]:
    """Which rows of persons a fragment names: a form its own, a list of child rows its parent."""
    return (part.parent,) if part.applet.shape is Shape.CHILD else (part.row_id, part.parent)


def _place(part: Fragment, name: str) -> bytes | None:
    if part.form is None or part.applet.shape is Shape.CHILD or name not in part.form.re.groupindex:
        return None
    found: bytes | None = part.form[name]
    return found


def _number(part: Fragment) -> str | None:
    return bsn(_place(part, "bsn"))


def _check_empty(parts: list[Fragment], body: bytes) -> None:
    """Nobody's page: all places are empty and no list has rows."""
    for part in parts:
        fragment = body[part.start : part.end]
        for opening in (b'_0" value="', b'_0">', b'cols="60">'):
            for piece in fragment.split(opening)[1:]:
                if piece[:1] not in {b"<", b'"'} and not piece.startswith(_FILE_INPUT_END):
                    raise UnreadableError("values-of-nobody")
        if part.rows:
            raise UnreadableError("values-of-nobody")
