"""What holds today, while rules are on their way from report over warn to enforce (RG14).

*Enforced* starts from what the legacy allows for catalogued functions, which is everything; forbids and masks apply once
they are enforced; default deny applies to a cell once every rule that could allow it is enforced. Rules of this file:
1. With every rule in enforce this is the target itself; with none, nothing changes but the log.
2. The rules that could allow a cell are those that hold for the standing; where none does, those of the function for the
   role; where there are none, all of the matrix. So what lies outside every rule closes last, never first.
3. `pending` names the rules that are not enforced and would change the outcome. One of them in warn means a banner
   for whoever loses something by it.
4. Unknown functions, functions that are not open yet, locks and absent authorisations are no matter of staging.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from proxy.model.decision import Duty
from proxy.model.person import Category
from proxy.policy.rule import Cells, Does, Mode, Rule, Seat
from proxy.policy.table import Cell, Outcome, Table, decided, denied, masked, outcomes, required, tabulate

EVERYTHING = frozenset(Category)
STAGING = "RG14"
"""Stands in the record where legacy's own permission holds."""
TERM = timedelta(days=90)


def enforced(seats: Iterable[Seat], rules: tuple[Rule, ...], aim: Table) -> Table:
    """Compile what holds today; the target itself once every rule is enforced."""
    if all(rule.enforced for rule in rules):
        return aim
    stage = _Stage(rules, tuple(rule for rule in rules if rule.does.opens), aim)
    return tabulate((seat, cell) for seat in seats if (cell := stage.cell(seat)) is not None)


@dataclass(frozen=True, slots=True)
class _Stage:
    """The rules as they are in force, and the table that they are on the way to."""

    rules: tuple[Rule, ...]
    ways: tuple[Rule, ...]
    """All rules of the matrix that open something."""
    aim: Table

    def cell(self, seat: Seat) -> Cell | None:
        """Compile one cell; None: closed."""
        aim = self.aim.cells.get(seat.name)
        concerned = [rule for rule in self.rules if rule.concerns(seat)]
        opening = [rule for rule in concerned if rule.does.opens]
        closing = self._closing(seat, opening)
        later = tuple(rule.id for rule in closing if not rule.enforced)
        if seat.given is None and not later:
            return None
        if all(rule.enforced for rule in concerned) and aim is not None and not later:
            return aim
        return Cell(
            seat.name,
            seat.subject.id,
            outcomes(seat, concerned, lambda holding: self.outcome(seat, closing, holding)),
            frozenset() if later else required(opening),
            (STAGING,) if later else tuple(rule.id for rule in opening),
            open=bool(later) or seat.subject.persons or bool(opening),
            pending=later,
        )

    def _closing(self, seat: Seat, opening: list[Rule]) -> list[Rule]:
        """List the rules by whose enforcement whatever they do not open is closed."""
        absent = [rule for rule in self.rules if rule.cells is Cells.ABSENT and rule.concerns(seat)]
        return absent or opening or list(self.ways)

    def outcome(self, seat: Seat, closing: list[Rule], holding: list[Rule]) -> Outcome:
        """Decide one standing as it is today, with what is pending."""
        aim = decided(seat, holding)
        ways = [rule for rule in holding if rule.does.opens] or closing
        now = _now(seat, ways, holding)
        if (now.visible, now.card, now.duties, now.unseen) == (aim.visible, aim.card, aim.duties, aim.unseen):
            return now
        limits = (rule for rule in holding if not rule.does.opens)
        later = {rule.id: rule for rule in (*limits, *ways) if not rule.enforced}
        warns = any(rule.mode is Mode.WARN for rule in later.values())
        return replace(now, pending=tuple(later), warns=warns)


def _now(seat: Seat, ways: list[Rule], holding: list[Rule]) -> Outcome:
    in_force = [rule for rule in holding if rule.enforced]
    if all(rule.enforced for rule in ways):
        return decided(seat, in_force)
    forbids = [rule for rule in in_force if rule.does is Does.FORBID]
    if forbids:
        return denied(forbids)
    made = masked(seat, EVERYTHING, tuple(rule for rule in in_force if rule.does is Does.MASK))
    duties = frozenset[Duty]().union(*(rule.duties for rule in in_force if rule.does.opens))
    return replace(made, rules=(STAGING, *made.rules), duties=duties)


@dataclass(frozen=True, slots=True)
class Stale:
    """A rule that stays in a stage for too long, as compliance reads it."""

    rule: str
    told: str


def stale(rules: Iterable[Rule], today: date) -> Iterator[Stale]:
    """Name the rules that sit in report for more than ninety days, and warnings whose day has come."""
    for rule in rules:
        days = (today - rule.since).days
        if rule.mode is Mode.REPORT and today - rule.since > TERM:
            yield Stale(rule.id, f"{rule.id} staat al {days} dagen op report (hoogstens {TERM.days})")
        if rule.mode is Mode.WARN and rule.enforces_on is not None and rule.enforces_on <= today:
            yield Stale(rule.id, f"{rule.id} zou vanaf {rule.enforces_on} gelden en staat nog op warn")
