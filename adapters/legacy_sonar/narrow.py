"""A scope -> a criterion in the query of a search, in the legacy's own language of search fields.

Why: SONAR finds everybody in the country. A list that is only filtered afterwards is ten rows of which one may be seen.
Rules:
1. Nothing depends on it: the answer is filtered all the same. In any doubt the request goes up as it came.
2. Ours is a criterion of its own in a field that the query leaves free; SONAR joins fields by AND, so whatever stands in
   another field, it can only find less. Nothing is ever written beside a text that a user typed.
3. Only one plain ExecuteQuery on a list of persons that has the fields. Refining, sorting, paging, export and Back go on
   with the list that legacy remembers, which is the narrowed one.
4. A query for one person, or with a plain place of the user's own that is as narrow, stays as it is.
5. The written request is read again: it must say what the first one said, and ours; every other byte is the client's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote_from_bytes

from adapters.legacy_sonar import wire
from adapters.legacy_sonar.fielddata import place, places
from adapters.legacy_sonar.views import PERSON, Applet, Shape, ViewMap
from adapters.legacy_sonar.wire import OddError, Parameters
from proxy.model.call import Call
from proxy.model.decision import Scope
from proxy.model.http import Request, Span

REGIONS, MUNICIPALITY = ("region", "responsible_region"), ("municipality",)
_ONE_PERSON = frozenset({"bsn", "client_number"})
_IN_A_MUNICIPALITY = frozenset({"municipality", "municipality_name"})
_IN_A_REGION = _IN_A_MUNICIPALITY | frozenset(REGIONS)
_SIGNS = frozenset("*?[]()\"'<>=")
_WORDS = frozenset({"OR", "AND", "NOT", "LIKE", "IS", "NULL", "EXISTS", "BETWEEN", "IN"})
MOST_CHARACTERS = 1000
"""Of a criterion: some twenty regions. More than that is no place any more."""
MOST_OF_A_TARGET = 2000
"""Bytes of a request line's target that old browsers and servers are known to bear."""


@dataclass(frozen=True, slots=True)
class _Criterion:
    """What is asked beside the user's own question: positional name of a control, and the text in it."""

    name: str
    text: str


def narrowed(request: Request, call: Call, scope: Scope, views: ViewMap) -> Request:
    """Give the request with the scope as a criterion of its query; the very same request where that is not certain."""
    applet = _searched(call, views)
    if applet is None:
        return request
    try:
        before = _read(request)
        ours = _ours(before.links[0], applet, scope, views) if len(before.links) == 1 and not before.upload else None
        written = _written(request, ours) if ours is not None else None
        if ours is None or written is None or not _says(_read(written), before, ours):
            return request
    except OddError:
        return request
    return written


def _searched(call: Call, views: ViewMap) -> Applet | None:
    """Give the list of persons that the call queries, if that is all it does."""
    link = call.links[0]
    view = views.views.get(link.view)
    if len(call.links) > 1 or link.method != "ExecuteQuery" or view is None:
        return None
    lists = [each for each in view.applets if each.of == PERSON and each.shape is Shape.LIST]
    return lists[0] if len(lists) == 1 else None


def _read(request: Request) -> Parameters:
    return wire.read(request, wire.split(request.target)[1])


def _says(after: Parameters, before: Parameters, ours: _Criterion) -> bool:
    """Tell whether a request says what the one before said, and ours."""
    return after == replace(before, links=({**before.links[0], ours.name: ours.text},))


def _ours(link: Mapping[str, str], applet: Applet, scope: Scope, views: ViewMap) -> _Criterion | None:
    """Choose the first field of the scope that the query leaves free, and what to write there."""
    fields, within = (MUNICIPALITY, _IN_A_MUNICIPALITY) if scope.municipality else (REGIONS, _IN_A_REGION)
    controls = {control.field: control for control in applet.controls if control.field in fields}
    filled = {name: value for name, value in places(link).items() if value.strip()}
    asked = [(place(name, link["SWEView"], views)[1].field, value) for name, value in filled.items()]
    as_narrow = any(field in within | _ONE_PERSON and is_plain(value) for field, value in asked)
    home = next((field for field in fields if field not in {taken for taken, _ in asked}), None)
    if as_narrow or home is None or controls.keys() != set(fields):
        return None
    elsewhere = (controls[field].label for field in fields if field != home)
    text = criterion([scope.municipality] if scope.municipality else sorted(scope.regions), elsewhere)
    name = f"s_{applet.set}_{applet.number}_{controls[home].id}_0"
    return _Criterion(name, text) if 0 < len(text) <= MOST_CHARACTERS else None


def is_plain(value: str) -> bool:
    """Tell whether a criterion has no sign of the language: it asks for one value."""
    return not _SIGNS & set(value) and not _WORDS & set(value.split())


def criterion(codes: Iterable[str], labels: Iterable[str]) -> str:
    """Say "one of these codes, here or in a field of one of these labels"; quotes make each a literal."""
    quoted = [f'"{code}"' for code in codes if code.isascii() and code.isalnum()]
    elsewhere = (f"[{label}] = {code}" for label in labels for code in quoted)
    return " OR ".join((*quoted, *elsewhere))


def _written(request: Request, ours: _Criterion) -> Request | None:
    """Write ours into body or query, whichever has a place for it; None: neither has."""
    body = _spliced(request.body, ours)
    if body is not None:
        length = b"%d" % len(body)
        fields = tuple((name, length if name.lower() == b"content-length" else value) for name, value in request.fields)
        return replace(request, body=body, fields=fields)
    path, _, query = request.target.partition(b"?")
    asked = _spliced(query, ours)
    if asked is None or len(path) + len(asked) >= MOST_OF_A_TARGET:
        return None
    return replace(request, target=path + b"?" + asked)


def _spliced(data: bytes, ours: _Criterion) -> bytes | None:
    """Write ours into the blank field that the form sent along, else behind the method; None: neither is here."""
    value = b"=" + _encoded(ours.text, data)
    blank, method = _pair(data, ours.name), _pair(data, "SWEMethod")
    if blank is not None:
        return data[: blank[0]] + value + data[blank[1] :]
    if method is not None:
        return data[: method[1]] + b"&" + ours.name.encode("ascii") + value + data[method[1] :]
    return None


def _pair(data: bytes, wanted: str) -> Span | None:
    """Find a parameter: from the end of its name to its own end."""
    start = 0
    for piece in data.split(b"&"):
        name, _, raw = piece.partition(b"=")
        if name and wire.canonical(name, wire.plain(raw)) == wanted:
            return start + len(name), start + len(piece)
        start += len(piece) + 1
    return None


def _encoded(text: str, data: bytes) -> bytes:
    """Percent-encode windows-1252, with the blanks of the form that it goes into."""
    written = quote_from_bytes(wire.encode(text), safe="").encode("ascii")
    return written if b"%20" in data and b"+" not in data else written.replace(b"%20", b"+")
