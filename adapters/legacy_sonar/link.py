"""One link of a chain -> what it does. The view decides what a command means; what is not catalogued has no reading.

Rules:
1. Navigation has no function of its own and inherits that of the session's view; everything else names its view.
2. A read that carries field data saves first: it is also a mutation, by the function that writes that view.
3. Query fields belong to the view that is queried; a query of persons is classified by what it asks.
4. Commands, methods, arguments and values that legacy would silently ignore are refused, not ignored.
"""

from dataclasses import replace

from adapters.legacy_sonar import message
from adapters.legacy_sonar.fielddata import NOTHING, Args, Tables, asked, by, only_queried, place, places, searched
from adapters.legacy_sonar.part import Part
from adapters.legacy_sonar.rows import Rows, name_rows
from adapters.legacy_sonar.views import PERSON, Control, Shape, View, ViewMap
from adapters.legacy_sonar.vocabulary import (
    AS_SHOWN,
    COMMANDS,
    CONTINUING,
    EXPORT_FORMATS,
    EXPORT_SCOPES,
    KEEPS_ALIVE,
    LOGIN_VIEW,
    NEW,
    OPENING,
    QUERIES,
    REPOSITIONING,
    SHOWING,
)
from adapters.legacy_sonar.wire import OddError
from proxy.catalogue import Function
from proxy.model.call import Credentials, Kind, Link
from proxy.model.person import Category

_COPYING = {"CopyRecord": "NewRecord"}


def classify(args: Args, tables: Tables) -> tuple[Part, ...]:
    """Read one link; raises OddError where it has no single, catalogued meaning."""
    check_arguments(args)
    command = COMMANDS.get(args.get("SWECmd", ""), args.get("SWECmd", ""))
    if command in {"ExecuteLogin", "Login", "Logoff"}:
        return (_session(command, args),)
    if "SWEUserName" in args or "SWEPassword" in args:
        if command == "InvokeMethod" and args.get("SWEMethod") == "AppletLogin":
            return (_session("AppletLogin", args),)
        raise OddError("stray-credentials")
    if command in OPENING:
        return _open(command, args, tables)
    if command in {"InvokeMethod", "ExecuteNamedQuery"}:
        return _invoke(command, args, tables)
    if command == "CanInvokeMethod" or command in AS_SHOWN or command == "GetCachedFrame":
        return (_shown(command, args, tables),)
    raise OddError("keep-alive" if command == "Ping" else "unknown-command" if command else "no-command")


def check_arguments(args: Args) -> None:
    """Refuse arguments that change what legacy does in ways that no function is for."""
    for name in KEEPS_ALIVE & args.keys():
        raise OddError("keep-alive", name)
    if args.get("SWESetMarkup", "HTML").upper() != "HTML":
        raise OddError("markup")


def _session(command: str, args: Args) -> Part:
    if command == "Logoff":
        return Part((Link("session.logout", command=command),), Kind.ADMIN, logoff=True)
    link = Link("session.login", LOGIN_VIEW, args.get("SWEApplet", ""), command)
    if command == "Login":
        return Part((link,), Kind.ADMIN)
    if args.get("SWEView", LOGIN_VIEW) != LOGIN_VIEW:
        raise OddError("unknown-view")
    users = {args.get("SWEUserName", ""), args.get("s_1_1_1_0", "")} - {""}
    if len(users) != 1:
        raise OddError("login")
    return Part((link,), Kind.ADMIN, login=Credentials(users.pop()))


def _open(command: str, args: Args, tables: Tables) -> tuple[Part, ...]:
    name = _opened(args, tables.views)
    function = tables.catalogue.find(name, "", command)
    if function is None:
        raise OddError("unknown-view")
    view = tables.views.views.get(name)
    rows = name_rows(args, view, tables.views)
    if "SWEMethod" in args:
        raise OddError("stray-method")
    part = _consult(Link(function.id, name, args.get("SWEApplet", ""), command), function, view, rows)
    if "SWEQMMethod" not in args:
        return (_saving(part, args, tables),)
    invoked = {**args, "SWECmd": "InvokeMethod", "SWEMethod": args["SWEQMMethod"], "SWEView": name}
    invoked["SWEApplet"] = args.get("SWEQMApplet") or args.get("SWEApplet", "")
    return (part, *_invoke("InvokeMethod", invoked, tables))


def _opened(args: Args, views: ViewMap) -> str:
    name, screen = args.get("SWEView", ""), args.get("SWEScreen", "")
    if screen and screen not in views.screens:
        raise OddError("unknown-screen")
    if name and screen and name in views.views and views.views[name].screen != screen:
        raise OddError("screen-of-other-view")
    if not name and not screen:
        raise OddError("no-view")
    return name or views.screens[screen]


def _consult(link: Link, function: Function, view: View | None, rows: Rows) -> Part:
    """Opening a view: of the current person, of a list, or of something that is no person."""
    single = view.single if view is not None else function.shows_persons
    kind = function.kind if function.kind is not Kind.MUTATE else Kind.CONSULT
    listed = view is not None and view.applets[-1].shape is Shape.LIST
    return Part(
        (replace(link, row_id=rows.persons[0] if rows.persons else rows.record),),
        kind,
        rows=rows.persons,
        record=rows.record,
        by_cursor=single and not rows.positioned,
        moves_cursor=function.shows_persons and (not single or bool(rows.persons)),
        first_page=listed,
        opens=view is not None and not any(applet.shape is Shape.LIST for applet in view.applets),
        again=listed and view is not None and not view.applets[-1].own_total,  # own work is looked up anew each time
    )


def _invoke(command: str, args: Args, tables: Tables) -> tuple[Part, ...]:
    method = args.get("SWEMethod", "ExecuteNamedQuery" if command == "ExecuteNamedQuery" else "")
    if command == "ExecuteNamedQuery" and method != command:
        raise OddError("stray-method")
    name = args.get("SWEView", "")
    view = tables.views.views.get(name)
    known = tables.catalogue.find(name, "", "InvokeMethod", _COPYING.get(method, method))
    applet = _applet(args.get("SWEApplet", ""), name, view, tables)
    shown = tables.catalogue.find(name, "", "GotoView") if name and known is None else None
    of_view = shown.id if shown else None
    link = Link(known.id if known else None, name, applet, command, method, of_view=of_view)
    if method == "AppletLogin" and known is not None:
        return (_session("AppletLogin", args),)
    if method == message.SEND and known is not None:
        return (message.send(link, args, tables),)
    rows = name_rows(args, view, tables.views)
    return (_invoked(replace(link, row_id=_first(rows)), args, rows, tables),)


def _invoked(link: Link, args: Args, rows: Rows, tables: Tables) -> Part:
    """Read a method by what it does; one that is neither navigation nor catalogued has no reading."""
    if link.method == "ExportList":
        return _export(link, args, rows)
    if link.method == "Drilldown":
        return _drill(link, args, rows, tables)
    if link.method in QUERIES:
        return _query(link, args, tables)
    if tables.catalogue.inherits("InvokeMethod", link.method):
        return _navigate(link, args, rows, tables)
    if link.function is None:
        raise OddError("unknown-method" if link.view else "no-view")
    return _change(link, args, rows, tables)


def _first(rows: Rows) -> str | None:
    return rows.persons[0] if rows.persons else rows.record


def _applet(name: str, view_name: str, view: View | None, tables: Tables) -> str:
    """Give the applet by its own name; an applet that the view has not, or nobody has, has no reading."""
    if view_name and view is None and not tables.catalogue.find(view_name, "", "GotoView") and view_name != LOGIN_VIEW:
        raise OddError("unknown-view")
    if not name or (view is None and view_name):
        return name
    views = (view,) if view is not None else tuple(tables.views.views.values())
    found = next((applet for each in views for applet in each.applets if applet is each.applet(name)), None)
    if found is None:
        raise OddError("unknown-applet")
    return found.name


def _export(link: Link, args: Args, rows: Rows) -> Part:
    form, scope = args.get("ExportFormat", "XLS"), args.get("ExportScope", "AllRows")
    if form not in EXPORT_FORMATS or scope not in EXPORT_SCOPES:
        raise OddError("export-format")
    if places(args):
        raise OddError("fields-not-expected")
    named = (("export_format", form), ("export_scope", scope))
    return Part((link,), Kind.EXPORT, rows=rows.persons, record=rows.record, pages=True, aliases=named)


def _drill(link: Link, args: Args, rows: Rows, tables: Tables) -> Part:
    applet, control = place(args.get("SWEField", ""), link.view, tables.views)
    if control.link is None:
        raise OddError("field-without-link")
    if link.applet and link.applet != applet.name:
        raise OddError("field-of-other-applet")
    target = tables.views.views[control.link]
    function = tables.catalogue.find(link.view, "", "InvokeMethod", "Drilldown")
    function = function or tables.catalogue.find(target.name, "", "GotoView")
    if function is None:
        raise OddError("unknown-view")
    link = replace(link, function=function.id, view=target.name)
    kind = function.kind if function.kind is not Kind.MUTATE else Kind.CONSULT
    moves = applet.of == PERSON
    part = Part((link,), kind, rows=rows.persons, record=rows.record, moves_cursor=moves, opens=True)
    return _saving(part, args, tables)


def _query(link: Link, args: Args, tables: Tables) -> Part:
    function = link.function
    if function is None and link.method not in CONTINUING:
        raise OddError("unknown-method" if link.view else "no-view")
    query = asked(places(args), link.view, tables)
    persons = link.view not in tables.views.views or tables.views.views[link.view].persons or query.persons
    found = searched(link.method, args, query) if persons else None
    first = link.method not in CONTINUING
    return Part(
        (link,),
        tables.catalogue.function(function).kind if function else Kind.SEARCH,
        moves_cursor=persons and link.method != "SaveQueryAs",
        pages=not first,
        first_page=first,
        search=found,
        vacancy=next(iter(query.values.get("vacancy_id", ())), None) if persons else None,
        asks=by(found, query) if found else NOTHING,
        aliases=(*((field, value) for field, values in query.values.items() for value in values), *_query_name(args)),
    )


def _query_name(args: Args) -> tuple[tuple[str, str], ...]:
    return (("query_name", args["SWEQueryName"]),) if "SWEQueryName" in args else ()


def _navigate(link: Link, args: Args, rows: Rows, tables: Tables) -> Part:
    view = tables.views.views.get(link.view)
    persons = view is None or view.persons
    sorts = _sorted_by(args, link.view, tables.views) if link.method.startswith("Sort") else None
    part = Part(
        (replace(link, function=None),),
        Kind.CONSULT,
        rows=rows.persons,
        record=rows.record,
        by_cursor=link.method == "EditRecord" and persons and not rows.positioned,
        moves_cursor=persons and link.method in REPOSITIONING,
        pages=link.method in CONTINUING,
        again=link.method in SHOWING,
        asks=frozenset({sorts.category}) if sorts else NOTHING,
        aliases=(("sort", sorts.field),) if sorts else (),
    )
    return _saving(part, args, tables)


def _sorted_by(args: Args, view: str, views: ViewMap) -> Control:
    """Give the column of a sort: the order of rows tells their values in it."""
    return place(args.get("SWEField", ""), view, views)[1]


def _change(link: Link, args: Args, rows: Rows, tables: Tables) -> Part:
    """A catalogued method that is no navigation: a mutation, or a query of a view that is not mapped yet."""
    function = tables.catalogue.function(link.function or "")
    view = tables.views.views.get(link.view)
    persons = view.persons if view is not None else function.shows_persons
    data = {name: value for name, value in places(args).items() if view is not None}
    controls = [place(name, link.view, tables.views)[1] for name in data]
    fields = tuple((control.field, value) for control, value in zip(controls, data.values(), strict=True))
    return Part(
        (link,),
        function.kind,
        rows=rows.persons,
        record=rows.record,
        by_cursor=persons and not rows.positioned,
        by_child=persons and below(link, view) and not rows.persons,
        moves_cursor=persons and bool(rows.persons),
        vacancy=dict(fields).get("vacancy_id") if persons else _changed_vacancy(rows, tables),
        writes=frozenset(control.category for control in controls if link.method != "DeleteRecord"),
        aliases=fields,
    )


def below(link: Link, view: View | None) -> bool:
    """Tell whether a change is of what stands below a person, and is no new one: that names its person."""
    if view is None or link.method in NEW:
        return False
    applet = view.applet(link.applet) if link.applet else None
    found = (applet,) if applet is not None else view.applets
    return any(each.shape is Shape.CHILD for each in found)


def _changed_vacancy(rows: Rows, tables: Tables) -> str | None:
    start = tables.views.row_ids.get("vacancy")
    return rows.record if rows.record and start and rows.record.startswith(start) else None


def _saving(part: Part, args: Args, tables: Tables) -> Part:
    """Add the mutation that a read with field data is; fields that no function writes have no reading.

    Fields of a list that is only queried (old clients send them along when they open its view) change nothing. Legacy may
    obey them or show the list as it was: the read is judged as the search that it would be, on anything.
    """
    data = places(args)
    if not data:
        return part
    view = part.links[-1].view
    if part.links[-1].command in OPENING and only_queried(data, view, tables):
        found = searched("", args, asked(data, view, tables))
        return replace(part, search=found, asks=frozenset(Category), repeatable=False)
    links: dict[str, Link] = {}
    for name in data:
        number = int(name.split("_")[1])
        place(name, "", tables.views)
        for each in tables.views.of_set(number):
            function = tables.catalogue.find(each.name, "", "InvokeMethod", "WriteRecord")
            if function is None:
                raise OddError("fields-not-expected")
            links[function.id] = Link(function.id, each.name, "", "InvokeMethod", "WriteRecord")
    persons = any(tables.catalogue.function(function).shows_persons for function in links)
    controls = [place(name, "", tables.views)[1] for name in data]
    return replace(
        part,
        links=(*links.values(), *part.links),
        kind=Kind.MUTATE,
        by_cursor=part.by_cursor or persons,
        repeatable=False,
        writes=frozenset(control.category for control in controls),
        aliases=tuple((control.field, value) for control, value in zip(controls, data.values(), strict=True)),
    )


def _shown(command: str, args: Args, tables: Tables) -> Part:
    if places(args):
        raise OddError("fields-not-expected")
    rows = name_rows(args, None, tables.views)
    asks = command == "CanInvokeMethod"
    if rows.persons or rows.record:
        raise OddError("stray-row")
    applet = _applet(args.get("SWEApplet", ""), "", None, tables)
    link = Link(None, "", applet, command, args.get("SWEMethod", "") if asks else "")
    if "SWEMethod" in args and not asks:
        raise OddError("stray-method")
    moves = command == "GetCachedFrame"  # shows where the cursor was, not where it is
    return Part((link,), Kind.CONSULT, moves_cursor=moves, again=not asks, context=not asks, repeatable=not moves)
