"""Legacy beside newcore: one browser whose every click goes to the stand-in, and through the mimic to newcore.

Rules: the session is kept as the gateway keeps it - view, function, list, record under the cursor - by hand, so that what is
compared are the two pages themselves, before anybody decided about a person; the statement names every category and no place.
"""

import re
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from urllib.parse import quote_plus
from uuid import UUID

from adapters.legacy_sonar.dialect import SonarDialect
from adapters.legacy_sonar.standin import application as legacy
from adapters.legacy_sonar.standin.people import PASSWORDS
from proxy.errors import UpstreamError
from proxy.model.call import Call, Kind, Link
from proxy.model.http import Answer, Request
from proxy.model.person import Category
from proxy.model.principal import Listing, Role, Session
from proxy.model.statement import Statement
from rollout.compare import normalised
from tests.doubles.clicks import Click

FORM = (b"Content-Type", b"application/x-www-form-urlencoded")
PATH = b"/sonar_nld/start.swe"
NOW = datetime(2020, 11, 24, 9, tzinfo=UTC)
type Ask = Callable[[Call, Session, Statement], Awaitable[tuple[Answer, Listing | None]]]


@dataclass(frozen=True, slots=True)
class Two:
    """Both answers to one click; no newcore: it was legacy's."""

    call: Call
    legacy: Answer
    newcore: Answer | None


@dataclass(slots=True)
class Beside:
    """One session in both cores."""

    town: legacy.Application
    dialect: SonarDialect
    ask: Ask
    user: str
    categories: frozenset[Category] = frozenset(Category)
    session: Session = field(init=False)
    counts: Counter[str] = field(default_factory=Counter)
    _cookie: bytes = b""
    _srn: str = ""
    _swec: "count[int]" = field(default_factory=lambda: count(2))
    _number: "count[int]" = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        """Log in to legacy, where every session begins."""
        self.session = Session(
            b"k", 1, self.user, NOW, NOW, view="SNR Werkvoorraad View", function="home.worklist.view"
        )
        fields = (("SWECmd", "ExecuteLogin"), ("SWEUserName", self.user), ("SWEPassword", PASSWORDS[self.user]))
        answer = self._direct(self._request(Click("login", fields)))
        fields_of = dict(answer.fields)
        self._cookie = fields_of[b"Set-Cookie"][4:].partition(b";")[0]
        self._srn = fields_of[b"Location"].rpartition(b"SRN=")[2].decode()

    async def click(self, click: Click) -> Two:
        """Send one click to both; legacy's own clicks, and what goes on with a list of legacy, to legacy alone."""
        request = self._request(click)
        call = self.dialect.read(request)
        assert isinstance(call, Call), (click, call)
        call = self._settled(call)
        shown, ours = self._direct(request), self._is_ours(call)
        made, fault = await self._asked(call)
        if made is None:
            assert fault is not None
            assert fault.fault == "untranslatable", (click, fault)
            assert click.legacy or not ours, (click, fault.__cause__)
        self._advance(call, made[1] if made else self._of_legacy(call))
        self.counts[click.form if made else "legacy's"] += 1
        return Two(call, shown, made[0] if made else None)

    def _is_ours(self, call: Call) -> bool:
        """Tell whether a call may go to newcore: it opens something, or goes on with what newcore opened."""
        listing = self.session.listing
        return not call.pages if listing is None else listing.core == "newcore"

    async def _asked(self, call: Call) -> tuple[tuple[Answer, Listing | None] | None, UpstreamError | None]:
        try:
            return await self.ask(call, self.session, self._statement(call)), None
        except UpstreamError as fault:
            return None, fault

    def direct(self, click: Click) -> Answer:
        """Send a click to legacy alone, in the same session."""
        return self._direct(self._request(click))

    def _settled(self, call: Call) -> Call:
        """Fill in what the session knows, as the line does."""
        here = self.session
        function = call.function or here.function
        links = tuple(replace(each, function=each.function or function) for each in call.links)
        rows = (here.current,) if call.by_cursor and here.current else call.row_ids
        if call.kind is Kind.EXPORT and here.listing is not None:
            links = (Link(here.listing.function, command="ExportedList"), *links)
        return replace(call, links=links, function=function, row_ids=rows)

    def _advance(self, call: Call, listing: Listing | None) -> None:
        if call.kind is Kind.EXPORT:
            return
        link = call.links[-1]
        current = call.row_ids[0] if call.row_ids else self.session.current
        self.session = replace(
            self.session, view=link.view or self.session.view, function=call.function,
            listing=listing or self.session.listing, current=current, sequence=call.sequence,
        )  # fmt: skip

    def _of_legacy(self, call: Call) -> Listing | None:
        return Listing(call.function or "", "legacy", (), view=call.links[-1].view) if call.first_page else None

    def _statement(self, call: Call) -> Statement:
        number = UUID(int=next(self._number))
        return Statement(number, self.user, Role.AW, "UWV-AM01", call.function or "", self.categories)

    def _request(self, click: Click) -> Request:
        srn = (("SRN", self._srn),) if self._srn else ()
        fields = (*click.fields, *srn, ("SWEC", str(next(self._swec))))
        data = "&".join(f"{name}={quote_plus(text, encoding='cp1252', errors='sonar-debris')}" for name, text in fields)
        head = (FORM, (b"Cookie", b"_sn=" + self._cookie)) if self._cookie else (FORM,)
        if click.posted:
            return Request(b"POST", PATH, b"HTTP/1.1", head, data.encode(), "192.0.2.7")
        return Request(b"GET", PATH + b"?" + data.encode(), b"HTTP/1.1", head[1:], b"", "192.0.2.7")

    def _direct(self, request: Request) -> Answer:
        return asked_of(self.town, request)


def asked_of(town: legacy.Application, request: Request) -> Answer:
    """Give what legacy answers to a request."""
    path, _, query = request.target.partition(b"?")
    fields = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in request.fields}
    raw = b"%b %b HTTP/1.1\r\n" % (request.method, request.target) + request.body
    found = town.answer(legacy.Request(request.method.decode(), path.decode(), query, fields, request.body, raw))
    pairs = tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in found.headers)
    return Answer(found.status, b"OK", pairs, found.body)


def differs(two: Two) -> str | None:
    """Say where two answers part, but for clock and sequence; None: they do not, or legacy alone answered."""
    if two.newcore is None:
        return None
    if two.legacy.status != two.newcore.status:
        return f"status {two.legacy.status} and {two.newcore.status}"
    missing = {_undated(each) for each in two.legacy.fields} - {_undated(each) for each in two.newcore.fields}
    if missing:
        return f"fields {missing}"
    left, right = normalised(two.legacy.body), normalised(two.newcore.body)
    if left == right:
        return None
    place = next((i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right)))
    around = slice(max(0, place - 200), place + 200)
    return f"at {place} of {len(left)}/{len(right)}:\n{left[around]!r}\n{right[around]!r}"


def _undated(field_of: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
    """Take the day out of the name of a file: it is the clock's."""
    return field_of[0], re.sub(rb"_[0-9]{8}\.", b"_.", field_of[1])
