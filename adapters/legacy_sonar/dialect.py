"""The dialect of SONAR: one object that joins the pure parts of this package for the line (port `Dialect`).

Rules: bytes in, values out; no clock, no net, no state but compiled tables. Whatever has no single reading is Unclear,
whatever cannot be read with certainty is Unreadable.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from adapters.legacy_sonar import export, grammar, login, narrow, persons, public, service, soap, vacancy, wire
from adapters.legacy_sonar import forward as forwarding
from adapters.legacy_sonar import outcome as ending
from adapters.legacy_sonar import position as positions
from adapters.legacy_sonar import refuse as refusal
from adapters.legacy_sonar.classify import classify
from adapters.legacy_sonar.content import Content, UnreadableError, decode, is_text, values
from adapters.legacy_sonar.desk import insert, paper
from adapters.legacy_sonar.desk import request as desk
from adapters.legacy_sonar.fielddata import Tables
from adapters.legacy_sonar.multipart import MultipartError
from adapters.legacy_sonar.page import UNCOUNTED, Page, Variant, compile_map, parse
from adapters.legacy_sonar.views import ViewMap
from adapters.legacy_sonar.vocabulary import LOGIN_VIEW, SCREEN_PATH, SERVICE_PATH
from adapters.legacy_sonar.wire import OddError
from proxy.catalogue import Catalogue
from proxy.model.call import Call, Credentials, Format, Kind, StaticCall, Unclear
from proxy.model.decision import Reason, Scope
from proxy.model.entry import OutcomeState
from proxy.model.http import Answer, Request
from proxy.model.person import Notes, Reading, Unreadable
from proxy.model.position import Position
from proxy.model.principal import Session
from proxy.model.screen import Card, Notice, Own

_STATIC = re.compile(rb"(?:[A-Za-z0-9_-]+/)*[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*(?:\?[A-Za-z0-9=._&-]*)?")
_RPC = re.compile(rb"(?i)(?:^|[?&])(?:SWERPC|Rpc)=1(?:&|$)")
_BARE = re.compile(rb"<html><body><h1>[0-9A-Za-z ]*</h1></body></html>(?:\r?\n)*")


class SonarDialect:
    """Speaks the legacy's language; built from the catalogue, the control map and the legacy's own `host:port`."""

    def __init__(self, catalogue: Catalogue, views: ViewMap, legacy_authority: bytes) -> None:
        self._tables = Tables(catalogue, views)
        self._grammar = compile_map(views)
        self._statics = tuple(prefix.encode("ascii") for prefix in catalogue.static_prefixes)
        self._authority = legacy_authority
        self._address = public.pattern(legacy_authority)

    def read(self, request: Request) -> Call | Unclear | StaticCall:
        """Read a request in one way, or say why it has none."""
        format_ = Format.HTML
        try:
            path, query = wire.split(request.target)
            if path == SCREEN_PATH:
                format_ = Format.RPC if _is_rpc(query) or _is_rpc(request.body) else Format.HTML
                parameters = wire.read(request, query)
                format_ = Format.RPC if parameters.shared.get("SWERPC") == "1" else Format.HTML
                return classify(parameters, format_, self._tables)
            if path.startswith(desk.PREFIX):
                return desk.read(request, (path, query), self._tables.catalogue)
            if path == SERVICE_PATH:
                format_ = Format.SOAP
                return soap.read(request, query, self._tables.catalogue)
            return self._static(request)
        except OddError as odd:
            return Unclear(odd.reason, format_, _token(request), odd.detail)
        except MultipartError as odd:
            return Unclear("multipart", format_, _token(request), str(odd))

    def _static(self, request: Request) -> StaticCall:
        for prefix in self._statics:
            if request.target.startswith(prefix):
                plain = _STATIC.fullmatch(request.target, len(prefix))
                if plain and request.method in {b"GET", b"HEAD"} and not request.body:
                    return StaticCall(prefix.decode("ascii"))
        raise OddError("path")

    def forward(self, request: Request) -> Request:
        """Take off what may not go up: forged identity fields, Range/If-*, encodings that cannot be decoded."""
        return forwarding.forward(request, self._statics)

    def narrowed(self, request: Request, call: Call, scope: Scope) -> Request:
        """Write a scope into the query of a search; the very same request where that is not certain."""
        return narrow.narrowed(request, call, scope, self._tables.views)

    def position(self, request: Request, call: Call, session: Session) -> Position | None:
        """Say how a call reaches what the user sees, where SONAR stands elsewhere; None: it cannot be sent."""
        return positions.position(request, call, session, self._tables.views)

    def stands(self, asked: Position, answer: Answer) -> bool:
        """Tell whether the read of ours was answered with what it was to reach."""
        return positions.stands(answer, asked, self._grammar)

    def erred(self, answer: Answer) -> bool:
        """Tell whether an answer is an error in place of a page."""
        return positions.erred(answer)

    def harmless(self, token: bytes) -> Request:
        """Make a call that keeps a session alive and does nothing else."""
        return positions.harmless(token)

    def is_alive(self, answer: Answer) -> bool:
        """Tell whether the answer to that call came from a session that lives."""
        return positions.is_alive(answer)

    def logged_in(self, call: Call, answer: Answer) -> tuple[Credentials, bytes] | None:
        """Say who logged in and under which token; None: the log-in failed, whatever the status was."""
        return login.logged_in(call, answer, self._grammar)

    def stamp(self, answer: Answer) -> str:
        """Give the number that legacy writes into every link and form of the session that a log-in began."""
        return login.stamp(answer)

    def accepted(self, answer: Answer) -> bool:
        """Tell whether the answer to a call that carries its credentials shows that legacy took them."""
        return soap.accepted(answer)

    def ended(self, call: Call, answer: Answer) -> bool:
        """Tell whether the legacy session is over: a log-off, or a log-in page in place of an answer."""
        return login.ended(call, answer, self._grammar)

    def rotated(self, answer: Answer) -> bytes | None:
        """Give the new token where the answer replaces the session's."""
        return login.token(answer) or None

    def outcome(self, call: Call, answer: Answer) -> OutcomeState:
        """Tell how a mutation ended; a page of unknown shape is UNKNOWN, never ACKED."""
        return ending.outcome(call, answer, self._grammar)

    def persons(self, call: Call, answer: Answer) -> Reading | Unreadable:
        """Read every person that the answer shows; call.function is settled by then."""
        try:
            reading = self._persons(call, answer)
        except UnreadableError as unreadable:
            return Unreadable(unreadable.reason)
        shown = {person.bsn.lstrip("0").encode() for person in reading.persons if person.bsn}
        fields = b"\n".join(value for _, value in answer.fields)
        return Unreadable("value-in-field") if any(number in fields for number in shown) else reading

    def _persons(self, call: Call, answer: Answer) -> Reading:
        content = decode(answer)
        if answer.status in {206, 304}:
            raise UnreadableError("status")
        if not content.body:
            return Reading((), b"")
        if call.format is Format.SOAP:
            if content.media not in {b"text/xml", b"application/soap+xml"} or answer.status not in {200, 500}:
                raise UnreadableError("content-type")
            return service.persons(content)
        if not is_text(content):
            raise UnreadableError("charset")
        if call.kind is Kind.EXPORT and content.media in {export.XLS, export.CSV}:
            disposition = values(answer, b"content-disposition")
            return export.read(content.media, disposition, content.body, self._tables.views)
        if content.media != b"text/html" or values(answer, b"content-disposition"):
            raise UnreadableError("content-type")
        return self._screen(call, answer.status, content)

    def _screen(self, call: Call, status: int, content: Content) -> Reading:
        asked = call.links[-1].command
        if asked == "CanInvokeMethod" and content.body in {b"TRUE", b"FALSE"}:
            return Reading((), content.body)
        if status in {404, 405} and _BARE.fullmatch(content.body):
            return Reading((), content.body)
        if status != 200:
            raise UnreadableError("status")
        page = parse(content.body, self._grammar)
        self._check_view(call, page)
        reading = persons.read(call, page, content.body)
        if not page.fragments:
            return replace(reading, counted=page.error not in UNCOUNTED)
        return replace(
            reading,
            vacancies=tuple(vacancy.vacancies(page)),
            view=page.fragments[0].view.name,
            record=positions.place_of(call, page),
            asking=any(part.variant is Variant.QUERY for part in page.fragments),
        )

    def _check_view(self, call: Call, page: Page) -> None:
        """The page must be of a view that the call is about: legacy shows another one where it ignores a word."""
        catalogue = self._tables.catalogue
        function = catalogue.function(call.function) if call.function else None
        if page.error == "SNR-0004" and function is not None and function.shows_persons:
            raise UnreadableError("not-found")
        if not page.fragments:
            return
        if page.fragments[0].view.name not in self._views(call):
            raise UnreadableError("other-view")

    def _views(self, call: Call) -> set[str]:
        """The views that the call was decided about: a named view counts only where the link's function is used on it.

        Navigation has its function from the session by now; a view that it names beside that was not decided about.
        """
        catalogue = self._tables.catalogue
        allowed: set[str] = set()
        for link in call.links:
            used = catalogue.views(link.function) if link.function else frozenset()
            if link.view and (link.view in used or not used or link.method == "Drilldown"):
                allowed.add(link.view)
            elif not link.view:
                allowed |= used
        return allowed - {LOGIN_VIEW}

    def counter(self, reading: Reading | Notes, shown: int) -> bytes:
        """Render the counter of a list of which `shown` rows are left.

        A list that is all there is gets legacy's own words for what is left, as if nobody else existed; a total of ours
        would tell that somebody is hidden. Where a list goes on, nobody can say how many rows there are.
        """
        if reading.complete and shown:
            return f"1 - {shown} van {shown}".encode("ascii")
        return f"{shown} {persons.COUNTER}".encode("ascii")

    def public(self, answer: Answer, request: Request) -> Answer:
        """Turn the legacy's own authority in Location, Refresh, links and frames into the gateway's."""
        nothing = grammar.NOTHING_FOUND.fullmatch(answer.body)
        if nothing is not None:
            return refusal.nothing_found(nothing["namespace"].decode(), nothing["operation"].decode())
        return public.public(answer, request, self._address, self._authority)

    def card(self, reading: Reading, index: int, card: Card) -> bytes:
        """Render a candidate's card in the place of its row: no row id, no id of a control, no value of the row."""
        return insert.card(reading, index, card, self._tables.views)

    def banner(self, answer: Answer, notices: Sequence[Notice]) -> Answer:
        """Say something of our own at the top of a page; an answer that is no page stays as it is."""
        return insert.banner(answer, notices)

    def own(self, shown: Own) -> Answer:
        """Render a page of our own, or send the browser to the legacy's page of a person."""
        return paper.own(shown)

    def refuse(self, refused: Call | Unclear | None, reason: Reason, reference: str) -> Answer:
        """Make a refusal in the caller's dialect; None: nothing could be read (plain HTML)."""
        return refusal.refuse(refused, reason, reference)


def _is_rpc(data: bytes) -> bool:
    return _RPC.search(data) is not None


def _token(request: Request) -> bytes | None:
    """The token of a request that has no reading, where the cookie alone is clear."""
    try:
        return wire.token(request, None)
    except OddError:
        return None
