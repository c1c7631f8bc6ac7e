"""Answers about generated people, made by the renderer of the stand-in, and the same with values taken out.

Rules: every value of a page is recognised anywhere by a mark of its own; `Sheet.made(fates)` renders an answer as legacy
would if what is hidden did not exist, so that a masked answer can be compared with it byte for byte; it shares nothing
with the adapter.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from random import Random

from adapters.legacy_sonar.standin import pages, soap
from adapters.legacy_sonar.standin.applets import Applet, View
from adapters.legacy_sonar.standin.exports import exported
from adapters.legacy_sonar.standin.pages import Frame, Rows
from adapters.legacy_sonar.standin.seed import Record
from adapters.legacy_sonar.standin.soap import Desk
from adapters.legacy_sonar.standin.text import encode, escape, shown
from adapters.legacy_sonar.standin.views import VIEWS

FRAME = Frame("AWE0421", 18, "kq3v", "24-11-2020 09:00:00")
MARK = re.compile(rb"Q\d{6}x|1-7Q\d{4}|AM\d\d|\d\d-\d\d-\d{4}|(?<!\d)\d{8,9}(?!\d)|(?<![\d-])\d{4}(?![\d-])")
SOAP_CATEGORIES = {
    "bsn": "ID", "surname": "ID", "prefix": "ID", "first_names": "ID", "birth_date": "ID", "municipality_code": "ID",
    "registered": "ID", "reg_start": "ID", "ladder_step": "LD", "services": "SV", "law_code": "BN", "start": "BN",
}  # fmt: skip
NOTE = "note"
"""Child rows that are decided about one by one, by who wrote them."""
TOOLTIP = "*"
"""Category of what stands in the tooltip alone: hidden when anything of the row is."""
PERSONS = tuple(view for view in VIEWS if any(applet.component == "client" for applet in view.applets))
FORMATS = ("html", "rpc", "gzip", "xls", "csv")


@dataclass(frozen=True, slots=True)
class Fate:
    """What is to happen to one person: stay with these categories and contact notes hidden, go, or become a card."""

    hidden: frozenset[str] = frozenset()
    gone: bool = False
    card: bool = False
    notes: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Sheet:
    """One answer: its view (None: the service), its format, whoever is on it, and the set of the list that it shows.

    Of a person with contact notes the set is that of the notes.
    """

    view: View | None
    format: str
    people: tuple[Record, ...]
    children: Mapping[str, tuple[Record, ...]] = field(default_factory=dict)
    start: int = 0
    more: int = 0

    @property
    def listed(self) -> bool:
        """Tell whether rows can go."""
        return self.view is not None and self.view.main.kind == "list" and not self.view.main.parent

    @property
    def complete(self) -> bool:
        """Tell whether the list is all there."""
        return not self.start and not self.more

    def values(self, index: int) -> Iterator[tuple[str, str]]:
        """Give category and value of every place of one person, as shown."""
        person = self.people[index]
        if self.view is None:
            yield from ((SOAP_CATEGORIES[name], value) for name, value in person.items() if name in SOAP_CATEGORIES)
            yield from (("SV", each[name]) for each in self.children["service"] for name in ("code", "start"))
            return
        if self.listed and self.format not in {"xls", "csv"}:
            yield TOOLTIP, person["full_name"]
        for applet in (self.view.main,) if self.listed else self.view.applets:
            records = (
                (person,) if applet.component == "client" or not applet.parent else self.children[applet.component]
            )
            for control in applet.controls if applet.component != NOTE else ():
                for record in records:
                    yield control.category, shown(record.get(control.field, ""), control.form)

    def notes(self) -> Iterator[set[bytes]]:
        """Give, per contact note, the marks of everything that belongs to it alone."""
        applets = [] if self.view is None else [applet for applet in self.view.applets if applet.component == NOTE]
        for applet in applets:
            for record in self.children[NOTE]:
                values = (shown(record.get(control.field, ""), control.form) for control in applet.controls)
                yield marks(values) | {record["row_id"].encode()}

    def made(self, fates: Sequence[Fate]) -> bytes:
        """Render the answer as legacy would if what these fates hide did not exist."""
        if self.view is None:
            return self._service(fates)
        if self.listed:
            return self._list(self.view, fates)
        parts = sorted(self.view.applets, key=lambda applet: applet.kind != "head")
        inner = "".join(self._part(self.view, applet, fates[0]) for applet in parts)
        return self._framed(self.view, inner)

    def _framed(self, view: View, inner: str) -> bytes:
        return encode(inner if self.format == "rpc" else pages.page(FRAME, view, inner))

    def _part(self, view: View, applet: Applet, fate: Fate) -> str:
        hidden = fate.hidden
        if applet.parent:
            gone = bool(hidden & {control.category for control in applet.controls})
            held = () if gone else self.children[applet.component]
            rows = [each for index, each in enumerate(held) if applet.component != NOTE or index not in fate.notes]
            start, more = (0, 0) if gone or applet.component != NOTE else (self.start, self.more)
            set_ = Rows(rows, start, start + len(rows) + more, self.people[0]["row_id"])
            text = pages.listing(FRAME, view, applet, set_)
            return re.sub('<input type="file"[^>]*>\r\n', "", text) if gone else text
        title = "Klant" if applet.kind == "head" else view.title
        text = pages.form(FRAME, applet, title, emptied(self.people[0], applet, hidden))
        for control in applet.controls if hidden else ():
            if control.category in hidden:
                name = f"s_{applet.set}_{applet.number}_{control.number}_0"
                text = re.sub(f'<(input type="text"|textarea) name="{name}"[^>]*>(</textarea>)?', "", text)
        return text

    def _list(self, view: View, fates: Sequence[Fate]) -> bytes:
        applet, both = view.main, list(zip(self.people, fates, strict=True))
        left = [
            (emptied(person, applet, fate.hidden), fate) for person, fate in both if not fate.gone and not fate.card
        ]
        records = [record for record, _ in left]
        if self.format in {"xls", "csv"}:
            return exported(applet, records, self.format, "20201124")[1]
        total = self.start + len(records) + bool(self.more)
        text = pages.listing(FRAME, view, applet, Rows(records, self.start, total))
        masked = {index for index, (_, fate) in enumerate(left) if fate.hidden}
        for index in masked:
            text = re.sub(f'(<tr class="rij" id="r_{applet.set}_{applet.number}_{index}") title="[^"]*"', r"\1", text)
        if not self.complete or any(fate.card for fate in fates):
            text = re.sub('<span class="teller">[^<]*', '<span class="teller">#', text)
        beside = "".join(pages.form(FRAME, each, view.title, {}) for each in view.applets if each is not applet)
        return self._framed(view, text + beside)

    def _service(self, fates: Sequence[Fate]) -> bytes:
        desk = Desk(_Town(self.children))  # type: ignore[arg-type]
        text = desk._client(self.people[0])
        for name in ("CdTrede", "Dienst", "Uitkering"):
            if {"CdTrede": "LD", "Dienst": "SV", "Uitkering": "BN"}[name] in fates[0].hidden:
                text = re.sub(f"<ns:{name}(/>|>.*?</ns:{name}>)", "", text)
        body = f'<ns:KlantprofielOpvragen_Output xmlns:ns="{soap._NS}">{text}</ns:KlantprofielOpvragen_Output>'
        return soap._envelope("<SOAP-ENV:Header/>", body)


@dataclass(frozen=True, slots=True)
class _Town:
    """As much of the stand-in's store as its service asks."""

    held: Mapping[str, tuple[Record, ...]]

    def children(self, kind: str, parent: str) -> list[Record]:
        """The child rows."""
        del parent
        return list(self.held[kind])


def emptied(record: Record, applet: Applet, hidden: frozenset[str]) -> Record:
    """Take the values of hidden categories out of a record, for one applet."""
    return record | {control.field: "" for control in applet.controls if control.category in hidden}


def marks(values: Iterator[str]) -> set[bytes]:
    """Give the marks by which values are recognised."""
    return {mark for value in values for mark in MARK.findall(escape(value).encode("cp1252", "replace"))}


class Seeds:
    """Makes people whose every value is its own."""

    def __init__(self, draw: Random) -> None:
        self.draw, self.number = draw, count(1)
        self.codes = iter(draw.sample(range(1000, 2000), 200) + draw.sample(range(3000, 8000), 200))
        self.regions = iter(draw.sample(range(10, 100), 90))
        self.days = iter(draw.sample(range(1000), 900))

    def value(self, name: str, form: str) -> str:
        """Make a value for a field."""
        if name == "bsn":
            number = next(self.number)
            return f"{self.draw.choice('09')}{number % 9 + 1}{number % 100:02d}{self.draw.randrange(10000, 99999)}"
        if form == "d" or name in {"birth_date", "reg_start"}:
            day = next(self.days)
            return f"{1801 + day // 300}{day % 12 + 1:02d}{day // 12 % 25 + 1:02d}" if self.draw.random() > 0.1 else ""
        if name == "municipality_code":
            return f"{next(self.codes)}"
        if name == "registered":
            return self.draw.choice("JNY ")
        if name in {"region", "responsible_region"}:
            return f"AM{next(self.regions)}"
        odd = self.draw.choice(("", " ü€é", ' & <b>"x"</b>', "; 'y'", "\xa0 ", "%41&#57;", "\x81\x9d"))
        return f"{odd}Q{next(self.number):06d}x{odd}" if self.draw.random() > 0.08 else ""

    def record(self, controls: Iterator[tuple[str, str]]) -> Record:
        """Make a record with these fields."""
        made: Record = {"row_id": f"1-7Q{next(self.number):04d}", "modnum": "3"}
        for name, form in controls:
            if name not in made:
                made[name] = self.value(name, form)
        return made

    def sheet(self, view: View | None, form: str) -> Sheet:
        """Make an answer of a view (None: the service) in a format."""
        if view is None:
            person = self.record((name, "") for name in SOAP_CATEGORIES if name != "services")
            services = tuple(self.record(iter((("code", ""), ("start", "d")))) for _ in range(self.draw.randrange(3)))
            return Sheet(None, form, (person,), {"service": services})
        own = [c for a in view.applets if not a.parent for c in a.controls]
        fields = [(control.field, control.form) for control in own] + [("full_name", ""), ("bsn", "b")]
        size = self.draw.randrange(1, 11) if view.main.kind == "list" and not view.main.parent else 1
        people = tuple(self.record(iter(fields)) for _ in range(size))
        children = {a.component: self._rows(a) for a in view.applets if a.parent}
        goes_on = 10 in {size, len(children.get(NOTE, ()))}
        start, more = (self.draw.choice((0, 0, 10)), self.draw.choice((0, 0, 7))) if goes_on else (0, 0)
        return Sheet(view, form, people, children, start, more)

    def _rows(self, applet: Applet) -> tuple[Record, ...]:
        fields = [(control.field, control.form) for control in applet.controls]
        size = self.draw.choice((0, 1, 3, 10, 10)) if applet.component == NOTE else self.draw.randrange(4)
        return tuple(self.record(iter(fields)) for _ in range(size))


def whole(sheet: Sheet) -> bytes:
    """Render the answer as legacy sends it."""
    fates = [Fate()] * len(sheet.people)
    made = sheet.made(fates)
    if sheet.listed and sheet.format in {"html", "rpc", "gzip"}:
        last, total = sheet.start + len(sheet.people), sheet.start + len(sheet.people) + sheet.more
        return made.replace(b'"teller">#', f'"teller">{sheet.start + 1} - {last} van {total}'.encode())
    return made
