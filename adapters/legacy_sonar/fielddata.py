"""Field data of a link: what a query of a list asks, what a change writes, and which control a positional name means.

Rules: `s_<set>_<applet>_<control>_<row>` means what the control map says, and what the map does not know has no reading;
a query asks by the categories of its fields, and one that may be an expression asks by all of them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from adapters.legacy_sonar import criteria
from adapters.legacy_sonar.views import PERSON, Applet, Control, Shape, ViewMap
from adapters.legacy_sonar.wire import OddError
from proxy.catalogue import Catalogue
from proxy.model.call import Search, SearchClass
from proxy.model.person import Category

_PLACE = re.compile(r"s_(\d+)_(\d+)_(\d+)_(\d+)")
NOTHING: frozenset[Category] = frozenset()
_NAMED_QUERIES = frozenset({"Mijn klanten", "Alle klanten"})

type Args = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Tables:
    """What a link is read by."""

    catalogue: Catalogue
    views: ViewMap


def place(name: str, view_name: str, views: ViewMap) -> tuple[Applet, Control]:
    """Give the applet and control that a positional name means; one that the map does not know has no reading."""
    match = _PLACE.fullmatch(name)
    if not match:
        raise OddError("unknown-field")
    number, applet_number, control_number, _ = map(int, match.groups())
    candidates = [view for view in views.of_set(number) if not view_name or view.name == view_name]
    for view in candidates:
        for applet in view.applets:
            control = applet.control(control_number) if applet.number == applet_number else None
            if control is not None:
                return applet, control
    raise OddError("field-of-other-view" if views.of_set(number) else "unknown-field")


def places(args: Args) -> dict[str, str]:
    """Give the field data of a link."""
    return {name: value for name, value in args.items() if name.startswith("s_")}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a query asks: values per canonical field, their categories, and whether persons are asked for."""

    values: Mapping[str, list[str]]
    categories: frozenset[Category]
    persons: bool


def asked(data: Mapping[str, str], view: str, tables: Tables) -> Asked:
    """Read the criteria of a query on a view."""
    values: dict[str, list[str]] = {}
    found = [(place(name, view, tables.views), value) for name, value in data.items()]
    for (_, control), value in found:
        values.setdefault(control.field, []).append(value)
    categories = frozenset(control.category for (_, control), value in found if value.strip())
    return Asked(values, categories, any(applet.of == PERSON for (applet, _), _ in found))


def searched(method: str, args: Args, query: Asked) -> Search:
    """A saved query may hold anything; only the two that legacy ships are known."""
    if method == "ExecuteNamedQuery" and args.get("SWEQueryName", "") not in _NAMED_QUERIES:
        return Search(SearchClass.EXPRESSION)
    return criteria.classify({field: values for field, values in query.values.items() if field != "vacancy_id"})


def by(found: Search, query: Asked) -> frozenset[Category]:
    """Say by what a search finds: an expression can ask about any field, whatever field it stands in."""
    return frozenset(Category) if found.by is SearchClass.EXPRESSION else query.categories


def only_queried(data: Mapping[str, str], name: str, tables: Tables) -> bool:
    """Tell whether all fields are of the list of persons in the view that is opened, and no function writes it."""
    view = tables.views.views.get(name)
    if view is None or any(applet.shape is not Shape.LIST or applet.of != PERSON for applet in view.applets):
        return False
    return {int(each.split("_")[1]) for each in data} == {view.set} and tables.catalogue.find(
        name, "", "InvokeMethod", "WriteRecord"
    ) is None
