"""A legacy page in words that no dialect owns, so that two of them can be compared field by field. Pure.

Rules:
1. Everything on a page that a person could tell from it is in the words, or in the frame: the whole body, of which only
   that is taken out in which two answers to one question differ (clock, sequence, session, the user's name, a refresh).
2. Values are as shown. `canonical` says what a value means whatever way it is written: a date, yes or no, blanks, a set.
   It never makes two values one that a person would tell apart.
3. What does not fit the map is not read.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace

from adapters.legacy_sonar import persons, records, suwi
from adapters.legacy_sonar.content import UnreadableError, decode, values
from adapters.legacy_sonar.page import Fragment, Variant, compile_map, parse
from adapters.legacy_sonar.place import HINT, group
from adapters.legacy_sonar.views import ViewMap
from proxy.model.call import Call, Format
from proxy.model.http import Answer
from proxy.model.person import Reading, Unreadable
from proxy.model.shadow import Item, Part, Seen

_PASSING = tuple(
    (re.compile(re.escape(start) + rest), start)
    for start, rest in (
        (b'<div id="voet">', rb"[^<]*"),
        (b'<span id="gebruiker">', rb"[^<]*"),
        (b"SWEC=", rb"[0-9]+"),
        (b'name="SWEC" value="', rb"[0-9]+"),
        (b"SRN=", rb"[A-Za-z0-9._-]*"),
        (b'name="SRN" value="', rb"[A-Za-z0-9._-]*"),
    )
)
"""Clock, user, sequence, session: each begins with fixed bytes, which are found ten times as fast as a choice of them."""
_DAY = re.compile(r"(\d{2})-(\d{2})-(\d{4})(?: (\d{2}):(\d{2})(?::(\d{2}))?)?")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2}))?)?")
_FLAGS = {"j": "J", "ja": "J", "n": "N", "nee": "N"}
_BETWEEN = re.compile(r"\s*[,;]\s*")
_BLANK = " \t\xa0"
_VERSION = re.compile(rb'name="SWEModNum" value="([0-9]*)"')
_WAYS = {"previous": b">Vorige</a>", "next": b">Volgende</a>"}
_KINDS = {Variant.LIST: "list", Variant.FORM: "form", Variant.QUERY: "query"}


class SonarPages:
    """Reads pages of one control map for a comparison."""

    def __init__(self, views: ViewMap) -> None:
        """Compile the map."""
        self._grammar = compile_map(views)

    def read(self, call: Call, answer: Answer) -> Seen | Unreadable:
        """Say what an answer shows, or why nobody can."""
        try:
            return self._seen(call, answer)
        except UnreadableError as unreadable:
            return Unreadable(unreadable.reason)

    def _seen(self, call: Call, answer: Answer) -> Seen:
        content = decode(answer)
        if call.format is Format.SOAP:
            return suwi.seen(answer.status, content)
        if content.media != b"text/html" or values(answer, b"content-disposition"):
            raise UnreadableError("content-type")
        media = f"{content.media.decode()};{content.charset.decode()}"
        page = parse(content.body, self._grammar)
        found = persons.read(call, page, content.body) if page.fragments else Reading((), content.body)
        parts = tuple(_part(each, content.body) for each in page.fragments)
        view = page.fragments[0].view.name if page.fragments else "login" if page.login else ""
        return Seen(answer.status, media, view, page.notice, page.error, parts, found, frame(content.body))

    def canonical(self, text: str) -> str:
        """Say what a shown value means, whatever way it is written."""
        return canonical(text)


def frame(body: bytes) -> bytes:
    """Take out of a body in what two answers to one question differ."""
    for pattern, start in _PASSING:
        body = pattern.sub(start, body)
    return body


def canonical(text: str) -> str:
    """Say what a shown value means: blanks, case of a flag, the order of a set and the way of writing a day fall away."""
    plain = unicodedata.normalize("NFC", " ".join(text.strip(_BLANK).split()))
    if plain.lower() in _FLAGS:
        return _FLAGS[plain.lower()]
    if (day := _DAY.fullmatch(plain)) is not None:
        return _moment(day[3], day[2], day[1], *day.groups()[3:])
    if (day := _ISO.fullmatch(plain)) is not None:
        return _moment(*day.groups())
    members = _BETWEEN.split(plain)
    return ", ".join(sorted(members)) if len(members) > 1 else plain


def _moment(year: str, month: str, day: str, *clock: str | None) -> str:
    return f"{year}-{month}-{day}" + "".join(f":{each}" for each in clock if each)


def _part(part: Fragment, body: bytes) -> Part:
    version = _VERSION.search(body, part.start, part.end)
    found = Part(
        name=part.applet.name,
        kind=_KINDS[part.variant],
        of=part.applet.of,
        items=(),
        categories={control.field: control.category for control in part.applet.controls},
        parent=part.parent,
        version=version[1].decode() if version else "",
    )
    if part.form is not None:
        return replace(found, items=(Item(part.row_id, _values(part, part.form)),))
    pager = body[slice(*part.pager)]
    return replace(
        found,
        items=tuple(Item(row.row_id, _values(part, row.match)) for row in part.rows),
        total=part.total,
        first=part.first,
        turned=" ".join(way for way, link in _WAYS.items() if link in pager),
    )


def _values(part: Fragment, match: re.Match[bytes]) -> Mapping[str, str]:
    groups = match.re.groupindex
    places = ((control.field, group(control)) for control in part.applet.controls)
    shown = {field: records.text(match[place]) for field, place in places if place in groups}
    hint = records.text(match[HINT]) if HINT in groups else ""
    return shown | {HINT: hint} if hint else shown
