"""Decide: about a call before it is sent, about the rows that it names, about every person that its answer shows.

Rules:
1. No branch on a role: what differs between roles stands in the matrix.
2. A call uses exactly one authorisation, the narrowest that suffices, and every link of a chain must be allowed by it.
   An export needs a second right beside it: the export authorisation decides which rows, the other which columns.
3. A mutation is decided in full before it is sent: the person must be known, the relation must allow it and every
   category of the function must be visible, because what was changed cannot be withheld afterwards.
4. A hidden category is emptied, which needs a known place for every value of it: without one the person is denied as a
   whole. Nothing of the function's own left to see, and a row that may be a card and cannot become one, are denials too.
5. Unknown is denied, with a reason of its own.
6. While rules are staged, `effect` is what holds today; `target`, `lost` and `pending` say what all rules together would do.
"""

from dataclasses import dataclass
from datetime import date

from proxy.model.call import Call, Kind
from proxy.model.decision import Decision, Duty, Effect, Reason, decision_with
from proxy.model.person import Category, Relation, Shown, Standing
from proxy.model.principal import Authorisation, Principal
from proxy.policy.matrix import Matrix
from proxy.policy.resolve import CHAIN, EXPORTED, Seated, resolve
from proxy.policy.rule import Place, Width, place
from proxy.policy.scope import scope
from proxy.policy.table import DENIED, Outcome, Table, joined

_WIDTHS = {width: rank for rank, width in enumerate(Width)}
_STRICT_KINDS = frozenset({Kind.MUTATE, Kind.EXPORT})
_NOTHING = frozenset[Category]()
_FREE = frozenset[Duty]()
_BANNER = frozenset({Duty.BANNER})


def judge_call(matrix: Matrix, call: Call, principal: Principal, today: date) -> Decision:
    """Decide the call as such and resolve its one authorisation; denies with the first reason that applies."""
    return sufficient(matrix, call, principal, today)[0]


def sufficient(matrix: Matrix, call: Call, principal: Principal, today: date) -> tuple[Decision, ...]:
    """Give an allowing decision per authorisation that suffices, narrowest first; else one denial.

    Where the person is known before sending, the first decision that also allows the row is the one to use.
    """
    barred = _barred(matrix, call, principal)
    if barred is not None:
        return (_deny(matrix, barred),)
    valid = sorted((each for each in principal.authorisations if _valid(each, today)), key=lambda a: _rank(matrix, a))
    if not valid:
        return (_deny(matrix, Reason.NO_AUTHORISATION),)
    judged = [_judge(matrix, call, each, valid) for each in valid]
    allowed = [each for each in judged if each.effect is Effect.ALLOW]
    unmet = next((each for each in judged if each.reason is not Reason.FUNCTION_NOT_IN_ROLE), judged[0])
    return tuple(sorted(allowed, key=lambda each: each.target is Effect.DENY)) or (unmet,)


def _barred(matrix: Matrix, call: Call, principal: Principal) -> Reason | None:
    """Say what denies the call whatever the authorisation is."""
    if principal.locked_at is not None:
        return Reason.LOCKED
    subjects = [matrix.subjects.get(link.function) if link.function else None for link in call.links]
    if not subjects or any(subject is None for subject in subjects):
        return Reason.UNKNOWN_FUNCTION
    if any(not subject.open for subject in subjects if subject):
        return Reason.FUNCTION_NOT_IN_ROLE
    kinds = {subject.kind for subject in subjects if subject}
    return Reason.FUNCTION_NOT_IN_ROLE if call.kind in _STRICT_KINDS and call.kind not in kinds else None


def _valid(authorisation: Authorisation, today: date) -> bool:
    """An authorisation holds on its last day."""
    until = authorisation.valid_until
    return authorisation.valid_from <= today and (until is None or today <= until)


def _rank(matrix: Matrix, authorisation: Authorisation) -> tuple[int, int, str]:
    width = matrix.roles[authorisation.role].width
    return _WIDTHS[width], len(authorisation.regions), authorisation.id


def _judge(matrix: Matrix, call: Call, authorisation: Authorisation, held: list[Authorisation]) -> Decision:
    seated = Seated(call, authorisation, held)
    now = resolve(matrix, matrix.enforced, seated)
    if now.reason is not Reason.ALLOWED:
        return _deny(matrix, now.reason, authorisation)
    aim = now if matrix.settled else resolve(matrix, matrix.target, seated)
    closed = aim.reason is not Reason.ALLOWED
    return Decision(
        Effect.ALLOW,
        Reason.ALLOWED,
        now.rules,
        authorisation=now.authorisation,
        policy=matrix.hash,
        cell=now.cell,
        target=Effect.DENY if closed else None,
        pending=now.pending if closed else (),
        scope=scope(matrix, call, now),
    )


def _deny(matrix: Matrix, reason: Reason, authorisation: Authorisation | None = None) -> Decision:
    rules = matrix.closing if reason is Reason.FUNCTION_NOT_IN_ROLE and matrix.closing else ("RG0",)
    return Decision(Effect.DENY, reason, rules, authorisation=authorisation, policy=matrix.hash)


def outcome_of(table: Table, name: str, at: Place) -> Outcome:
    """Give what a table says of a standing in the cells of a call, by the name that the decision about the call gave."""
    cell = table.cells.get(name)
    if cell is not None:
        return cell.outcomes[at] if cell.outcomes else DENIED
    listed, *exports = name.split(EXPORTED)
    combined, *others = (_single(table, each, at) for each in listed.split(CHAIN))
    for each in others:
        combined = joined(combined, each, narrow=False)
    for right in exports:
        combined = joined(combined, _single(table, right, at), narrow=True)
    return combined


def _single(table: Table, name: str, at: Place) -> Outcome:
    cell = table.cells.get(name)
    return cell.outcomes[at] if cell is not None and cell.outcomes else DENIED


def judge_row(matrix: Matrix, call: Call, decision: Decision, standing: Standing | None) -> Decision:
    """Decide about a person whom the request names, before sending; None: a person of whom nothing is known.

    A read of somebody unknown is judged on its answer; a mutation of somebody unknown is denied.
    """
    if not _shows_persons(matrix, decision.cell):
        return decision
    mutates = call.kind is Kind.MUTATE
    if standing is None:
        return _row(decision, None, _Found(DENIED, Reason.PERSON_UNKNOWN)) if mutates else decision
    writes = call.writes if mutates else None
    at = place(standing.relation, standing.protection, emergency=standing.emergency)
    now = _named(outcome_of(matrix.enforced, decision.cell, at), writes)
    if matrix.settled:
        return _row(decision, standing.relation, now)
    aim = _named(outcome_of(matrix.target, decision.cell, at), writes)
    return _row(decision, standing.relation, now, aim)


@dataclass(frozen=True, slots=True)
class _Found:
    """The outcome for a person whom a request names, and the reason in the end."""

    outcome: Outcome
    reason: Reason


def _named(outcome: Outcome, writes: frozenset[Category] | None) -> _Found:
    if not outcome.visible:
        return _Found(outcome, outcome.reason)
    partly = writes is not None and not (outcome.whole and writes <= outcome.visible)
    return _Found(outcome, Reason.HIDDEN_CATEGORY if partly else Reason.ALLOWED)


def _shows_persons(matrix: Matrix, name: str) -> bool:
    cell = matrix.enforced.cells.get(name)
    return cell is None or bool(cell.outcomes)


def _row(decision: Decision, relation: Relation | None, now: _Found, aim: _Found | None = None) -> Decision:
    outcome, effect = now.outcome, _effect(now.reason)
    aimed = effect if aim is None else _effect(aim.reason)
    return Decision(
        effect,
        now.reason,
        outcome.rules,
        relation,
        decision.authorisation,
        outcome.visible,
        policy=decision.policy,
        cell=f"{decision.cell}/{relation}" if relation else decision.cell,
        target=None if aimed is effect else aimed,
        lost=outcome.visible - aim.outcome.visible if aim else _NOTHING,
        pending=outcome.pending,
        duties=outcome.duties if effect is Effect.ALLOW else _FREE,
        card=outcome.card,
    )


def _effect(reason: Reason) -> Effect:
    return Effect.ALLOW if reason is Reason.ALLOWED else Effect.DENY


def judge_person(matrix: Matrix, decision: Decision, shown: Shown, standing: Standing) -> Decision:
    """Decide about one person of an answer: what may be seen of it, and what must be emptied.

    `shown` and `hidden` of the result are the categories that this answer holds; a person of whom no category was read
    is denied, as is everybody where the call was not allowed. `card`: the row is to be replaced by a card.
    """
    allowed = decision.effect is Effect.ALLOW
    at = place(standing.relation, standing.protection, emergency=standing.emergency)
    outcome = outcome_of(matrix.enforced, decision.cell, at) if allowed else DENIED
    hidden = shown.categories - outcome.visible
    reason = _reason(shown, outcome, hidden)
    judged = Decision(
        _effect(reason),
        reason,
        outcome.rules,
        standing.relation,
        decision.authorisation,
        shown.categories - hidden,
        hidden,
        decision.policy,
        decision.cell,
        duties=outcome.duties if reason is Reason.ALLOWED else _FREE,
        card=outcome.card,
    )
    if matrix.settled:
        return judged
    return _staged(judged, outcome, outcome_of(matrix.target, decision.cell, at) if allowed else DENIED, shown)


def _staged(judged: Decision, now: Outcome, aim: Outcome, shown: Shown) -> Decision:
    """Say beside a decision what all rules together would do to this person; who loses by a warning reads a banner."""
    aimed = _effect(_reason(shown, aim, shown.categories - aim.visible))
    lost = judged.shown - aim.visible if aimed is Effect.ALLOW else judged.shown
    if aimed is judged.effect and not lost and now.card is aim.card:
        return judged
    return decision_with(
        judged,
        target=None if aimed is judged.effect else aimed,
        lost=lost,
        pending=now.pending,
        duties=judged.duties | _BANNER if now.warns and judged.effect is Effect.ALLOW else judged.duties,
    )


def _reason(shown: Shown, outcome: Outcome, hidden: frozenset[Category]) -> Reason:
    """Say whether somebody may be shown under an outcome, and if not, why."""
    if not shown.categories:
        return Reason.UNREADABLE
    if not outcome.visible:
        return outcome.reason
    if hidden == shown.categories or (outcome.card and not shown.traits):
        return Reason.HIDDEN_CATEGORY
    if hidden and not hidden <= {each.category for each in shown.fields}:
        return Reason.HIDDEN_CATEGORY
    return Reason.ALLOWED
