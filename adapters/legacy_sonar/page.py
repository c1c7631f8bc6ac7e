"""Bytes of a screen -> a page: its view, its fragments with their rows, its notice or error. Nothing is left over.

Rules: the whole body must match the grammar, from first to last byte; the view is told by the fragments and the title;
texts of notices and errors are a closed table. What does not fit raises UnreadableError.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from adapters.legacy_sonar import grammar
from adapters.legacy_sonar.content import UnreadableError
from adapters.legacy_sonar.grammar import AppletGrammar
from adapters.legacy_sonar.views import Applet, View, ViewMap
from adapters.legacy_sonar.wire import decode

NOTICES = {
    "Record toegevoegd": True,
    "Record gewijzigd": True,
    "Record verwijderd": True,
    "Bericht verzonden": True,
    "Zoekvraag opgeslagen": False,
    "Geen record geselecteerd (SNR-0003)": False,
}
"""Texts of notices; True: they say that a change was stored."""
ERRORS = {
    "SNR-0003": r"Geen record geselecteerd",
    "SNR-0004": r"Record niet gevonden",
    "SNR-0009": r"U hebt de knop Terug van uw browser gebruikt; deze pagina is verlopen",
    "SNR-0010": r"De gegevens zijn door een andere gebruiker gewijzigd",
    "SNR-0012": r"Waarde niet toegestaan in veld [A-Za-z() -]{1,40}",
    "SNR-0021": r"Ongeldige zoekvraag",
    "SNR-0022": r"VacatureId is verplicht",
    "SNR-0031": r"Verwijderen niet toegestaan",
    "SNR-0099": r"Server bezet, probeer later",
    "SNR-0098": r"SONAR is niet beschikbaar wegens onderhoud \(dagelijks 20\.00 - 06\.00 uur en zondag\)",
}
UNCOUNTED = frozenset({"SNR-0009", "SNR-0098"})
"""Errors of a request of which legacy did nothing, and whose sequence number it did not take."""
LOGIN_TEXTS = re.compile(
    r"De combinatie van gebruikersnaam en wachtwoord is onjuist |Uw account is geblokkeerd\. [^<]{0,80}\(SNR-0015\) "
    r"|Server bezet, probeer later |Uw wachtwoord is verlopen, [^<]{0,60}\(SNR-0017\) "
    r"|Uw sessie is verlopen, meld u opnieuw aan |U bent afgemeld "
)


class Variant(StrEnum):
    """How an applet is shown."""

    LIST = "lijst"
    FORM = "formulier"
    QUERY = "zoekvraag"


class Row(NamedTuple):
    """One row of a list: its line, its row id, the place of its hidden input."""

    match: re.Match[bytes]
    row_id: str
    hidden: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Fragment:
    """One applet on a page."""

    compiled: AppletGrammar = field(repr=False)
    variant: Variant
    start: int
    end: int
    rows: tuple[Row, ...] = ()
    row_id: str = ""
    """Row of a form."""
    parent: str = ""
    """Person of a list of child rows."""
    form: re.Match[bytes] | None = field(default=None, repr=False)
    teller: tuple[int, int] = (0, 0)
    total: int = 0
    first: int = 0
    turned: bool = False
    """There is a next or a previous set."""
    table: tuple[int, int] = (0, 0)
    """From the table to its first row, as bytes of the body."""
    pager: tuple[int, int] = (0, 0)
    parent_line: tuple[int, int] = (0, 0)
    upload: tuple[int, int] = (0, 0)
    """The input for a file, where there is one."""

    @property
    def view(self) -> View:
        """The view that it is a part of."""
        return self.compiled.view

    @property
    def applet(self) -> Applet:
        """The applet of the map that it shows."""
        return self.compiled.applet


@dataclass(frozen=True, slots=True)
class Page:
    """A screen, an error or the log-in page."""

    fragments: tuple[Fragment, ...] = ()
    notice: str = ""
    error: str = ""
    login: bool = False


@dataclass(frozen=True, slots=True)
class Grammar:
    """All compiled patterns of one map: (set, applet index) -> the views that have it."""

    applets: Mapping[tuple[bytes, bytes], tuple[AppletGrammar, ...]]


def compile_map(views: ViewMap) -> Grammar:
    """Compile the grammar of all views."""
    found: dict[tuple[bytes, bytes], tuple[AppletGrammar, ...]] = {}
    for view in views.views.values():
        for each in grammar.compile_view(view):
            key = (str(view.set).encode(), str(each.applet.number - 1).encode())
            found[key] = (*found.get(key, ()), each)
    return Grammar(found)


def parse(body: bytes, patterns: Grammar) -> Page:
    """Read a screen; raises UnreadableError."""
    opening = grammar.OPENING.match(body)
    if opening is None:
        return _rpc(body, patterns)
    position = opening.end()
    banner = grammar.BANNER.match(body, position)
    if banner is None:
        return _plain(body, position, opening["title"])
    page, position = _fragments(body, banner.end(), patterns)
    titles = {fragment.view.title for fragment in page.fragments}
    if titles != {decode(opening["title"])} or not _closed(body, position):
        raise UnreadableError("page-shape")
    return page


def _closed(body: bytes, position: int) -> bool:
    return grammar.CLOSING.fullmatch(body, position) is not None


def _rpc(body: bytes, patterns: Grammar) -> Page:
    error = grammar.RPC_ERROR.fullmatch(body)
    if error is not None:
        return _error(error)
    page, position = _fragments(body, 0, patterns)
    if position != len(body) or not page.fragments:
        raise UnreadableError("page-shape")
    return page


def _plain(body: bytes, position: int, title: bytes) -> Page:
    """The two pages without a banner: log-in and error."""
    login = grammar.LOGIN.match(body, position)
    error = grammar.ERROR.match(body, position)
    if login is not None and title == b"Aanmelden" and _closed(body, login.end()):
        text = decode(login["text"] or login["text2"] or b"")
        if not text or LOGIN_TEXTS.fullmatch(text):
            return Page(login=True, notice=text)
    if error is not None and title == b"Foutmelding" and _closed(body, error.end()):
        return _error(error)
    raise UnreadableError("page-shape")


def _error(match: re.Match[bytes]) -> Page:
    code, text = match["code"].decode(), decode(match["text"])
    if code not in ERRORS or not re.fullmatch(ERRORS[code], text):
        raise UnreadableError("unknown-error")
    return Page(error=code)


def _fragments(body: bytes, position: int, patterns: Grammar) -> tuple[Page, int]:
    notice = grammar.NOTICE.match(body, position)
    text = ""
    if notice is not None:
        text, position = decode(notice["text"]), notice.end()
        if text not in NOTICES:
            raise UnreadableError("unknown-notice")
    found: list[Fragment] = []
    while (head := grammar.FRAGMENT.match(body, position)) is not None:
        found.append(_fragment(body, head, patterns))
        position = found[-1].end
    if len({fragment.view.name for fragment in found}) > 1:
        raise UnreadableError("two-views")
    return Page(tuple(found), text), position


def _fragment(body: bytes, head: re.Match[bytes], patterns: Grammar) -> Fragment:
    candidates = patterns.applets.get((head["set"], head["index"]), ())
    each = next((one for one in candidates if one.button == head["button"]), None)
    table = grammar.TABLE.match(body, head.end())
    if each is None or table is None:
        raise UnreadableError("unknown-view")
    if table["kind"] == b"lijst" and table["teller"] is not None:
        return _list(body, head.start(), table, each)
    if table["kind"] == b"formulier" and table["teller"] is None:
        return _form(body, head.start(), table, each)
    if table["kind"] == b"zoekvraag" and table["teller"] is None:
        return _query(body, head.start(), table, each)
    raise UnreadableError("page-shape")


def _list(body: bytes, start: int, table: re.Match[bytes], each: AppletGrammar) -> Fragment:
    head = each.list_head.match(body, table.end())
    teller = grammar.TELLER.fullmatch(table["teller"])
    if head is None or teller is None:
        raise UnreadableError("list-shape")
    lines, position = _lines(body, head.end(), each.row)
    rows, position = _hidden(body, position, lines, linked="row" in each.row.groupindex)
    after = grammar.AFTER_ROWS.match(body, position)
    end = grammar.END.match(body, after.end()) if after else None
    total = int(teller["total"] or 0)
    counted = int(teller["last"]) - int(teller["first"]) + 1 if total else 0
    if after is None or end is None or counted != len(rows):
        raise UnreadableError("list-shape")
    return Fragment(
        each,
        Variant.LIST,
        start,
        end.end(),
        rows=rows,
        parent=(after["parent"] or b"").decode(),
        teller=table.span("teller"),
        total=total,
        first=int(teller["first"] or 0),
        turned=b"<a " in after["previous"] + after["next"],
        table=(table.end("teller"), head.end()),
        pager=(after.start("previous"), after.end()),
        parent_line=(position, after.start("previous")),
        upload=after.span("upload"),
    )


def _lines(body: bytes, position: int, pattern: re.Pattern[bytes]) -> tuple[list[re.Match[bytes]], int]:
    lines: list[re.Match[bytes]] = []
    while (row := pattern.match(body, position)) is not None:
        if row["n"] != b"%d" % len(lines):
            raise UnreadableError("row-number")
        lines.append(row)
        position = row.end()
    if not body.startswith(b"</table>\r\n", position):
        raise UnreadableError("row-shape")
    return lines, position + len(b"</table>\r\n")


def _hidden(body: bytes, position: int, lines: list[re.Match[bytes]], *, linked: bool) -> tuple[tuple[Row, ...], int]:
    """Join each row with its hidden row id; what the row's own links name must be the same."""
    rows: list[Row] = []
    for index, line in enumerate(lines):
        row = line["row"] if linked else _hidden_id(body, position)
        hidden = b'<input type="hidden" name="SWERowId%d" value="%b">\r\n' % (index, row)
        if not body.startswith(hidden, position):
            raise UnreadableError("row-id")
        end = position + len(hidden)
        rows.append(Row(line, row.decode("ascii"), (position, end)))
        position = end
    return tuple(rows), position


def _hidden_id(body: bytes, position: int) -> bytes:
    found = grammar.HIDDEN_ROW.match(body, position)
    return found["row"] if found is not None else b""


def _form(body: bytes, start: int, table: re.Match[bytes], each: AppletGrammar) -> Fragment:
    form = each.form.match(body, table.end())
    hidden = grammar.FORM_END.match(body, form.end()) if form else None
    end = grammar.END.match(body, hidden.end()) if hidden else None
    if form is None or hidden is None or end is None:
        raise UnreadableError("form-shape")
    row, parent = (hidden["row"] or b"").decode(), (hidden["parent"] or b"").decode()
    return Fragment(each, Variant.FORM, start, end.end(), row_id=row, parent=parent, form=form)


def _query(body: bytes, start: int, table: re.Match[bytes], each: AppletGrammar) -> Fragment:
    form = each.query.match(body, table.end())
    end = grammar.END.match(body, form.end()) if form else None
    if form is None or end is None:
        raise UnreadableError("form-shape")
    return Fragment(each, Variant.QUERY, start, end.end(), form=form)
