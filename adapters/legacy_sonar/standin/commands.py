"""What the commands and methods do to a session; docs/legacy-surface.md §5 is the specification.

Rules: what is unknown is ignored without an error; a call without a row id acts on the current record; a query or another
set moves the current record to the first row shown; a read that carries changed field data saves first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from adapters.legacy_sonar.standin import query, search
from adapters.legacy_sonar.standin.applets import Applet, Control, View
from adapters.legacy_sonar.standin.records import (
    ADDED,
    CHANGED,
    REMOVED,
    SENT,
    LegacyError,
    Writer,
    carries,
    check_modnum,
    hidden_writes,
)
from adapters.legacy_sonar.standin.seed import Record
from adapters.legacy_sonar.standin.sessions import Listing, Session
from adapters.legacy_sonar.standin.store import Store
from adapters.legacy_sonar.standin.views import APPLETS, BY_NAME, BY_SCREEN, VIEWS

_PLACE = re.compile(r"s_(\d{1,3})_(\d{1,2})_(\d{1,2})_(\d{1,2})", re.IGNORECASE)
_SELF_FILLING = frozenset({search.TASK_SET, 11, 18, search.MESSAGE_SET})
_REFILLED = frozenset({search.TASK_SET, search.MESSAGE_SET})
"""Lists that are made anew whenever their view is opened."""
_TURNS = {"GotoFirstSet", "GotoNextSet", "GotoPreviousSet", "GotoLastSet"}
Link = dict[str, str]


@dataclass(slots=True)
class Visit:
    """One request while its links are executed."""

    store: Store
    session: Session
    writer: Writer
    message: str = ""
    plain: str = ""
    export: tuple[Applet, list[Record], Link] | None = None
    only: Applet | None = None
    cached: bool = False
    done: list[str] = field(default_factory=list)

    @property
    def view(self) -> View:
        """The session's current view."""
        return BY_NAME[self.session.view]


def run(visit: Visit, link: Link) -> None:
    """Execute one link of the chain; raises LegacyError."""
    command = link.get("SWECmd", "")
    visit.plain, visit.export, visit.only, visit.cached = "", None, None, False
    if command in ("GotoView", "GotoPageTab"):
        _goto(visit, link, command)
    elif command == "InvokeMethod":
        _invoke(visit, link, link.get("SWEMethod", ""))
    elif command == "ExecuteNamedQuery":
        _invoke(visit, link, command)
    elif command == "CanInvokeMethod":
        visit.plain = "TRUE" if link.get("SWEMethod") in METHODS else "FALSE"
    elif command == "GetApplet":
        visit.only = next((a for a in visit.view.applets if link.get("SWEApplet") in (a.name, *a.aliases)), None)
    elif command == "GetCachedFrame":
        visit.cached = bool(visit.session.page)
    elif command == "Ping":
        visit.plain = "OK"


def _goto(visit: Visit, link: Link, command: str) -> None:
    view = BY_NAME.get(link.get("SWEView", "")) or (
        BY_SCREEN.get(link.get("SWEScreen", "")) if command == "GotoPageTab" else None
    )
    if view is None:
        return
    _save_first(visit, link)
    visit.session.view = view.name
    row = _row_named(link)
    if row:
        _place(visit, view.main, row)
    elif view.main.set in _SELF_FILLING:
        _refill(visit, view.main)
    if link.get("SWEQMMethod"):
        _invoke(visit, link | {"SWEApplet": link.get("SWEQMApplet", ""), "SWEView": view.name}, link["SWEQMMethod"])


def _refill(visit: Visit, applet: Applet) -> None:
    if applet.set in _REFILLED or (applet.set, applet.number) not in visit.session.lists:
        _show(visit, applet, Listing(_filling(visit, applet)))


def _filling(visit: Visit, applet: Applet) -> list[str]:
    found = visit.session.lists.get(search.CLIENTS)
    if applet.set == search.TASK_SET:
        return search.worklist(visit.store, visit.session.user)
    if applet.set == search.MESSAGE_SET:
        return list(found.rows) if found and found.rows else search.own(visit.store, visit.session.user)
    return visit.store.ordered(applet.component)


def _invoke(visit: Visit, link: Link, method: str) -> None:
    if method not in METHODS:
        return
    view, applet = _where(visit, link)
    visit.session.view = view.name
    METHODS[method](visit, applet, link | {"SWEMethod": method})


def _where(visit: Visit, link: Link) -> tuple[View, Applet]:
    name, view = link.get("SWEApplet", ""), BY_NAME.get(link.get("SWEView", ""))
    for candidate in (view,) if view else (visit.view, *VIEWS):
        applet = next((a for a in candidate.applets if name in (a.name, *a.aliases)), None)
        if applet:
            return candidate, applet
    chosen = view or visit.view
    return chosen, chosen.main


def _row_named(link: Link) -> str:
    if link.get("SWEPostnRowId"):
        return link["SWEPostnRowId"]
    return link.get("SWERowId") or (link.get("SWERowId0", "") if "SWEApplet0" in link else "")


def _row_clicked(visit: Visit, applet: Applet, link: Link) -> str:
    place = _PLACE.fullmatch(link.get("SWEField", "").strip())
    if place:
        listing = listing_of(visit, APPLETS.get((int(place[1]), int(place[2])), applet))
        shown = listing.rows[listing.start : listing.start + search.SET_SIZE]
        if int(place[4]) < len(shown):
            return shown[int(place[4])]
    return visit.session.cursor.get(applet.component, "")


def _place(visit: Visit, applet: Applet, row: str) -> None:
    """Make a row the current record; a child row makes its person the current one."""
    kind = visit.store.kind_of.get(row)
    wanted = {applet.component, applet.parent or applet.component}
    record = visit.store.record(row)
    if kind is None or record is None or kind not in wanted:
        raise LegacyError("SNR-0004")
    visit.session.cursor[kind] = row
    if applet.parent and kind == applet.component:
        visit.session.cursor[applet.parent] = record["parent"]


def listing_of(visit: Visit, applet: Applet) -> Listing:
    """The list of an applet as this session has it; child lists follow the current person."""
    key, parent = (applet.set, applet.number), visit.session.cursor.get(applet.parent, "") if applet.parent else ""
    listing = visit.session.lists.get(key)
    if applet.parent:
        rows = [record["row_id"] for record in visit.store.children(applet.component, parent)]
        start = listing.start if listing and listing.parent == parent else 0
        listing = visit.session.lists[key] = Listing(rows, start, parent=parent)
    elif listing is None:
        filled = applet.component in ("vacancy", "employer")
        listing = visit.session.lists[key] = Listing(visit.store.ordered(applet.component) if filled else [])
    return listing


def _show(visit: Visit, applet: Applet, listing: Listing) -> None:
    visit.session.lists[applet.set, applet.number] = listing
    if listing.rows:
        visit.session.cursor[applet.component] = listing.rows[listing.start]
    else:
        visit.session.cursor.pop(applet.component, None)


def _criteria(applet: Applet, link: Link) -> dict[int, str]:
    start = f"s_{applet.set}_{applet.number}_"
    found = {}
    for name, value in link.items():
        number = name.removeprefix(start).split("_")[0] if name.startswith(start) else ""
        if number.isdigit() and value.strip():
            found[int(number)] = value
    return found


def _ask(visit: Visit, applet: Applet, criteria: dict[int, str]) -> None:
    try:
        if applet.set == search.MATCH_SET:
            rows = search.candidates(visit.store, applet, criteria)
            if rows is None:
                raise LegacyError("SNR-0022")
        else:
            rows = search.found(visit.store, applet, criteria)
    except query.UnreadableError:
        raise LegacyError("SNR-0021") from None
    _show(visit, applet, Listing(rows, criteria=criteria))


def _new_query(visit: Visit, applet: Applet, _: Link) -> None:
    visit.session.lists[applet.set, applet.number] = Listing([], asking=applet.kind == "list" and not applet.parent)


def _execute(visit: Visit, applet: Applet, link: Link) -> None:
    if applet.kind != "list" or applet.parent:
        return
    before = listing_of(visit, applet).criteria if link["SWEMethod"] == "RefineQuery" else {}
    _ask(visit, applet, before | _criteria(applet, link))


def _named(visit: Visit, applet: Applet, link: Link) -> None:
    name = link.get("SWEQueryName", "")
    if name == "Mijn klanten" and applet.component == "client" and applet.kind == "list":
        _show(visit, applet, Listing(search.own(visit.store, visit.session.user)))
    elif name == "Alle klanten" or name in visit.session.saved:
        _execute_saved(visit, applet, visit.session.saved.get(name, {}))


def _execute_saved(visit: Visit, applet: Applet, criteria: dict[int, str]) -> None:
    if applet.kind == "list" and not applet.parent:
        _ask(visit, applet, dict(criteria))


def _save_query(visit: Visit, applet: Applet, link: Link) -> None:
    visit.session.saved[link.get("SWEQueryName", "")] = listing_of(visit, applet).criteria
    visit.message = "Zoekvraag opgeslagen"


def _sort(visit: Visit, applet: Applet, link: Link) -> None:
    _save_first(visit, link)
    place = _PLACE.fullmatch(link.get("SWEField", "").strip())
    control = next((c for c in applet.controls if place and c.number == int(place[3])), None)
    if control and applet.kind == "list" and not applet.parent:
        old = listing_of(visit, applet)
        rows = search.ordered_by(visit.store, old.rows, control, link["SWEMethod"] == "SortDescending")
        _show(visit, applet, Listing(rows, criteria=old.criteria))


def _turn(visit: Visit, applet: Applet, link: Link) -> None:
    if applet.kind != "list":
        return
    _save_first(visit, link)
    listing, size = listing_of(visit, applet), search.SET_SIZE
    last = max(0, (len(listing.rows) - 1) // size * size)
    step = {
        "GotoFirstSet": 0,
        "GotoLastSet": last,
        "GotoNextSet": listing.start + size,
        "GotoPreviousSet": listing.start - size,
    }
    listing.start = min(max(0, step[link["SWEMethod"]]), last)
    if not applet.parent:
        _show(visit, applet, listing)


def _position(visit: Visit, applet: Applet, link: Link) -> None:
    _save_first(visit, link)
    row = _row_named(link) or _row_clicked(visit, applet, link)
    if row:
        _place(visit, applet, row)


def _drill(visit: Visit, applet: Applet, link: Link) -> None:
    place = _PLACE.fullmatch(link.get("SWEField", "").strip())
    source = APPLETS.get((int(place[1]), int(place[2])), applet) if place else applet
    control: Control | None = next((c for c in source.controls if place and c.number == int(place[3])), None)
    if control is None or not control.drill:
        return
    _save_first(visit, link)
    row, target = _row_named(link) or _row_clicked(visit, source, link), BY_NAME[control.drill]
    if source.component == "vacancy" and target.main.component == "employer":
        row = (visit.store.employer_of((visit.store.record(row) or {}).get("kvk", "")) or {}).get("row_id", "")
    if row or not visit.session.cursor.get(target.main.component):
        _place(visit, target.main, row)
    visit.session.view = target.name


def _new(visit: Visit, applet: Applet, link: Link) -> None:
    if applet.kind == "head" or applet.component in ("client", "message"):
        return
    parent = _parent(visit, applet, link)
    if carries(applet, link):
        _created(visit, applet, parent, link)
    else:
        visit.session.pending[applet.component] = f"{visit.store.new_row(applet.component)}|{parent}"


def _created(visit: Visit, applet: Applet, parent: str, link: Link) -> None:
    record = visit.writer.create(applet, parent, link)
    visit.session.pending.pop(applet.component, None)
    visit.session.cursor[applet.component] = record["row_id"]
    visit.message = ADDED


def _parent(visit: Visit, applet: Applet, link: Link) -> str:
    if not applet.parent:
        return ""
    named = link.get("SWERowIds", "").split(",")[0].strip() or _row_named(link)
    row = named if visit.store.kind_of.get(named) == applet.parent else ""
    if named and not row and visit.store.kind_of.get(named) != applet.component:
        raise LegacyError("SNR-0004")
    if row:
        visit.session.cursor[applet.parent] = row
    found = row or visit.session.cursor.get(applet.parent, "")
    if not found:
        raise LegacyError("SNR-0003")
    return found


def _write(visit: Visit, applet: Applet, link: Link) -> None:
    row = _row_named(link)
    pending, _, parent = visit.session.pending.get(applet.component, "").partition("|")
    if pending and row in ("", pending):
        _created(visit, applet, parent, link)
        return
    if applet.parent and visit.store.kind_of.get(row) == applet.parent:
        check_modnum(visit.store.tables[applet.parent][row], link)
        _created(visit, applet, _parent(visit, applet, link), link)
        return
    if row:
        _place(visit, applet, row)
    target = row or visit.session.cursor.get(applet.component, "")
    if not target:
        raise LegacyError("SNR-0003")
    visit.writer.update(applet, target, link)
    visit.message = CHANGED


def _save_first(visit: Visit, link: Link) -> None:
    """The read that saves: changed field data are stored before the move, in the current record or else the named row."""
    for applet in hidden_writes(link):
        row = visit.session.cursor.get(applet.component, "") or _row_named(link)
        if row and visit.store.kind_of.get(row) == applet.component and visit.writer.update(applet, row, link):
            visit.message = CHANGED


def _undo(visit: Visit, applet: Applet, _: Link) -> None:
    visit.session.pending.pop(applet.component, None)


def _delete(visit: Visit, applet: Applet, link: Link) -> None:
    row = _row_named(link) or visit.session.cursor.get(applet.component, "")
    visit.writer.delete(row)
    visit.session.cursor.pop(visit.store.kind_of.get(row, applet.component), None)
    for listing in visit.session.lists.values():
        listing.rows = [other for other in listing.rows if other != row]
    visit.message = REMOVED


def _edit(visit: Visit, applet: Applet, link: Link) -> None:
    if _row_named(link):
        _place(visit, applet, _row_named(link))


def _toggle(visit: Visit, _: Applet, link: Link) -> None:
    _save_first(visit, link)


def _send(visit: Visit, applet: Applet, link: Link) -> None:
    """Send a message to the rows that the request names; where it names none, to the whole list."""
    if applet.component != "message":
        return
    named = [row for row in link.get("SWERowIds", "").replace(",", " ").split() if row]
    rows = list(dict.fromkeys(named)) or listing_of(visit, APPLETS[search.MESSAGE_SET, 1]).rows
    if any(visit.store.kind_of.get(row) != "client" for row in rows):
        raise LegacyError("SNR-0004")
    if not rows:
        raise LegacyError("SNR-0003")
    visit.writer.create(applet, "", link | {"recipients": ",".join(rows)})
    visit.message = SENT


def _nothing(visit: Visit, applet: Applet, link: Link) -> None:
    """PickRecord, CopyRecord: known, without effect."""


def _export(visit: Visit, applet: Applet, link: Link) -> None:
    if applet.kind == "list":
        listing = listing_of(visit, applet)
        rows = (
            listing.rows[listing.start : listing.start + search.SET_SIZE]
            if link.get("ExportScope") == "CurrentRows"
            else listing.rows
        )
        visit.export = (applet, [record for row in rows if (record := visit.store.record(row))], link)


METHODS = {
    "NewQuery": _new_query, "ExecuteQuery": _execute, "RefineQuery": _execute, "ExecuteNamedQuery": _named, "SaveQueryAs": _save_query,
    "SortAscending": _sort, "SortDescending": _sort, "PositionOnRow": _position, "Drilldown": _drill, "NewRecord": _new, "CreateRecord": _new,
    "EditRecord": _edit, "WriteRecord": _write, "UndoRecord": _undo, "DeleteRecord": _delete, "PickRecord": _nothing, "CopyRecord": _nothing,
    "ToggleTo": _toggle, "ExportList": _export, "Send": _send,
} | dict.fromkeys(_TURNS, _turn)  # fmt: skip
