"""The steps of the line: each joins two or three rooms, takes a trail and gives the next.

Why here: the rooms (policy, facts, identity, routing, disclosure) do not know each other; they meet in the line. Pure.
A reply of the wrong kind is a fault of the carrier and raises.
"""

from collections.abc import Sequence
from dataclasses import replace

from proxy.errors import PoortError
from proxy.facts.author import authorship
from proxy.facts.partition import partition
from proxy.facts.relation import Vantage, classed, emergency_until, matched, relate, renewed, seen
from proxy.identity.asked import asked, discreet
from proxy.identity.binding import lookup, person_id
from proxy.identity.continuity import expired, focused, found_for, settle, verified
from proxy.model.call import Call, Kind, StaticCall, Unclear
from proxy.model.decision import Decision, Effect, Reason, decision_with
from proxy.model.entry import OutcomeState, Receipt
from proxy.model.exchange import Admitted, Answered, Exchange, Known, Reply
from proxy.model.http import Answer
from proxy.model.person import (
    Category,
    Notes,
    PersonClass,
    PersonFacts,
    PersonId,
    Relation,
    Shown,
    Standing,
    Unreadable,
)
from proxy.model.route import Core, Route
from proxy.model.statement import Statement
from proxy.policy.decide import judge_person, judge_row, sufficient
from proxy.policy.extent import extent
from proxy.policy.sift import Sifted, sift
from proxy.routing.choose import Situation, choose
from proxy.routing.cohort import BUCKETS
from proxy.trail import House, Trail, Verdict, trail_with

FOR_ANYBODY = frozenset({"session.login", "session.logout"})
"""Functions that need no account: the log-in page, the log-in, the log-off."""

NOT_FOUND = "not-found"
"""Why a dialect cannot read a page on which legacy says that there is no such person."""


def pass_on(asked: StaticCall) -> Admitted:
    """Admit a static prefix: no person can be behind it."""
    return Admitted(asked, Decision(Effect.ALLOW, Reason.ALLOWED, ("static",)), Route(Core.LEGACY, 0, reason="static"))


def untouched(reply: Reply, house: House, exchange: Exchange) -> Answer:
    """Give a static answer as it came, but for the legacy's own address in it."""
    return house.dialect.public(expected(reply, Answered).answer, exchange.request)


def unread(exchange: Exchange, asked: Unclear) -> Trail:
    """Deny a request that has no single reading."""
    return Trail(exchange, unclear=asked, denied=Reason.UNCLEAR, detail=asked.reason)


def identify(house: House, exchange: Exchange, call: Call, reply: Reply) -> Trail:
    """Bind the call to its session and account; refuses a session that is over and a cursor that stands nowhere."""
    known = expected(reply, Known)
    day = exchange.at.astimezone(house.zone).date()
    trail = Trail(exchange, call, day=day, session=known.session, principal=known.principal)
    if trail.session and expired(trail.session, exchange.at, house.limits):
        return trail_with(trail, denied=Reason.NO_SESSION, ended=True)
    if trail.session:
        trail = trail_with(trail, session=focused(trail.session, call))
    settled = settle(call, trail.session)
    if isinstance(settled, Reason):
        return trail_with(trail, denied=settled)
    return trail_with(trail, call=settled)


def decide(house: House, trail: Trail, reply: Reply) -> Trail:
    """Decide the call as such, then every row that it names: known to be out of reach = refused before Send.

    Of several authorisations that suffice the narrowest is used that also allows the rows.
    """
    call, known = there(trail.call), expected(reply, Known)
    if trail.principal is None:
        decisions: tuple[Decision, ...] = (anybody(call, house),)
    else:
        decisions = sufficient(house.matrix, call, trail.principal, there(trail.day))
    first = decisions[0]
    if first.effect is not Effect.ALLOW:
        return trail_with(trail, decision=first, denied=first.reason)
    trail = trail_with(trail, decision=first, vacancies=known.vacancies)
    if trail.principal is None or not call.row_ids:
        return trail
    under = (decide_rows(house, trail_with(trail, decision=each), known) for each in decisions)
    refused = next(under)
    return refused if refused.denied is None else next((each for each in under if each.denied is None), refused)


def decide_rows(house: House, trail: Trail, known: Known) -> Trail:
    """Decide every row that the call names, under the authorisation of the trail's decision."""
    here = vantage(house, trail)
    named = tuple(judge_named(house, trail, here, (row, known.persons.get(row))) for row in there(trail.call).row_ids)
    refused = next((each for each in named if not each.kept), None)
    if refused is None:
        return trail_with(trail, named=named)
    return trail_with(trail, decision=refused.decision, verdicts=(refused,), denied=refused.decision.reason)


def anybody(call: Call, house: House) -> Decision:
    """Decide for nobody: only the functions that need no account."""
    open_to_all = all(link.function in FOR_ANYBODY for link in call.links) and bool(call.links)
    if open_to_all:
        return Decision(Effect.ALLOW, Reason.ALLOWED, ("RG0",), policy=house.matrix.hash, cell="-/session")
    reason = Reason.NO_AUTHORISATION if call.account else Reason.NO_SESSION
    return Decision(Effect.DENY, reason, policy=house.matrix.hash, cell="-")


def judge_named(house: House, trail: Trail, here: Vantage, named: tuple[str, PersonFacts | None]) -> Verdict:
    """Decide about a person that the request names by row, before anything is sent."""
    row, stored = named
    shown = Shown(row, None, None, None, frozenset(), (), deliberate=True)
    if stored is None:
        unknown = seen(shown, person_id(house.secret, bsn=None, row_id=row), house.regions, there(trail.day))
        decision = judge_row(house.matrix, there(trail.call), there(trail.decision), None)
        return Verdict(shown, unknown, Relation.OUTSIDE, decision)
    facts = classed(stored, there(trail.principal))
    checked = trail.session is not None and row in trail.session.verified
    until = emergency_until(here, facts)
    standing = Standing(relate(here, facts, verified=checked), facts.protection, until is not None)
    decision = judge_row(house.matrix, there(trail.call), there(trail.decision), standing)
    return Verdict(shown, facts, standing.relation, decision, emergency=until)


def vantage(house: House, trail: Trail, found: Sequence[Shown] = ()) -> Vantage:
    """Say from where the account looks at persons: under the one authorisation that was resolved.

    `found` are the persons of the answer at hand: those of a search for candidates are matches already.
    """
    authorisation, principal, day = there(there(trail.decision).authorisation), there(trail.principal), there(trail.day)
    matches = found_for(trail.session, there(trail.call), found)
    near = matched(matches, trail.vacancies, authorisation, day) if matches and trail.vacancies else frozenset()
    return Vantage(
        authorisation,
        principal.user,
        house.regions,
        day,
        now=trail.exchange.at,
        covers=principal.covers,
        matched=near,
    )


def route(house: House, trail: Trail, reply: Reply) -> Trail:
    """Choose the core; a function that no group or default covers is refused."""
    if trail.principal is None:
        return trail_with(trail, route=Route(Core.LEGACY, house.routing.revision, config=house.routing.hash))
    draw = trail.exchange.id.int % BUCKETS
    known, day = expected(reply, Known), there(trail.day)
    named = (known.persons.get(row) for row in there(trail.call).row_ids)
    region = partition(named, house.regions, day)
    now = Situation(
        trail.session, trail.principal, known.applied, house.killed, draw, region=region, today=day,
        written=known.written, vouched=known.vouched,
    )  # fmt: skip
    chosen = choose(house.routing, there(trail.call), now)
    if isinstance(chosen, Reason):
        return trail_with(trail, denied=chosen)
    return trail_with(trail, route=chosen)


def mutates(trail: Trail) -> bool:
    """Tell whether the call changes data, so that it needs an intent. Log-in and log-off change sessions only."""
    return there(trail.call).kind is Kind.MUTATE


def intended(trail: Trail, reply: Reply) -> Trail:
    """Note that the intent is durable."""
    stored = expected(reply, Receipt)
    return trail_with(trail, intent=trail.exchange.id, journal=stored.journal)


def admit(trail: Trail) -> Admitted:
    """Make the one thing that may be sent."""
    return Admitted(there(trail.call), there(trail.decision), there(trail.route))


def statement(house: House, trail: Trail) -> Statement | None:
    """State to newcore who asks and what may be answered; None: newcore is not asked, and will not be."""
    chosen, call, decision = there(trail.route), there(trail.call), there(trail.decision)
    if decision.authorisation is None or (chosen.core is not Core.NEWCORE and not chosen.shadowed):
        return None
    held = decision.authorisation
    named = frozenset[Category]().union(*(each.decision.shown for each in trail.named))
    return Statement(
        trail.exchange.id, there(trail.principal).user, held.role, held.organisation.code, there(call.function),
        named or extent(house.matrix, decision), decision.scope,
    )  # fmt: skip


def observe(house: House, trail: Trail, reply: Reply) -> Trail:
    """Read what the answer says of the session, of the mutation and of persons; refuses what cannot be read."""
    answered, call, dialect = expected(reply, Answered), there(trail.call), house.dialect
    answer = answered.answer
    signed = dialect.logged_in(call, answer) if call.login else None
    trail = trail_with(
        trail,
        answered=answered,
        route=actual(trail.route, answered.core),
        login=(signed[0].user, signed[1]) if signed else None,
        stamp=dialect.stamp(answer) if signed else "",
        ended=trail.session is not None and dialect.ended(call, answer),
        rotated=dialect.rotated(answer) if trail.session and not call.login else None,
        outcome=dialect.outcome(call, answer) if mutates(trail) else None,
    )
    reading = dialect.persons(call, answer)
    if isinstance(reading, Unreadable):
        return trail_with(trail, denied=reason_unread(trail, reading), detail=reading.reason)
    if signed and call.login and signed[0].user != call.login.user:
        return trail_with(trail, denied=Reason.UNREADABLE, detail="log-in of another user")
    identities = tuple(person_id(house.secret, bsn=each.bsn, row_id=each.row_id) for each in reading.persons)
    return trail_with(trail, reading=reading, identities=identities)


def reason_unread(trail: Trail, reading: Unreadable) -> Reason:
    """Say why an answer is not released; a person who does not exist reads like one who is out of reach."""
    if trail.outcome is OutcomeState.UNKNOWN:
        return Reason.OUTCOME_UNKNOWN
    return Reason.PERSON_UNKNOWN if reading.reason == NOT_FOUND else Reason.UNREADABLE


def actual(chosen: Route | None, core: Core) -> Route | None:
    """Give the route that was really taken: a first page may have fallen back to legacy."""
    if chosen is None or chosen.core is core:
        return chosen
    return replace(chosen, core=core, reason="fallback")


def persons_shown(trail: Trail) -> tuple[str, ...]:
    """Name the persons whose facts are needed: by row, or by identity where the answer shows no row."""
    if trail.reading is None:
        return ()
    shown = zip(trail.reading.persons, trail.identities, strict=True)
    return tuple(dict.fromkeys(lookup(person.row_id, identity) for person, identity in shown))


def authors(trail: Trail) -> tuple[str, ...]:
    """Name the accounts that wrote the notes of the answer: a list of persons holds none."""
    persons = trail.reading.persons if trail.reading and not trail.reading.listed else ()
    named = (note.author for each in persons if each.notes for note in each.notes.rows if note.author)
    return tuple(dict.fromkeys(named))


def judge(house: House, trail: Trail, reply: Reply) -> Trail:
    """Decide each person shown; a page of one person that may not be seen is refused, a list loses its rows."""
    reading, known = trail.reading, expected(reply, Known)
    if reading is None or not reading.persons:
        return trail
    if trail.principal is None or trail.decision is None or trail.decision.authorisation is None:
        return trail_with(trail, denied=Reason.NO_AUTHORISATION, detail="persons in an answer for nobody")
    here = vantage(house, trail, reading.persons)
    shown = zip(reading.persons, trail.identities, strict=True)
    verdicts = tuple(judge_one(house, trail, here, (*each, known)) for each in shown)
    trail = trail_with(trail, verdicts=verdicts)
    if reading.listed:
        return trail
    refused = next((each for each in verdicts if not each.kept or each.decision.card), None)
    if refused is None:
        return trail
    return trail_with(trail, denied=Reason.OUT_OF_REACH if refused.kept else refused.decision.reason)


def judge_one(house: House, trail: Trail, here: Vantage, each: tuple[Shown, PersonId, Known]) -> Verdict:
    """Decide about one person: by the stored facts, or by what the answer shows where there are none."""
    shown, identity, known = each
    stored = known.persons.get(lookup(shown.row_id, identity))
    strange = stored is not None and shown.bsn is not None and stored.identity.digest != identity.digest
    held, learned = told(house, here, shown, (identity, None if strange else stored))
    facts = classed(held, there(trail.principal))
    checked = verified(trail.session, there(trail.call), shown)
    near = Relation.OUTSIDE if strange else relate(here, facts, verified=checked)
    until = None if strange else emergency_until(here, facts)
    standing = Standing(near, facts.protection, until is not None)
    judged = judge_person(house.matrix, there(trail.decision), shown, standing)
    judged = discreet(judged, asked(there(trail.call), trail.session, trail.reading))
    learned = learned and not strange and facts.protection is not PersonClass.SELF
    judged, notes = sifted(house, here, (judged, standing), (shown, known)) if shown.notes else (judged, None)
    if notes and barred(shown.notes, notes, there(trail.call)):
        judged, notes = decision_with(judged, effect=Effect.DENY, reason=Reason.HIDDEN_CATEGORY), None
    return Verdict(shown, facts, near, judged, emergency=until, learned=learned, notes=notes)


def sifted(
    house: House, here: Vantage, judged: tuple[Decision, Standing], page: tuple[Shown, Known]
) -> tuple[Decision, Sifted | None]:
    """Decide about the notes of somebody who may be seen; None: they are hidden as a whole, or nobody may be seen."""
    decision, notes, known = judged[0], there(page[0].notes), page[1].organisations
    if decision.effect is not Effect.ALLOW or notes.categories & decision.hidden:
        return decision, None
    own = here.authorisation.organisation
    whose = {name: authorship(name, known.get(name), here.user, own) for name in {each.author for each in notes.rows}}
    return sift(house.matrix, judged, notes.categories, [whose[each.author] for each in notes.rows])


def barred(notes: Notes | None, found: Sifted, call: Call) -> bool:
    """Tell whether the call is about a note that may not be seen: opened in a form, or named to stand on it."""
    kept_back = [notes.rows[index] for index in found.withheld] if notes else []
    return any(not each.spans or each.row_id in call.row_ids for each in kept_back)


def told(
    house: House, here: Vantage, shown: Shown, held: tuple[PersonId, PersonFacts | None]
) -> tuple[PersonFacts, bool]:
    """Give the facts after this answer, and whether they are to be learned: new ones, or learned ones that changed."""
    identity, stored = held
    if stored is not None and not stored.learned and shown.protection is None:
        return stored, False
    read = seen(shown, identity, house.regions, here.today)
    if stored is None:
        return read, True
    facts = renewed(stored, read)
    return facts, stored.learned and facts != stored


def reason(trail: Trail) -> Reason:
    """Give the reason of a refusal."""
    return trail.denied or Reason.FAULT


def there[T](value: T | None) -> T:
    """Give what must be on the trail by now; its absence is a fault, never a guess."""
    if value is None:
        raise PoortError("the trail does not hold what this step needs")
    return value


def expected[T](reply: Reply, kind: type[T]) -> T:
    """Give a reply of the kind that was asked for."""
    if not isinstance(reply, kind):
        raise PoortError(f"asked for {kind.__name__}, got {type(reply).__name__}")
    return reply
