"""The line over the stand-in, both inside the test's own process: what a browser would see, without sockets or databases.

Rules: the walk's commands are performed by hand - sessions in a mapping, facts made of the stand-in's own seed, entries kept
in a list - so a test can look at legacy's records, at the gateway's entries and at every byte of the answer.
"""

from collections.abc import Sequence
from datetime import date
from itertools import count
from urllib.parse import quote_plus
from uuid import UUID

from adapters.legacy_sonar.standin import application as legacy
from adapters.legacy_sonar.standin.people import PASSWORDS, USERS, User
from adapters.legacy_sonar.standin.seed import Record
from adapters.legacy_sonar.standin.server import Options, build
from proxy.facts.double import merged
from proxy.identity.binding import lookup, person_id, session_key
from proxy.line import walk
from proxy.model.call import Call
from proxy.model.entry import Entry, Receipt, SessionChange
from proxy.model.exchange import Answered, Append, Command, End, Exchange, Gather, Known, Reply, Send
from proxy.model.http import Answer, Request
from proxy.model.person import PersonClass, PersonFacts
from proxy.model.principal import Authorisation, Organisation, OrganisationKind, Principal, Role, Session
from proxy.model.route import Core
from proxy.trail import House
from tests.doubles.playbook import NOW, house

FORM = (b"Content-Type", b"application/x-www-form-urlencoded")


class Inside:
    """A stand-in with its seed, and the line before it."""

    def __init__(self, clients: int = 120, seed: int = 7, tables: House | None = None) -> None:
        """Begin with a frozen clock, so that what legacy sends can be repeated."""
        self.legacy = build(Options(0, -1, clients, seed, frozen="2020-11-24T09:00:00"))
        self.house = tables or house()
        self.people = list(self.legacy.store.tables["client"].values())
        self.facts = self._facts()
        self.sessions: dict[bytes, Session] = {}
        self.entries: list[Entry] = []
        self.upstream: list[bytes] = []
        self.number = count(1)

    def _facts(self) -> dict[str, PersonFacts]:
        """Give everybody by row, and by identity what the rows of one person agree on."""
        by_row = {person["row_id"]: self._known_of(person) for person in self.people}
        doubles: dict[str, list[PersonFacts]] = {}
        for known in by_row.values():
            doubles.setdefault(lookup(None, known.identity), []).append(known)
        return by_row | {name: merged(found) for name, found in doubles.items()}

    def _known_of(self, person: Record) -> PersonFacts:
        return PersonFacts(
            person["row_id"], person_id(self.house.secret, bsn=person["bsn"], row_id=person["row_id"]),
            person["municipality_code"] or None, person["responsible_region"] or None, person["caseload_owner"] or None,
            assigned=frozenset({person["assigned_to"]} - {""}), protection=PersonClass(person["klass"]),
        )  # fmt: skip

    def send(self, request: Request) -> End:
        """Carry one request to its end."""
        number = next(self.number)
        exchange = Exchange(UUID(int=number), NOW, request)
        line = walk(exchange, self.house)
        try:
            command = next(line)
            while True:
                command = line.send(self._perform(command, exchange))
        except StopIteration as stop:
            return stop.value

    def _perform(self, command: Command, exchange: Exchange) -> Reply:
        if isinstance(command, Gather):
            return self._gathered(command)
        if isinstance(command, Send):
            return Answered(self.direct(self._sent(command, exchange.request)), Core.LEGACY)
        assert isinstance(command, Append)
        self.entries += command.entries
        for entry in command.entries:
            if isinstance(entry, SessionChange):
                self.sessions[entry.session.key] = entry.session
        return Receipt(exchange.id, "W1", int(exchange.id))

    def _sent(self, command: Send, request: Request) -> Request:
        """Give what legacy gets, as `listener/carry.py` makes it."""
        dialect, call, scope = self.house.dialect, command.admitted.call, command.admitted.decision.scope
        forwarded = dialect.forward(request)
        return dialect.narrowed(forwarded, call, scope) if scope and isinstance(call, Call) else forwarded

    def _gathered(self, asked: Gather) -> Known:
        if asked.rows is not None:
            return Known(persons={row: self.facts[row] for row in asked.rows if row in self.facts})
        call = asked.call
        session = (
            self.sessions.get(session_key(self.house.secret, call.token)) if call.token and not call.login else None
        )
        user = session.user if session else call.account or (call.login.user if call.login else None)
        rows = (*call.row_ids, *((session.current,) if session and session.current else ()))
        persons = {row: self.facts[row] for row in rows if row in self.facts}
        return Known(session, principal(user) if user else None, persons)

    def direct(self, request: Request) -> Answer:
        """Ask the stand-in itself."""
        path, _, query = request.target.partition(b"?")
        head = b"%b %b HTTP/1.1\r\n" % (request.method, request.target)
        self.upstream.append(head + request.body)
        fields = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in request.fields}
        found = self.legacy.answer(
            legacy.Request(request.method.decode(), path.decode(), query, fields, request.body, head + request.body)
        )
        pairs = tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in found.headers)
        return Answer(found.status, b"OK", pairs, found.body)


class Browser:
    """A session of one user: cookie and sequence numbers, as an old browser keeps them."""

    def __init__(self, town: Inside, user: str) -> None:
        """Log in."""
        self.town, self.cookie, self.swec = town, b"", count(2)
        answer = self.post(("SWECmd", "ExecuteLogin"), ("SWEUserName", user), ("SWEPassword", PASSWORDS[user]))
        assert answer.status == 302, answer.body

    def post(self, *fields: tuple[str, str]) -> Answer:
        """Send a form; a field without a name is not sent."""
        pairs = "&".join(f"{name}={quote_plus(value, encoding='cp1252')}" for name, value in fields)
        return self.ask(b"POST", b"/sonar_nld/start.swe", pairs.encode() + b"&SWEC=%d" % next(self.swec))

    def ask(self, method: bytes, target: bytes, body: bytes = b"") -> Answer:
        """Send anything."""
        kept = ((b"Cookie", b"_sn=" + self.cookie),) if self.cookie else ()
        fields = (*kept, FORM) if body else kept
        end = self.town.send(Request(method, target, b"HTTP/1.1", fields, body, "192.0.2.7"))
        for name, value in end.answer.fields:
            if name.lower() == b"set-cookie" and value.startswith(b"_sn="):
                self.cookie = value[4:].partition(b";")[0]
        return end.answer

    def invoke(self, method: str, view: str, *fields: tuple[str, str]) -> Answer:
        """Invoke a method on a view."""
        return self.post(("SWECmd", "InvokeMethod"), ("SWEMethod", method), ("SWEView", view), *fields)

    def open(self, row_id: str, view: str = "SNR Klantbeeld View", *fields: tuple[str, str]) -> Answer:
        """Open a view of a person."""
        return self.post(("SWECmd", "GotoView"), ("SWEView", view), ("SWEPostnRowId", row_id), *fields)


def principal(user: str) -> Principal | None:
    """Give an account of the stand-in's users."""
    lines: Sequence[User] = [line for line in USERS if line.user == user and line.valid_until > "2026-12-31"]
    held = tuple(
        Authorisation(
            f"{user}-{number}", Role(line.role),
            Organisation(OrganisationKind(line.organisation_kind), line.municipality or line.organisation_code),
            frozenset(line.regions.replace("*", "").split()), date(2020, 1, 1), date(2030, 12, 31),
        )
        for number, line in enumerate(lines)
    )  # fmt: skip
    return Principal(user, held) if held else None
