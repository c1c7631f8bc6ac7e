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
from adapters.legacy_sonar.vocabulary import BY_ROW, NEW, OPENING, SCREEN_PATH, SESSION_NAME
from adapters.legacy_sonar.wire import OddError
from adapters.legacy_sonar.written import Addition, written
from proxy.model.call import Call, Kind, Link
from proxy.model.http import Answer, Fields, Request
from proxy.model.position import Position
from proxy.model.principal import Session
from proxy.model.route import Core

_KEPT = frozenset({b"host", b"user-agent", b"cookie", b"accept", b"accept-charset"})
_ERRORS = (b'<table class="foutmelding">', b'<div class="SWERPCError"')
_FORM = b"application/x-www-form-urlencoded"
_TAKES_ROW = frozenset({"WriteRecord", "EditRecord", "DeleteRecord"})
_RECIPIENTS = "SNR Groepsbericht View"
_SORT, _NOTHING = ".sort", ".nothing"
"""Names in the query of a list beside its criteria: its order, and that nobody searched yet."""
_SEARCHED = frozenset({"SNR Klant Zoek View", "SNR Klant Zoek Alle Organisaties View"})


@dataclass(frozen=True, slots=True)
class _Need:
    """What a call acts on because it names nothing: a row, on a view of it; the call takes the row under a name, or not."""

    view: str
    row: str
    name: str = ""


def place_of(call: Call, page: Page) -> tuple[str, str | None] | None:
    """Give what is no person that a page shows, and the row on which SONAR stands; None for a row: it does not tell."""
    for part in page.fragments:
        if part.applet.of != PERSON and part.applet.shape not in {Shape.CHILD, Shape.HEAD}:
            return part.applet.of, _placed(call, part)
    return None


def _placed(call: Call, part: Fragment) -> str | None:
    last = call.links[-1]
    if part.variant is Variant.FORM:
        return part.row_id
    if last.method in BY_ROW:
        return last.row_id
    told = part.variant is Variant.LIST and (last.command in OPENING or not call.again)
    return (part.rows[0].row_id if part.rows else "") if told else None


def position(request: Request, call: Call, session: Session, views: ViewMap) -> Position | None:
    """Say how a call reaches what the user sees; None: it cannot be sent."""
    if not call.context or call.login is not None or call.logoff:
        return Position(request)
    try:
        if _is_used_up(call, session):
            return Position(request)
        numbered = _numbered(request, call, session)
        if call.links[-1].view == _RECIPIENTS and not call.row_ids:
            return _recipients(numbered, session, views)
        needs = tuple(_needs(call, session, views))
        return _reached(numbered, call, needs) if needs else Position(numbered)
    except OddError:
        return None


def _is_used_up(call: Call, session: Session) -> bool:
    """Tell whether a read has a number that legacy saw already: it says so itself, and does nothing."""
    seen = session.sequence if session.astray.sequence is None else session.astray.sequence
    if call.kind is Kind.MUTATE or call.sequence is None or seen is None:
        return False
    return call.sequence <= seen


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
            yield _Need(session.view, _stood(session, views.views.get(session.view)))
            continue
        seen = seen or bool(link.view)
        if link.command == "GetCachedFrame":  # the page is there, whatever moved since
            continue
        view = views.views.get(link.view or session.view)
        if view is not None and (need := _need(link, call, view, session)) is not None:
            yield replace(need, view=_single(view, views))


def _need(link: Link, call: Call, view: View, session: Session) -> _Need | None:
    """Say what one link acts on, of the persons or the records of its view; None: nothing that newcore left behind."""
    if link.row_id is not None:
        return None
    if view.single:
        return _Need(view.name, session.current or "", _takes(link, view, call)) if session.astray.person else None
    listed = view.applets[-1].shape is Shape.LIST and link.method not in _TAKES_ROW
    if view.persons or listed or link.method in NEW or not _is_lost(session, view):
        return None
    shows = link.command in OPENING or link.method in _TAKES_ROW
    return _Need(view.name, _record(session, view), "SWERowId" if shows else "")


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


def _stood(session: Session, view: View | None) -> str:
    """Give the row on which the user stands, of the one record that a view shows; empty: it shows a list."""
    if view is None or view.applets[-1].shape is Shape.LIST:
        return ""
    return (session.current or "") if view.single else _record(session, view)


def _record(session: Session, view: View | None) -> str:
    """Give the row on which the user stands, of what a view shows; empty: nobody knows."""
    kinds = {applet.of for applet in view.applets} if view is not None else set()
    return next((row for kind, row in session.records if kind in kinds), "")


def _is_lost(session: Session, view: View) -> bool:
    """Tell whether SONAR stands elsewhere than the user, of what a view shows."""
    return any(applet.of in session.astray.records for applet in view.applets)


def _single(view: View, views: ViewMap) -> str:
    """Name the view on which one record of a list is opened."""
    if view.applets[-1].shape is not Shape.LIST:
        return view.name
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


def _form(said: Mapping[str, str]) -> str:
    return "&".join(f"{name}={quote_plus(wire.encode(value))}" for name, value in said.items())


def _posted(fields: Fields, said: Mapping[str, str]) -> Request:
    body = _form(said).encode("ascii")
    more = ((b"Content-Type", _FORM), (b"Content-Length", b"%d" % len(body)), (b"Accept-Encoding", b"gzip"))
    return Request(b"POST", SCREEN_PATH, b"HTTP/1.1", (*fields, *more), body, "")


def _recipients(request: Request, session: Session, views: ViewMap) -> Position:
    """Ask the last search of persons of SONAR itself, in its order, where newcore answered it."""
    lists = (session.listing, *session.lists)
    last = next((each for each in lists if each is not None and each.view in _SEARCHED), None)
    pairs = dict(parse_qsl(last.query, keep_blank_values=True)) if last is not None else {}
    if last is None or last.core != Core.NEWCORE or _NOTHING in pairs:
        return Position(request)
    applet = views.views[last.view].applets[0]
    places = {control.field: f"s_{applet.set}_{applet.number}_{control.id}_0" for control in applet.controls}
    on = {"SWECmd": "InvokeMethod", "SWEView": last.view, "SWEApplet": applet.name}
    asked = {places[name]: value for name, value in pairs.items() if name in places and value}
    column = pairs.get(_SORT, "")
    order = {
        **on,
        "SWEMethod": f"Sort{'De' if column[:1] == '-' else 'A'}scending",
        "SWEField": places.get(column.lstrip("-"), ""),
    }
    more = {"SWEAC": _form(order)} if column else {}
    return Position(request, ours(request, {**on, "SWEMethod": "ExecuteQuery", **asked, **more}))


def erred(answer: Answer) -> bool:
    """Tell whether an answer is an error in place of a page; quotes in data are escaped."""
    return any(mark in answer.body for mark in _ERRORS)


def harmless(token: bytes) -> Request:
    """Make a call that keeps a session alive and does nothing else: no cursor, no view, no page, no number."""
    return _posted(((b"Cookie", SESSION_NAME.encode() + b"=" + token),), {"SWECmd": "Ping"})


def is_alive(answer: Answer) -> bool:
    """Tell whether the answer to that call came from a session that lives."""
    return answer.status == 200 and answer.body.strip() == b"OK"


__all__ = ["harmless", "is_alive", "ours", "place_of", "position", "stands"]
