"""Performs the commands of the line, for any listener.

Why it exists: the line is pure; somebody has to ask the stores, send the request, and turn every fault into a refusal.
Rules:
1. An exchange ends in Released, Refusal or Static, whatever breaks. An exception before Send contacts no core; after
   Send nothing of the answer is released, and a mutation is answered with "uitkomst onbekend".
2. A fault is recorded where the log is alive; where it is not, the refusal says so by having no receipt.
3. A session that was claimed is always given back: by the change that was stored, or by `release`. When nobody can
   say any more where SONAR's cursor stands, it is given back as lost.
4. What newcore does not answer falls back to legacy where `routing.begun` says so; nothing else is ever sent twice.
5. What became of a call that either core could have answered is counted, in memory.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from os import urandom
from time import monotonic
from uuid import UUID

import structlog

from proxy import entries
from proxy.accesslog.record import reference, uuid7
from proxy.errors import PoortError, SessionBusyError, StaleSessionError, UnplacedError, UpstreamError, place
from proxy.identity.binding import session_key
from proxy.identity.vouched import Vouched
from proxy.line import walk
from proxy.listener.attempt import attempt, told
from proxy.listener.encode import plain_answer
from proxy.listener.way import Ready, handed, is_repeatable, is_slow, owner_of, placed
from proxy.model.call import Call, Kind, StaticCall
from proxy.model.decision import Reason
from proxy.model.entry import Access, Completion, Delivery, Entry, Intent, OutcomeState, Receipt, SessionChange
from proxy.model.exchange import (
    Answered,
    Append,
    Command,
    End,
    Exchange,
    Gather,
    Known,
    Refusal,
    Released,
    Reply,
    Send,
    Static,
)
from proxy.model.http import Answer, BadHead, Request
from proxy.model.principal import Session
from proxy.model.route import Core
from proxy.ports import Attendance, Clock, Cores, Facts, Ledger, Mirror, RolloutState, Sessions, Ties, Translator
from proxy.routing.begun import falls_back
from proxy.routing.choose import weighs
from proxy.routing.tally import OPEN, Attempt, Tally
from proxy.trail import House, Trail, trail_with

log = structlog.get_logger()

EXCHANGE_LIMIT_S = 150.0
"""Longer than the longest report (90 s) and every wait of our own beside it."""


@dataclass(frozen=True, slots=True)
class World:
    """The parts that do I/O, each behind its port."""

    sessions: Sessions
    facts: Facts
    ties: Ties
    ledger: Ledger
    rollout: RolloutState
    cores: Cores
    newcore: Translator
    mirror: Mirror
    clock: Clock
    tally: Tally = field(default_factory=Tally)
    attendance: Attendance | None = None
    """None: legacy's sessions are nobody's care."""
    vouched: Vouched = field(default_factory=Vouched)


@dataclass(slots=True)
class Errand:
    """What the carrier has seen of one walk: enough to refuse and record when something breaks."""

    house: House
    exchange: Exchange
    trail: Trail
    claimed: bytes | None = None
    sent: bool = False
    """Bytes may have reached a core."""
    uncertain: bool = False
    """A core may have moved the session's cursor without the change being stored."""
    recorded: Receipt | None = None
    """Receipt of the exchange's own record: it has exactly one, also when something breaks behind it."""
    attempt: Attempt | None = None
    """What it tells of the core that was asked first; None: nothing."""


class Carry:
    """The carrier that a listener serves: one walk per request."""

    def __init__(self, world: World, house: Callable[[], House]) -> None:
        """Take the parts, and where to get the house of this moment."""
        self._world = world
        self._house = house
        self.counts: dict[str, int] = {}

    async def exchange(self, request: Request) -> End:
        """Carry one request to its end; raises nothing but cancellation."""
        now = self._world.clock.now()
        exchange = Exchange(uuid7(now, urandom(10)), now, request)
        house = self._house()
        errand = Errand(house, exchange, Trail(exchange))
        try:
            async with asyncio.timeout(EXCHANGE_LIMIT_S):
                end = await self._walk(errand)
        except (Exception, asyncio.CancelledError) as fault:  # a fault of any kind becomes a refusal (ADR 0007)
            if is_called_off(fault):
                raise
            end = await self._fail(errand, fault)
        finally:
            await self._give_back(errand)
        self._count(end)
        if errand.attempt is not None:
            self._world.tally.note(told(errand.attempt, end))
        if isinstance(end, Released) and end.offer is not None:
            self._world.mirror.offer(end.offer)
        return end

    async def refuse(self, bad: BadHead) -> End:
        """Record and answer a request that broke the grammar."""
        now = self._world.clock.now()
        request = Request(bad.method, b"", b"HTTP/1.1", (), b"", bad.peer)
        exchange = Exchange(uuid7(now, urandom(10)), now, request)
        receipt = await self._record((entries.bad_head(exchange, bad),))
        number = reference(exchange.id)
        answer = self._house().dialect.refuse(None, Reason.BAD_HEAD, number)
        end = Refusal(replace(answer, status=bad.status), Reason.BAD_HEAD, number, receipt)
        self._count(end)
        return end

    def completed(self, end: End, delivery: Delivery, size: int) -> None:
        """Queue the completion row of a recorded exchange."""
        receipt = None if isinstance(end, Static) else end.receipt
        if receipt is None:
            return
        took = self._world.clock.now().timestamp() * 1e6 - started_us(receipt.access)
        self._world.ledger.complete(Completion(receipt.access, delivery, size, max(0, int(took))))

    async def _walk(self, errand: Errand) -> End:
        """Drive the generator: perform each command, give its reply, until it returns."""
        line = walk(errand.exchange, errand.house)
        command = next(line)
        while True:
            try:
                reply = await self._perform(errand, command)
                command = line.send(reply)
            except StopIteration as stop:
                end: End = stop.value
                return end

    async def _perform(self, errand: Errand, command: Command) -> Reply:
        match command:
            case Gather():
                return await self._gather(errand, command)
            case Send():
                return await self._send(errand, command)
            case Append():
                return await self._append(errand, command.entries)

    async def _gather(self, errand: Errand, asked: Gather) -> Known:
        facts, call = self._world.facts, asked.call
        if asked.rows is not None:
            return await self._facts(asked, asked.rows)
        errand.trail = trail_with(errand.trail, call=call)
        session = await self._session(errand, call)
        user = session.user if session else call.account or (call.login.user if call.login else None)
        principal = await facts.principal(user) if user else None
        errand.trail = trail_with(errand.trail, session=session, principal=principal)
        rows = call.row_ids
        if call.by_cursor and session and session.current:
            rows = (*rows, session.current)
        vacancies = concerned(call, session)
        return Known(
            session,
            principal,
            await facts.persons(rows) if rows else {},
            await self._world.rollout.applied(),
            await facts.vacancies(vacancies) if vacancies else {},
            written=await self._written(errand.house, call, rows),
            vouched=self._world.vouched.holds(call, errand.house.secret, monotonic()),
        )

    async def _written(self, house: House, call: Call, rows: tuple[str, ...]) -> int:
        """Ask what was written of the records that a call opens, where newcore may be asked for them."""
        named = (*rows, *(text for name, text in call.aliases if name == "record"))
        return await self._world.rollout.written(named) if named and weighs(house.routing, call) else 0

    async def _facts(self, asked: Gather, rows: tuple[str, ...]) -> Known:
        """Give facts of persons; for a function of our own also ties, the persons in them, and the vacancy."""
        facts, about = self._world.facts, asked.about
        ties = tuple(await self._world.ties.about(about)) if about else ()
        everybody = tuple(dict.fromkeys((*rows, *(tie.row_id for tie in ties))))
        vacancies = await facts.vacancies((about.vacancy,)) if about and about.vacancy else {}
        if not asked.authors:
            return Known(persons=await facts.persons(everybody) if everybody else {}, vacancies=vacancies, ties=ties)
        persons, organisations = await asyncio.gather(facts.persons(everybody), facts.organisations(asked.authors))
        return Known(persons=persons, vacancies=vacancies, ties=ties, organisations=organisations)

    async def _session(self, errand: Errand, call: Call) -> Session | None:
        """Claim the session of a token; a log-in starts a new one, so it takes none."""
        if call.token is None or call.login is not None:
            return None
        key = session_key(errand.house.secret, call.token)
        session = await self._world.sessions.claim(key, call.context)
        if session is not None and call.context:
            errand.claimed = key
        return session

    async def _send(self, errand: Errand, command: Send) -> Answered:
        admitted = command.admitted
        errand.trail = trail_with(errand.trail, decision=admitted.decision, route=admitted.route)
        if isinstance(admitted.call, Call):
            errand.trail = trail_with(errand.trail, call=admitted.call)
            if admitted.route.core is Core.NEWCORE and (answered := await self._first(errand, admitted.call, command)):
                return answered
        return await self._legacy(errand, command)

    async def _first(self, errand: Errand, call: Call, command: Send) -> Answered | None:
        """Ask newcore first; None: it did not answer, and legacy may."""
        try:
            answered = await self._newcore(call, command)
        except Exception as fault:
            name = fault.fault if isinstance(fault, UpstreamError) else type(fault).__name__
            errand.attempt = attempt(command.admitted, 0, name)
            if not isinstance(fault, UpstreamError) or not falls_back(call, command.session):
                raise
            if name != OPEN:
                log.warning("newcore did not answer, legacy does", fault=name, function=call.function)
            return None
        errand.attempt = attempt(command.admitted, answered.took_us)
        if errand.house.dialect.erred(answered.answer) and falls_back(call, command.session):
            return None  # what newcore does not know, legacy may: it was made a moment ago
        return answered

    async def _newcore(self, call: Call, command: Send) -> Answered:
        if command.statement is None or (command.session is None and not call.account):
            raise PoortError("newcore is asked in a session or for an account, with a statement")
        begun = monotonic()
        answer, listing = await self._world.newcore.send(call, command.session, command.statement)
        return Answered(answer, Core.NEWCORE, listing, took_us=since_us(begun))

    async def _legacy(self, errand: Errand, command: Send) -> Answered:
        """Send to legacy, once, on a connection of this session alone."""
        call, session, dialect = command.admitted.call, command.session, errand.house.dialect
        forwarded, scope = dialect.forward(errand.exchange.request), command.admitted.decision.scope
        request = dialect.narrowed(forwarded, call, scope) if scope and isinstance(call, Call) else forwarded
        owner = owner_of(call, session, errand.exchange.id)
        errand.uncertain = errand.claimed is not None
        legacy, begun = self._world.cores[Core.LEGACY], monotonic()
        ready = await self._placed(errand, (request, call, session), owner)
        if ready.over and ready.first is not None:
            return Answered(ready.first, Core.LEGACY, took_us=since_us(begun))
        errand.sent, begun = True, monotonic()
        try:
            answer = await legacy.send(ready.request, session=owner, repeatable=is_repeatable(call), slow=is_slow(call))
        except UpstreamError as fault:
            errand.sent = fault.sent
            errand.uncertain = errand.uncertain and fault.sent
            errand.attempt = errand.attempt or attempt(command.admitted, 0, fault.fault)
            raise
        if isinstance(call, Call) and call.account is not None:
            self._world.vouched.told(call, errand.house.secret, monotonic(), accepted=dialect.accepted(answer))
        narrowed, took = request is not forwarded, since_us(begun)
        errand.attempt = errand.attempt or attempt(command.admitted, took)
        answer = handed(dialect, ready, answer)
        return Answered(answer, Core.LEGACY, narrowed=narrowed, took_us=took, positioned=ready.positioned)

    async def _placed(
        self, errand: Errand, asked: tuple[Request, Call | StaticCall, Session | None], owner: bytes
    ) -> Ready:
        """Position SONAR first; where that fails the request was not sent, and SONAR still counts as astray."""
        session = asked[2]
        try:
            return await placed(self._world.cores[Core.LEGACY], errand.house.dialect, asked, owner)
        except (UpstreamError, UnplacedError) as fault:
            moved = fault.sent and session is not None and not session.astray.view
            errand.uncertain = errand.uncertain and moved
            raise

    async def _append(self, errand: Errand, made: tuple[Entry, ...]) -> Receipt:
        receipt = await self._world.ledger.append(made)
        for entry in made:
            if isinstance(entry, Intent):
                errand.trail = trail_with(errand.trail, intent=entry.id, journal=receipt.journal)
            elif isinstance(entry, SessionChange):
                errand.claimed, errand.uncertain = None, False
                self._attend(errand, entry)
            elif isinstance(entry, Access):
                errand.recorded = receipt
        return receipt

    def _attend(self, errand: Errand, change: SessionChange) -> None:
        call = errand.trail.call
        if self._world.attendance is not None and call is not None and call.token is not None:
            self._world.attendance.noted(change, call.token)

    async def _fail(self, errand: Errand, fault: BaseException) -> Refusal:
        """Turn a fault into a recorded refusal; the trail is what the carrier saw until then."""
        trail = trail_with(errand.trail, denied=reason_of(errand, fault), detail=detail_of(fault), sent=errand.sent)
        log.error("exchange failed", exchange=str(errand.exchange.id), reason=trail.denied, **place(fault))
        outcome = OutcomeState.UNKNOWN if errand.sent else OutcomeState.REJECTED
        trail = trail_with(trail, outcome=outcome if trail.intent else None)
        receipt = errand.recorded
        if receipt is None and not isinstance(fault, StaleSessionError):
            receipt = await self._record(self._fault_entries(errand, trail))
        number = reference(errand.exchange.id)
        return Refusal(self._refused(errand, trail, number), trail.denied or Reason.FAULT, number, receipt)

    def _refused(self, errand: Errand, trail: Trail, number: str) -> Answer:
        """Make the refusal in the caller's dialect, or in plain words where the dialect is what broke."""
        try:
            return errand.house.dialect.refuse(trail.call or trail.unclear, trail.denied or Reason.FAULT, number)
        except Exception as fault:  # noqa: BLE001  the last thing that can be said
            log.error("refusal not in dialect", **place(fault))  # noqa: TRY400  a trace may quote data
            return plain_answer(500)

    def _fault_entries(self, errand: Errand, trail: Trail) -> tuple[Entry, ...]:
        return (*entries.outcome(trail), entries.access(errand.house, trail))

    async def _record(self, made: tuple[Entry, ...]) -> Receipt | None:
        """Append what can be appended; None where the log is not alive."""
        try:
            return await self._world.ledger.append(made)
        except (Exception, asyncio.CancelledError) as fault:
            if is_called_off(fault):
                raise
            log.error("refusal could not be recorded", **place(fault))  # noqa: TRY400  a trace may quote data
            return None

    async def _give_back(self, errand: Errand) -> None:
        if errand.claimed is None:
            return
        try:
            await self._world.sessions.release(errand.claimed, lost=errand.uncertain)
        except Exception as fault:  # noqa: BLE001  the lease runs out by itself, and reads as lost
            log.error("session could not be given back", **place(fault))  # noqa: TRY400

    def _count(self, end: End) -> None:
        name = "static" if isinstance(end, Static) else end.reason if isinstance(end, Refusal) else "released"
        self.counts[name] = self.counts.get(name, 0) + 1


def concerned(call: Call, session: Session | None) -> tuple[str, ...]:
    """Name the vacancies that a call may be about: its own, that of its list, that of the newest match."""
    listing = session.listing.vacancy if session and session.listing else None
    newest = session.matches[-1][0] if session and session.matches else None
    return tuple(dict.fromkeys(each for each in (call.vacancy, listing, newest) if each is not None))


def is_called_off(fault: BaseException) -> bool:
    """Tell a cancellation of this exchange from that of something it waited for, which is a fault like any other."""
    task = asyncio.current_task()
    return isinstance(fault, asyncio.CancelledError) and task is not None and task.cancelling() > 0


def reason_of(errand: Errand, fault: BaseException) -> Reason:
    """Name a fault for the caller: a mutation that may have arrived has an unknown outcome."""
    if errand.sent and errand.trail.call and errand.trail.call.kind is Kind.MUTATE:
        return Reason.OUTCOME_UNKNOWN
    if isinstance(fault, SessionBusyError | StaleSessionError):
        return Reason.SESSION_BUSY
    if isinstance(fault, UnplacedError):
        return Reason.NO_CURRENT_RECORD
    return Reason.UPSTREAM if isinstance(fault, UpstreamError) else Reason.FAULT


def detail_of(fault: BaseException) -> str:
    """Name a fault for the record, without its text: a text may hold personal data."""
    return f"{fault.core}:{fault.fault}" if isinstance(fault, UpstreamError) else type(fault).__name__


def started_us(exchange: UUID) -> float:
    """Give the start of an exchange in microseconds since the epoch: a UUIDv7 carries its milliseconds."""
    return (exchange.int >> 80) * 1e3


def since_us(begun: float) -> int:
    """Give the microseconds since a moment of the monotonic clock."""
    return int((monotonic() - begun) * 1e6)
