"""What leaves of an answer: persons cut, categories emptied, cards in the place of rows, notices at the top.

Why here: it joins disclosure, identity and the matrix with the dialect, as the steps do. Pure. Rules:
1. Whoever may be shown as a card only is replaced by one; the card's row id stays with the gateway, the client gets a
   handle that means something in its own session alone.
2. A notice says what an announced rule will take from the page and from when, until the user has read it; an emergency
   says until when it lasts, on every page of it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from proxy.disclosure import card, handle
from proxy.disclosure.card import Wanted
from proxy.disclosure.withhold import Cut, Fewer, must_count, withhold
from proxy.errors import PoortError
from proxy.identity.continuity import match_of
from proxy.model.decision import Decision, Duty
from proxy.model.http import Answer
from proxy.model.person import Reading
from proxy.model.route import Core
from proxy.model.screen import Notice
from proxy.model.shadow import Judged, Offer
from proxy.policy.matrix import Matrix
from proxy.policy.rule import Mode
from proxy.steps import statement
from proxy.trail import House, Trail, Verdict

NOTICES = "mededeling"
"""Name of our own path on which announced rules are read."""


def present(house: House, trail: Trail) -> Answer:
    """Give the answer as it may leave: every byte that nobody decided about stays."""
    if trail.answered is None:
        raise PoortError("nothing was answered")
    answer, reading = trail.answered.answer, trail.reading
    if reading is not None:
        answer = withhold(answer, reading, cut(house, trail, reading))
    answer = house.dialect.banner(answer, tuple(notices(house, trail)))
    return house.dialect.public(answer, trail.exchange.request)


def offered(house: House, trail: Trail) -> Offer | None:
    """Give what a comparison with newcore needs; None: this answer is no sample, or legacy did not give it.

    A service of which legacy refused the credentials has no answer: newcore would have been asked by nobody.
    """
    call, session, route, answered = trail.call, trail.session, trail.route, trail.answered
    if route is None or not route.shadowed or answered is None or answered.core is not Core.LEGACY:
        return None
    told = statement(house, trail)
    if call is None or told is None or route.group is None:
        return None
    if session is None and not house.dialect.accepted(answered.answer):
        return None
    judged = tuple(Judged(each.shown.row_id, each.kept, each.decision.hidden, each.learned) for each in trail.verdicts)
    return Offer(
        trail.exchange.id, trail.exchange.at, route.group, route.revision, route.config,
        replace(call, token=None, password=None), replace(session, key=b"") if session else None,
        session.listing if session else None, told, answered.answer, judged, answered.narrowed, answered.took_us,
    )  # fmt: skip


def own(house: House, trail: Trail) -> Answer:
    """Give the answer of a function of the gateway itself."""
    if trail.own is None:
        raise PoortError("a function of our own has no answer")
    return house.dialect.own(trail.own)


def cut(house: House, trail: Trail, reading: Reading) -> Cut:
    """Say what has to happen to the persons of an answer."""
    everybody = tuple(enumerate(trail.verdicts))
    hidden = [index for index, each in everybody if not each.kept]
    whole = [(index, each) for index, each in everybody if each.kept and not each.decision.card]
    counts = must_count(reading, hidden)
    return Cut(
        hidden,
        {index: each.decision.hidden for index, each in whole if each.decision.hidden},
        {index: carded(house, trail, index) for index, each in everybody if each.kept and each.decision.card},
        house.dialect.counter(reading, len(trail.verdicts) - len(hidden)) if counts else None,
        {index: kept for index, each in whole if each.notes and (kept := fewer(house, each)) is not None},
    )


def fewer(house: House, verdict: Verdict) -> Fewer | None:
    """Say which notes of a person go; None: the list stays as it is."""
    notes, sifted = verdict.shown.notes, verdict.notes
    if notes is None or sifted is None or not (sifted.withheld or (sifted.limited and not notes.complete)):
        return None
    return Fewer(sifted.withheld, house.dialect.counter(notes, len(notes.rows) - len(sifted.withheld)))


def carded(house: House, trail: Trail, index: int) -> bytes:
    """Make the card of one row; a person without a row or a match has none, and is a fault."""
    verdict, reading, session, call, day = trail.verdicts[index], trail.reading, trail.session, trail.call, trail.day
    row_id = verdict.shown.row_id
    if reading is None or session is None or call is None or day is None or row_id is None:
        raise PoortError("a card is made of a row in a session")
    vacancy = match_of(session, call, row_id)
    if vacancy is None:
        raise PoortError("a card is made of a match")
    name = handle.reference(house.secret, day, vacancy, verdict.facts.identity.digest)
    number = handle.issue(house.secret, session, vacancy, row_id)
    return house.dialect.card(reading, index, card.card(verdict.shown.traits, name, number, Wanted()))


def notices(house: House, trail: Trail) -> Iterator[Notice]:
    """Say what the user must know about this page."""
    until = [each.emergency for each in trail.verdicts if each.emergency and Duty.BANNER in each.decision.duties]
    if until:
        end = max(until).astimezone(house.zone)
        yield Notice(f"Noodtoegang tot {end:%H:%M} uur. Deze inzage wordt achteraf beoordeeld.")
    read = trail.session.noticed if trail.session else frozenset[str]()
    pending = {name for each in decisions(trail) for name in each.pending} - read
    announced = announcements(house.matrix) if pending else {}
    for name in sorted(pending & announced.keys()):
        yield Notice(announced[name], NOTICES, "Gelezen")


def decisions(trail: Trail) -> Iterator[Decision]:
    """Give every decision of an exchange: about the call, and about each person."""
    if trail.decision is not None:
        yield trail.decision
    yield from (each.decision for each in trail.verdicts)


def announcements(matrix: Matrix) -> Mapping[str, str]:
    """Say of every announced rule what it will take away, and from when."""
    return {
        rule.id: f"Vanaf {rule.enforces_on:%d-%m-%Y} is niet alles op deze pagina meer te zien. {rule.text}"
        for rule in matrix.rules
        if rule.mode is Mode.WARN and rule.enforces_on is not None
    }
