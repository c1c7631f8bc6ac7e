"""One request in, one answer out: paths, log-in, sequence numbers, the links of the chain, and the page that results.

Rules: every error of the application is a 200; a request that fails the sequence check executes nothing; the session id in
a parameter wins over the cookie.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from adapters.legacy_sonar.standin import commands, pages, parameters, sessions
from adapters.legacy_sonar.standin.commands import Visit
from adapters.legacy_sonar.standin.exports import exported
from adapters.legacy_sonar.standin.modes import Clock, Faults, Modes
from adapters.legacy_sonar.standin.parameters import Parameters
from adapters.legacy_sonar.standin.records import TEXTS, LegacyError, Writer
from adapters.legacy_sonar.standin.render import fragments
from adapters.legacy_sonar.standin.sessions import Session, Sessions
from adapters.legacy_sonar.standin.soap import Desk, fault
from adapters.legacy_sonar.standin.statics import static
from adapters.legacy_sonar.standin.store import Store
from adapters.legacy_sonar.standin.text import encode

HTML = "text/html; charset=ISO-8859-1"
_EAI, _STATIC = "/eai_nld/start.swe", "/sonar_nld/static/"


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came from the socket."""

    method: str
    path: str
    query: bytes
    headers: dict[str, str]
    body: bytes
    raw: bytes


@dataclass(slots=True)
class Answer:
    """An answer before the transport writes it; `delay` in seconds."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    modes: Modes
    delay: float = 0.0


@dataclass(slots=True)
class Application:
    """The parts of the stand-in, joined."""

    store: Store
    sessions: Sessions
    clock: Clock = field(default_factory=Clock)
    modes: Modes = field(default_factory=Modes)
    faults: Faults = field(init=False)
    soap: Desk = field(init=False)
    seen: int = 0

    def __post_init__(self) -> None:
        self.faults = Faults(self.modes)
        self.soap = Desk(self.store)

    def answer(self, request: Request) -> Answer:
        """The answer to one request; never raises for what a client can send."""
        self.seen += 1
        modes = self.faults.hit(request.raw)
        if request.path.startswith(_STATIC):
            return Answer(*static(request.path.removeprefix(_STATIC), request.headers.get("if-none-match", "")), modes)
        if request.path not in (pages.PATH, _EAI):
            return Answer(
                404, [("Content-Type", HTML)], b"<html><body><h1>404 Niet gevonden</h1></body></html>\r\n", modes
            )
        if request.method not in ("GET", "HEAD", "POST"):
            return Answer(
                405,
                [("Allow", "GET, HEAD, POST"), ("Content-Type", HTML)],
                b"<html><body><h1>405</h1></body></html>\r\n",
                modes,
            )
        found = self._eai(request, modes) if request.path == _EAI else self._screen(request, modes)
        found.delay += modes.slow
        return found

    def _eai(self, request: Request, modes: Modes) -> Answer:
        url = dict(parameters.pairs(request.query))
        blocked = "SNR-0098" if modes.maintenance else "SNR-0099" if modes.busy else ""
        status, body = fault(blocked) if blocked else self.soap.answer(request.body, url)
        return Answer(status, [("Content-Type", "text/xml; charset=utf-8")], body, modes)

    def _screen(self, request: Request, modes: Modes) -> Answer:
        given = parameters.read(request.query, request.body, request.headers.get("content-type", ""))
        if modes.maintenance:
            return self._html(pages.error_page(TEXTS["SNR-0098"], "SNR-0098", self._clock()), modes)
        if not modes.execute and (modes.instead or modes.hang or modes.rst or modes.garbage or modes.cut >= 0):
            return self._instead(modes)
        found = self._login(given, modes) if _logs_in(given.links[0]) else self._visit(request, given, modes)
        return self._instead(modes) if modes.instead else found

    def _instead(self, modes: Modes) -> Answer:
        """The answer that a test wants in place of the true one: busy, login, stale, empty, rpc, mixed."""
        stale = pages.error_page(TEXTS["SNR-0010"], "SNR-0010", self._clock())
        text = {
            "busy": pages.error_page(TEXTS["SNR-0099"], "SNR-0099", self._clock()), "login": pages.login_page(sessions.GONE, self._clock()), "stale": stale, "empty": "",
            "rpc": pages.error_block(TEXTS["SNR-0010"], "SNR-0010"), "mixed": pages.notice("Record gewijzigd") + pages.error_block(TEXTS["SNR-0012"].format("Telefoon"), "SNR-0012"),
        }.get(modes.instead, modes.instead)  # fmt: skip
        return self._html(text, modes)

    def _clock(self) -> str:
        return self.clock.moment().strftime("%d-%m-%Y %H:%M:%S")

    def _html(self, text: str | bytes, modes: Modes, *cookies: str) -> Answer:
        headers = [
            ("Content-Type", HTML),
            ("Cache-Control", "no-cache, no-store"),
            ("Pragma", "no-cache"),
            ("Expires", "0"),
            ("P3P", 'CP="CAO PSA OUR"'),
        ]
        return Answer(
            200,
            headers + [("Set-Cookie", cookie) for cookie in cookies],
            text if isinstance(text, bytes) else encode(text),
            modes,
        )

    def _login(self, given: Parameters, modes: Modes) -> Answer:
        link, now = given.links[0], self.clock.seconds()
        user = link.get("SWEUserName") or link.get("s_1_1_1_0", "")
        why = (
            sessions.BUSY
            if modes.busy
            else self.sessions.refused(user, link.get("SWEPassword") or link.get("s_1_1_2_0", ""), now)
        )
        if why:
            return self._html(pages.login_page(why, self._clock()), modes)
        session = self.sessions.opened(user, _count(given) or 0, now)
        cookies = [_cookie(session.id), *(["BALANCEID=sonar1; path=/"] if modes.two_cookies else [])]
        if len(given.links) > 1:
            found = self._execute(session, given, given.links[1:], modes)
        else:
            place = f"{modes.location}{pages.PATH}?SWECmd=GotoPageTab&SWEScreen=SNR+Werkvoorraad+Screen&SWEC={session.swec + 1}&SRN={session.srn}"
            found = Answer(302, [("Location", place), ("Content-Type", HTML)], b"", modes)
        found.headers += [("Set-Cookie", cookie) for cookie in cookies]
        return found

    def _visit(self, request: Request, given: Parameters, modes: Modes) -> Answer:
        key = given.whole.get("_sn") or _sent_cookie(request.headers.get("cookie", ""))
        session = self.sessions.found(key, self.clock.seconds()) if key else None
        if session is None or given.links[0].get("SWECmd") == "Login":
            return self._html(pages.login_page(sessions.GONE if key and session is None else "", self._clock()), modes)
        code = "SNR-0099" if modes.busy else "" if _in_order(session, given) else "SNR-0009"
        if code:
            return self._error(LegacyError(code), given, modes)
        session.swec = _count(given) or session.swec
        for name in ("IsPortlet", "KeepAlive"):
            self.sessions.keep(session, given.whole.get(name, ""))
        found = self._execute(session, given, given.links, modes)
        if modes.rotate and session.user:
            found.headers.append(("Set-Cookie", _cookie(self.sessions.rotated(session, self.clock.seconds()))))
        return found

    def _error(self, error: LegacyError, given: Parameters, modes: Modes) -> Answer:
        rpc = given.whole.get("SWERPC") == "1"
        return self._html(
            pages.error_block(error.text, error.code)
            if rpc
            else pages.error_page(error.text, error.code, self._clock()),
            modes,
        )

    def _execute(self, session: Session, given: Parameters, links: tuple[dict[str, str], ...], modes: Modes) -> Answer:
        now = self.clock.moment()
        visit = Visit(
            self.store,
            session,
            Writer(self.store, session.user, now.strftime("%Y%m%d"), now.isoformat(timespec="seconds")),
        )
        try:
            for link in links:
                if link.get("SWECmd") == "Logoff":
                    return self._logoff(session, modes)
                if _logs_in(link):
                    return self._login(Parameters(links[links.index(link) :], given.whole), modes)
                commands.run(visit, link)
        except LegacyError as error:
            return self._error(error, given, modes)
        return self._result(visit, given, modes)

    def _logoff(self, session: Session, modes: Modes) -> Answer:
        self.sessions.closed(session)
        return self._html(
            pages.login_page(sessions.LEFT, self._clock()),
            modes,
            "_sn=; path=/sonar_nld; expires=Thu, 01-Jan-1970 00:00:00 GMT",
        )

    def _result(self, visit: Visit, given: Parameters, modes: Modes) -> Answer:
        session = visit.session
        if visit.export:
            applet, records, link = visit.export
            headers, body = exported(
                applet, records, link.get("ExportFormat", ""), self.clock.moment().strftime("%Y%m%d")
            )
            return Answer(200, headers, body, modes, modes.slow_export)
        if visit.plain:
            return self._html(visit.plain, modes)
        if visit.cached:
            return self._html(session.page, modes)
        rpc = given.whole.get("SWERPC") == "1"
        frame = pages.Frame(session.user, session.swec + 1, session.srn, self._clock(), visit.message)
        message, inner = fragments(visit, frame)
        frame = pages.Frame(frame.user, frame.swec, frame.srn, frame.clock, message)
        session.page = encode(
            pages.notice(message) + inner if rpc or visit.only else pages.page(frame, visit.view, inner)
        )
        return self._html(session.page, modes)


def _logs_in(link: dict[str, str]) -> bool:
    applet = link.get("SWECmd") == "InvokeMethod" and link.get("SWEMethod") == "AppletLogin"
    return link.get("SWECmd") == "ExecuteLogin" or applet


def _cookie(key: str) -> str:
    return f"_sn={key}; path=/sonar_nld; HttpOnly"


def _sent_cookie(header: str) -> str:
    found = ""
    for part in header.split(";"):
        name, _, value = part.strip().partition("=")
        if name == "_sn":
            found = value
    return found


def _count(given: Parameters) -> int | None:
    text = given.whole.get("SWEC", "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _in_order(session: Session, given: Parameters) -> bool:
    count, srn = _count(given), given.whole.get("SRN", "")
    return (count is None or count > session.swec) and srn in ("", session.srn)
