"""What a user of SONAR does next: by chance, with everything that an old client may send, by row and by cursor.

Rules: rows, numbers and modification numbers come from the last page, as in a browser; now and then an old number is sent
again, none at all, or the client counts on by itself; values that legacy refuses are among what is written.
"""

import random
import re
from collections.abc import Callable
from urllib.parse import quote_plus

from adapters.legacy_sonar.wire import decode
from proxy.model.http import Answer
from tests.doubles.two_cores import Step, TwoCores

SINGLES = (
    "SNR Klantbeeld View", "SNR Klant Persoon View", "SNR Contacthistorie View", "SNR Klant Contactgegevens View",
    "SNR CV View", "SNR Verwijzing View", "SNR Traject View",
)  # fmt: skip
PERSONS, VACANCIES, EMPLOYERS = "SNR Klant Zoek View", "SNR Vacature Zoek View", "SNR Werkgever Zoek View"
MATCH, MESSAGE, WORK = "SNR Match Kandidaat View", "SNR Groepsbericht View", "SNR Werkvoorraad View"
APPLET = {
    PERSONS: "SNR Klant List Applet", VACANCIES: "SNR Vacature List Applet", EMPLOYERS: "SNR Werkgever List Applet",
    MATCH: "SNR Match Kandidaat List Applet", WORK: "SNR Taak List Applet", "SNR Contacthistorie View": "SNR Contactverslag List Applet",
    "SNR Klant Contactgegevens View": "SNR Contactgegevens Form", "SNR Klant Persoon View": "SNR Persoon Form",
    "SNR Verwijzing View": "SNR Verwijzing List Applet", "SNR Vacature View": "SNR Vacature Form",
}  # fmt: skip
CELL = {PERSONS: "s_1_1_7_0", WORK: "s_10_1_3_0", VACANCIES: "s_11_1_1_0", EMPLOYERS: "s_18_1_1_0"}
SEARCHES = {
    PERSONS: ({}, {"s_1_1_2_0": "J*"}, {"s_1_1_2_0": "*e*"}, {"s_1_1_10_0": "AM01"}),
    VACANCIES: ({}, {"s_11_1_6_0": "AM0*"}, {"s_11_1_2_0": "*e*"}),
    EMPLOYERS: ({}, {"s_18_1_2_0": "*e*"}),
}
_ROW, _COUNT = re.compile(r'name="SWERowId\d" value="(1-[0-9A-Z]+)"'), re.compile(r'name="SWEC" value="(\d+)"')
_MODNUM, _NUMBER = re.compile(r'name="SWEModNum" value="(\d+)"'), re.compile(r">(2\d{6})<")


class Habits:
    """A user with a browser that remembers its last page."""

    def __init__(self, world: TwoCores, chance: random.Random) -> None:
        """Begin after the log-in."""
        self._world, self._chance = world, chance
        self._sequence, self._rows, self._persons, self._modnum = 2, [], [], ""
        self._vacancies: list[str] = []
        self._old: list[int] = []
        self._written = 0

    def learn(self, step: Step) -> None:
        """Remember a page that was shown."""
        if not isinstance(step.alone, Answer):
            return
        text = decode(step.alone.body)
        self._rows = _ROW.findall(text) or self._rows
        self._persons = ([row for row in self._rows if row.startswith("1-7")] + self._persons)[:30]
        self._vacancies = (_NUMBER.findall(text) + self._vacancies)[:10]
        found = _MODNUM.search(text)
        self._modnum = found[1] if found else ""
        count = _COUNT.search(text)
        if count:
            self._sequence = max(self._sequence, int(count[1]))

    def next(self) -> str:
        """Give the next request's form."""
        if not self._persons:
            return self._whole(self._invoke("ExecuteQuery", PERSONS))
        weights = {
            self._search: 10, self._list: 4, self._turn: 8, self._sort: 4, self._drill: 14, self._open: 14, self._tab: 14,
            self._again: 8, self._place: 4, self._change: 10, self._note: 8, self._draft: 5, self._saving: 4,
            self._vacancy: 8, self._chain: 5, self._recipients: 2, self._match: 2, self._refer: 3, self._below: 3,
        }  # fmt: skip
        habit: Callable[[], dict[str, str]] = self._chance.choices(list(weights), list(weights.values()))[0]
        return self._whole(habit())

    def _whole(self, said: dict[str, str]) -> str:
        shared = {"SRN": self._world.srn}
        luck = self._chance.random()
        if luck < 0.88:
            shared["SWEC"] = str(self._sequence)
            self._old.append(self._sequence)
            self._sequence += 1
        elif luck < 0.94 and self._old:
            shared["SWEC"] = str(self._chance.choice(self._old[-4:]))
        if self._chance.random() < 0.15:
            shared["SWERPC"] = "1"
        return "&".join(f"{name}={quote_plus(text, encoding='cp1252')}" for name, text in {**said, **shared}.items())

    def _one(self, *choices: object) -> str:
        return str(self._chance.choice(choices))

    def _row(self, start: str) -> str:
        held = [row for row in self._rows if row.startswith(start)] or (self._persons if start == "1-7" else [])
        return self._chance.choice(held) if held else ""

    def _invoke(self, method: str, view: str, **more: str) -> dict[str, str]:
        applet = {"SWEApplet": APPLET[view]} if view in APPLET else {}
        return {"SWECmd": "InvokeMethod", "SWEMethod": method, "SWEView": view, **applet, **more}

    def _search(self) -> dict[str, str]:
        view = self._one(*SEARCHES)
        method = self._one("ExecuteQuery", "ExecuteQuery", "ExecuteQuery", "NewQuery", "RefineQuery")
        return self._invoke(method, view, **(self._chance.choice(SEARCHES[view]) if method != "NewQuery" else {}))

    def _list(self) -> dict[str, str]:
        view = self._one(PERSONS, VACANCIES, EMPLOYERS, WORK, MATCH)
        return {"SWECmd": "GotoView", "SWEView": view}

    def _turn(self) -> dict[str, str]:
        method = self._one("GotoNextSet", "GotoNextSet", "GotoPreviousSet", "GotoLastSet", "GotoFirstSet")
        return self._invoke(method, self._one(PERSONS, VACANCIES, EMPLOYERS, WORK, "SNR Contacthistorie View"))

    def _sort(self) -> dict[str, str]:
        view = self._one(PERSONS, VACANCIES)
        return self._invoke(self._one("SortAscending", "SortDescending"), view, SWEField=CELL[view])

    def _drill(self) -> dict[str, str]:
        view = self._one(*CELL)
        start = {VACANCIES: "1-V", EMPLOYERS: "1-E"}.get(view, "1-7")
        row = self._row(start)
        if not row:
            return self._invoke("ExecuteQuery", view)
        return self._invoke("Drilldown", view, SWEField=CELL[view], SWERowId=row, SWEReqRowId="1")

    def _open(self) -> dict[str, str]:
        return {"SWECmd": "GotoView", "SWEView": self._one(*SINGLES), "SWERowId": self._row("1-7") or "1-7ZZZZ"}

    def _tab(self) -> dict[str, str]:
        return {"SWECmd": "GotoView", "SWEView": self._one(*SINGLES)}

    def _again(self) -> dict[str, str]:
        command = self._one("GotoPage", "GetCachedFrame", "GetCachedFrame", "ReloadCT")
        return {"SWECmd": command}

    def _place(self) -> dict[str, str]:
        view = self._one(PERSONS, VACANCIES)
        start = "1-V" if view == VACANCIES else "1-7"
        row = self._row(start)
        if not row:
            return self._invoke("ExecuteQuery", view)
        return self._invoke(self._one("PositionOnRow", "EditRecord", "ToggleTo"), view, SWERowId=row)

    def _value(self) -> str:
        self._written += 1
        return f"waarde {self._written}"

    def _by(self, row: str) -> dict[str, str]:
        """Name the row, or nothing: the cursor."""
        named = {"SWERowId": row, "SWEReqRowId": "1"} if row and self._chance.random() < 0.4 else {}
        modnum = {"SWEModNum": self._modnum} if self._modnum and self._chance.random() < 0.3 else {}
        return {**named, **modnum}

    def _change(self) -> dict[str, str]:
        view = self._one("SNR Klant Contactgegevens View", "SNR Klant Persoon View")
        field = "s_5_1_1_0" if view == "SNR Klant Contactgegevens View" else "s_3_1_13_0"
        wrong = {"s_5_1_3_0": "geen adres"} if field == "s_5_1_1_0" and self._chance.random() < 0.1 else {}
        return self._invoke("WriteRecord", view, **self._by(self._row("1-7")), **{field: self._value()}, **wrong)

    def _note(self) -> dict[str, str]:
        method = self._one("NewRecord", "CreateRecord")
        named = {"SWERowIds": self._row("1-7")} if self._chance.random() < 0.4 else {}
        text = "" if self._chance.random() < 0.1 else self._value()
        return self._invoke(method, "SNR Contacthistorie View", s_4_1_6_0=text, s_4_1_4_0="x", **named)

    def _draft(self) -> dict[str, str]:
        method = self._one("NewRecord", "UndoRecord", "WriteRecord", "WriteRecord")
        fields = {"s_4_1_6_0": self._value()} if method == "WriteRecord" else {}
        return self._invoke(method, "SNR Contacthistorie View", **fields)

    def _below(self) -> dict[str, str]:
        return self._invoke(
            self._one("DeleteRecord", "WriteRecord"), "SNR Contacthistorie View", s_4_1_6_0=self._value()
        )

    def _refer(self) -> dict[str, str]:
        named = {"SWERowIds": self._row("1-7")} if self._chance.random() < 0.4 else {}
        number = self._one(*self._vacancies) if self._vacancies else "2000001"
        return self._invoke("NewRecord", "SNR Verwijzing View", s_15_1_1_0=number, **named)

    def _saving(self) -> dict[str, str]:
        """Leave a form that was typed in: the read saves it first."""
        named = {"SWERowId": self._row("1-7")} if self._chance.random() < 0.5 else {}
        return {"SWECmd": "GotoView", "SWEView": self._one(*SINGLES), "s_5_1_2_0": self._value(), **named}

    def _vacancy(self) -> dict[str, str]:
        row = self._row("1-V")
        habit = self._one("open", "tab", "write", "write", "new", "delete")
        if habit in {"open", "tab"}:
            named = {"SWERowId": row} if habit == "open" and row else {}
            return {"SWECmd": "GotoView", "SWEView": "SNR Vacature View", **named}
        if habit == "new":
            return self._invoke("NewRecord", "SNR Vacature View", s_12_1_2_0=self._value())
        method = "DeleteRecord" if habit == "delete" and self._chance.random() < 0.3 else "WriteRecord"
        fields = {"s_12_1_2_0": self._value()} if method == "WriteRecord" else {}
        return self._invoke(method, "SNR Vacature View", **self._by(row), **fields)

    def _chain(self) -> dict[str, str]:
        """Do two things in one request."""
        if self._chance.random() < 0.5:
            view = self._one(PERSONS, VACANCIES)
            return {"SWECmd": "GotoView", "SWEView": view, "SWEQMApplet": APPLET[view], "SWEQMMethod": "NewQuery"}
        second = f"SWECmd=InvokeMethod&SWEMethod=NewRecord&SWEView=SNR+Contacthistorie+View&s_4_1_6_0={self._value()}"
        row = {"SWERowId": self._row("1-7")} if self._chance.random() < 0.5 else {}
        return {"SWECmd": "GotoView", "SWEView": "SNR Klantbeeld View", **row, "SWEAC": second}

    def _recipients(self) -> dict[str, str]:
        return {"SWECmd": "GotoView", "SWEView": MESSAGE}

    def _match(self) -> dict[str, str]:
        number = self._one(*self._vacancies) if self._vacancies else "2000001"
        return self._invoke("ExecuteQuery", MATCH, s_14_1_1_0=number)
