"""A list as legacy shows it: counter, rows with their links, hidden row ids, the ways to other sets. Pure.

Rules: an empty cell is `&nbsp;`, and so is one of a category that may not be seen; the tooltip of a person's row belongs to
every category of the list and goes when any of them may not be seen; child rows that may not be seen make an empty list.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.legacy_sonar.mimic.ask import Record
from adapters.legacy_sonar.mimic.frame import PATH, Frame, escape, named
from adapters.legacy_sonar.views import PERSON, Applet, Control, Shape, View

_EMPTY = "&nbsp;"


@dataclass(frozen=True, slots=True)
class Rows:
    """The set of a list that is shown, and of how many it is one."""

    records: Sequence[Record] = ()
    offset: int = 0
    total: int = 0
    parent: str = ""
    """Whose child rows they are."""


def listing(frame: Frame, view: View, applet: Applet, rows: Rows) -> str:
    """Write the fragment of a list."""
    if applet.shape is Shape.CHILD and not applet.categories <= frame.shown:
        rows = Rows(parent=rows.parent)
    heads = "".join(f"<th>{control.label}</th>" for control in applet.controls)
    lines = "".join(_row(frame, view, applet, place) for place in enumerate(rows.records))
    hidden = "".join(
        f'<input type="hidden" name="SWERowId{number}" value="{each["id"]}">\r\n'
        for number, each in enumerate(rows.records)
    )
    if applet.shape is Shape.CHILD:
        hidden += f'<input type="hidden" name="SWERowIds" value="{rows.parent}">\r\n'
    return (
        f'<form name="SWEForm{applet.set}_{applet.number - 1}" method="post" action="{PATH}">\r\n'
        f'<span class="miniBtnUI">{view.title}</span> <span class="teller">{_counter(rows)}</span>\r\n'
        f'<table class="lijst" summary="{applet.name}">\r\n<tr class="kop">{heads}</tr>\r\n{lines}</table>\r\n{hidden}'
        f'<div class="bladeren">{_ways(frame, view, applet, rows)}</div>\r\n{frame.close}'
    )


def _counter(rows: Rows) -> str:
    if not rows.records:
        return "Geen records gevonden"
    return f"{rows.offset + 1} - {rows.offset + len(rows.records)} van {rows.total}"


def _ways(frame: Frame, view: View, applet: Applet, rows: Rows) -> str:
    ways = (
        ("Vorige", "GotoPreviousSet", rows.offset > 0),
        ("Volgende", "GotoNextSet", rows.offset + len(rows.records) < rows.total),
    )
    return " ".join(
        f'<a href="{_invoke(method, view, applet)}&amp;SWENeedContext=true{frame.tail}">{label}</a>'
        if there
        else f'<span class="uit">{label}</span>'
        for label, method, there in ways
    )


def _invoke(method: str, view: View, applet: Applet) -> str:
    names = f"SWEView={named(view.name)}&amp;SWEApplet={named(applet.name)}"
    return f"{PATH}?SWECmd=InvokeMethod&amp;SWEMethod={method}&amp;{names}"


def _row(frame: Frame, view: View, applet: Applet, place: tuple[int, Record]) -> str:
    number, record = place
    link = (f'<a href="{_invoke("Drilldown", view, applet)}&amp;SWEField=', f'{frame.tail}">')
    cells = "".join(_cell(frame, (applet, control), place, link) for control in applet.controls)
    return (
        f'<tr class="rij" id="r_{applet.set}_{applet.number}_{number}"{_hint(frame, applet, record)}>{cells}</tr>\r\n'
    )


def _hint(frame: Frame, applet: Applet, record: Record) -> str:
    if applet.of != PERSON or not applet.categories <= frame.shown:
        return ""
    return f' title="{escape(record.get("name", ""))} ({record.get("bsn", "")})"'


def _cell(frame: Frame, at: tuple[Applet, Control], place: tuple[int, Record], link: tuple[str, str]) -> str:
    (applet, control), (number, record) = at, place
    key = f"s_{applet.set}_{applet.number}_{control.id}_{number}"
    text = escape(record.get(control.field, "")) if control.category in frame.shown else ""
    text = text or _EMPTY
    if control.link is not None:
        names = f"{key}&amp;SWERowId={record['id']}&amp;SWENeedContext=true&amp;SWEReqRowId=1"
        text = f"{link[0]}{names}{link[1]}{text}</a>"
    return f'<td id="{key}">{text}</td>'
