"""What clients send, drawn by lot: searches, sets, sorts, records opened in every way, in long and short names.

Rules: values are drawn from what legacy itself shows, whole or cut with `*` and `?`, in another case, with blanks more; a
share of them is an expression, which is legacy's alone. The same seed draws the same clicks.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from adapters.legacy_sonar.views import View

type Fields = tuple[tuple[str, str], ...]
TURNS = ("GotoNextSet", "GotoNextSet", "GotoPreviousSet", "GotoLastSet", "GotoFirstSet")
SHORT = {
    "SWEMethod": "M", "SWEView": "V", "SWEApplet": "A", "SWEField": "F", "SWERowId": "R", "SWEScreen": "S",
    "SWENeedContext": "Nc", "SWERPC": "Rpc", "SWEPostnRowId": "Pr", "SWEReqRowId": "Rq",
}  # fmt: skip
EXPRESSIONS = ('"{}"', "{} OR {}", "NOT {}", ">{}", "[Status] = {}", "LIKE {}*", "IS NULL", "'{}'", "({})")
_NOT_PLAIN = re.compile(r"[\[\]()<>=\"]|(?<!\S)'|[^\S ]|\b(?:OR|AND|NOT|LIKE|EXISTS|NULL|IS|IN|BETWEEN)\b")


@dataclass(frozen=True, slots=True)
class Click:
    """One request: its form in a word, its fields, and whether only legacy can answer it."""

    form: str
    fields: Fields
    legacy: bool = False
    posted: bool = True


@dataclass(slots=True)
class Clicks:
    """Draws clicks on one view; `rows` are the records whose values are drawn, by row id."""

    view: View
    rows: Mapping[str, Mapping[str, str]]
    draw: Random
    required: Sequence[tuple[str, str]] = ()
    """Criteria of every search (the vacancy of candidates): canonical field, values to draw from."""
    refined: bool = True
    unsorted: frozenset[str] = frozenset()
    numbers: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        applet = self.view.applets[-1]
        self.numbers = {each.field: f"s_{applet.set}_{applet.number}_{each.id}" for each in applet.controls}

    def opened(self) -> Click:
        """Open the view of a list."""
        screen = (("SWEScreen", self.view.screen),)
        named: tuple[Fields, ...] = ((("SWEView", self.view.name),), (("SWEView", self.view.name), *screen))
        command = self.draw.choice(("GotoView", "GotoPageTab"))
        return self._sent("open", (("SWECmd", command), *self.draw.choice(named)))

    def searched(self, method: str = "ExecuteQuery") -> Click:
        """Search, by nothing or by up to three fields."""
        given: dict[str, str] = (
            {name: self.draw.choice(texts) for name, texts in self.required} if method == "ExecuteQuery" else {}
        )
        legacy = False
        for _ in range(self.draw.choice((0, 1, 1, 1, 2, 2, 3))):
            name = self.draw.choice(sorted(self.numbers.keys() - given.keys() - {name for name, _ in self.required}))
            if (text := self._criterion(name, 0.03 if method == "ExecuteQuery" else 0.0)) is not None:
                given[name], odd = text
                legacy = legacy or odd
        criteria = tuple((f"{self.numbers[name]}_0", text) for name, text in given.items())
        return self._invoked(method, *criteria, legacy=legacy, form="search" if method == "ExecuteQuery" else "refine")

    def turned(self) -> Click:
        """Go to another set."""
        return self._invoked(self.draw.choice(TURNS), form="turn")

    def sorted(self) -> Click:
        """Sort by a column."""
        name = self.draw.choice(sorted(self.numbers.keys() - self.unsorted))
        method = self.draw.choice(("SortAscending", "SortDescending"))
        return self._invoked(method, ("SWEField", f"{self.numbers[name]}_{self.draw.randrange(10)}"), form="sort")

    def again(self) -> Click:
        """Have the current view shown again, or one applet of it."""
        if self.draw.random() < 0.3:
            applet = self.draw.choice(self.view.applets).name
            return self._sent("applet", (("SWECmd", "GetApplet"), ("SWEApplet", applet)))
        return self._sent("again", (("SWECmd", self.draw.choice(("GotoPage", "ReloadCT"))),))

    def back(self) -> Click:
        """Go back to the page that was shown before."""
        return Click("back", (("SWECmd", "GetCachedFrame"),))

    def exported(self) -> Click:
        """Export the list."""
        form = (
            ("ExportFormat", self.draw.choice(("XLS", "CSV"))),
            ("ExportScope", self.draw.choice(("AllRows", "CurrentRows"))),
        )
        return replace(self._invoked("ExportList", *form, form="export"), form="export")

    def of_list(self) -> Click:
        """Draw a click on a list."""
        makers = (
            [self.searched] * 6
            + [self.turned] * 5
            + [self.sorted] * 3
            + [self.opened] * 2
            + [self.again, self.exported]
        )
        if self.refined and self.draw.random() < 0.06:
            return self.searched("RefineQuery")
        return self.draw.choice(makers)()

    def record(self, row: str, ways: Sequence[tuple[View, str]] = ()) -> Click:
        """Open a record: by its row on the view itself, or by a click on a list that leads there."""
        if ways and self.draw.random() < 0.4:
            listed, place = self.draw.choice(ways)
            names = (("SWEView", listed.name), ("SWEApplet", listed.applets[-1].name))
            where = (("SWEField", f"{place}_{self.draw.randrange(10)}"), ("SWERowId", row), ("SWEReqRowId", "1"))
            return self._sent("drill", (("SWECmd", "InvokeMethod"), ("SWEMethod", "Drilldown"), *names, *where))
        command = self.draw.choice(("GotoView", "GotoView", "GotoPageTab"))
        name = self.draw.choice(("SWERowId", "SWEPostnRowId"))
        return self._sent("record", (("SWECmd", command), ("SWEView", self.view.name), (name, row)))

    def tab(self) -> Click:
        """Open the view of the current record."""
        return self._sent("tab", (("SWECmd", "GotoView"), ("SWEView", self.view.name)))

    def _invoked(self, method: str, *fields: tuple[str, str], form: str, legacy: bool = False) -> Click:
        applet = self.view.applets[-1]
        names = (("SWEView", self.view.name), ("SWEApplet", self.draw.choice(sorted({applet.name, *applet.aliases}))))
        more = (("SWENeedContext", "true"),) if self.draw.random() < 0.7 else ()
        return self._sent(form, (("SWECmd", "InvokeMethod"), ("SWEMethod", method), *names, *more, *fields), legacy)

    def _sent(self, form: str, fields: Fields, legacy: bool = False) -> Click:
        if self.draw.random() < 0.35:
            fields, form = (*fields, ("SWERPC", "1")), f"{form} rpc"
        if self.draw.random() < 0.2:
            fields = tuple((SHORT.get(name, name), text) for name, text in fields)
        return Click(form, fields, legacy, posted=self.draw.random() < 0.6)

    def _criterion(self, name: str, odd: float) -> tuple[str, bool] | None:
        """Draw a criterion, and whether it is an expression; None: the value that was drawn cannot be one."""
        value = self.rows[self.draw.choice(sorted(self.rows))].get(name, "")
        if not value.strip():
            return None
        if self.draw.random() < odd:
            return self.draw.choice(EXPRESSIONS).replace("{}", value), True
        if _NOT_PLAIN.search(value):
            return None
        return self._written(name, value), False

    def _written(self, name: str, value: str) -> str:
        start, end = sorted(self.draw.randrange(len(value) + 1) for _ in range(2))
        forms = (
            value, value, value.upper(), value.lower(), f"{value[:end]}*", f"{value[: end // 2]}*", f"*{value[start:]}",
            f"*{value[start:end]}*", f"{value[:start]}?{value[start + 1 :]}", f"  {value} ", value.replace(" ", "  "),
            f"{value}-bestaat-niet", "*", value[: max(end, 1)], value.zfill(9) if name == "bsn" else value,
        )  # fmt: skip
        found = self.draw.choice(forms)
        return value if _NOT_PLAIN.search(found) or not found.strip() else found
