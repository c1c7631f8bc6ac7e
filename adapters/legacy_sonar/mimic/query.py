"""The query of a list that newcore answers: made by a search, kept in the session's listing, gone on with by paging. Pure.

Rules: ten rows a set; behind the last set is the last set; a sort begins anew at the first one, in legacy's order; a
search that is refined keeps its criteria and loses its order; before anything was asked a list is empty.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from urllib.parse import parse_qsl, urlencode

from adapters.legacy_sonar.mimic.ask import UntranslatableError
from adapters.legacy_sonar.mimic.criteria import plain
from proxy.model.call import Call
from proxy.model.principal import Listing
from proxy.model.statement import camel

SET = 10
LAST = -1
SORTS: Mapping[str, str] = MappingProxyType({"SortAscending": "", "SortDescending": "-"})
TURNS = frozenset({"GotoFirstSet", "GotoNextSet", "GotoPreviousSet", "GotoLastSet"})
_NO_CRITERION = frozenset({"srn", "record", "query_name", "sort"})
_SORT, _NOTHING = ".sort", ".nothing"


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked of newcore. `offset` -1: the last set, once the total is known."""

    filters: tuple[tuple[str, str], ...] = ()
    """Canonical field, filter."""
    sort: str = ""
    """Canonical field, with `-` in front for descending; empty: the list's own order."""
    offset: int = 0
    asked: bool = True
    """False: nobody has searched yet, so there is nothing in the list."""

    def canonical(self) -> str:
        """Write it for the session's listing (its place is kept beside it)."""
        if not self.asked:
            return urlencode(((_NOTHING, ""),))
        return urlencode((*self.filters, *(((_SORT, self.sort),) if self.sort else ())))

    def parameters(self, size: int = SET) -> tuple[tuple[str, str], ...]:
        """Give the parameters of a list that has its criteria in the address, such as `GET /v1/vacancies`."""
        sort = (("sort", camel(self.sort)),) if self.sort else ()
        named = tuple((camel(name), text) for name, text in self.filters)
        return (*named, *sort, ("limit", str(size)), ("offset", str(max(self.offset, 0))))

    def body(self, size: int = SET) -> dict[str, object]:
        """Give the body of a search for persons."""
        sort = {"sort": camel(self.sort)} if self.sort else {}
        filters = {camel(name): text for name, text in self.filters}
        return {"filters": filters, **sort, "limit": size, "offset": max(self.offset, 0)}


NOTHING = Query(asked=False)


def of_listing(listing: Listing) -> Query:
    """Read the query of a list back."""
    pairs = parse_qsl(listing.query, keep_blank_values=True)
    found = dict(pairs)
    if _NOTHING in found:
        return NOTHING
    filters = tuple((name, text) for name, text in pairs if name != _SORT)
    return Query(filters, found.get(_SORT, ""), listing.offset)


def searched(call: Call, before: Iterable[tuple[str, str]] = ()) -> Query:
    """Make the query of a search; `before` are the criteria that it refines. Raises UntranslatableError."""
    given = [(name, text) for name, text in call.aliases if name not in _NO_CRITERION and text.strip()]
    if len({name for name, _ in given}) < len(given):
        raise UntranslatableError("one field twice")
    fresh = {name: plain(name, text) for name, text in given}
    return Query(tuple({**dict(before), **fresh}.items()))


def sorted_by(query: Query, method: str, call: Call) -> Query:
    """Give the query in another order, from its first set on."""
    name = dict(call.aliases).get("sort")
    if name is None:
        raise UntranslatableError("a sort by nothing")
    return replace(query, sort=SORTS[method] + name, offset=0)


def turned(query: Query, method: str) -> Query:
    """Give the query at another set."""
    offsets = {"GotoNextSet": query.offset + SET, "GotoPreviousSet": max(query.offset - SET, 0), "GotoLastSet": LAST}
    return replace(query, offset=offsets.get(method, 0))


def within(query: Query, total: int) -> Query:
    """Keep the place inside the list: behind the last set is the last set, as in legacy."""
    last = max(total - 1, 0) // SET * SET
    return replace(query, offset=last) if query.offset == LAST or query.offset > last else query
