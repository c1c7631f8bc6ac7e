"""Resolve a call in one table: which authorisation, which cells, and whether what the cells ask for is there.

Why apart from `decide`: a call is resolved twice while rules are staged, once in the table that holds today and once in
the one that all rules together make. An export needs a second right beside the list's; its name is `list > export`. A list that
a change makes, such as the recipients of a message, is never exported.
"""

from dataclasses import dataclass

from proxy.model.call import Call, Kind, Search, SearchClass
from proxy.model.decision import Reason
from proxy.model.principal import Authorisation
from proxy.policy.matrix import Matrix
from proxy.policy.rule import Requirement, Width
from proxy.policy.table import Cell, Table

CHAIN, EXPORTED = " + ", " > "
"""Between the names of cells that one call uses: functions of a chain, and the export right behind its list."""


@dataclass(frozen=True, slots=True)
class Seated:
    """A call under one authorisation, beside all that the account holds today."""

    call: Call
    authorisation: Authorisation
    held: list[Authorisation]


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a table says of a call: the first unmet condition, or the cells that allow it."""

    reason: Reason
    authorisation: Authorisation
    rules: tuple[str, ...] = ()
    cell: str = ""
    pending: tuple[str, ...] = ()


def resolve(matrix: Matrix, table: Table, seated: Seated) -> Resolved:
    """Resolve a call under one authorisation; every link of it must be allowed."""
    call, authorisation = seated.call, seated.authorisation
    functions = list(dict.fromkeys(link.function for link in call.links if link.function))
    exports = [name for name in functions if matrix.subjects[name].kind is Kind.EXPORT]
    cells = _cells(table, authorisation, [name for name in functions if name not in exports])
    changes = any(matrix.subjects[name].kind is Kind.MUTATE for name in functions)
    if cells is None or (exports and (not cells or changes)):
        return Resolved(Reason.FUNCTION_NOT_IN_ROLE, authorisation)
    unmet = next((reason for each in cells for reason in _unmet(each, call)), None)
    if unmet is not None:
        return Resolved(unmet, authorisation)
    if not exports:
        return _allowed(authorisation, cells, [])
    return _exported(matrix, table, seated, (exports, cells))


def _exported(matrix: Matrix, table: Table, seated: Seated, base: tuple[list[str], list[Cell]]) -> Resolved:
    """Find the export right that reaches no further than the list's own authorisation; it is the one that is logged."""
    exports, cells = base
    for each in seated.held:
        rights = _cells(table, each, exports)
        if rights and _within(matrix, each, seated.authorisation):
            return _allowed(each, cells, rights)
    return Resolved(Reason.FUNCTION_NOT_IN_ROLE, seated.authorisation)


def _within(matrix: Matrix, inner: Authorisation, outer: Authorisation) -> bool:
    national = matrix.roles[outer.role].width is Width.NATIONAL
    return inner is outer or national or inner.regions <= outer.regions


def _cells(table: Table, authorisation: Authorisation, functions: list[str]) -> list[Cell] | None:
    kind = authorisation.organisation.kind
    found = [table.index.get((function, authorisation.role, kind)) for function in functions]
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


def _allowed(authorisation: Authorisation, cells: list[Cell], rights: list[Cell]) -> Resolved:
    shows = [each for each in cells if each.outcomes] or cells
    name = CHAIN.join(each.name for each in shows)
    if rights:
        name = EXPORTED.join((name, *(each.name for each in rights)))
    rules = tuple(dict.fromkeys(rule for each in (*cells, *rights) for rule in each.rules))
    pending = tuple(dict.fromkeys(rule for each in (*cells, *rights) for rule in each.pending))
    return Resolved(Reason.ALLOWED, authorisation, rules, name, pending)
