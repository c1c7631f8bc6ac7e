"""The HTML of the legacy: forms, lists, pages, error pages; docs/legacy-surface.md §4 is its specification.

Rules: texts only, no records are looked up here; everything volatile is the SWEC, the SRN and the clock at the foot.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.legacy_sonar.standin.applets import Applet, Control, View
from adapters.legacy_sonar.standin.seed import Record
from adapters.legacy_sonar.standin.text import escape, quote, shown
from adapters.legacy_sonar.standin.views import BY_SCREEN, VIEWS

PATH = "/sonar_nld/start.swe"
DOCTYPE = '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">'
_LONG = frozenset({"text", "health_note", "requirements", "remark"})
_MENU = tuple(
    (screen, view.title) for screen, view in ((s, BY_SCREEN[s]) for s in dict.fromkeys(v.screen for v in VIEWS))
)
_TABS = tuple((view.name, view.title) for view in VIEWS if view.screen == "SNR Klant Screen" and view.main.set != 1)


@dataclass(frozen=True, slots=True)
class Frame:
    """What every page of one answer shares."""

    user: str
    swec: int
    srn: str
    clock: str
    message: str = ""

    @property
    def tail(self) -> str:
        """The end of every link."""
        return f"&amp;SRN={self.srn}&amp;SWEC={self.swec}"


@dataclass(frozen=True, slots=True)
class Rows:
    """The shown set of a list."""

    records: Sequence[Record]
    start: int
    total: int
    parent: str = ""
    asking: bool = False


def _link(frame: Frame, text: str, *arguments: tuple[str, str]) -> str:
    query = "&amp;".join(f"{name}={quote(value)}" for name, value in arguments)
    return f'<a href="{PATH}?{query}{frame.tail}">{text}</a>'


def _head(title: str) -> str:
    return (
        f"{DOCTYPE}\r\n<html><head><title>SONAR - {escape(title)}</title>\r\n"
        '<meta http-equiv="Content-Type" content="text/html; charset=ISO-8859-1">\r\n'
        '<link rel="stylesheet" type="text/css" href="/sonar_nld/static/sonar.css"></head>\r\n'
    )


def _foot(clock: str) -> str:
    return f'<div id="voet">{clock}</div>\r\n</body></html>\r\n'


def _volatile(frame: Frame) -> str:
    return f'<input type="hidden" name="SWEC" value="{frame.swec}">\r\n<input type="hidden" name="SRN" value="{frame.srn}">\r\n</form>\r\n'


def notice(message: str) -> str:
    """The line that tells what was done."""
    return f'<div id="melding" class="melding">{escape(message)}</div>\r\n' if message else ""


def _field(applet: Applet, control: Control, value: str) -> str:
    key, text = f"s_{applet.set}_{applet.number}_{control.number}_0", escape(value)
    if "ro" in control.options or "bsn" in control.options:
        return f'<tr><td class="label">{control.label}</td><td id="{key}">{text}</td></tr>\r\n'
    if control.field in _LONG:
        edit = f'<textarea name="{key}" rows="4" cols="60">{text}</textarea>'
    else:
        edit = f'<input type="text" name="{key}" value="{text}">'
    return f'<tr><td class="label">{control.label}</td><td id="{key}">{edit}</td></tr>\r\n'


def _open_form(applet: Applet, title: str, extra: str = "") -> str:
    upload = ' enctype="multipart/form-data"' if applet.component == "attachment" else ""
    return f'<form name="SWEForm{applet.set}_{applet.number - 1}" method="post" action="{PATH}"{upload}>\r\n<span class="miniBtnUI">{escape(title)}</span>{extra}\r\n'


def form(frame: Frame, applet: Applet, title: str, record: Record) -> str:
    """The fragment of a form, filled from a record; an empty record gives an empty form."""
    cells = "".join(
        _field(applet, control, shown(record.get(control.field, ""), control.form)) for control in applet.controls
    )
    hidden = f'<input type="hidden" name="SWERowId0" value="{record.get("row_id", "")}">\r\n'
    if applet.kind != "head":
        hidden += f'<input type="hidden" name="SWEModNum" value="{record.get("modnum", "")}">\r\n'
    return f'{_open_form(applet, title)}<table class="formulier" summary="{applet.name}">\r\n{cells}</table>\r\n{hidden}{_volatile(frame)}'


def _counter(rows: Rows) -> str:
    if not rows.total:
        return "Geen records gevonden"
    return f"{rows.start + 1} - {rows.start + len(rows.records)} van {rows.total}"


def _drill_link(view: View, applet: Applet) -> str:
    return (
        f'<a href="{PATH}?SWECmd=InvokeMethod&amp;SWEMethod=Drilldown&amp;SWEView={quote(view.name)}'
        f"&amp;SWEApplet={quote(applet.name)}&amp;SWEField="
    )


def _row(applet: Applet, index: int, record: Record, link: tuple[str, str]) -> str:
    """One line; `link` is how a link begins and how it ends."""
    start = f"s_{applet.set}_{applet.number}_"
    hint = ""
    if applet.component == "client":
        hint = f' title="{escape(record["full_name"])} ({shown(record["bsn"], "b")})"'
    cells = []
    for control in applet.controls:
        key = f"{start}{control.number}_{index}"
        text = escape(shown(record.get(control.field, ""), control.form)) or "&nbsp;"
        if control.drill:
            place = f"{key}&amp;SWERowId={record['row_id']}&amp;SWENeedContext=true&amp;SWEReqRowId=1"
            text = f'{link[0]}{place}{link[1]}">{text}</a>'
        cells.append(f'<td id="{key}">{text}</td>')
    return f'<tr class="rij" id="r_{applet.set}_{applet.number}_{index}"{hint}>{"".join(cells)}</tr>\r\n'


def _turn(frame: Frame, view: View, applet: Applet, rows: Rows) -> str:
    def turn(method: str, text: str, there: bool) -> str:
        if not there:
            return f'<span class="uit">{text}</span>'
        arguments = (
            ("SWECmd", "InvokeMethod"),
            ("SWEMethod", method),
            ("SWEView", view.name),
            ("SWEApplet", applet.name),
            ("SWENeedContext", "true"),
        )
        return _link(frame, text, *arguments)

    back = turn("GotoPreviousSet", "Vorige", rows.start > 0)
    return f'<div class="bladeren">{back} {turn("GotoNextSet", "Volgende", rows.start + len(rows.records) < rows.total)}</div>\r\n'


def listing(frame: Frame, view: View, applet: Applet, rows: Rows) -> str:
    """The fragment of a list, or of its query form while a query is being typed."""
    if rows.asking:
        asked = "".join(
            _field(applet, Control(c.number, c.label, c.category, c.field, "", ()), "") for c in applet.controls
        )
        return f'{_open_form(applet, view.title)}<table class="zoekvraag" summary="{applet.name}">\r\n{asked}</table>\r\n{_volatile(frame)}'
    heads = "".join(f"<th>{control.label}</th>" for control in applet.controls)
    link = (_drill_link(view, applet), frame.tail)
    lines = "".join(_row(applet, index, record, link) for index, record in enumerate(rows.records))
    hidden = "".join(
        f'<input type="hidden" name="SWERowId{index}" value="{record["row_id"]}">\r\n'
        for index, record in enumerate(rows.records)
    )
    if applet.parent:
        hidden += f'<input type="hidden" name="SWERowIds" value="{rows.parent}">\r\n'
    if applet.component == "attachment":
        hidden += '<input type="file" name="s_16_1_1_0">\r\n'
    top = _open_form(applet, view.title, f' <span class="teller">{_counter(rows)}</span>')
    return f'{top}<table class="lijst" summary="{applet.name}">\r\n<tr class="kop">{heads}</tr>\r\n{lines}</table>\r\n{hidden}{_turn(frame, view, applet, rows)}{_volatile(frame)}'


def page(frame: Frame, view: View, fragments: str) -> str:
    """A whole page around its fragments."""
    menu = " ".join(_link(frame, title, ("SWECmd", "GotoPageTab"), ("SWEScreen", screen)) for screen, title in _MENU)
    tabs = ""
    if view.screen == "SNR Klant Screen" and view.main.set != 1:
        links = (_link(frame, title, ("SWECmd", "GotoView"), ("SWEView", name)) for name, title in _TABS)
        tabs = f'<div id="tabs">{" ".join(links)}</div>\r\n'
    top = f'<div id="kop"><img src="/sonar_nld/static/logo.gif" alt="SONAR"> <span id="gebruiker">{frame.user}</span> {_link(frame, "Afmelden", ("SWECmd", "Logoff"))}</div>\r\n'
    return f'{_head(view.title)}<body class="sonar">\r\n{top}<div id="menu">{menu}</div>\r\n{tabs}{notice(frame.message)}{fragments}{_foot(frame.clock)}'


def error_page(text: str, code: str, clock: str) -> str:
    """An error, told with status 200."""
    shown_text = f'<table class="foutmelding"><tr><td class="fout">{escape(text)} ({code}) </td></tr></table>\r\n'
    return f'{_head("Foutmelding")}<body class="sonar">\r\n{shown_text}{_foot(clock)}'


def error_block(text: str, code: str) -> str:
    """The same for a request with SWERPC=1."""
    return f'<div class="SWERPCError" id="SWEErr"><span class="code">{code}</span><span class="fout">{escape(text)} </span></div>\r\n'


def login_page(text: str, clock: str) -> str:
    """The log-in page, with the reason why it is shown."""
    why = f'<tr><td class="fout">{escape(text)} </td></tr>\r\n' if text else ""
    return (
        f'{_head("Aanmelden")}<body class="sonar">\r\n<form name="SWEForm1_0" id="SWEEntryForm" method="post" action="{PATH}">\r\n<table class="aanmelden">\r\n{why}'
        '<tr><td>Gebruikersnaam</td><td><input type="text" name="SWEUserName" value=""></td></tr>\r\n'
        '<tr><td>Wachtwoord</td><td><input type="password" name="SWEPassword" value=""></td></tr>\r\n</table>\r\n'
        '<input type="hidden" name="SWEFo" value="SWEForm1_0">\r\n<input type="hidden" name="SWENeedContext" value="false">\r\n'
        '<input type="hidden" name="SWECmd" value="ExecuteLogin">\r\n<input type="hidden" name="SWEView" value="Login View">\r\n'
        f'<input type="hidden" name="SWEC" value="1">\r\n<input type="submit" value="Aanmelden">\r\n</form>\r\n{_foot(clock)}'
    )
