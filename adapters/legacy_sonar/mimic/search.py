"""A list that newcore answers: opened, searched, gone on with, shown again. Pure.

Rules:
1. A list stands until it is opened anew by a search: opening its view again shows it where it stood, as legacy does; only
   a work list is made anew whenever it is opened.
2. Legacy keeps one list per set of controls; so do we: what was searched in one of two views with the same set is in both.
3. A list that legacy opened is legacy's, and so is a call that names a row, which moves its cursor.
4. A set is asked for anew: what changed meanwhile is seen, where legacy shows the rows that it found when it searched.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from adapters.legacy_sonar.mimic import export, rows
from adapters.legacy_sonar.mimic import frame as frames
from adapters.legacy_sonar.mimic import query as queries
from adapters.legacy_sonar.mimic.ask import Ask, Document, Made, Record, UntranslatableError, Walk, record
from adapters.legacy_sonar.mimic.frame import Frame
from adapters.legacy_sonar.mimic.query import NOTHING, Query
from adapters.legacy_sonar.mimic.rows import Rows
from adapters.legacy_sonar.views import View, ViewMap
from adapters.legacy_sonar.vocabulary import AS_SHOWN, OPENING, SHOWING
from proxy.model.call import Call, Kind
from proxy.model.principal import Listing, Session
from proxy.model.route import Core

_AGAIN = AS_SHOWN | SHOWING | {"GetCachedFrame"}
MOST = 200
"""Records that newcore gives at once."""
_VACANCY = re.compile(r"[0-9A-Za-z-]{1,64}")
_NO_VACANCY = ("SNR-0022", "VacatureId is verplicht")


@dataclass(frozen=True, slots=True)
class Lists:
    """How a list is had from newcore."""

    collection: str
    """Name of the records in the answer of the API, and of where they are asked for unless they are `within` others."""
    posted: bool = False
    """Searched by a body: its criteria are about persons."""
    filled: bool = False
    """Everything is in it before anybody has searched."""
    renewed: bool = False
    """Made anew whenever its view is opened; it is not searched."""
    row: str = "id"
    """The field that says whose row it is."""
    within: str = ""
    """The criterion without which there is no list: the vacancy whose candidates they are."""


def walk(lists: Lists, call: Call, session: Session, at: tuple[Frame, View]) -> Walk:
    """Answer a call on a list; raises UntranslatableError."""
    if call.kind is Kind.EXPORT:
        return (yield from _exported(lists, call, session, at))
    wanted = _wanted(lists, call, session, at)
    path = _path(lists, wanted)
    if path is None:
        return Made(frames.error(at[0], *_NO_VACANCY))
    if not wanted.asked:
        return _made(call, at, wanted, Rows())
    told = yield (_ask(path, lists, wanted),)
    if told[0] is None and lists.within:
        return Made(frames.error(at[0], *_NO_VACANCY))
    total, found = _read(lists, told[0])
    kept = queries.within(wanted, total)
    if kept.offset != max(wanted.offset, 0):
        told = yield (_ask(path, lists, kept),)
        total, found = _read(lists, told[0])
    return _made(call, at, kept, Rows(found, kept.offset, total))


def _exported(lists: Lists, call: Call, session: Session, at: tuple[Frame, View]) -> Walk:
    """Give a list as a file: the set that is shown, or all of it."""
    frame, view = at
    held = _held(session, view, frame.setting.views)
    if held is None:
        raise UntranslatableError("no list to export")
    wanted, found = queries.of_listing(_ours(held)), list[Record]()
    path = _path(lists, wanted)
    every = dict(call.aliases).get("export_scope") != "CurrentRows"
    left, size = wanted.asked and path is not None, MOST if every else queries.SET
    while left and path is not None:
        asked = replace(wanted, offset=len(found) if every else wanted.offset)
        told = yield (_ask(path, lists, asked, size),)
        total, more = _read(lists, told[0], size)
        found += more
        left = every and bool(more) and len(found) < total
    return Made(export.written(frame, view.applets[0], found, csv=dict(call.aliases).get("export_format") == "CSV"))


def _wanted(lists: Lists, call: Call, session: Session, at: tuple[Frame, View]) -> Query:
    """Say what is asked for; raises UntranslatableError."""
    link = call.links[0]
    action = link.method or link.command
    if action == "ExecuteQuery":
        if lists.renewed:
            raise UntranslatableError("a search in a work list finds persons, not tasks")
        return queries.searched(call)
    held = _held(session, at[1], at[0].setting.views)
    if action in OPENING:
        if link.row_id is not None:
            raise UntranslatableError("a row of a list that is opened")
        return _opened(lists, held)
    if held is None:
        raise UntranslatableError("no list to go on with")
    return _continued(call, held)


def _opened(lists: Lists, held: Listing | None) -> Query:
    if held is not None and not lists.renewed:
        return queries.of_listing(_ours(held))
    return Query() if lists.filled or lists.renewed else NOTHING


def _continued(call: Call, held: Listing) -> Query:
    link = call.links[0]
    action, query = link.method or link.command, queries.of_listing(_ours(held))
    if action == "RefineQuery":
        return queries.searched(call, query.filters)
    if action in _AGAIN and (link.row_id is None or link.row_id in held.rows):
        return query
    if action in queries.SORTS:
        return queries.sorted_by(query, action, call) if query.asked else query
    if action in queries.TURNS:
        return queries.turned(query, action) if query.asked else query
    raise UntranslatableError(action)


def _ours(held: Listing) -> Listing:
    if held.core != Core.NEWCORE:
        raise UntranslatableError("a list of legacy")
    return held


def _held(session: Session, view: View, views: ViewMap) -> Listing | None:
    """Find the list that legacy would have in the place of this view."""
    lists = (session.listing, *session.lists) if session.listing is not None else session.lists
    return next((each for each in lists if each.view in views.views and views.views[each.view].set == view.set), None)


def _path(lists: Lists, query: Query) -> str | None:
    """Give where to ask; None: the criterion that it needs names nothing."""
    if not lists.within or not query.asked:
        return f"/{lists.collection}" if not lists.posted else f"/{lists.collection}/_search"
    number = dict(query.filters).get(lists.within, "")
    if not _VACANCY.fullmatch(number):
        return None
    return f"/vacancies/{number}/candidates/_search"


def _ask(path: str, lists: Lists, query: Query, size: int = queries.SET) -> Ask:
    asked = replace(query, filters=tuple(pair for pair in query.filters if pair[0] != lists.within))
    return Ask(path, body=asked.body(size)) if lists.posted else Ask(path, asked.parameters(size))


def _read(lists: Lists, document: Document | None, size: int = queries.SET) -> tuple[int, tuple[Record, ...]]:
    """Read a set; raises ValueError, KeyError or TypeError for what is none."""
    if document is None:
        raise ValueError("no such list")
    total, found = document["total"], tuple(_placed(lists, each) for each in document[lists.collection])
    if type(total) is not int or total < len(found) or len(found) > size:
        raise ValueError("a total that cannot be")
    return total, found


def _placed(lists: Lists, document: Mapping[str, object]) -> Record:
    found = record(document)
    return found if lists.row == "id" else {**found, "id": found[lists.row]}


def _made(call: Call, at: tuple[Frame, View], query: Query, shown: Rows) -> Made:
    frame, view = at
    page = frames.answer(frame, view, rows.listing(frame, view, view.applets[0], shown))
    held = tuple(each["id"] for each in shown.records)
    vacancy = dict(query.filters).get("vacancy_id") if call.vacancy is not None else None
    function = call.function or ""
    listing = Listing(function, Core.NEWCORE, held, vacancy, query.canonical(), query.offset, view.name)
    return Made(page, listing)
