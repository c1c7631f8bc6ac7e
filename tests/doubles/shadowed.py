"""The comparison over two real cores in one process: the stand-in, and newcore on PostgreSQL with the same records.

Rules: offers are made as the line makes them (the dialect's reading, the statement, the scope in legacy's query); newcore is
the real one behind the real mimic, with a place around it where a defect can be put; legacy is asked again by another
account, through the adapter's own rewriting.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any
from uuid import UUID

from adapters.legacy_sonar.again import again
from adapters.legacy_sonar.canonical import SonarPages
from adapters.legacy_sonar.views import ViewMap
from proxy.model.call import Call
from proxy.model.decision import Scope
from proxy.model.http import Answer
from proxy.model.person import Reading
from proxy.model.principal import Listing, Role, Session
from proxy.model.shadow import Judged, Offer
from proxy.model.statement import Statement
from rollout.shadow.client import Comparison, Parts
from tests.doubles.beside import Beside
from tests.doubles.clicks import Click

type Document = dict[str, Any]
type Spoil = Callable[[str, Document], Document | int | None]
"""Path and answer of newcore -> what it says instead; a number: that status; None: as it was."""
GROUP, CONFIG = "client_search", "c" * 64


@dataclass(slots=True)
class Defective:
    """An application in the place of newcore's: it asks the real one something else, or says something else."""

    app: Any = None
    spoil: Spoil | None = None
    bend: Callable[[str, Document], Document] | None = None
    """Path and body of a search -> what is searched instead."""
    slow: float = 0.0

    def around(self, app: Any) -> "Defective":
        """Take the real one."""
        self.app = app
        return self

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one request."""
        if scope["type"] != "http" or (self.spoil is None and self.bend is None):
            await self.app(scope, receive, send)
            return
        body, sent = await _body(receive), list[Any]()
        if self.bend is not None and body:
            body = json.dumps(self.bend(scope["path"], json.loads(body))).encode()
            scope = scope | {"headers": [*_without_length(scope["headers"]), (b"content-length", b"%d" % len(body))]}
        turns = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def asked() -> Any:
            return next(turns, None) or await receive()

        async def said(message: Any) -> None:
            sent.append(message)

        await self.app(scope, asked, said)
        for message in self._spoilt(scope["path"], sent):
            await send(message)

    def _spoilt(self, path: str, sent: Sequence[Any]) -> Iterator[Any]:
        start, *rest = sent
        body = b"".join(each.get("body", b"") for each in rest)
        status = start["status"]
        if self.spoil is not None and status == 200 and body:
            found = self.spoil(path, json.loads(body))
            if isinstance(found, int):
                status, body = found, b"{}"
            elif found is not None:
                body = json.dumps(found).encode()
        headers = [*_without_length(start["headers"]), (b"content-length", b"%d" % len(body))]
        yield start | {"status": status, "headers": headers}
        yield {"type": "http.response.body", "body": body}


async def _body(receive: Any) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body


def _without_length(headers: Any) -> list[Any]:
    return [each for each in headers if each[0].lower() != b"content-length"]


@dataclass(slots=True)
class Offering(Beside):
    """A client of legacy whose every answer is offered."""

    scope: Scope | None = None
    role: Role = Role.AW
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    def offer(self, click: Click, listing: Listing | None = None) -> Offer | None:
        """Send one click to legacy, and offer its answer; None: the line would refuse it.

        `listing` is the list that newcore would have by then.
        """
        request = self._request(click)
        call = self.dialect.read(request)
        assert isinstance(call, Call), (click, call)
        call, session = self._settled(call), replace(self.session, listing=listing or self.session.listing)
        sent = request if self.scope is None else self.dialect.narrowed(request, call, self.scope)
        answer = self._direct(sent)
        reading = self.dialect.persons(call, answer)
        if not isinstance(reading, Reading):
            return None
        number = UUID(int=next(self.numbers))
        told = Statement(number, self.user, self.role, "UWV-AM01", call.function or "", self.categories, self.scope)
        judged = tuple(
            Judged(each.row_id, self._within(each.region, each.responsible_region)) for each in reading.persons
        )
        self._advance(call, self._of_legacy(call))
        return Offer(
            number, self.session.started_at, GROUP, 1, CONFIG, replace(call, token=None), session, session.listing, told, answer,
            judged, narrowed=sent is not request, took_us=1000,
        )  # fmt: skip

    def _within(self, *regions: str | None) -> bool:
        return self.scope is None or bool(self.scope.regions & set(regions))


@dataclass(slots=True)
class Twice:
    """Legacy asked again, by the account of the worker; implements `rollout.shadow.side.Control`."""

    clerk: Beside
    views: ViewMap
    asked: int = 0

    async def again(self, offer: Offer) -> Answer | None:
        """Ask what the client asked."""
        self.asked += 1
        request = again(offer.call, offer.statement.scope if offer.narrowed else None, self.views)
        if request is None:
            return None
        fields = (*request.fields, (b"Cookie", b"_sn=" + self.clerk._cookie))
        return self.clerk._direct(replace(request, fields=fields))


@dataclass(slots=True)
class Newcore:
    """The real mimic, told something else than was stated where a defect says so; implements `ports.Translator`."""

    mimic: Any
    widen: Callable[[Statement], Statement] = lambda told: told
    listing: Listing | None = None
    """The list that newcore opened last."""

    async def send(self, call: Call, session: Session, statement: Statement) -> tuple[Answer, Listing | None]:
        """Ask newcore."""
        made: tuple[Answer, Listing | None] = await self.mimic.send(call, session, self.widen(statement))
        self.listing = made[1] or self.listing
        return made


def comparing(newcore: Newcore, legacy: Twice, views: ViewMap) -> Comparison:
    """Compare as the worker does, with a newcore that is filled and up to date."""

    async def ahead(_: str) -> tuple[int | None, bool]:
        return 1, False

    return Comparison(Parts(newcore, legacy, SonarPages(views), ahead, deadline=20.0, patience=0.2))


def opened(row: str, view: str) -> Click:
    """Open a record."""
    return Click("record", (("SWECmd", "GotoView"), ("SWEView", view), ("SWERowId", row)), posted=False)


def searched(view: str, applet: str, criteria: Mapping[str, str], method: str = "ExecuteQuery") -> Click:
    """Search in a list, by the names of its controls."""
    names = (("SWECmd", "InvokeMethod"), ("SWEMethod", method), ("SWEView", view), ("SWEApplet", applet))
    return Click("search", (*names, *criteria.items()))
