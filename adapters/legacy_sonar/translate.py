"""Vacancies of the new core in the legacy's language: a call -> its query, found records -> legacy's list page.

Rules:
1. Only what both sides mean alike is translated: plain criteria with `*` and `?`. An expression, or a page that needs
   what the request does not tell, is None: legacy answers it (the first page of a list may fall back).
2. A list is carried by its canonical query and offset, kept in the session's listing; ten rows a page.
3. The page is built from the control map and equals legacy's byte for byte, but for clock and sequence.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import parse_qsl, urlencode

from adapters.legacy_sonar.views import Applet, Control, View, ViewMap
from adapters.legacy_sonar.vocabulary import OPENING
from adapters.legacy_sonar.wire import encode
from proxy.model.call import Call, Format
from proxy.model.http import Answer
from proxy.model.principal import Listing, Session

VIEW, PAGE = "SNR Vacature Zoek View", 10
_QUERIES = frozenset({"ExecuteQuery"})
_SORTS = {"SortAscending": "", "SortDescending": "-"}
_TURNS = frozenset({"GotoFirstSet", "GotoNextSet", "GotoPreviousSet", "GotoLastSet"})
_PLAIN = re.compile(r"[^\[\]()<>=\"']*")
_WORDS = re.compile(r"\b(?:OR|AND|NOT|LIKE|EXISTS|NULL|IS|IN|BETWEEN)\b")
_LAST = -1


@dataclass(frozen=True, slots=True)
class VacancyQuery:
    """What is asked of the new core. `offset` -1: the last set, once the total is known."""

    filters: tuple[tuple[str, str], ...] = ()
    """Canonical field, criterion."""
    sort: str = ""
    """Canonical field, with `-` in front for descending; empty: by number."""
    offset: int = 0

    def canonical(self) -> str:
        """Write filters and order for the session's listing."""
        return urlencode((*self.filters, *((("sort", self.sort),) if self.sort else ())))

    def parameters(self) -> tuple[tuple[str, str], ...]:
        """Give the parameters of `GET /v1/vacancies`."""
        sort = (("sort", _camel(self.sort)),) if self.sort else ()
        named = tuple((_camel(name), value) for name, value in self.filters)
        return (*named, *sort, ("limit", str(PAGE)), ("offset", str(max(self.offset, 0))))


@dataclass(frozen=True, slots=True)
class Found:
    """What the new core answered: records with canonical fields and `id` (the legacy row id), and the total."""

    query: VacancyQuery
    items: Sequence[Mapping[str, str]]
    total: int


@dataclass(frozen=True, slots=True)
class Setting:
    """What a page is built from: the control map and the local time."""

    views: ViewMap
    now: datetime


def to_query(call: Call, listing: Listing | None) -> VacancyQuery | None:
    """Translate a call into the query of the new core; None: only legacy can answer it."""
    if len(call.links) != 1 or call.links[0].view not in {VIEW, ""} or "srn" not in dict(call.aliases):
        return None
    link = call.links[0]
    action = link.method or link.command
    if action in OPENING:
        return VacancyQuery()
    if action in _QUERIES:
        return _asked(call)
    if listing is None or (action not in _TURNS and action not in _SORTS):
        return None
    return _continued(action, call, listing)


def _asked(call: Call) -> VacancyQuery | None:
    filters = tuple(
        (name, value) for name, value in call.aliases if name not in {"srn", "record", "query_name"} and value
    )
    if any(not _PLAIN.fullmatch(value) or _WORDS.search(value) for _, value in filters):
        return None
    return VacancyQuery(filters)


def _continued(action: str, call: Call, listing: Listing) -> VacancyQuery:
    pairs = parse_qsl(listing.query, keep_blank_values=True)
    filters = tuple((name, value) for name, value in pairs if name != "sort")
    query = VacancyQuery(filters, dict(pairs).get("sort", ""), listing.offset)
    if action in _SORTS:
        return replace(query, sort=_SORTS[action] + dict(call.aliases).get("sort", ""), offset=0)
    turned = {
        "GotoNextSet": listing.offset + PAGE,
        "GotoPreviousSet": max(listing.offset - PAGE, 0),
        "GotoLastSet": _LAST,
    }
    return replace(query, offset=turned.get(action, 0))


def within(query: VacancyQuery, total: int) -> VacancyQuery:
    """Keep the offset inside the list: behind the last set is the last set, as in legacy."""
    last = max(total - 1, 0) // PAGE * PAGE
    return replace(query, offset=last) if query.offset == _LAST or query.offset > last else query


def to_listing(call: Call, found: Found) -> Listing:
    """Give the listing that the session keeps."""
    rows = tuple(item["id"] for item in found.items)
    return Listing(
        call.function or "vacancy.search", "newcore", rows, query=found.query.canonical(), offset=found.query.offset
    )


def to_page(call: Call, session: Session, found: Found, setting: Setting) -> Answer:
    """Build legacy's list page. Raises UnicodeEncodeError for text that legacy cannot say."""
    sequence = (call.sequence if call.sequence is not None else session.sequence or 0) + 1
    scene = _Scene(setting, session.user, dict(call.aliases).get("srn", ""), sequence)
    fragment = _fragment(scene, found)
    text = fragment if call.format is Format.RPC else _whole(scene, fragment)
    fields = (
        (b"Server", b"SonarWeb/7.8 (stand-in)"),
        (b"Content-Type", b"text/html; charset=ISO-8859-1"),
        (b"Cache-Control", b"no-cache, no-store"),
        (b"Pragma", b"no-cache"),
        (b"Expires", b"0"),
        (b"P3P", b'CP="CAO PSA OUR"'),
    )
    return Answer(200, b"OK", fields, encode(text.replace("\n", "\r\n")))


@dataclass(frozen=True, slots=True)
class _Scene:
    """What every part of the page needs."""

    setting: Setting
    user: str
    srn: str
    sequence: int

    @property
    def view(self) -> View:
        return self.setting.views.views[VIEW]

    @property
    def applet(self) -> Applet:
        return self.view.applets[0]

    @property
    def tail(self) -> str:
        return f"&amp;SRN={self.srn}&amp;SWEC={self.sequence}"


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def _whole(scene: _Scene, fragment: str) -> str:
    path, views = "/sonar_nld/start.swe?SWECmd=", scene.setting.views
    menu = " ".join(
        f'<a href="{path}GotoPageTab&amp;SWEScreen={screen.replace(" ", "+")}{scene.tail}">{views.views[first].title}</a>'
        for screen, first in views.screens.items()
    )
    return (
        '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">\n'
        f"<html><head><title>SONAR - {scene.view.title}</title>\n"
        '<meta http-equiv="Content-Type" content="text/html; charset=ISO-8859-1">\n'
        '<link rel="stylesheet" type="text/css" href="/sonar_nld/static/sonar.css"></head>\n<body class="sonar">\n'
        '<div id="kop"><img src="/sonar_nld/static/logo.gif" alt="SONAR"> '
        f'<span id="gebruiker">{_escape(scene.user)}</span> <a href="{path}Logoff{scene.tail}">Afmelden</a></div>\n'
        f'<div id="menu">{menu}</div>\n'
        f'{fragment}<div id="voet">{scene.setting.now:%d-%m-%Y %H:%M:%S}</div>\n</body></html>\n'
    )


def _fragment(scene: _Scene, found: Found) -> str:
    view, applet = scene.view, scene.applet
    heads = "".join(f"<th>{control.label}</th>" for control in applet.controls)
    rows = "".join(_row(scene, number, item) for number, item in enumerate(found.items))
    hidden = "".join(
        f'<input type="hidden" name="SWERowId{number}" value="{item["id"]}">\n'
        for number, item in enumerate(found.items)
    )
    return (
        f'<form name="SWEForm{view.set}_{applet.number - 1}" method="post" action="/sonar_nld/start.swe">\n'
        f'<span class="miniBtnUI">{view.title}</span> <span class="teller">{_teller(found)}</span>\n'
        f'<table class="lijst" summary="{applet.name}">\n<tr class="kop">{heads}</tr>\n{rows}</table>\n{hidden}'
        f'<div class="bladeren">{_turn(scene, found)}</div>\n'
        f'<input type="hidden" name="SWEC" value="{scene.sequence}">\n'
        f'<input type="hidden" name="SRN" value="{scene.srn}">\n</form>\n'
    )


def _teller(found: Found) -> str:
    if not found.items:
        return "Geen records gevonden"
    return f"{found.query.offset + 1} - {found.query.offset + len(found.items)} van {found.total}"


def _turn(scene: _Scene, found: Found) -> str:
    more = {
        ("Vorige", "GotoPreviousSet"): found.query.offset > 0,
        ("Volgende", "GotoNextSet"): found.query.offset + len(found.items) < found.total,
    }
    return " ".join(
        f'<a href="{_invoke(scene, method)}&amp;SWENeedContext=true{scene.tail}">{label}</a>'
        if there
        else f'<span class="uit">{label}</span>'
        for (label, method), there in more.items()
    )


def _invoke(scene: _Scene, method: str) -> str:
    names = f"SWEView={scene.view.name.replace(' ', '+')}&amp;SWEApplet={scene.applet.name.replace(' ', '+')}"
    return f"/sonar_nld/start.swe?SWECmd=InvokeMethod&amp;SWEMethod={method}&amp;{names}"


def _row(scene: _Scene, number: int, item: Mapping[str, str]) -> str:
    applet = scene.applet
    cells = "".join(_cell(scene, control, number, item) for control in applet.controls)
    return f'<tr class="rij" id="r_{applet.set}_{applet.number}_{number}">{cells}</tr>\n'


def _cell(scene: _Scene, control: Control, number: int, item: Mapping[str, str]) -> str:
    place = f"s_{scene.applet.set}_{scene.applet.number}_{control.id}_{number}"
    text = _escape(item.get(control.field, "")) or "&nbsp;"
    if control.link is not None:
        link = f"{_invoke(scene, 'Drilldown')}&amp;SWEField={place}&amp;SWERowId={item['id']}"
        text = f'<a href="{link}&amp;SWENeedContext=true&amp;SWEReqRowId=1{scene.tail}">{text}</a>'
    return f'<td id="{place}">{text}</td>'
