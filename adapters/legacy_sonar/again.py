"""A call that a client made -> the request by which a session of our own gets the same page. Pure.

Rules:
1. Only what does not depend on the client's session: a search, a list as it opens, a record that is named. A work list, a
   set, a sort, a page shown once more are None: nobody else can ask for them. So is a question of a service, which carries
   the credentials of the one who asks.
2. A list that a client opens shows everything; in a session of ours it is asked for as a search for nothing, since legacy
   keeps one list per view.
3. The scope is written into it just as into the client's own request.
"""

from collections.abc import Iterator
from urllib.parse import quote_from_bytes

from adapters.legacy_sonar import narrow
from adapters.legacy_sonar.views import PERSON, Shape, View, ViewMap
from adapters.legacy_sonar.vocabulary import OPENING, SCREEN_PATH
from adapters.legacy_sonar.wire import encode
from proxy.model.call import Call, Format
from proxy.model.decision import Scope
from proxy.model.http import Request

_TYPE = b"application/x-www-form-urlencoded"
_BESIDE = frozenset({"srn", "record", "sort", "query_name"})
"""Arguments of a call that are no criterion."""


def again(call: Call, scope: Scope | None, views: ViewMap) -> Request | None:
    """Write the request; None: only the client's own session can ask for this."""
    fields = tuple(_fields(call, views)) if call.account is None else ()
    if not fields:
        return None
    more = (("SWERPC", "1"),) if call.format is Format.RPC else ()
    body = b"&".join(_quoted(name) + b"=" + _quoted(value) for name, value in (*fields, *more))
    head = ((b"Content-Type", _TYPE), (b"Content-Length", b"%d" % len(body)))
    request = Request(b"POST", SCREEN_PATH, b"HTTP/1.1", head, body, "127.0.0.1")
    return request if scope is None else narrow.narrowed(request, call, scope, views)


def _fields(call: Call, views: ViewMap) -> Iterator[tuple[str, str]]:
    if len(call.links) != 1:
        return
    link = call.links[0]
    view = views.views.get(link.view)
    if view is None:
        return
    row = link.row_id or next(iter(call.row_ids), None)
    action = link.method or link.command
    if row is not None and action in OPENING | {"Drilldown"}:
        yield from (("SWECmd", "GotoView"), ("SWEView", view.name), ("SWERowId", row))
    elif action == "ExecuteQuery" or (action in OPENING and _filled(view)):
        yield from (("SWECmd", "InvokeMethod"), ("SWEView", view.name), ("SWEApplet", view.applets[-1].name))
        yield ("SWEMethod", "ExecuteQuery")
        yield from _criteria(call, view)


def _filled(view: View) -> bool:
    """Tell whether a view opens with a list of everything: one of no persons."""
    return view.applets[-1].shape is Shape.LIST and view.applets[-1].of != PERSON


def _criteria(call: Call, view: View) -> Iterator[tuple[str, str]]:
    applet = view.applets[-1]
    places = {control.field: f"s_{applet.set}_{applet.number}_{control.id}_0" for control in applet.controls}
    for name, value in call.aliases:
        if name in places and name not in _BESIDE:
            yield places[name], value


def _quoted(text: str) -> bytes:
    return quote_from_bytes(encode(text), safe="").encode("ascii")
