"""The line: the whole gateway on one page.

*Identify, classify, decide the call, route; intend, send; read, decide each person, mask, record, release.*
A function of the gateway itself (the third core) leaves after the decision: fulfil, record, release.

A pure generator. It yields three commands and gets their replies: `Gather` (the world's facts), `Send` (one request to
one core), `Append` (durable entries). `listener/carry.py` performs them. Rules:
1. Nothing is sent without an `Admitted`, which no denied decision can become.
2. Nothing leaves without the `Receipt` of its stored record, but answers under a static prefix.
3. A step that fails to find what it needs denies; an exception is a fault, which the carrier turns into a refusal.
"""

from collections.abc import Generator

from proxy import entries, present, steps
from proxy.accesslog.record import reference
from proxy.desk import fulfil
from proxy.model.call import StaticCall, Unclear
from proxy.model.entry import Receipt
from proxy.model.exchange import Append, Command, End, Exchange, Gather, Known, Refusal, Released, Reply, Send, Static
from proxy.trail import House, Trail

type Walk = Generator[Command, Reply, End]


def walk(exchange: Exchange, house: House) -> Walk:  # noqa: PLR0911  every early exit is a refusal
    """Carry one exchange from request to end; refuses in the caller's dialect at the first step that denies."""
    asked = house.dialect.read(exchange.request)  # classify: one reading, or none
    if isinstance(asked, StaticCall):
        answered = yield Send(steps.pass_on(asked))
        return Static(steps.untouched(answered, house, exchange))
    if isinstance(asked, Unclear):
        return (yield from refuse(house, steps.unread(exchange, asked)))

    known = yield Gather(asked)  # identify: session, account, persons named
    trail = steps.identify(house, exchange, asked, known)
    if trail.denied:
        return (yield from refuse(house, trail))

    trail = steps.decide(house, trail, known)  # decide the call: function, role, rows named
    if trail.denied:
        return (yield from refuse(house, trail))

    if asked.own:  # the third core: no core is asked, nothing is forwarded
        return (yield from serve(house, trail))

    trail = steps.route(house, trail, known)
    if trail.denied:
        return (yield from refuse(house, trail))

    if steps.mutates(trail):  # intend: durable before the first byte goes up
        receipt = yield Append((entries.intent(house, trail),))
        trail = steps.intended(trail, receipt)

    answered = yield Send(steps.admit(trail), trail.session, steps.statement(house, trail))  # send: once
    trail = steps.observe(house, trail, answered)  # read: log-in, outcome, persons shown
    if trail.denied:
        return (yield from refuse(house, trail))

    known = yield Gather(asked, steps.persons_shown(trail), authors=steps.authors(trail))
    trail = steps.judge(house, trail, known)  # decide each person
    if trail.denied:
        return (yield from refuse(house, trail))

    answer, offer = present.present(house, trail), present.offered(house, trail)
    receipt = yield Append(entries.released(house, trail))  # record
    return Released(answer, steps.expected(receipt, Receipt), offer)


def serve(house: House, trail: Trail) -> Walk:
    """Answer a function of the gateway itself: what it makes or changes is one transaction with its record."""
    known = yield fulfil.meant(house, trail)
    trail = fulfil.fulfil(house, trail, steps.expected(known, Known))
    if trail.denied:
        return (yield from refuse(house, trail))
    answer = present.own(house, trail)
    receipt = yield Append(entries.fulfilled(house, trail))
    return Released(answer, steps.expected(receipt, Receipt))


def refuse(house: House, trail: Trail) -> Walk:
    """End in a refusal: recorded first, in the caller's dialect, with a reference that the log finds."""
    receipt = yield Append(entries.refused(house, trail))
    number = reference(trail.exchange.id)
    answer = house.dialect.refuse(trail.call or trail.unclear, steps.reason(trail), number)
    return Refusal(answer, steps.reason(trail), number, steps.expected(receipt, Receipt))
