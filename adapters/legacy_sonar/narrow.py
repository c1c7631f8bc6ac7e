"""A scope -> a criterion in the query of a search, in the legacy's own language of search fields.

Why: SONAR finds everybody in the country. A list that is only filtered afterwards is ten rows of which one may be seen.
Rules:
1. Nothing depends on it: the answer is filtered all the same. In any doubt the request goes up as it came.
2. Ours is a criterion of its own in a field that the query leaves free; SONAR joins fields by AND, so whatever stands in
   another field, it can only find less. Nothing is ever written beside a text that a user typed.
3. Only one plain ExecuteQuery on a list of persons that has the fields. Refining, sorting, paging, export and Back go on
   with the list that legacy remembers, which is the narrowed one.
4. A query for one person, or with a plain place of the user's own that is as narrow, stays as it is.
5. Every other byte is the client's (`written.py`).
"""

from collections.abc import Iterable, Mapping

from adapters.legacy_sonar import wire
from adapters.legacy_sonar.fielddata import place, places
from adapters.legacy_sonar.views import PERSON, Applet, Shape, ViewMap
from adapters.legacy_sonar.wire import OddError
from adapters.legacy_sonar.written import Addition, written
from proxy.model.call import Call
from proxy.model.decision import Scope
from proxy.model.http import Request

REGIONS, MUNICIPALITY = ("region", "responsible_region"), ("municipality",)
_ONE_PERSON = frozenset({"bsn", "client_number"})
_IN_A_MUNICIPALITY = frozenset({"municipality", "municipality_name"})
_IN_A_REGION = _IN_A_MUNICIPALITY | frozenset(REGIONS)
_SIGNS = frozenset("*?[]()\"'<>=")
_WORDS = frozenset({"OR", "AND", "NOT", "LIKE", "IS", "NULL", "EXISTS", "BETWEEN", "IN"})
MOST_CHARACTERS = 1000
"""Of a criterion: some twenty regions. More than that is no place any more."""


def narrowed(request: Request, call: Call, scope: Scope, views: ViewMap) -> Request:
    """Give the request with the scope as a criterion of its query; the very same request where that is not certain."""
    applet = _searched(call, views)
    if applet is None:
        return request
    try:
        before = wire.read(request, wire.split(request.target)[1])
        ours = _ours(before.links[0], applet, scope, views) if len(before.links) == 1 else None
        found = written(request, ours) if ours is not None else None
    except OddError:
        return request
    return request if found is None else found


def _searched(call: Call, views: ViewMap) -> Applet | None:
    """Give the list of persons that the call queries, if that is all it does."""
    link = call.links[0]
    view = views.views.get(link.view)
    if len(call.links) > 1 or link.method != "ExecuteQuery" or view is None:
        return None
    lists = [each for each in view.applets if each.of == PERSON and each.shape is Shape.LIST]
    return lists[0] if len(lists) == 1 else None


def _ours(link: Mapping[str, str], applet: Applet, scope: Scope, views: ViewMap) -> Addition | None:
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
    return Addition(name, text) if 0 < len(text) <= MOST_CHARACTERS else None


def is_plain(value: str) -> bool:
    """Tell whether a criterion has no sign of the language: it asks for one value."""
    return not _SIGNS & set(value) and not _WORDS & set(value.split())


def criterion(codes: Iterable[str], labels: Iterable[str]) -> str:
    """Say "one of these codes, here or in a field of one of these labels"; quotes make each a literal."""
    quoted = [f'"{code}"' for code in codes if code.isascii() and code.isalnum()]
    elsewhere = (f"[{label}] = {code}" for label in labels for code in quoted)
    return " OR ".join((*quoted, *elsewhere))
