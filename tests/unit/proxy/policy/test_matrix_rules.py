"""Every rule is alive: to take it away, or to enforce it alone, changes what somebody may see."""

from dataclasses import replace

from proxy.policy.matrix import Matrix
from proxy.policy.rule import Mode, Rule, Seat
from proxy.policy.table import Table, target
from tests.unit.proxy.policy.test_staging import with_rules


def meaning(table: Table) -> dict[str, list[tuple[object, ...]]]:
    """What a table lets people see and asks of them, without the names of the rules that did it."""
    return {
        name: [(cell.open, cell.requires), *((at.visible, at.card, at.duties, at.unseen) for at in cell.outcomes)]
        for name, cell in table.cells.items()
    }


def dead(matrix: Matrix) -> list[str]:
    """Name the rules whose removal changes nothing in the end, and which change nothing when they alone hold."""
    return [rule.id for rule in matrix.rules if not (missed(matrix, rule) or holds_alone(matrix, rule))]


def concerned(matrix: Matrix, rule: Rule) -> tuple[Seat, ...]:
    """The seats of which a rule speaks: no other can change by it."""
    return tuple(seat for seat in matrix.seats if rule.concerns(seat))


def missed(matrix: Matrix, rule: Rule) -> bool:
    """Whether the removal of a rule changes the target."""
    seats = concerned(matrix, rule)
    others = tuple(each for each in matrix.rules if each is not rule)
    return meaning(target(seats, others)) != meaning(target(seats, matrix.rules))


def holds_alone(matrix: Matrix, rule: Rule) -> bool:
    """Whether a rule that is enforced before all others changes what legacy allows."""
    few = replace(matrix, seats=concerned(matrix, rule))
    nothing = tuple(replace(each, mode=Mode.REPORT) for each in matrix.rules)
    alone = tuple(replace(each, mode=Mode.ENFORCE if each.id == rule.id else Mode.REPORT) for each in matrix.rules)
    return meaning(with_rules(few, alone).enforced) != meaning(with_rules(few, nothing).enforced)


def test_no_rule_is_dead(matrix):
    """A rule whose removal changes nothing is a typing error or a reassurance; there is none."""
    assert dead(matrix) == []


def test_a_dead_rule_is_found(matrix):
    """A second copy of a permission does nothing."""
    copy = replace(next(rule for rule in matrix.rules if rule.id == "RG2"), id="RG2.again")
    assert dead(with_rules(matrix, (*matrix.rules, copy))) == ["RG2", "RG2.again"]
