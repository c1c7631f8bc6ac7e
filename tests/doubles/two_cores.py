"""One user at two legacies that are in this process: one answers everything, the other shares the user with a newcore.

Why: whatever the user does, both browsers must see the same bytes and both stores must hold the same records, wherever the
reads went. newcore here is perfect by construction: it answers what the first legacy shows. So every difference is the
session's: a list that went on elsewhere, a cursor that was left behind, a write that landed on another record.

Rules: both legacies are the same frozen one, so tokens, stamps and clocks are equal; the session, the dialect, what moves
and how legacy is positioned are the product's own; nobody is withheld.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from adapters.legacy_sonar.dialect import SonarDialect
from adapters.legacy_sonar.mimic.ask import UntranslatableError
from adapters.legacy_sonar.mimic.query import NOTHING, SORTS, of_listing, searched, sorted_by
from adapters.legacy_sonar.standin.application import Application
from adapters.legacy_sonar.standin.application import Request as Asked
from adapters.legacy_sonar.standin.server import Options, build
from cli.tables import read_tables
from proxy.errors import UnplacedError
from proxy.identity.astray import Seen
from proxy.identity.continuity import advance, focused, opened, settle
from proxy.listener.way import placed
from proxy.model.call import Call, Kind, Unclear
from proxy.model.decision import Reason
from proxy.model.http import Answer, Request
from proxy.model.person import Reading
from proxy.model.principal import Listing, Session
from proxy.model.route import Core
from proxy.routing.begun import began, falls_back, is_used_up, movable
from proxy.settings import Settings

NOW = datetime(2020, 11, 24, 8, tzinfo=UTC)
USER, PASSWORD = "AWE0421", "Demo-AWE0421-1"
ALL = frozenset({
    "vacancy.search", "employer.view", "client.search", "client.search.national", "client.overview.view",
    "client.identity.view", "client.contact.update", "client.note.view", "client.cv.view", "match.candidates.search",
    "match.candidate.open", "home.worklist.view",
})  # fmt: skip
"""Every function that may ever move."""
FORM = (b"Content-Type", b"application/x-www-form-urlencoded")
NOTHING_YET = Answer(200, b"OK", (), b"")
_TABLES: list[SonarDialect] = []


def dialect() -> SonarDialect:
    """Give the product's own dialect."""
    if not _TABLES:
        _TABLES.append(read_tables(Settings()).dialect)
    return _TABLES[0]


def request(body: str, token: str = "") -> Request:
    """Make a posted request of a form."""
    cookie = ((b"Cookie", f"_sn={token}".encode()),) if token else ()
    data = body.encode("latin-1")
    length = (b"Content-Length", b"%d" % len(data))
    fields = ((b"Host", b"sonar.example"), FORM, length, *cookie)
    return Request(b"POST", b"/sonar_nld/start.swe", b"HTTP/1.1", fields, data, "192.0.2.7")


@dataclass(slots=True)
class Legacy:
    """A stand-in in this process; implements `ports.Upstream`."""

    application: Application
    got: list[Request] = field(default_factory=list)
    last: Answer = NOTHING_YET

    def answer(self, asked: Request) -> Answer:
        """Answer one request."""
        self.got.append(asked)
        path, _, query = asked.target.partition(b"?")
        headers = {name.decode().lower(): value.decode("latin-1") for name, value in asked.fields}
        made = self.application.answer(
            Asked(asked.method.decode(), path.decode(), query, headers, asked.body, asked.body)
        )
        fields = tuple((name.encode(), value.encode("latin-1")) for name, value in made.headers)
        self.last = Answer(made.status, b"OK", fields, made.body)
        return self.last

    async def send(self, request: Request, *, session: bytes, repeatable: bool, slow: bool = False) -> Answer:
        """Answer as a core does."""
        assert not repeatable or not slow
        assert session
        return self.answer(request)

    @property
    def stored(self) -> object:
        """Give every record."""
        return self.application.store.tables


def legacy() -> Legacy:
    """Start the frozen one with few people."""
    return Legacy(build(Options(0, -1, 60, 7, frozen="2020-11-24T09:00:00")))


@dataclass(frozen=True, slots=True)
class Step:
    """What became of one request at both."""

    call: Call
    alone: Answer | Reason
    """With legacy alone; a reason: the gateway refused it before anything was sent."""
    shared: Answer | Reason
    core: Core | None = None
    positioned: bool = False
    fell_back: bool = False


class TwoCores:
    """The same user twice: with legacy alone, and with legacy and newcore."""

    def __init__(self) -> None:
        """Log in at both."""
        self.alone, self.beside = legacy(), legacy()
        login = f"SWECmd=ExecuteLogin&SWEUserName={USER}&SWEPassword={PASSWORD}&SWEView=Login+View&SWEC=1"
        first, second = (each.answer(request(login)) for each in (self.alone, self.beside))
        assert first == second
        fields = dict(first.fields)
        self.token = fields[b"Set-Cookie"].split(b"=", 1)[1].split(b";")[0].decode()
        self.srn = fields[b"Location"].rpartition(b"SRN=")[2].decode()
        call = dialect().read(request(login))
        assert isinstance(call, Call)
        self.one = self.two = opened(b"k" * 32, USER, NOW, call)
        self.steps: list[Step] = []

    async def do(self, body: str, *, ramp: bool, newcore_fails: bool = False) -> Step | None:
        """Do the same at both; None: nobody can read the request."""
        asked = request(body, self.token)
        call = dialect().read(asked)
        if isinstance(call, Unclear):
            return None
        assert isinstance(call, Call)
        here, there = focused(self.one, call), focused(self.two, call)
        one, two = settle(call, here), settle(call, there)
        alone = one if isinstance(one, Reason) else self._alone(asked, one, here)
        if isinstance(two, Reason):
            step = Step(call, alone, two)
        else:
            step = await self._shared((asked, two, there), alone, ramp=ramp, newcore_fails=newcore_fails)
        self.steps.append(step)
        return step

    def _alone(self, asked: Request, call: Call, session: Session) -> Answer | Reason:
        answer = self.alone.answer(asked)
        self.one = self._after(session, call, Core.LEGACY, answer)
        return shown(call, answer)

    async def _shared(
        self, asked: tuple[Request, Call, Session], alone: Answer | Reason, *, ramp: bool, newcore_fails: bool
    ) -> Step:
        sent, call, session = asked
        core = self._core(call, session, ramp=ramp)
        if alone is Reason.NO_CURRENT_RECORD:
            return Step(call, alone, alone, core)
        failed = newcore_fails or (isinstance(alone, Answer) and dialect().erred(alone) and falls_back(call, session))
        if core is Core.NEWCORE and not failed:
            self.two = self._after(session, call, core, self.alone.last)
            return Step(call, alone, alone, core)
        if core is Core.NEWCORE and not falls_back(call, session):
            return Step(call, alone, Reason.UPSTREAM, core)
        try:
            ready = await placed(self.beside, dialect(), (sent, call, session), session.key)
        except UnplacedError:
            return Step(call, alone, Reason.NO_CURRENT_RECORD, Core.LEGACY)
        answer = self.beside.answer(ready.request)
        self.two = self._after(session, call, Core.LEGACY, answer)
        return Step(call, alone, shown(call, answer), Core.LEGACY, ready.positioned, fell_back=core is Core.NEWCORE)

    def _core(self, call: Call, session: Session, *, ramp: bool) -> Core:
        if call.kind is Kind.MUTATE:
            return Core.LEGACY
        begun = began(call, session, ALL)
        if begun is not None and not is_used_up(call, session):
            return begun
        moves = ramp and movable(call, ALL) and not is_used_up(call, session)
        return Core.NEWCORE if moves else Core.LEGACY

    def _after(self, session: Session, call: Call, core: Core, answer: Answer) -> Session:
        read = dialect().persons(call, answer)
        if not isinstance(read, Reading):
            after = advance(session, Seen(call, core, None, ()), NOW)
            return replace(after, current=None)
        after = advance(session, Seen(call, core, read, read.persons), NOW)
        if core is Core.NEWCORE and after.listing is not None and after.listing is not session.listing:
            after = replace(after, listing=_asked(call, session, after.listing))
        return after


def shown(call: Call, answer: Answer) -> Answer | Reason:
    """Give an answer as the gateway releases it: what it cannot read it refuses."""
    return answer if isinstance(dialect().persons(call, answer), Reading) else Reason.UNREADABLE


def _asked(call: Call, session: Session, listing: Listing) -> Listing:
    """Give the list with its query, as the translator keeps it."""
    lists = (session.listing, *session.lists)
    before = next((each for each in lists if each is not None and each.view == listing.view), None)
    held = NOTHING if before is None else of_listing(before)
    method = call.links[0].method
    try:
        if method in {"ExecuteQuery", "RefineQuery"}:
            held = searched(call, held.filters if method == "RefineQuery" else ())
        elif method in SORTS:
            held = sorted_by(held, method, call)
    except UntranslatableError:
        return listing
    return replace(listing, query=held.canonical())
