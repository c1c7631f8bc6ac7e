"""The grammar of the legacy's pages, compiled from the control map into patterns over bytes.

Why a grammar and no HTML parser: a person's value may stand in a tooltip, a script, a comment or an attribute that no
map mentions. Here everything on a page is either a place that the map knows, or fixed text; anything else does not
match, and what does not match is not released. It is also fast: a row of ten cells costs about a microsecond.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from adapters.legacy_sonar import place
from adapters.legacy_sonar.place import HINT, TRAITS, Places, group
from adapters.legacy_sonar.views import PERSON, Applet, Control, Shape, View
from adapters.legacy_sonar.wire import encode

ROW_ID = rb"[0-9]{1,2}-[0-9A-Z]{1,20}"
ORIGIN = rb"(?:https?://[A-Za-z0-9.:\[\]-]+)?"
ACTION = ORIGIN + rb"/sonar_nld/start\.swe"
_TAIL = rb"(?:&amp;(?:SRN|SWEC)=[A-Za-z0-9._-]*)*"
_TEXT, _QUOTED = rb"[^<\r\n]*+", rb'[^"<>]*+'
_MENU = (
    rb'<a href="' + ACTION + rb"\?SWECmd=(?:Logoff|GotoPageTab&amp;SWEScreen=[A-Za-z+]*|GotoView&amp;SWEView=[A-Za-z+]*)"
    + _TAIL + rb'">[A-Za-z ]*</a>'
)  # fmt: skip
READ = ("bsn", "municipality", "region", "responsible_region", "secrecy_flag")
"""Fields of a person that a page is read for."""

OPENING = re.compile(
    rb'<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4\.01 Transitional//EN">\r\n'
    rb"<html><head><title>SONAR - (?P<title>[^<\r\n]*+)</title>\r\n"
    rb'<meta http-equiv="Content-Type" content="text/html; charset=(?:ISO-8859-1|windows-1252)">\r\n'
    rb'(?:<meta http-equiv="Refresh" content="[0-9]*; ?url=' + ACTION + rb'[A-Za-z0-9?=&;+._-]*">\r\n)?'
    rb'(?:<base href="' + ORIGIN + rb'/[A-Za-z0-9/_.-]*">\r\n)?'
    rb'<link rel="stylesheet" type="text/css" href="' + ORIGIN + rb'/sonar_nld/static/[a-z0-9.]*"></head>\r\n'
    rb'<body class="sonar">\r\n'
)
BANNER = re.compile(
    rb'<div id="kop"><img src="' + ORIGIN + rb'/sonar_nld/static/[a-z0-9.]*" alt="SONAR"> '
    rb'<span id="gebruiker">[A-Za-z0-9._-]*</span> ' + _MENU + rb"</div>\r\n"
    rb'<div id="menu">(?:' + _MENU + rb" ?)*</div>\r\n"
    rb'(?:<div id="tabs">(?:' + _MENU + rb" ?)*</div>\r\n)?"
)  # fmt: skip
NOTICE = re.compile(rb'<div id="melding" class="melding">(?P<text>[^<\r\n]*+)</div>\r\n')
CLOSING = re.compile(rb'<div id="voet">[0-9: -]*</div>\r\n</body></html>(?:\r\n)?')
FRAGMENT = re.compile(rb'<form name="SWEForm(?P<set>[0-9]{1,3})_(?P<index>[0-9]{1,3})" method="post" action="' + ACTION
                      + rb'"(?: enctype="multipart/form-data")?>\r\n<span class="miniBtnUI">(?P<button>[A-Za-z ]*)</span>')  # fmt: skip
TABLE = re.compile(rb'(?: <span class="teller">(?P<teller>[^<]*+)</span>)?\r\n<table class="(?P<kind>[a-z]+)"')
TELLER = re.compile(rb"(?P<first>[0-9]+) - (?P<last>[0-9]+) van (?P<total>[0-9]+)|Geen records gevonden")
HIDDEN_NAME = b'<input type="hidden" name="SWERowId'
HIDDEN_ROW = re.compile(HIDDEN_NAME + rb'(?P<n>[0-9])" value="(?P<row>' + ROW_ID + rb')">\r\n')
AFTER_ROWS = re.compile(
    rb'(?:<input type="hidden" name="SWERowIds" value="(?P<parent>(?:' + ROW_ID + rb')?)">\r\n)?'
    rb'(?P<upload>(?:<input type="file" name="s_[0-9_]*">\r\n)?)'
    rb'<div class="bladeren">(?P<previous><a href="' + ACTION + rb"\?[A-Za-z0-9=+&;._-]*\">|<span class=\"uit\">)Vorige"
    rb'</(?:a|span)> (?P<next><a href="'
    + ACTION
    + rb"\?[A-Za-z0-9=+&;._-]*\">|<span class=\"uit\">)Volgende</(?:a|span)>"
    rb"</div>"
)
END = re.compile(
    rb'(?:\r\n)?<input type="hidden" name="SWEC" value="[0-9]*">\r\n'
    rb'<input type="hidden" name="SRN" value="[A-Za-z0-9._-]*">\r\n</form>\r\n'
)
FORM_END = re.compile(
    rb'</table>\r\n(?:<input type="hidden" name="SWERowId0" value="(?P<row>(?:' + ROW_ID + rb')?)">\r\n)?'
    rb'(?:<input type="hidden" name="SWERowIds" value="(?P<parent>(?:' + ROW_ID + rb')?)">\r\n)?'
    rb'(?:<input type="hidden" name="SWEModNum" value="(?P<modnum>[0-9]*)">\r\n)?'
)
LOGIN = re.compile(
    rb'<form name="SWEForm1_0" id="SWEEntryForm" method="post" action="' + ACTION + rb'">\r\n'
    rb'<table class="aanmelden">\r\n(?:<tr><td(?: colspan="2")? class="fout"(?: colspan="2")?>(?P<text>[^<]*+)</td></tr>\r\n)?'
    rb'<tr><td>Gebruikersnaam</td><td><input type="text" name="SWEUserName" value="[^"<>]*"></td></tr>\r\n'
    rb'<tr><td>Wachtwoord</td><td><input type="password" name="SWEPassword" value=""></td></tr>\r\n'
    rb'(?:<tr><td(?: colspan="2")? class="fout"(?: colspan="2")?>(?P<text2>[^<]*+)</td></tr>\r\n)?</table>\r\n'
    rb'(?:<input type="(?:hidden|submit)"(?: name="SWE[A-Za-z]*")? value="[A-Za-z0-9_ ]*">\r\n)*</form>\r\n'
)
ERROR = re.compile(rb'<table class="foutmelding"><tr><td class="fout">(?P<text>[^<]*?) \((?P<code>SNR-[0-9]{4})\) </td>'
                   rb"</tr></table>\r\n")  # fmt: skip
RPC_ERROR = re.compile(
    rb'<div class="SWERPCError" id="SWEErr"><span class="code">(?P<code>SNR-[0-9]{4})</span>'
    rb'<span class="fout">(?P<text>[^<]*?) ?</span></div>(?:\r\n)?'
)
NOTHING_FOUND = re.compile(
    rb'<\?xml version="1\.0" encoding="UTF-8"\?>\r\n<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas\.xmlsoap\.org/soap/envelope/">'
    rb'<SOAP-ENV:Header/><SOAP-ENV:Body><ns:(?P<operation>[A-Za-z]+)_Output xmlns:ns="(?P<namespace>[A-Za-z0-9:/.]+)">'
    rb"<ns:NietsGevonden/></ns:(?P=operation)_Output></SOAP-ENV:Body></SOAP-ENV:Envelope>"
)


@dataclass(frozen=True, slots=True)
class AppletGrammar:
    """The patterns of one applet of one view."""

    view: View
    applet: Applet
    button: bytes
    list_head: re.Pattern[bytes]
    row: re.Pattern[bytes]
    form: re.Pattern[bytes]
    query: re.Pattern[bytes]
    row_places: tuple[Places, ...]
    """Where the values of a row stand, per category."""
    form_places: tuple[Places, ...]
    numbers: re.Pattern[bytes]
    """Finds where the number of a row stands in its bytes; nothing that a value can hold looks like it."""
    traits: Mapping[str, int]
    """Fields that a card is made of, with their groups."""


def compile_view(view: View) -> tuple[AppletGrammar, ...]:
    """Compile the patterns of a view."""
    return tuple(_compile(view, applet) for applet in view.applets)


def _compile(view: View, applet: Applet) -> AppletGrammar:
    name = re.escape(encode(applet.name))
    heads = b"".join(b"<th>" + re.escape(encode(control.label)) + b"</th>" for control in applet.controls)
    row = re.compile(_row(view, applet))
    form = re.compile(b' summary="' + name + b'">\r\n' + b"".join(_form_row(applet, each) for each in applet.controls))
    query = b"".join(_query_row(applet, control) for control in applet.controls)
    return AppletGrammar(
        view=view,
        applet=applet,
        button=b"Klant" if applet.shape is Shape.HEAD else encode(view.title),
        list_head=re.compile(b' summary="' + name + b'">\r\n<tr class="kop">' + heads + b"</tr>\r\n"),
        row=row,
        form=form,
        query=re.compile(b' summary="' + name + b'">\r\n' + query + b"</table>"),
        row_places=place.of_row(applet, row),
        form_places=place.of_form(applet, form),
        numbers=re.compile(_numbers(applet)),
        traits=_traits(applet, row),
    )


def _traits(applet: Applet, row: re.Pattern[bytes]) -> Mapping[str, int]:
    """A list of persons with an education level or an occupation is a list of candidates."""
    if applet.shape is not Shape.LIST or applet.of != PERSON:
        return {}
    return {each.field: row.groupindex[group(each)] for each in applet.controls if each.field in TRAITS}


def _place(applet: Applet, control: Control) -> bytes:
    return f"s_{applet.set}_{applet.number}_{control.id}_".encode()


def _wanted(control: Control, pattern: bytes) -> bytes:
    return b"(?P<" + control.field.encode() + b">" + pattern + b")" if control.field in READ else pattern


def _row(view: View, applet: Applet) -> bytes:
    """A row is one line; every link on it names the same row; groups hold its values."""
    number = b"(?P=n)"
    out = [f'<tr class="rij" id="r_{applet.set}_{applet.number}_'.encode(), b'(?P<n>[0-9])"']
    out += [b"(?P<", HINT.encode(), b'>(?: title="', _QUOTED, b'")?)>']
    linked = False
    for control in applet.controls:
        value = _group(control, _wanted(control, _TEXT))
        out += [b'<td id="', _place(applet, control), number, b'">']
        if control.link is not None:
            row = b"(?P=row)" if linked else b"(?P<row>" + ROW_ID + b")"
            value = _link(view, applet, control, row) + value + b"</a>"
            linked = True
        out += [value, b"</td>"]
    return b"".join((*out, b"</tr>\r\n"))


def _numbers(applet: Applet) -> bytes:
    """Every place of a row's number begins with a tag, which no value holds: `<` is never part of one."""
    place_of = f"s_{applet.set}_{applet.number}_[0-9]+_".encode()
    return (
        f'<tr class="rij" id="r_{applet.set}_{applet.number}_([0-9])"'.encode() + b'|<td id="' + place_of + b'([0-9])"'
        + rb'|<a href="[^"<>]*?&amp;SWEField=' + place_of + b"([0-9])&amp;SWERowId=|" + HIDDEN_NAME + b'([0-9])"'
    )  # fmt: skip


def _group(control: Control, pattern: bytes) -> bytes:
    return b"(?P<" + group(control).encode() + b">" + pattern + b")"


def _link(view: View, applet: Applet, control: Control, row: bytes) -> bytes:
    names = (view.name.replace(" ", "+"), applet.name.replace(" ", "+"))
    query = "&amp;".join(
        ("SWECmd=InvokeMethod", "SWEMethod=Drilldown", f"SWEView={names[0]}", f"SWEApplet={names[1]}", "SWEField=")
    )
    return (
        b'<a href="' + ACTION + rb"\?" + re.escape(query.encode()) + _place(applet, control) + b"(?P=n)&amp;SWERowId=" + row
        + b"(?:&amp;SWENeedContext=true)?(?:&amp;SWEReqRowId=1)?" + _TAIL + b'">'
    )  # fmt: skip


def _form_row(applet: Applet, control: Control) -> bytes:
    """A control is text, or an input, or nothing where a masked input was taken out."""
    name = _place(applet, control) + b"0"
    text = _wanted(control, rb"[^<]*+")
    if control.fixed:
        cell = text
    else:
        again = rb"[^<]*+" if control.field in READ else None
        cell = (
            b'(?:<input type="text" name="' + name + b'" value="' + _wanted(control, rb'[^"]*+') + b'">|<textarea name="'
            + name + b'" rows="[0-9]+" cols="[0-9]+">' + (again or text) + b"</textarea>|)"
        )  # fmt: skip
    return _labelled(control, name, _group(control, cell))


def _query_row(applet: Applet, control: Control) -> bytes:
    name = _place(applet, control) + b"0"
    return _labelled(control, name, b'<input type="text" name="' + name + b'" value="[^"]*+">')


def _labelled(control: Control, name: bytes, cell: bytes) -> bytes:
    label = re.escape(encode(control.label))
    return b'<tr><td class="label">' + label + b'</td><td id="' + name + b'">' + cell + b"</td></tr>\r\n"
