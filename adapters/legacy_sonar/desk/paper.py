"""Pages of our own in the form of the legacy: HTML 4 that works in an old browser without scripts, in its charset.

Rules: every text is escaped here and nowhere else; a sign that windows-1252 has not becomes a numeric reference; a page
is never cached and never shown in a frame of somebody else.
"""

from urllib.parse import urlencode
from xml.sax.saxutils import escape

from adapters.legacy_sonar.desk.request import PREFIX
from adapters.legacy_sonar.vocabulary import SCREEN_PATH
from proxy.model.http import Answer, Fields
from proxy.model.screen import Entry, Form, Line, Own, Screen, Side, Table, Turn

FIELDS: Fields = (
    (b"Content-Type", b"text/html; charset=windows-1252"),
    (b"Cache-Control", b"no-store"),
    (b"Pragma", b"no-cache"),
    (b"X-Frame-Options", b"SAMEORIGIN"),
)
_VIEWS = {Side.CV: "SNR CV View", Side.OVERVIEW: "SNR Klantbeeld View"}
_OPENING = """<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">
<html><head><title>SONAR - {title}</title>
<meta http-equiv="Content-Type" content="text/html; charset=windows-1252">
<link rel="stylesheet" type="text/css" href="/sonar_nld/static/sonar.css"></head>
<body class="sonar">
<div id="poort"><a href="/sonar_nld/start.swe?SWECmd=GotoPageTab&amp;SWEScreen=SNR+Werkvoorraad+Screen">Terug naar SONAR</a></div>
<h1>{title}</h1>
"""
_CLOSING = "</body></html>\n"


def own(shown: Own) -> Answer:
    """Render a page of our own, or send the browser to the legacy's page of a person."""
    if isinstance(shown, Turn):
        return _turn(shown)
    return Answer(200, b"OK", FIELDS, encode(page(shown)))


def _turn(turn: Turn) -> Answer:
    query = urlencode({"SWECmd": "GotoView", "SWEView": _VIEWS[turn.side], "SWERowId": turn.row_id})
    location = SCREEN_PATH + b"?" + query.encode("ascii")
    return Answer(302, b"Found", ((b"Location", location), (b"Cache-Control", b"no-store")), b"")


def page(shown: Screen) -> str:
    """Write a page; lines end as the legacy's do when it is encoded."""
    parts = [_OPENING.format(title=said(shown.title))]
    if shown.error:
        parts.append(f'<p class="fout">{said(shown.error)}</p>\n')
    parts += [f"<p>{said(text)}</p>\n" for text in shown.texts]
    parts += [_table(each) for each in shown.tables]
    parts += [_form(each) for each in shown.forms]
    parts += [f"<p>{_link(*each)}</p>\n" for each in shown.links]
    return "".join((*parts, _CLOSING))


def _table(table: Table) -> str:
    heads = "".join(f"<th>{said(head)}</th>" for head in (*table.heads, ""))
    lines = "".join(_line(each) for each in table.lines)
    rest = lines or f'<tr><td colspan="{len(table.heads) + 1}">{said(table.nothing)}</td></tr>\n'
    return f'<h2>{said(table.title)}</h2>\n<table class="lijst"><tr class="kop">{heads}</tr>\n{rest}</table>\n'


def _line(line: Line) -> str:
    cells = "".join(f"<td>{said(cell) or '&nbsp;'}</td>" for cell in line.cells)
    links = " ".join(_link(*each) for each in line.links) or "&nbsp;"
    return f'<tr class="rij">{cells}<td>{links}</td></tr>\n'


def _form(form: Form) -> str:
    hidden = "".join(_entry(each) for each in form.entries if not each.label)
    shown = "".join(
        f"<tr><td>{said(each.label)}</td><td>{_entry(each)}</td></tr>\n" for each in form.entries if each.label
    )
    return (
        f'<form method="post" action="{path(form.action)}" accept-charset="windows-1252">\n{hidden}'
        f'<table class="formulier">\n{shown}</table>\n<input type="submit" value="{said(form.button)}">\n</form>\n'
    )


def _entry(entry: Entry) -> str:
    name, value = said(entry.name), said(entry.value)
    if not entry.label:
        return f'<input type="hidden" name="{name}" value="{value}">\n'
    if entry.choices:
        choices = "".join(_choice(*each, chosen=each[0] == entry.value) for each in entry.choices)
        return f'<select name="{name}">{choices}</select>'
    if entry.long:
        return f'<textarea name="{name}" rows="5" cols="60">{value}</textarea>'
    return f'<input type="text" name="{name}" value="{value}" autocomplete="off">'


def _choice(value: str, text: str, *, chosen: bool) -> str:
    return f'<option value="{said(value)}"{" selected" if chosen else ""}>{said(text)}</option>'


def _link(text: str, action: str, number: str) -> str:
    return f'<a href="{path(action, number)}">{said(text)}</a>'


def path(action: str, number: str = "") -> str:
    """Give the address of one of our own functions, for an attribute."""
    query = "?" + urlencode({"nummer": number}) if number else ""
    return said(PREFIX.decode("ascii") + action + query)


def said(text: str) -> str:
    """Escape a text for an element or an attribute; signs that HTML 4 has no place for become a question mark."""
    plain = "".join(sign if sign >= " " or sign in "\n\t" else "?" for sign in text)
    return escape(plain, {'"': "&quot;", "'": "&#39;"})


def encode(page: str) -> bytes:
    """Encode in windows-1252 with the line ends of the legacy."""
    return page.replace("\r\n", "\n").replace("\n", "\r\n").encode("cp1252", "xmlcharrefreplace")
