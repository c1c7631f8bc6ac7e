"""Questions to a register: filters, order and part, read strictly from a body or from the parameters of an address.

Rules (pure): closed, so that a misspelt filter never means "everything"; all errors together, and no asked value is
repeated; a filter or an order by a field that the statement does not let this caller see is 403, because the answer
would tell what it is not to show.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from newcore.problem import FieldError, Problem, camel
from newcore.register.commands import text_fault
from newcore.register.model import Kind, Query

MOST, USUAL, FARTHEST, LONGEST_FILTER = 200, 20, 1_000_000, 200
_PART = ("limit", "offset")


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a list."""

    limit: int = USUAL
    offset: int = 0


def from_body(kind: Kind, body: Mapping[str, Any], shown: Sequence[str]) -> Query:
    """Read the question of a search by body."""
    filters = body.get("filters", {})
    found = [
        FieldError(f"body:/{name[:40]}", "unknown", "one of filters, sort, limit, offset")
        for name in body.keys() - {"filters", "sort", *_PART}
    ]
    if not isinstance(filters, dict):
        found.append(FieldError("body:/filters", "type", "an object"))
        filters = {}
    found += _filter_faults(kind, filters, "body:/filters/")
    found += _part_faults(body, "body:/")
    return _query(kind, dict(body) | {"filters": filters}, ("body:/", found, shown))


def from_parameters(kind: Kind, pairs: Sequence[tuple[str, str]], shown: Sequence[str]) -> Query:
    """Read the question of a list by the parameters of its address."""
    given, found = _once(pairs)
    filters = {name: text for name, text in given.items() if name not in {"sort", *_PART}}
    body = {name: _number(text) if name in _PART else text for name, text in given.items() if name not in filters}
    found += _filter_faults(kind, filters, "query:")
    found += _part_faults(body, "query:")
    return _query(kind, body | {"filters": filters}, ("query:", found, shown))


def part_from(pairs: Sequence[tuple[str, str]], most: int = MOST) -> Part:
    """Read which part of a list that has no filters."""
    given, found = _once(pairs)
    body = {name: _number(text) for name, text in given.items()}
    found += [FieldError(f"query:{name[:40]}", "unknown", "one of limit, offset") for name in body.keys() - set(_PART)]
    found += _part_faults(body, "query:", most)
    if found:
        raise _refused(found)
    return Part(int(body.get("limit", USUAL)), int(body.get("offset", 0)))


def after_from(pairs: Sequence[tuple[str, str]], most: int) -> tuple[str, int]:
    """Read after which place a listing goes on, and how far."""
    given, found = _once(pairs)
    limit = _number(given.get("limit", str(USUAL)))
    allowed = {"limit", "after"}
    found += [FieldError(f"query:{name[:40]}", "unknown", "one of limit, after") for name in given.keys() - allowed]
    found += _part_faults({"limit": limit}, "query:", most)
    if fault := text_fault(given.get("after", ""), LONGEST_FILTER):
        found.append(FieldError("query:after", *fault))
    if found:
        raise _refused(found)
    return given.get("after", ""), int(str(limit))


def refuse_any(pairs: Sequence[tuple[str, str]]) -> None:
    """Refuse whatever stands in the address of a call that takes no parameters."""
    if pairs:
        raise _refused([FieldError(f"query:{name[:40]}", "unknown", "no parameter") for name, _ in pairs])


def version_from(pairs: Sequence[tuple[str, str]]) -> object:
    """Read the version of a removal; refuses other parameters."""
    given, found = _once(pairs)
    found += [FieldError(f"query:{name[:40]}", "unknown", "only version") for name in given.keys() - {"version"}]
    if found:
        raise _refused(found)
    return _number(given.get("version", ""))


def _query(kind: Kind, body: Mapping[str, Any], about: tuple[str, list[FieldError], Sequence[str]]) -> Query:
    place, found, shown = about
    names, written = {camel(name): name for name in kind.filters}, body.get("sort", "")
    descending = isinstance(written, str) and written.startswith("-")
    asked = written.removeprefix("-") if isinstance(written, str) else written
    if asked not in ("", *names) or (descending and not asked):
        allowed = f"one of {', '.join(names)}, with - in front for descending"
        found = [*found, FieldError(f"{place}sort", "sort", allowed)]
    if found:
        raise _refused(found)
    filters = {names[name]: text for name, text in body["filters"].items() if text.strip()}
    sort = names.get(asked)
    if {*filters, *([sort] if sort else ())} - set(shown):
        raise Problem(403, "The question names a field of a category that the statement does not name.")
    return Query(filters, body.get("limit", USUAL), body.get("offset", 0), sort, descending)


def _filter_faults(kind: Kind, filters: Mapping[str, Any], place: str) -> Iterator[FieldError]:
    names = [camel(name) for name in kind.filters]
    allowed = f"one of {', '.join(names)}"
    for name, text in filters.items():
        if name not in names:
            yield FieldError(f"{place}{name[:40]}", "unknown", allowed)
        elif fault := text_fault(text, LONGEST_FILTER):
            yield FieldError(f"{place}{name}", *fault)


def _part_faults(body: Mapping[str, Any], place: str, most: int = MOST) -> Iterator[FieldError]:
    for name, lowest, highest in (("limit", 1, most), ("offset", 0, FARTHEST)):
        value = body.get(name, lowest)
        if type(value) is not int or not lowest <= value <= highest:
            yield FieldError(f"{place}{name}", "number", f"a whole number from {lowest} to {highest}")


def _once(pairs: Sequence[tuple[str, str]]) -> tuple[dict[str, str], list[FieldError]]:
    """Give the parameters by name, and an error for each that stands twice."""
    counted = Counter(name for name, _ in pairs)
    twice = [name for name, count in counted.items() if count > 1]
    return dict(pairs), [FieldError(f"query:{name[:40]}", "twice", "each parameter once") for name in twice]


def _number(text: str) -> int | str:
    """Give the number that a parameter holds, or the parameter as it came."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 19 else text


def _refused(found: Sequence[FieldError]) -> Problem:
    return Problem(400, "The request does not follow the description of the API.", found)
