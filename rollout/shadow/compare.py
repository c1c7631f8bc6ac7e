"""Two answers to one question -> where they differ. Pure.

Rules:
1. Both are compared after the same narrowing: what the statement leaves out is emptied in both by the dialect's own edits.
   newcore may hold none of it to begin with.
2. Rows are compared in their order and by their row ids; fields by name; totals, places, ways on, notices and the frame
   around all of it are compared too, so that nothing that a client could notice is left out.
3. A value is compared as it is shown. One that means the same and is written otherwise is a difference of its own kind.
4. A verdict about a person depends on facts and on what the answer shows of that person; where nothing but the answer is
   known, newcore's must show the same.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from proxy.model.person import Category, Reading, Shown
from proxy.model.shadow import Item, Judged, Part, Seen
from rollout.shadow.rule import WRITTEN
from rollout.shadow.side import Pages

type Values = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One place in which two answers differ. The values live in memory only."""

    path: str
    legacy: str = field(repr=False)
    newcore: str = field(repr=False)


def compare(legacy: Seen, newcore: Seen, pages: Pages) -> tuple[Mismatch, ...]:
    """Give every difference between two answers that were narrowed alike."""
    found = [*_heads(legacy, newcore)]
    for one, other in zip_longest(legacy.parts, newcore.parts):
        if one is None or other is None or one.name != other.name:
            return (*found, Mismatch("parts", _names(legacy), _names(newcore)))
        found += _part(one, other, pages)
    if not found and legacy.frame != newcore.frame:
        found.append(Mismatch("frame", "", ""))
    return tuple(found)


def _heads(legacy: Seen, newcore: Seen) -> Iterator[Mismatch]:
    for path in ("status", "media", "view", "notice", "error"):
        one, other = str(getattr(legacy, path)), str(getattr(newcore, path))
        if one != other:
            yield Mismatch(path, one, other)
    if newcore.error and not legacy.error:
        yield Mismatch("refused", "", newcore.error)


def _names(seen: Seen) -> str:
    return ", ".join(part.name for part in seen.parts)


def _part(legacy: Part, newcore: Part, pages: Pages) -> Iterator[Mismatch]:
    for path in ("kind", "parent", "version", "total", "first", "turned"):
        one, other = str(getattr(legacy, path)), str(getattr(newcore, path))
        if one != other:
            yield Mismatch(path, one, other)
    if legacy.kind == "list":
        yield from _rows(legacy, newcore, pages)
        return
    for one_item, other_item in zip(legacy.items, newcore.items, strict=False):
        if one_item.id != other_item.id:
            yield Mismatch("id", one_item.id, other_item.id)
        yield from _values(one_item.values, other_item.values, pages)


def _rows(legacy: Part, newcore: Part, pages: Pages) -> Iterator[Mismatch]:
    before, after = [each.id for each in legacy.items], [each.id for each in newcore.items]
    for gone in _without(before, after):
        yield Mismatch("rows.missing", gone, "")
    for more in _without(after, before):
        yield Mismatch("rows.extra", "", more)
    both = set(before) & set(after)
    orders = [[each for each in rows if each in both] for rows in (before, after)]
    if orders[0] != orders[1]:
        yield Mismatch("rows.order", " ".join(orders[0]), " ".join(orders[1]))
    for one, other in _pairs(legacy.items, newcore.items):
        yield from _values(one.values, other.values, pages)


def _without(rows: Sequence[str], others: Sequence[str]) -> Iterator[str]:
    """Give what is in the one more often than in the other: a row may stand twice."""
    left = list(others)
    for each in rows:
        if each in left:
            left.remove(each)
        else:
            yield each


def _pairs(legacy: Sequence[Item], newcore: Sequence[Item]) -> Iterator[tuple[Item, Item]]:
    """Pair rows by their id, the first of each."""
    others: dict[str, Item] = {}
    for each in newcore:
        others.setdefault(each.id, each)
    for each in legacy:
        if each.id in others:
            yield each, others.pop(each.id)


def _values(legacy: Values, newcore: Values, pages: Pages) -> Iterator[Mismatch]:
    if legacy == newcore:
        return
    for name in dict.fromkeys((*legacy, *newcore)):
        one, other = legacy.get(name, ""), newcore.get(name, "")
        if one != other:
            alike = pages.canonical(one) == pages.canonical(other)
            yield Mismatch(f"{name}{WRITTEN}" if alike else name, one, other)


def exceeded(newcore: Seen, categories: frozenset[Category]) -> Iterator[Mismatch]:
    """Give every value of newcore's answer in a category that its statement leaves out."""
    for part in newcore.parts:
        for item in part.items:
            for name, text in item.values.items():
                category = part.categories.get(name)
                if text.strip(" \xa0") and category is not None and category not in categories:
                    yield Mismatch("category", "", f"{name}: {text}")


def judged(legacy: Reading, newcore: Reading, verdicts: Sequence[Judged]) -> Iterator[Mismatch]:
    """Give persons about whom a verdict could come out otherwise: known from the answer alone, and shown differently."""
    others = {each.row_id or place: each for place, each in enumerate(newcore.persons)}
    for place, (shown, verdict) in enumerate(zip(legacy.persons, verdicts, strict=False)):
        other = others.get(shown.row_id or place)  # the answer of a service names no rows
        if verdict.learned and other is not None and _ground(shown) != _ground(other):
            yield Mismatch("verdict", str(_ground(shown)), str(_ground(other)))


def _ground(shown: Shown) -> tuple[object, ...]:
    """Give what a verdict is made of, where nothing else is known."""
    return shown.bsn, shown.municipality, shown.region, shown.responsible_region, shown.protection
