"""Decide: about a call before it is sent, about the rows that it names, about every person that its answer shows.

Rules:
1. No branch on a role: what differs between roles stands in the matrix.
2. A call uses exactly one authorisation, the narrowest that suffices, and every link of a chain must be allowed by it.
   An export needs a second right beside it: the export authorisation decides which rows, the other which columns.
3. A mutation is decided in full before it is sent: the person must be known, the relation must allow it and every
   category of the function must be visible, because what was changed cannot be withheld afterwards.
4. Until categories are masked, a page or row that holds a hidden category is denied as a whole.
5. Unknown is denied, with a reason of its own.
"""

from datetime import date

from proxy.model.call import Call, Kind, Search, SearchClass
from proxy.model.decision import Decision, Effect, Reason
from proxy.model.person import PersonClass, Relation, Shown, Standing
from proxy.model.principal import Authorisation, Principal
from proxy.policy.matrix import Matrix
from proxy.policy.rule import Requirement, Width
from proxy.policy.table import DENIED, Cell, Outcome, joined

_CHAIN, _EXPORTED = " + ", " > "
_WIDTHS = {width: rank for rank, width in enumerate(Width)}
_STRICT_KINDS = frozenset({Kind.MUTATE, Kind.EXPORT})


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
    allowed = tuple(each for each in judged if each.effect is Effect.ALLOW)
    unmet = next((each for each in judged if each.reason is not Reason.FUNCTION_NOT_IN_ROLE), judged[0])
    return allowed or (unmet,)


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
    exports = [name for name in _functions(call) if matrix.subjects[name].kind is Kind.EXPORT]
    cells = _cells(matrix, authorisation, [name for name in _functions(call) if name not in exports])
    if cells is None or (exports and not cells):
        return _deny(matrix, Reason.FUNCTION_NOT_IN_ROLE, authorisation)
    unmet = next((reason for each in cells for reason in _unmet(each, call)), None)
    if unmet is not None:
        return _deny(matrix, unmet, authorisation)
    if not exports:
        return _allow(matrix, authorisation, cells, ())
    return _judge_export(matrix, exports, (authorisation, cells), held)


def _judge_export(
    matrix: Matrix, exports: list[str], base: tuple[Authorisation, list[Cell]], held: list[Authorisation]
) -> Decision:
    """Find the export right that reaches no further than the list's own authorisation; it is the one that is logged."""
    authorisation, cells = base
    for each in held:
        rights = _cells(matrix, each, exports)
        if rights and _within(matrix, each, authorisation):
            return _allow(matrix, each, cells, rights)
    return _deny(matrix, Reason.FUNCTION_NOT_IN_ROLE, authorisation)


def _within(matrix: Matrix, inner: Authorisation, outer: Authorisation) -> bool:
    national = matrix.roles[outer.role].width is Width.NATIONAL
    return inner is outer or national or inner.regions <= outer.regions


def _functions(call: Call) -> list[str]:
    return list(dict.fromkeys(link.function for link in call.links if link.function))


def _cells(matrix: Matrix, authorisation: Authorisation, functions: list[str]) -> list[Cell] | None:
    kind = authorisation.organisation.kind
    found = [matrix.index.get((function, authorisation.role, kind)) for function in functions]
    known = [each for each in found if each is not None and each.open]
    return known if len(known) == len(functions) else None


def _unmet(cell: Cell, call: Call) -> list[Reason]:
    reasons = []
    if Requirement.VACANCY in cell.requires and not call.vacancy:
        reasons.append(Reason.SEARCH_NOT_ALLOWED if call.search else Reason.OUT_OF_REACH)
    if Requirement.BSN_AND_BIRTH_DATE in cell.requires and call.search and not _identifies(call.search):
        reasons.append(Reason.SEARCH_NOT_ALLOWED)
    return reasons


def _identifies(search: Search) -> bool:
    return search.by is SearchClass.BSN and search.bsn is not None and search.birth_date


def _allow(matrix: Matrix, authorisation: Authorisation, cells: list[Cell], rights: list[Cell] | tuple[()]) -> Decision:
    shows = [each for each in cells if each.outcomes] or cells
    name = _CHAIN.join(each.name for each in shows)
    if rights:
        name = _EXPORTED.join((name, *(each.name for each in rights)))
    rules = tuple(dict.fromkeys(rule for each in (*cells, *rights) for rule in each.rules))
    return Decision(Effect.ALLOW, Reason.ALLOWED, rules, authorisation=authorisation, policy=matrix.hash, cell=name)


def _deny(matrix: Matrix, reason: Reason, authorisation: Authorisation | None = None) -> Decision:
    return Decision(Effect.DENY, reason, ("RG0",), authorisation=authorisation, policy=matrix.hash)


def _outcome(matrix: Matrix, name: str, relation: Relation, held: PersonClass) -> Outcome:
    cell = matrix.cells.get(name)
    if cell is not None:
        return cell.outcomes.get((relation, held), DENIED)
    listed, *exports = name.split(_EXPORTED)
    outcomes = [matrix.cells[each].outcomes.get((relation, held), DENIED) for each in listed.split(_CHAIN)]
    combined = outcomes[0]
    for each in outcomes[1:]:
        combined = joined(combined, each, narrow=False)
    for right in exports:
        combined = joined(combined, matrix.cells[right].outcomes.get((relation, held), DENIED), narrow=True)
    return combined


def judge_row(matrix: Matrix, call: Call, decision: Decision, standing: Standing | None) -> Decision:
    """Decide about a person whom the request names, before sending; None: a person of whom nothing is known.

    A read of somebody unknown is judged on its answer; a mutation of somebody unknown is denied.
    """
    if not _shows_persons(matrix, decision.cell):
        return decision
    if standing is None:
        unknown = call.kind is Kind.MUTATE
        return _row(decision, None, Reason.PERSON_UNKNOWN, DENIED) if unknown else decision
    relation = standing.relation
    outcome = _outcome(matrix, decision.cell, relation, standing.protection)
    if not outcome.visible:
        return _row(decision, relation, outcome.reason, outcome)
    partly = call.kind is Kind.MUTATE and not outcome.whole
    return _row(decision, relation, Reason.HIDDEN_CATEGORY if partly else Reason.ALLOWED, outcome)


def _shows_persons(matrix: Matrix, name: str) -> bool:
    cell = matrix.cells.get(name)
    return cell is None or bool(cell.outcomes)


def _row(decision: Decision, relation: Relation | None, reason: Reason, outcome: Outcome) -> Decision:
    return Decision(
        Effect.ALLOW if reason is Reason.ALLOWED else Effect.DENY,
        reason,
        outcome.rules,
        relation,
        decision.authorisation,
        outcome.visible,
        policy=decision.policy,
        cell=f"{decision.cell}/{relation}" if relation else decision.cell,
    )


def judge_person(matrix: Matrix, decision: Decision, shown: Shown, standing: Standing) -> Decision:
    """Decide about one person of an answer: what may be seen of it, and what its row or page shows beyond that.

    `shown` and `hidden` of the result are the categories that this answer holds; a person of whom no category was read
    is denied, as is everybody where the call was not allowed.
    """
    allowed = decision.effect is Effect.ALLOW
    outcome = _outcome(matrix, decision.cell, standing.relation, standing.protection) if allowed else DENIED
    visible = outcome.visible
    hidden = shown.categories - visible
    if not shown.categories:
        reason = Reason.UNREADABLE
    elif not visible:
        reason = outcome.reason
    elif hidden:
        reason = Reason.HIDDEN_CATEGORY
    else:
        reason = Reason.ALLOWED
    return Decision(
        Effect.ALLOW if reason is Reason.ALLOWED else Effect.DENY,
        reason,
        outcome.rules,
        standing.relation,
        decision.authorisation,
        shown.categories & visible,
        hidden,
        decision.policy,
        decision.cell,
    )
