"""The rules compiled: one cell per function, role and kind of organisation, one outcome per standing.

This is the *target*, what all rules together say; `staging.py` makes of it what holds today. Default deny; forbid > mask >
allow > card; visible = (function + what accompanies it, as far as the matrix gives it) and what the matching allows show,
minus every hide. A mask that names authors takes nothing from the page and keeps back the rows that they wrote. An outcome
that shows nothing of the function's own is no permission.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import product

from proxy.model.decision import Duty, Reason
from proxy.model.person import Authorship, Category, PersonClass, Relation
from proxy.model.principal import OrganisationKind, Role
from proxy.policy.rule import EVERY, STANDINGS, Does, Requirement, Rule, Seat, place

_PROTECTED = frozenset({PersonClass.STAFF, PersonClass.SELF})


type Unseen = frozenset[tuple[Authorship, Category]]
"""Which visible categories are not shown of a row that somebody of these wrote."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a standing opens in a cell; no visible category means: denied, for the reason."""

    visible: frozenset[Category]
    reason: Reason
    rules: tuple[str, ...]
    whole: bool
    """All categories of the function itself are visible: what a mutation needs."""
    duties: frozenset[Duty] = frozenset()
    card: bool = False
    """Only as a card."""
    pending: tuple[str, ...] = ()
    """Rules that are not enforced yet and would change this outcome."""
    warns: bool = False
    """One of those announces itself to the user."""
    unseen: Unseen = frozenset()


DENIED = Outcome(frozenset(), Reason.OUT_OF_REACH, (), whole=False)


@dataclass(frozen=True, slots=True)
class Cell:
    """Everything about one function for one role in one kind of organisation."""

    name: str
    """`role@organisation/function`."""
    function: str
    outcomes: tuple[Outcome, ...]
    """By place of the standing; none where the function shows no persons."""
    requires: frozenset[Requirement]
    rules: tuple[str, ...]
    """Rules that open the function to the role, for the record of the call."""
    open: bool
    """False: the role has the function, but no rule allows it (a function without persons needs RG0)."""
    pending: tuple[str, ...] = ()
    """Rules that are not enforced yet and would close the function to the role or ask for more."""

    def at(self, relation: Relation, held: PersonClass, *, emergency: bool = False) -> Outcome:
        """Give the outcome of a standing."""
        return self.outcomes[place(relation, held, emergency=emergency)] if self.outcomes else DENIED


@dataclass(frozen=True, slots=True)
class Table:
    """All cells that are open to somebody; an absent cell is closed."""

    cells: Mapping[str, Cell] = field(repr=False)
    """By name."""
    index: Mapping[tuple[str, Role, OrganisationKind], Cell] = field(repr=False)


type Decide = Callable[[list[Rule]], Outcome]
"""Decides one standing by the rules that hold for it."""


def target(seats: Iterable[Seat], rules: tuple[Rule, ...]) -> Table:
    """Compile what all rules together say."""
    return tabulate((seat, _cell(seat, rules)) for seat in seats if seat.given is not None)


def tabulate(made: Iterable[tuple[Seat, Cell]]) -> Table:
    """Make a table of cells."""
    index = {(seat.subject.id, seat.row.role, seat.kind): cell for seat, cell in made}
    return Table({cell.name: cell for cell in index.values()}, index)


def _cell(seat: Seat, rules: Iterable[Rule]) -> Cell:
    concerned = [rule for rule in rules if rule.concerns(seat)]
    opening = [rule for rule in concerned if rule.does.opens]
    return Cell(
        seat.name,
        seat.subject.id,
        outcomes(seat, concerned, lambda holding: decided(seat, holding)),
        required(opening),
        tuple(rule.id for rule in opening),
        open=bool(opening) or seat.subject.persons,
    )


def required(opening: list[Rule]) -> frozenset[Requirement]:
    """Say what every way in needs; one without the requirement is a way that needs none."""
    needed = [rule.requires for rule in opening]
    return reduce(frozenset.intersection, needed) if needed else frozenset()


def outcomes(seat: Seat, rules: list[Rule], decide: Decide) -> tuple[Outcome, ...]:
    """Decide every standing; standings under the same rules share one outcome."""
    if not seat.subject.persons:
        return ()
    groups: list[tuple[int, list[Rule]]] = [(EVERY, [])]
    for rule in rules:
        bits = rule.standings(seat)
        inside = [(group & bits, [*held, rule]) for group, held in groups if group & bits]
        groups = [*((group & ~bits, held) for group, held in groups if group & ~bits), *inside]
    found = [DENIED] * len(STANDINGS)
    for group, held in groups:
        outcome = decide(held)
        for at in range(len(STANDINGS)):
            if group >> at & 1:
                found[at] = outcome
    return tuple(found)


def decided(seat: Seat, holding: list[Rule]) -> Outcome:
    """Decide a standing by the rules that hold for it, all of them in force."""
    forbids = [rule for rule in holding if rule.does is Does.FORBID]
    if forbids:
        return denied(forbids)
    ways = [rule for rule in holding if rule.does is Does.ALLOW]
    opening = ways or [rule for rule in holding if rule.does is Does.CARD]
    if not opening:
        return DENIED
    granted = seat.subject.categories | seat.subject.accompany
    if seat.given is not None and seat.given.only is not None:
        granted &= seat.given.only
    shown = frozenset[Category]().union(*(granted & rule.show for rule in opening))
    made = masked(seat, shown, (*opening, *(rule for rule in holding if rule.does is Does.MASK)))
    if not made.visible:
        return made
    return replace(made, duties=frozenset[Duty]().union(*(rule.duties for rule in opening)), card=not ways)


def masked(seat: Seat, shown: frozenset[Category], used: tuple[Rule, ...]) -> Outcome:
    """Take away what the masks among the used rules hide; nothing of the function's own left is no permission."""
    visible = shown.difference(*(rule.hide for rule in used if not rule.authors))
    names = tuple(rule.id for rule in used if not rule.authors or rule.hide & visible)
    own = seat.subject.categories
    if not visible & own:
        return Outcome(frozenset(), Reason.HIDDEN_CATEGORY, names, whole=False)
    unseen = frozenset(pair for rule in used for pair in product(rule.authors, rule.hide & visible))
    return Outcome(visible, Reason.ALLOWED, names, whole=own <= visible, unseen=unseen)


def denied(forbids: list[Rule]) -> Outcome:
    """Deny by these rules; the protection of a dossier has a reason of its own."""
    protects = any(rule.classes <= _PROTECTED for rule in forbids)
    reason = Reason.PROTECTED if protects else Reason.OUT_OF_REACH
    return Outcome(frozenset(), reason, tuple(rule.id for rule in forbids), whole=False)


def joined(one: Outcome, other: Outcome, *, narrow: bool) -> Outcome:
    """Join the outcomes of two functions of one call: both must allow; an export narrows, a chain shows either."""
    for each in (one, other):
        if not each.visible:
            return each
    visible = one.visible & other.visible if narrow else one.visible | other.visible
    return Outcome(
        visible,
        Reason.ALLOWED if visible else Reason.HIDDEN_CATEGORY,
        _either(one.rules, other.rules),
        whole=one.whole and other.whole,
        duties=one.duties | other.duties,
        card=one.card or other.card,
        pending=_either(one.pending, other.pending),
        warns=one.warns or other.warns,
        unseen=frozenset(pair for pair in one.unseen | other.unseen if pair[1] in visible),
    )


def _either(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*one, *other)))
