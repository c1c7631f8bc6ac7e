"""What the gateway puts in a page of the legacy: a card in the place of a row, and notices at its top.

Rules: a card has the cells of its list and none of its identifiers - no row id, no id of a row or a control, no tooltip,
no link of the legacy; a notice stands before everything else of the page; what is no page stays as it is.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import urlencode

from adapters.legacy_sonar.content import UnreadableError, decode, is_text
from adapters.legacy_sonar.desk.paper import encode, path, said
from adapters.legacy_sonar.desk.request import PREFIX
from adapters.legacy_sonar.views import Applet, ViewMap
from proxy.model.http import Answer, Fields
from proxy.model.person import Reading
from proxy.model.screen import Card, Notice

_ROW = re.compile(rb'<tr class="rij" id="r_(?P<set>[0-9]{1,3})_(?P<applet>[0-9]{1,3})_[0-9]"')
_BODY = re.compile(rb'<body class="sonar">(?:\r\n)?')
_OLD_BODY = frozenset(
    {b"content-encoding", b"content-length", b"transfer-encoding", b"etag", b"content-md5", b"digest"}
)


def card(reading: Reading, index: int, shown: Card, views: ViewMap) -> bytes:
    """Render a card as a row of the list that the reading is of; raises ValueError for what is no row of a list."""
    start, end = reading.persons[index].spans[0]
    row = _ROW.match(reading.body, start, end)
    applet = _applet(row, views) if row else None
    if applet is None:
        raise ValueError("a card takes the place of a row of a list")
    values = _values(shown)
    cells = "".join(f"<td>{values.get(control.field, '') or '&nbsp;'}</td>" for control in applet.controls)
    return encode(f'<tr class="rij kaart">{cells}</tr>\n')


def _applet(row: re.Match[bytes], views: ViewMap) -> Applet | None:
    number = int(row["applet"])
    found = (applet for view in views.of_set(int(row["set"])) for applet in view.applets if applet.number == number)
    return next(found, None)


def _values(shown: Card) -> Mapping[str, str]:
    """The card's values by the list's fields, as HTML; what no field of the list is for stands behind the reference."""
    link = f'<a href="{said(PREFIX.decode("ascii"))}benaderen?{urlencode({"kaart": shown.handle})}">Benaderen</a>'
    more = [("Werkervaring", shown.experience), ("Doelgroep", shown.target_group)]
    extra = "".join(f" {name}: {said(value)}." for name, value in more if value)
    return {
        "name": f"Kandidaat {said(shown.reference)}{extra} {link}",
        "education_level": said(shown.education),
        "desired_occupation": said(shown.occupation),
        "hours_per_week": said(shown.hours),
        "available_from": said(shown.available),
        "max_travel_minutes": said(shown.travel),
        "driving_licences": said(shown.licence),
    }


def banner(answer: Answer, notices: Sequence[Notice]) -> Answer:
    """Put notices at the top of a page; a fragment for scripts has no top but its beginning."""
    if not notices:
        return answer
    try:
        content = decode(answer)
    except UnreadableError:
        return answer
    if content.media != b"text/html" or not is_text(content) or not content.body:
        return answer
    top = _BODY.search(content.body)
    at = top.end() if top else 0
    text = encode("".join(_notice(each) for each in notices))
    body = content.body[:at] + text + content.body[at:]
    return replace(answer, fields=_fresh(answer.fields), body=body)


def _notice(notice: Notice) -> str:
    link = f' <a href="{path(notice.action)}">{said(notice.link)}</a>' if notice.action else ""
    return f'<div class="melding poort">{said(notice.text)}{link}</div>\n'


def _fresh(fields: Fields) -> Fields:
    return tuple((name, value) for name, value in fields if name.lower() not in _OLD_BODY)
