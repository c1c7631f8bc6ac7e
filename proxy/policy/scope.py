"""Where the persons live whom a search may show at all: what legacy is asked for, so that a page is not short.

Rules:
1. Only a search that may find anybody has a scope: not one by BSN, and not one for candidates of a vacancy (RG5).
2. The matrix says for which roles the query is narrowed. A cell that holds today and opens anybody farther than a region,
   whatever the class and the emergency, has no scope: as long as a rule is only reported, nothing is narrowed.
3. A scope grants nothing. Every row of the answer is judged as if there had been none.
"""

from proxy.model.call import Call, SearchClass
from proxy.model.decision import Scope
from proxy.model.person import Relation
from proxy.model.principal import OrganisationKind
from proxy.policy.matrix import Matrix
from proxy.policy.resolve import Resolved
from proxy.policy.rule import STANDINGS
from proxy.policy.table import Cell

_FARTHER = frozenset({Relation.GRANT, Relation.VERIFIED, Relation.CARD, Relation.OUTSIDE})


def scope(matrix: Matrix, call: Call, found: Resolved) -> Scope | None:
    """Give the scope of a search under the authorisation and the cell that it resolved to; None: it has none."""
    held, search = found.authorisation, call.search
    if search is None or search.by is SearchClass.BSN or call.vacancy or not matrix.roles[held.role].narrow:
        return None
    cell = matrix.enforced.cells.get(found.cell)
    near = _opened(cell) if cell is not None else frozenset()
    if near & _FARTHER:
        return None
    if Relation.REGION in near:
        return Scope(regions=held.regions) if held.regions else None
    of_a_municipality = held.organisation.kind is OrganisationKind.MUNICIPALITY
    return Scope(municipality=held.organisation.code) if of_a_municipality and Relation.MUNICIPALITY in near else None


def _opened(cell: Cell) -> frozenset[Relation]:
    """Give the relations that show something of somebody."""
    places = zip(STANDINGS, cell.outcomes, strict=True) if cell.outcomes else ()
    return frozenset(relation for (relation, _, _), outcome in places if outcome.visible)
