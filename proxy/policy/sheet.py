"""The matrix as a sheet: every standing of every cell, one a row (CSV), read from the compiled table."""

import csv
import io
from collections.abc import Iterator, Mapping

from proxy.model.person import Category
from proxy.policy.explain import authors
from proxy.policy.matrix import Matrix
from proxy.policy.rule import STANDINGS, Seat
from proxy.policy.table import Cell, Outcome

COLUMNS = (
    *("role", "role_name", "organisation", "function", "function_name", "kind", "open", "relation", "class"),
    *("emergency", "visible", "card", "reason", "rules", "duties", "pending", "target", "notes_withheld"),
)


def rows(matrix: Matrix, names: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Give every standing of every cell that is open to somebody, as the CSV says it."""
    for seat in matrix.seats:
        cell = cell_of(matrix, seat)
        if cell is None:
            continue
        head = {
            "role": seat.row.role, "role_name": seat.row.name, "organisation": seat.kind, "function": seat.subject.id,
            "function_name": names.get(seat.subject.id, ""), "kind": seat.subject.kind,
            "open": "ja" if seat.subject.open else "nee",
        }  # fmt: skip
        aim = matrix.target.cells.get(seat.name)
        if not cell.outcomes:
            yield dict.fromkeys(COLUMNS, "") | head | {"rules": " ".join(cell.rules), "pending": " ".join(cell.pending)}
        for at, outcome in enumerate(cell.outcomes):
            later = aim.outcomes[at] if aim and aim.outcomes else None
            yield head | _standing(at) | _said(seat, outcome, later)


def cell_of(matrix: Matrix, seat: Seat) -> Cell | None:
    """Give the cell of a seat that holds today; None: closed."""
    return matrix.enforced.index.get((seat.subject.id, seat.row.role, seat.kind))


def _standing(at: int) -> dict[str, str]:
    relation, protection, emergency = STANDINGS[at]
    return {"relation": relation, "class": protection, "emergency": "ja" if emergency else "nee"}


def _said(seat: Seat, outcome: Outcome, later: Outcome | None) -> dict[str, str]:
    return {
        "visible": " ".join(held(seat, outcome)),
        "card": "ja" if outcome.card else "nee",
        "reason": outcome.reason,
        "rules": " ".join(outcome.rules),
        "duties": " ".join(sorted(outcome.duties)),
        "pending": " ".join(outcome.pending),
        "target": " ".join(held(seat, later)) if later else "",
        "notes_withheld": " ".join(authors(outcome.unseen, seat.subject.categories | seat.subject.accompany)),
    }


def held(seat: Seat, outcome: Outcome) -> tuple[str, ...]:
    """Name what is visible of what the function and its screen hold, in the order of the catalogue's categories."""
    seen = outcome.visible & (seat.subject.categories | seat.subject.accompany)
    return tuple(category.value for category in Category if category in seen)


def table_text(matrix: Matrix, names: Mapping[str, str]) -> str:
    """Write the CSV."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows(matrix, names))
    return out.getvalue()
