"""What the gateway needs from the outside world. Each port has a contract suite in `tests/contract`.

Everything here that is `async` does I/O and may raise `PoortError`s; everything else is pure.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from proxy.model.call import Call, Credentials, StaticCall, Unclear
from proxy.model.decision import Reason, Scope
from proxy.model.entry import Completion, Delivery, Entry, OutcomeState, Receipt, SessionChange
from proxy.model.exchange import About, End
from proxy.model.http import Answer, BadHead, Request
from proxy.model.person import Notes, PersonFacts, Reading, Unreadable
from proxy.model.position import Position
from proxy.model.principal import Listing, Organisation, Principal, Session
from proxy.model.route import Core
from proxy.model.screen import Card, Notice, Own
from proxy.model.shadow import Offer
from proxy.model.statement import Statement
from proxy.model.tie import Tie, Vacancy


class Dialect(Protocol):
    """The language of the legacy: pure, bytes in, values out. One object per legacy."""

    def read(self, request: Request) -> Call | Unclear | StaticCall:
        """Read a request in one way, or say why it has none."""

    def forward(self, request: Request) -> Request:
        """Take off what may not go up: forged identity fields, Range/If-*, encodings that cannot be decoded."""

    def narrowed(self, request: Request, call: Call, scope: Scope) -> Request:
        """Write a scope into the query of a search; the very same request where that is not certain."""

    def position(self, request: Request, call: Call, session: Session) -> Position | None:
        """Say how a call reaches what the user sees, where SONAR stands elsewhere; None: it cannot be sent."""

    def stands(self, asked: Position, answer: Answer) -> bool:
        """Tell whether the read of ours was answered with what it was to reach."""

    def erred(self, answer: Answer) -> bool:
        """Tell whether an answer is an error in place of a page; data cannot imitate it."""

    def harmless(self, token: bytes) -> Request:
        """Make a call that keeps a session alive and does nothing else: no cursor, no view, no page, no number."""

    def is_alive(self, answer: Answer) -> bool:
        """Tell whether the answer to that call came from a session that lives."""

    def logged_in(self, call: Call, answer: Answer) -> tuple[Credentials, bytes] | None:
        """Say who logged in and under which token; None: the log-in failed, whatever the status was."""

    def stamp(self, answer: Answer) -> str:
        """Give the number that legacy writes into every link and form of the session that a log-in began; empty: unknown."""

    def accepted(self, answer: Answer) -> bool:
        """Tell whether the answer to a call that carries its credentials shows that legacy took them."""

    def ended(self, call: Call, answer: Answer) -> bool:
        """Tell whether the legacy session is over: a log-off, or a log-in page in place of an answer."""

    def rotated(self, answer: Answer) -> bytes | None:
        """Give the new token where the answer replaces the session's."""

    def outcome(self, call: Call, answer: Answer) -> OutcomeState:
        """Tell how a mutation ended; a page of unknown shape is UNKNOWN, never ACKED."""

    def persons(self, call: Call, answer: Answer) -> Reading | Unreadable:
        """Read every person that the answer shows, and its vacancies; call.function is settled by then."""

    def counter(self, reading: Reading | Notes, shown: int) -> bytes:
        """Render the own counter for a list of which `shown` rows are left."""

    def public(self, answer: Answer, request: Request) -> Answer:
        """Turn the legacy's own authority in Location, Refresh, links and frames into the gateway's."""

    def card(self, reading: Reading, index: int, card: Card) -> bytes:
        """Render a candidate's card in the place of its row: no row id, no id of a control, no value of the row."""

    def banner(self, answer: Answer, notices: Sequence[Notice]) -> Answer:
        """Say something of our own at the top of a page; an answer that is no page stays as it is."""

    def own(self, shown: Own) -> Answer:
        """Render a page of our own, or send the browser to the legacy's page of a person."""

    def refuse(self, refused: Call | Unclear | None, reason: Reason, reference: str) -> Answer:
        """Make a refusal in the caller's dialect; None: nothing could be read (plain HTML)."""


class Carrier(Protocol):
    """What a listener serves: the line, performed."""

    async def exchange(self, request: Request) -> End:
        """Carry one request to its end; never raises but for cancellation."""

    async def refuse(self, bad: BadHead) -> End:
        """Record and answer a request that the strict grammar refused."""

    def completed(self, end: End, delivery: Delivery, size: int) -> None:
        """Say what became of the answer after its last byte; never blocks, never raises."""


class Listener(Protocol):
    """The client side: TCP, TLS, HTTP/1.1."""

    async def serve(self, carrier: Carrier) -> None:
        """Accept until `stop`; then finish what is in flight. Raises OperatorError when the port is taken."""

    def stop(self) -> None:
        """Stop accepting; `serve` returns when the last exchange was answered or the limit passed."""


class Upstream(Protocol):
    """One core over pooled HTTP/1.1. A connection belongs to the session that used it last."""

    async def send(self, request: Request, *, session: bytes, repeatable: bool, slow: bool = False) -> Answer:
        """Send once and read one answer; raises UpstreamError. Only a repeatable request may go out a second time.

        A slow one (a report, an export) gets the longer limit.
        """


class Translator(Protocol):
    """newcore in the legacy's language (legacy mimic)."""

    async def send(self, call: Call, session: Session | None, statement: Statement) -> tuple[Answer, Listing | None]:
        """Ask newcore and give its answer as the legacy page; raises UpstreamError, also for what only legacy can answer."""


class Mirror(Protocol):
    """Where answers are offered for comparison with newcore."""

    def offer(self, offered: Offer) -> None:
        """Hand an answer over; never blocks, never raises: what does not fit is dropped and counted."""


class Sessions(Protocol):
    """Sessions by key, shared by all gateways."""

    async def claim(self, key: bytes, exclusive: bool) -> Session | None:
        """Read a session; exclusive: hold it until a SessionChange is stored or `release`. Raises SessionBusyError."""

    async def release(self, key: bytes, *, lost: bool = False) -> None:
        """Give a claimed session back unchanged; lost: nobody knows where SONAR's cursor stands, so forget the record.

        A claim whose lease ran out (its holder died) is answered as lost too: `current` and `listing` are None.
        """


class Attendance(Protocol):
    """Who looks after legacy's sessions while newcore answers."""

    def noted(self, change: SessionChange, token: bytes) -> None:
        """Take down what became of a session in an exchange; never blocks, never raises."""


class Facts(Protocol):
    """Facts of principals and persons, from trusted sources only. Bounded caches with an absolute age."""

    async def principal(self, user: str) -> Principal | None:
        """Give the account with its authorisations and lock."""

    async def persons(self, row_ids: Sequence[str]) -> Mapping[str, PersonFacts]:
        """Give the known persons among these rows, with what ties users to them, in one round trip."""

    async def organisations(self, users: Sequence[str]) -> Mapping[str, frozenset[Organisation]]:
        """Give the organisations of these accounts today; none for whom the directory does not know."""

    async def vacancies(self, ids: Sequence[str]) -> Mapping[str, Vacancy]:
        """Give the known vacancies among these."""


class Ties(Protocol):
    """Grants and emergency accesses, for the gateway's own functions."""

    async def about(self, asked: About) -> Sequence[Tie]:
        """Give the newest state of what the user holds, of grants on the vacancy, and on persons for whom it answers."""


class Ledger(Protocol):
    """Access log, journal and session changes: one transaction per exchange, joined in a group commit."""

    async def append(self, entries: Sequence[Entry]) -> Receipt:
        """Make entries durable; raises StoreError (nothing stored) or StaleSessionError (access stored as fault)."""

    def complete(self, completion: Completion) -> None:
        """Queue a completion row; never blocks; dropped ones are counted and read as unknown."""


class RolloutState(Protocol):
    """What the movers have published."""

    async def applied(self) -> Mapping[str, int]:
        """Give the watermark per group; a group that newcore does not hold whole has none."""

    async def written(self, rows: Sequence[str]) -> int:
        """Give the highest captured write of these records that newcore may not have yet, as of this moment; 0: none."""


class Clock(Protocol):
    """The only source of time."""

    def now(self) -> datetime:
        """Give the time in UTC."""


type Cores = Mapping[Core, Upstream]
