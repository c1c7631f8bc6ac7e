"""A page of one record that newcore answers: a form, or a head with child rows. Pure.

Rules: the call says which record, or the gateway does, for the one under the cursor; a record that newcore does not know, or
not there, is one that legacy has not found; child rows are shown from the first one on. What belongs to a category that was
not stated is not asked for.
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field, replace

from adapters.legacy_sonar.mimic import frame as frames
from adapters.legacy_sonar.mimic import rows
from adapters.legacy_sonar.mimic.ask import Ask, Document, Made, Record, Told, UntranslatableError, Walk, record
from adapters.legacy_sonar.mimic.form import form
from adapters.legacy_sonar.mimic.frame import Frame
from adapters.legacy_sonar.mimic.query import SET
from adapters.legacy_sonar.mimic.rows import Rows
from adapters.legacy_sonar.views import PERSON, Applet, Shape, View
from adapters.legacy_sonar.vocabulary import AS_SHOWN, OPENING
from proxy.model.call import Call
from proxy.model.principal import Session

_AGAIN = AS_SHOWN | {"GetCachedFrame", "PickRecord", "ToggleTo", "EditRecord"}
_SHOWING = OPENING | _AGAIN | {"Drilldown"}
_NOT_FOUND = ("SNR-0004", "Record niet gevonden")


_FIRST_SET = (("limit", str(SET)), ("offset", "0"))


@dataclass(frozen=True, slots=True)
class Child:
    """How child rows are had from newcore."""

    path: str
    """Behind the address of the record."""
    name: str
    """Of the rows in the answer."""


@dataclass(frozen=True, slots=True)
class Records:
    """How a record is had from newcore."""

    collection: str
    of: str
    """What it is in the control map (`client`: a person)."""
    children: Mapping[str, Child] = field(default_factory=dict)
    """What a child row is -> how its kind is had."""
    through: str = ""
    """A record of another kind, a click on which leads here: the employer of a vacancy."""
    way: str = ""
    """Name of those records in the API."""
    by: str = ""
    """The field by which they lead here."""


def walk(records: Records, call: Call, session: Session, at: tuple[Frame, View]) -> Walk:
    """Answer a call on one record; raises UntranslatableError."""
    frame, view = at
    row = yield from _found(records, _row(records, call, session), call, at)
    if row is None:
        return Made(frames.error(frame, *_NOT_FOUND))
    asked = tuple(each for each in view.applets if each.shape is Shape.CHILD and each.categories <= frame.shown)
    place = f"/{records.collection}/{row}"
    told = yield (Ask(place), *(Ask(f"{place}/{records.children[each.of].path}", _FIRST_SET) for each in asked))
    if told[0] is None:
        return Made(frames.error(frame, *_NOT_FOUND))
    found = {**record(told[0]), "mod_num": str(told[0]["modNum"])}
    children = {
        each.of: _children(records.children[each.of], document) for each, document in zip(asked, told[1:], strict=True)
    }
    only = view.applet(call.links[0].applet) if call.links[0].command == "GetApplet" else None
    parts = (_part(at, applet, found, children) for applet in view.applets if only in {None, applet})
    return Made(frames.answer(frame, view, "".join(parts)))


def _found(
    records: Records, row: str, call: Call, at: tuple[Frame, View]
) -> Generator[tuple[Ask, ...], Told, str | None]:
    """Say which record is to be shown; None: none that there could be. Raises UntranslatableError."""
    frame, view = at
    kind = _kind(row, frame)
    if kind == records.of:
        return row
    if kind == records.through and call.links[0].method == "Drilldown":
        return (yield from _led(records, row))
    if any(each.shape is Shape.CHILD for each in view.applets):
        raise UntranslatableError("it may be a child row")
    return None


def _row(records: Records, call: Call, session: Session) -> str:
    """Say which record; raises UntranslatableError where neither the call does nor the session."""
    link = call.links[0]
    if (link.method or link.command) not in _SHOWING:
        raise UntranslatableError(link.method or link.command)
    named = {link.row_id, dict(call.aliases).get("record"), *call.row_ids} - {None}
    if not named and (link.method or link.command) in _AGAIN:
        named = {session.current if records.of == PERSON else dict(session.records).get(records.of)} - {None, ""}
    row = named.pop() if len(named) == 1 else None
    if row is None:
        raise UntranslatableError("not one record")
    return row


def _kind(row: str, frame: Frame) -> str:
    """Say what a row is, by how its id begins; empty: nobody knows."""
    return next((kind for kind, start in frame.setting.views.row_ids.items() if row.startswith(start)), "")


def _led(records: Records, row: str) -> Generator[tuple[Ask, ...], Told, str | None]:
    """Follow a record of another kind to the one that it names; None: it names nothing that is there."""
    told = yield (Ask(f"/{records.way}/{row}"),)
    value = record(told[0]).get(records.by, "").strip() if told[0] is not None else ""
    if not value:
        return None
    told = yield (Ask(f"/{records.collection}", ((records.by, value), *_FIRST_SET)),)
    found = told[0][records.collection] if told[0] is not None else ()
    return record(found[0])["id"] if found else None


def _children(child: Child, document: Document | None) -> Rows:
    """Read child rows; raises ValueError, KeyError or TypeError for what is none."""
    if document is None:
        raise ValueError("child rows of nobody")
    total, found = document["total"], tuple(map(record, document[child.name]))
    if type(total) is not int or total < len(found) or len(found) > SET:
        raise ValueError("a total that cannot be")
    return Rows(found, 0, total)


def _part(at: tuple[Frame, View], applet: Applet, found: Record, children: Mapping[str, Rows]) -> str:
    if applet.shape is not Shape.CHILD:
        return form(*at, applet, found)
    return rows.listing(*at, applet, replace(children.get(applet.of, Rows()), parent=found["id"]))
