"""What an exchange leaves behind: the entries of its one transaction, made from its trail. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

from proxy.grants.grant import ended
from proxy.identity.astray import Seen
from proxy.identity.binding import session_key
from proxy.identity.continuity import advance, fronted, opened
from proxy.model.call import Call, Kind
from proxy.model.decision import Effect, Reason
from proxy.model.entry import (
    Access,
    Disclosure,
    Entry,
    Ground,
    Intent,
    Learned,
    LearnedVacancy,
    Outcome,
    OutcomeState,
    SessionChange,
    Tied,
    Withheld,
)
from proxy.model.exchange import Exchange
from proxy.model.http import BadHead
from proxy.model.person import Authorship
from proxy.model.principal import Session
from proxy.policy.sift import Sifted
from proxy.routing.choose import functions_of
from proxy.trail import House, Trail, Verdict


def intent(house: House, trail: Trail) -> Intent:
    """Write down a mutation before it is sent: the forwarded bytes are its canonical command."""
    call, route = trail.call, trail.route
    if call is None or route is None:
        message = "an intent needs a call and a route"
        raise ValueError(message)
    request = house.dialect.forward(trail.exchange.request)
    return Intent(
        id=trail.exchange.id,
        access=trail.exchange.id,
        function=call.function or "",
        group=route.group,
        core=route.core,
        revision=route.revision,
        entity=next(iter(named(call)), None),
        command=b" ".join((request.method, request.target, request.body)),
        session=trail.session.key if trail.session else None,
        captured=route.captured,
        functions=functions_of(call),
        named=named(call),
    )


def named(call: Call) -> tuple[str, ...]:
    """Name all rows that a call may change: persons first, then what is no person; a vacancy only where nobody is named."""
    record = dict(call.aliases).get("record")
    rows = tuple(dict.fromkeys((*call.row_ids, *((record,) if record else ()))))
    return rows or ((call.vacancy,) if call.vacancy else ())


def released(house: House, trail: Trail) -> tuple[Entry, ...]:
    """Make the entries of an answer that will be released."""
    return (
        *outcome(trail),
        access(house, trail),
        *disclosed(trail),
        *reached(trail),
        *kept_back(trail),
        *learned(trail),
        *tied(trail),
        *session_change(house, trail),
    )


def refused(house: House, trail: Trail) -> tuple[Entry, ...]:
    """Make the entries of a refusal: whoever was in the answer is withheld, and the cursor is unknown once sent."""
    return (
        *outcome(trail),
        access(house, trail),
        *reached(trail),
        *kept_back(trail),
        *session_change(house, trail),
    )


def fulfilled(house: House, trail: Trail) -> tuple[Entry, ...]:
    """Make the entries of an answer of a function of the gateway itself."""
    return (access(house, trail), *tied(trail), *used(trail))


def tied(trail: Trail) -> Iterator[Tied]:
    """Keep the ties that the exchange made or changed; a change that legacy acknowledged may end grants (RG7)."""
    yield from (Tied(each) for each in trail.ties)
    call, principal = trail.call, trail.principal
    if trail.outcome is OutcomeState.ACKED and call and principal:
        for verdict in trail.verdicts:
            over = ended(call.function, principal.user, verdict.facts.grants, call.vacancy)
            yield from (Tied(each) for each in over)


def used(trail: Trail) -> Iterator[SessionChange]:
    """Move the session one version further, so that the seal of the form that was sent is used up."""
    session, call = trail.session, trail.call
    if session and call and call.context:
        noticed = session.noticed | trail.noticed
        after = replace(session, version=session.version + 1, last_seen=trail.exchange.at, noticed=noticed)
        yield SessionChange(session.version, after)


def bad_head(exchange: Exchange, bad: BadHead) -> Access:
    """Record a request that was refused before anything was read from it."""
    return Access(
        exchange.id, exchange.at, Kind.CONSULT, Effect.DENY, Reason.BAD_HEAD, client=bad.peer, detail=bad.rule
    )


def access(house: House, trail: Trail) -> Access:
    """Make the access record: one for every exchange."""
    call, route, decision = trail.call, trail.route, trail.decision
    authorisation = decision.authorisation if decision else None
    denied = trail.denied
    return Access(
        id=trail.exchange.id,
        occurred_at=trail.exchange.at,
        kind=call.kind if call else Kind.CONSULT,
        decision=Effect.DENY if denied else Effect.ALLOW,
        reason=denied or Reason.ALLOWED,
        session=trail.session.key if trail.session else None,
        user=trail.principal.user if trail.principal else user_claimed(trail),
        organisation_kind=authorisation.organisation.kind if authorisation else None,
        organisation=authorisation.organisation.code if authorisation else None,
        role=authorisation.role if authorisation else None,
        authorisation=authorisation.id if authorisation else None,
        client=trail.exchange.request.peer,
        function=call.function if call else None,
        target=target(trail),
        rules=decision.rules if decision else (),
        policy=house.matrix.hash,
        cell=decision.cell if decision else "",
        vacancy=call.vacancy if call else None,
        core=route.core if route and (trail.answered or trail.sent) else None,
        revision=route.revision if route else None,
        routing=house.routing.hash,
        upstream_status=trail.answered.answer.status if trail.answered else None,
        rows=sum(verdict.kept for verdict in trail.verdicts) if not denied else 0,
        detail=trail.detail or unlike(trail),
        regions=house.regions.hash,
    )


def unlike(trail: Trail) -> str:
    """Say in what the request that a core got was not the one that the client sent, or went elsewhere than its route."""
    if trail.route and trail.route.reason == "fallback":
        return "fallback"
    if trail.answered and trail.answered.positioned:
        return "positioned"
    return "narrowed" if trail.answered and trail.answered.narrowed else ""


def target(trail: Trail) -> Effect:
    """Say what all rules together would do with the exchange; persons of a list say it for themselves (`Ground`)."""
    single = trail.reading is not None and not trail.reading.listed
    judged = [trail.decision, *(each.decision for each in trail.verdicts if single)]
    denies = trail.denied is not None or any(each is not None and each.target is Effect.DENY for each in judged)
    return Effect.DENY if denies else Effect.ALLOW


def ground(verdict: Verdict) -> Ground:
    """Keep on which facts and rules a person was shown or withheld."""
    decision = verdict.decision
    return Ground(
        verdict.facts.protection,
        verdict.emergency is not None,
        decision.rules,
        verdict.shown.categories,
        decision.target or decision.effect,
        decision.lost,
        decision.pending,
        *(counted(verdict.notes) if verdict.notes else ()),
    )


def counted(notes: Sifted) -> tuple[Mapping[Authorship, int], Mapping[Authorship, int]]:
    """Count the contact notes of a page by who wrote them, and those that were kept back."""
    return Counter(notes.authors), Counter(notes.authors[index] for index in notes.withheld)


def user_claimed(trail: Trail) -> str | None:
    """Name the account that a call without a known one claims: an attempt is worth knowing."""
    if trail.session:
        return trail.session.user
    if trail.call is None:
        return None
    return trail.call.login.user if trail.call.login else trail.call.account


def disclosed(trail: Trail) -> Iterator[Disclosure]:
    """Make one disclosure per person shown."""
    for verdict in one_each(trail, kept=True):
        decision, person = verdict.decision, verdict.facts.identity
        shown, hidden, deliberate = decision.shown, decision.hidden, verdict.shown.deliberate
        yield Disclosure(trail.exchange.id, person, verdict.relation, shown, hidden, deliberate, ground(verdict))


def reached(trail: Trail) -> Iterator[Disclosure]:
    """Make one disclosure per person whom a change named and may have reached, and whom its answer does not show.

    A message goes to many, of whom the answer shows ten.
    """
    if trail.answered is None or trail.outcome in {None, OutcomeState.REJECTED}:
        return
    told = {each.facts.identity.digest for each in trail.verdicts}
    for verdict in {each.facts.identity.digest: each for each in trail.named}.values():
        decision, person = verdict.decision, verdict.facts.identity
        if person.digest not in told:
            held = replace(ground(verdict), present=decision.shown)
            yield Disclosure(trail.exchange.id, person, verdict.relation, decision.shown, deliberate=True, ground=held)


def kept_back(trail: Trail) -> Iterator[Withheld]:
    """Make one withheld row per person kept back; in a refused answer that is everybody in it."""
    for verdict in one_each(trail, kept=False):
        reason = trail.denied if verdict.kept and trail.denied else verdict.decision.reason
        person, deliberate = verdict.facts.identity, verdict.shown.deliberate
        yield Withheld(trail.exchange.id, person, verdict.relation, reason, deliberate, ground(verdict))


def one_each(trail: Trail, *, kept: bool) -> tuple[Verdict, ...]:
    """Give the verdicts of persons shown (or kept back), each person once: a double registration is one person."""
    everybody = {
        each.facts.identity.digest: each for each in reversed(trail.verdicts) if each.kept and not trail.denied
    }
    if kept:
        return tuple(reversed(everybody.values()))
    back = {each.facts.identity.digest: each for each in reversed(trail.verdicts) if trail.denied or not each.kept}
    return tuple(each for digest, each in reversed(back.items()) if digest not in everybody)


def learned(trail: Trail) -> Iterator[Learned | LearnedVacancy]:
    """Keep facts of persons whom the store did not know, and vacancies unless they are known to be so."""
    for each in trail.verdicts:
        if each.learned and each.facts.row_id and each.facts.municipality:
            yield Learned(each.facts)
    for vacancy in trail.reading.vacancies if trail.reading else ():
        held = trail.vacancies.get(vacancy.id)
        if held is None or replace(held, organisation=vacancy.organisation) != vacancy:
            yield LearnedVacancy(vacancy)


def outcome(trail: Trail) -> Iterator[Outcome]:
    """Say how the intended mutation ended."""
    if trail.intent is not None:
        yield Outcome(trail.intent, trail.outcome or OutcomeState.UNKNOWN)


def session_change(house: House, trail: Trail) -> Iterator[SessionChange]:
    """Say what the session is after the exchange: begun, gone on, or over."""
    key = session_key(house.secret, trail.login[1]) if trail.login else None
    if trail.session and (trail.ended or (key and key != trail.session.key)):
        yield SessionChange(trail.session.version, trail.session, ended=True)
    if trail.login and key and trail.call:
        fresh = replace(opened(key, trail.login[0], trail.exchange.at, trail.call), stamp=trail.stamp)
        yield SessionChange(0, moved(fresh, trail) if trail.reading else fresh)
    elif trail.session and trail.call and trail.call.context and trail.answered and not trail.ended:
        change = SessionChange(trail.session.version, wrote(moved(trail.session, trail), trail))
        yield rekeyed(house, trail, change)


def moved(session: Session, trail: Trail) -> Session:
    """Advance the session over an answer; after a refused one no record is current."""
    if trail.call is None or trail.route is None:
        return session
    shown = [] if trail.denied else [each for each in trail.verdicts if each.kept]
    kept = [each.shown for each in shown if not each.decision.card]
    cards = [each.shown for each in shown if each.decision.card]
    after = advance(session, Seen(trail.call, trail.route.core, trail.reading, kept, cards), trail.exchange.at)
    listing = trail.answered.listing if trail.answered else None
    if listing is not None and after.listing is not None and after.listing.core == listing.core:
        after = fronted(after, replace(after.listing, query=listing.query, offset=listing.offset))
    return replace(after, current=None) if trail.denied else after


def wrote(session: Session, trail: Trail) -> Session:
    """Remember an own write, for every group that shows what it changed: the session reads it on the core that has it."""
    groups = trail.route.touched if trail.route else ()
    if not groups or trail.journal is None or trail.outcome is OutcomeState.REJECTED:
        return session
    return replace(session, wrote={**session.wrote, **dict.fromkeys(groups, trail.journal)})


def rekeyed(house: House, trail: Trail, change: SessionChange) -> SessionChange:
    """Move the session to the token that the legacy gave in this answer."""
    if trail.rotated is None:
        return change
    key = session_key(house.secret, trail.rotated)
    if key == change.session.key:
        return change
    return replace(change, session=replace(change.session, key=key), rekeyed_from=change.session.key)
