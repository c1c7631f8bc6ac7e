"""The control map: which place of which screen holds what. Typed and closed; loaded from `views.yaml`.

Rules: positions (`s_<set>_<applet>_<control>_<row>`) mean nothing without it; every breach refuses the load with
file:line; a page that does not fit it is not released.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from proxy.catalogue.document import Entry, read
from proxy.model.person import Category

PERSON = "client"


class Shape(StrEnum):
    """What an applet is."""

    FORM = "form"
    LIST = "list"
    CHILD = "child"
    HEAD = "head"


@dataclass(frozen=True, slots=True)
class Control:
    """One place: its number, label, canonical field, category."""

    id: int
    label: str
    field: str
    category: Category
    link: str | None = None
    """View that a click opens."""
    fixed: bool = False
    """Never an input."""


@dataclass(frozen=True, slots=True)
class Applet:
    """One part of a screen."""

    name: str
    set: int
    number: int
    shape: Shape
    of: str
    """What a row is (`client` = a person)."""
    controls: tuple[Control, ...]
    categories: frozenset[Category]
    """Categories of all its places."""
    aliases: frozenset[str] = frozenset()
    own_total: bool = False
    author: Control | None = None
    """Says who wrote a row: such a row is decided about by itself."""

    def control(self, number: int) -> Control | None:
        """Find a control by its number."""
        return next((control for control in self.controls if control.id == number), None)


@dataclass(frozen=True, slots=True)
class View:
    """One screen."""

    name: str
    screen: str
    title: str
    set: int
    applets: tuple[Applet, ...]

    @property
    def single(self) -> bool:
        """Tell whether it shows one person: the current one."""
        return any(applet.shape is not Shape.LIST and applet.of == PERSON for applet in self.applets)

    @property
    def persons(self) -> bool:
        """Tell whether it shows persons at all."""
        return any(applet.of == PERSON for applet in self.applets)

    def applet(self, name: str) -> Applet | None:
        """Find an applet by its name or another name of it."""
        return next((applet for applet in self.applets if name == applet.name or name in applet.aliases), None)

    def place(self, applet: int, control: int) -> Control | None:
        """Find a control by applet and control number."""
        return next((found.control(control) for found in self.applets if found.number == applet), None)


@dataclass(frozen=True, slots=True)
class ViewMap:
    """All screens of one legacy, with the version of the map."""

    legacy: str
    views: Mapping[str, View] = field(repr=False)
    screens: Mapping[str, str]
    """Screen -> the view that opens first."""
    row_ids: Mapping[str, str]
    """What a row is -> how its row id begins."""

    def of_set(self, number: int) -> tuple[View, ...]:
        """Give the views of a set."""
        return tuple(view for view in self.views.values() if view.set == number)


def load(text: str, file: str = "views.yaml") -> ViewMap:
    """Load the map; raises OperatorError with file:line, found and allowed."""
    document = read(text, file).fields(("version", "legacy", "row_ids", "views"))
    if document["version"].number() != 1:
        document["version"].refuse(document["version"].text(), 1)
    views = {name: _view(name, entry) for name, entry in document["views"].pairs()}
    screens: dict[str, str] = {}
    for view in views.values():
        screens.setdefault(view.screen, view.name)
    _check_links(document["views"], views)
    row_ids = {name: entry.text() for name, entry in document["row_ids"].pairs()}
    if PERSON not in row_ids:
        document["row_ids"].refuse(f"no {PERSON}", f"{PERSON}, and others")
    return ViewMap(document["legacy"].text(), views, screens, row_ids)


def _view(name: str, entry: Entry) -> View:
    found = entry.fields(("screen", "title", "set", "applets"))
    number = found["set"].number()
    applets = tuple(_applet(item, number) for item in found["applets"].items())
    if len({applet.number for applet in applets}) != len(applets):
        found["applets"].refuse("an applet number twice", "each number once a view")
    return View(name, found["screen"].text(), found["title"].text(), number, applets)


def _applet(entry: Entry, number: int) -> Applet:
    found = entry.fields(("name", "number", "kind", "of", "controls"), ("aliases", "own_total", "author"))
    shape = found["kind"].member(Shape)
    controls = tuple(_control(item, shape) for item in found["controls"].items())
    if len({control.id for control in controls}) != len(controls):
        found["controls"].refuse("a control number twice", "each number once an applet")
    return Applet(
        name=found["name"].text(),
        set=number,
        number=found["number"].number(),
        shape=shape,
        of=found["of"].text(),
        controls=controls,
        categories=frozenset(control.category for control in controls),
        aliases=frozenset(found["aliases"].texts()) if "aliases" in found else frozenset(),
        own_total="own_total" in found and found["own_total"].flag(),
        author=_author(found["author"], shape, controls) if "author" in found else None,
    )


def _author(entry: Entry, shape: Shape, controls: tuple[Control, ...]) -> Control:
    """Give the control that says who wrote a row; an input may say anything."""
    fixed = {control.field: control for control in controls if control.fixed and shape is Shape.CHILD}
    if entry.text() not in fixed:
        entry.refuse(entry.text(), f"a fixed field of a child list: {', '.join(fixed) or 'here is none'}")
    return fixed[entry.text()]


def _control(entry: Entry, shape: Shape) -> Control:
    found = entry.fields(("id", "label", "field", "category"), ("link", "fixed"))
    return Control(
        id=found["id"].number(),
        label=found["label"].text(),
        field=found["field"].text(),
        category=found["category"].member(Category),
        link=found["link"].text() if "link" in found else None,
        fixed=shape is Shape.HEAD or ("fixed" in found and found["fixed"].flag()),
    )


def _check_links(entry: Entry, views: Mapping[str, View]) -> None:
    for view in views.values():
        for applet in view.applets:
            for control in applet.controls:
                if control.link is not None and control.link not in views:
                    entry.refuse(f"link to {control.link!r} from {view.name}", ", ".join(views))
