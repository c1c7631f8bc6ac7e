"""Where SONAR stands: a call that depends on it is positioned first, after newcore answered what the user saw.

Why: SONAR acts on its own cursor where a request names no row, and shows its own view where it names none. Rules:
1. A request that names its row needs nothing. One that names none gets the row of the record on which the user stands,
   where SONAR takes one there: nothing else of it changes, and it is read again to be sure.
2. Anything else - a chain, a read that saves, what stands below a person, a page once more - comes after one read of ours
   that opens that record on its view. It carries no sequence number and no value, and is never sent twice.
3. Where neither can be, the call cannot be sent.
4. The recipients of a message are the persons of the last search: where newcore answered it, it is asked of SONAR first.
5. A request without a sequence number gets the client's last one, where SONAR has not seen it: its page counts on from there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, quote_plus

from adapters.legacy_sonar import wire
from adapters.legacy_sonar.content import UnreadableError, decode
from adapters.legacy_sonar.page import Fragment, Grammar, Page, Variant, parse
from adapters.legacy_sonar.views import PERSON, Applet, Shape, View, ViewMap
from adapters.legacy_sonar.vocabulary import NEW, OPENING, SCREEN_PATH, SESSION_NAME
from adapters.legacy_sonar.wire import OddError
from adapters.legacy_sonar.written import Addition, written
from proxy.model.call import Call, Link
from proxy.model.http import Answer, Fields, Request
from proxy.model.position import Position
from proxy.model.principal import Session
from proxy.model.route import Core

_KEPT = frozenset({b"host", b"user-agent", b"cookie", b"accept", b"accept-charset"})
_FORM = b"application/x-www-form-urlencoded"
_TAKES_ROW = frozenset({"WriteRecord", "EditRecord", "DeleteRecord"})
_RECIPIENTS = "SNR Groepsbericht View"
_SEARCHED = frozenset({"SNR Klant Zoek View", "SNR Klant Zoek Alle Organisaties View"})


@dataclass(frozen=True, slots=True)
class _Need:
    """What a call acts on because it names nothing: a row, on a view of it; the call takes the row under a name, or not."""

    view: str
    row: str
    name: str = ""


def place_of(call: Call, page: Page) -> tuple[str, str] | None:
    """Give what is no person on which SONAR stands after a page, and its row; None: the page does not tell."""
    last = call.links[-1]
    for part in page.fragments:
        if part.applet.of == PERSON or part.applet.shape in {Shape.CHILD, Shape.HEAD}:
            continue
        if part.variant is Variant.FORM and part.row_id:
            return part.applet.of, part.row_id
        if part.variant is Variant.LIST and last.method == "PositionOnRow":
            return (part.applet.of, last.row_id) if last.row_id else None
        if part.variant is Variant.LIST and part.rows and not call.again:
            return part.applet.of, part.rows[0].row_id
    return None


def position(request: Request, call: Call, session: Session, views: ViewMap) -> Position | None:
    """Say how a call reaches what the user sees; None: it cannot be sent."""
    if not call.context or call.login is not None or call.logoff:
        return Position(request)
    try:
        numbered = _numbered(request, call, session)
        if call.links[-1].view == _RECIPIENTS and not call.row_ids:
            return _recipients(numbered, session, views)
        needs = tuple(_needs(call, session, views))
        return _reached(numbered, call, needs) if needs else Position(numbered)
    except OddError:
        return None


def _reached(request: Request, call: Call, needs: tuple[_Need, ...]) -> Position | None:
    """Write the row into the one link that takes it, else open the record first; what needs two cannot be sent."""
    first = needs[0]
    if not first.row or {need.row for need in needs} != {first.row}:
        return None
    found = written(request, Addition(first.name, first.row)) if first.name and len(call.links) == 1 else None
    return Position(found) if found is not None else Position(request, _opening(request, first), first.row)


def stands(answer: Answer, asked: Position, grammar: Grammar) -> bool:
    """Tell whether the read of ours was answered with what it was to reach."""
    try:
        page = parse(decode(answer).body, grammar)
    except UnreadableError:
        return False
    if answer.status != 200 or page.login or page.error or not page.fragments:
        return False
    return not asked.row or {row for part in page.fragments for row in _names(part)} - {""} == {asked.row}


def _names(part: Fragment) -> tuple[str, ...]:
    """Whom a fragment names: a form its row, rows below a person that person."""
    return (part.parent,) if part.applet.shape is Shape.CHILD else (part.row_id, part.parent)


def _numbered(request: Request, call: Call, session: Session) -> Request:
    if session.astray.sequence is None or call.sequence is not None or session.sequence is None:
        return request
    return written(request, Addition("SWEC", str(session.sequence))) or request


def _needs(call: Call, session: Session, views: ViewMap) -> Iterator[_Need]:
    """Say what each link acts on without naming it, where newcore left SONAR behind."""
    where, seen = session.astray, False
    for link in call.links:
        if not link.view and where.view and not seen:
            yield _Need(session.view, session.current or _record(session, views.views.get(session.view)))
            continue
        seen = seen or bool(link.view)
        view = views.views.get(link.view or session.view)
        if view is not None and (need := _need(link, call, view, session)) is not None:
            yield replace(need, view=_single(view, views))


def _need(link: Link, call: Call, view: View, session: Session) -> _Need | None:
    """Say what one link acts on, of the persons or the records of its view; None: nothing that newcore left behind."""
    if link.row_id is not None:
        return None
    if view.single:
        lost = session.astray.person and session.current is not None
        return _Need(view.name, session.current or "", _takes(link, view, call)) if lost else None
    listed = view.applets[-1].shape is Shape.LIST and link.method not in _TAKES_ROW
    row = "" if view.persons or listed or link.method in NEW else _record(session, view)
    shows = link.command in OPENING or link.method in _TAKES_ROW
    return _Need(view.name, row, "SWERowId" if shows else "") if row else None


def _takes(link: Link, view: View, call: Call) -> str:
    """Name the argument in which SONAR takes the row of a person for this call; empty: it takes none."""
    applet = _applet(link, view)
    if link.command in OPENING:
        return "SWERowId"
    if link.method in NEW and applet.shape is Shape.CHILD:
        return "SWERowIds"
    whole = applet.shape is Shape.FORM and applet.of == PERSON
    return "SWERowId" if link.method in {"WriteRecord", "EditRecord"} and whole and not call.by_child else ""


def _applet(link: Link, view: View) -> Applet:
    found = view.applet(link.applet) if link.applet else None
    return found or next((each for each in view.applets if each.shape is not Shape.HEAD), view.applets[0])


def _record(session: Session, view: View | None) -> str:
    """Give the row on which the user stands, of what a view shows."""
    kinds = {applet.of for applet in view.applets} if view is not None else set()
    return next((row for kind, row in session.astray.records if kind in kinds), "")


def _single(view: View, views: ViewMap) -> str:
    """Name the view on which one record of a list is opened."""
    kinds = {applet.of for applet in view.applets}
    forms = (each.name for each in views.views.values() if {applet.of for applet in each.applets} == kinds)
    return next((name for name in forms if views.views[name].applets[-1].shape is Shape.FORM), view.name)


def _opening(request: Request, need: _Need) -> Request:
    return ours(request, {"SWECmd": "GotoView", "SWEView": need.view, "SWERowId": need.row})


def ours(request: Request, arguments: Mapping[str, str]) -> Request:
    """Make a read of our own for the session of a request: its token, no sequence number, no value of a form."""
    named = wire.read(request, wire.split(request.target)[1]).shared.get(SESSION_NAME, "")
    said = {**arguments, **({SESSION_NAME: named} if named else {})}
    kept: Fields = tuple(each for each in request.fields if each[0].lower() in _KEPT)
    return _posted(kept, said)


def _posted(fields: Fields, said: Mapping[str, str]) -> Request:
    body = "&".join(f"{name}={quote_plus(wire.encode(value))}" for name, value in said.items()).encode("ascii")
    more = ((b"Content-Type", _FORM), (b"Content-Length", b"%d" % len(body)), (b"Accept-Encoding", b"gzip"))
    return Request(b"POST", SCREEN_PATH, b"HTTP/1.1", (*fields, *more), body, "")


def _recipients(request: Request, session: Session, views: ViewMap) -> Position | None:
    """Ask the last search of persons of SONAR itself, where newcore answered it."""
    lists = (session.listing, *session.lists)
    last = next((each for each in lists if each is not None and each.view in _SEARCHED), None)
    if last is None or last.core != Core.NEWCORE:
        return Position(request)
    applet = views.views[last.view].applets[0]
    controls = {control.field: control.id for control in applet.controls}
    asked = {"SWECmd": "InvokeMethod", "SWEMethod": "ExecuteQuery", "SWEView": last.view, "SWEApplet": applet.name}
    for name, value in parse_qsl(last.query, keep_blank_values=True):
        if name in controls and value:
            asked[f"s_{applet.set}_{applet.number}_{controls[name]}_0"] = value
    return Position(request, ours(request, asked))


def harmless(token: bytes) -> Request:
    """Make a call that keeps a session alive and does nothing else: no cursor, no view, no page, no number."""
    return _posted(((b"Cookie", SESSION_NAME.encode() + b"=" + token),), {"SWECmd": "Ping"})


def is_alive(answer: Answer) -> bool:
    """Tell whether the answer to that call came from a session that lives."""
    return answer.status == 200 and answer.body.strip() == b"OK"


__all__ = ["harmless", "is_alive", "ours", "place_of", "position", "stands"]
