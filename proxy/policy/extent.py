"""How far a call reaches at most: the categories that it may show of anybody at all. Pure.

Why: newcore answers a list before anybody in it was judged; it is told what may be in the answer of any record, and gives
nothing else. The answer is judged person by person all the same.
"""

from collections.abc import Iterator

from proxy.model.decision import Decision
from proxy.model.person import Category
from proxy.policy.matrix import Matrix
from proxy.policy.resolve import CHAIN, EXPORTED
from proxy.policy.table import Cell


def extent(matrix: Matrix, decision: Decision) -> frozenset[Category]:
    """Give the categories that a decision's function can show in any standing; all of its own where it shows no persons."""
    listed = decision.cell.partition(EXPORTED)[0]
    cells = (matrix.enforced.cells.get(name) for name in listed.split(CHAIN))
    return frozenset(category for cell in cells if cell for category in _shown(matrix, cell))


def _shown(matrix: Matrix, cell: Cell) -> Iterator[Category]:
    if not cell.outcomes:
        yield from matrix.subjects[cell.function].categories
    for outcome in cell.outcomes:
        yield from outcome.visible
