"""The rules compiled: one cell per function, role and kind of organisation, one outcome per relation and class.

Rules: default deny; forbid > mask > allow; visible = (function + what accompanies it, as far as the matrix grants it) and
what the matching allows show, minus every hide. An outcome that shows nothing of the function's own is no permission.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce

from proxy.model.decision import Reason
from proxy.model.person import Category, PersonClass, Relation
from proxy.model.principal import OrganisationKind
from proxy.policy.rule import Does, Grant, Requirement, RoleRow, Rule, Subject

type Key = tuple[Relation, PersonClass]
_PROTECTED = frozenset({PersonClass.STAFF, PersonClass.SELF})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a relation and class open in a cell; no visible category means: denied, for the reason."""

    visible: frozenset[Category]
    reason: Reason
    rules: tuple[str, ...]
    whole: bool
    """All categories of the function itself are visible: what a mutation needs."""


DENIED = Outcome(frozenset(), Reason.OUT_OF_REACH, (), whole=False)


@dataclass(frozen=True, slots=True)
class Cell:
    """Everything about one function for one role in one kind of organisation."""

    name: str
    """`role@organisation/function`."""
    function: str
    outcomes: Mapping[Key, Outcome]
    requires: frozenset[Requirement]
    rules: tuple[str, ...]
    """Rules that open the function to the role, for the record of the call."""
    open: bool
    """False: the role has the function, but no rule allows it (a function without persons needs RG0)."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A role in a kind of organisation."""

    row: RoleRow
    kind: OrganisationKind


def cell(subject: Subject, seat: Seat, grant: Grant, rules: Iterable[Rule]) -> Cell:
    """Compile one cell."""
    row, kind = seat.row, seat.kind
    concerned = [rule for rule in rules if rule.concerns(subject, row, kind) and (grant.own or not rule.own_cells)]
    allows = [rule for rule in concerned if rule.does is Does.ALLOW]
    if grant.own:
        allows = [rule for rule in allows if rule.own_cells]
    needed = [rule.requires for rule in allows]
    return Cell(
        f"{row.role}@{kind}/{subject.id}",
        subject.id,
        _outcomes(subject, row, grant, [*allows, *(rule for rule in concerned if rule.does is not Does.ALLOW)])
        if subject.persons
        else {},
        reduce(frozenset.intersection, needed) if needed else frozenset(),
        tuple(rule.id for rule in allows),
        open=bool(allows) or subject.persons,
    )


def _outcomes(subject: Subject, row: RoleRow, grant: Grant, rules: list[Rule]) -> dict[Key, Outcome]:
    return {
        (relation, held): _outcome(subject, grant, [r for r in rules if r.holds(subject, row, relation, held)])
        for relation in Relation
        for held in PersonClass
    }


def _outcome(subject: Subject, grant: Grant, holding: list[Rule]) -> Outcome:
    forbids = [rule for rule in holding if rule.does is Does.FORBID]
    allows = [rule for rule in holding if rule.does is Does.ALLOW]
    masks = [rule for rule in holding if rule.does is Does.MASK]
    if forbids:
        return _denied(Reason.PROTECTED if _protects(forbids) else Reason.OUT_OF_REACH, forbids)
    if not allows:
        return DENIED
    granted = subject.categories | subject.accompany
    granted = granted if grant.only is None else granted & grant.only
    shown: frozenset[Category] = frozenset().union(*(granted & rule.show for rule in allows))
    visible = shown.difference(*(rule.hide for rule in masks))
    used = tuple(rule.id for rule in (*allows, *masks))
    if not visible & subject.categories:
        return Outcome(frozenset(), Reason.HIDDEN_CATEGORY, used, whole=False)
    return Outcome(visible, Reason.ALLOWED, used, whole=subject.categories <= visible)


def _protects(forbids: list[Rule]) -> bool:
    return any(rule.classes <= _PROTECTED for rule in forbids)


def _denied(reason: Reason, rules: list[Rule]) -> Outcome:
    return Outcome(frozenset(), reason, tuple(rule.id for rule in rules), whole=False)


def joined(one: Outcome, other: Outcome, *, narrow: bool) -> Outcome:
    """Join the outcomes of two functions of one call: both must allow; an export narrows, a chain shows either."""
    for each in (one, other):
        if not each.visible:
            return each
    visible = one.visible & other.visible if narrow else one.visible | other.visible
    rules = tuple(dict.fromkeys((*one.rules, *other.rules)))
    reason = Reason.ALLOWED if visible else Reason.HIDDEN_CATEGORY
    return Outcome(visible, reason, rules, whole=one.whole and other.whole)
