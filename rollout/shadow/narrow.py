"""Both answers after the same narrowing: what the statement leaves out is emptied, who is outside its scope is not there. Pure.

Rules:
1. Where legacy was asked for the scope alone its list is comparable as it is. Where it was not, persons who were kept back
   are taken out; that is certain for a list that is all there is, and no other such list is compared.
2. Emptying is the dialect's own: the very edits by which the gateway masks a page.
"""

from collections.abc import Collection
from dataclasses import replace

from proxy.disclosure.withhold import Cut, withhold
from proxy.model.http import Answer
from proxy.model.person import Category
from proxy.model.shadow import Offer, Part, Seen


def emptied(answer: Answer, seen: Seen, categories: Collection[Category]) -> Answer:
    """Empty what a statement leaves out; the very same answer where that is nothing."""
    persons = enumerate(seen.reading.persons)
    masked = {index: shown.categories - frozenset(categories) for index, shown in persons}
    cut = Cut(masked={index: hidden for index, hidden in masked.items() if hidden})
    return withhold(answer, seen.reading, cut) if cut.masked else answer


def kept_back(offer: Offer) -> frozenset[str]:
    """Give the rows that legacy's answer holds and newcore's may not: outside the scope, where legacy was not asked for it."""
    if offer.statement.scope is None or offer.narrowed:
        return frozenset()
    return frozenset(each.row_id for each in offer.judged if not each.kept and each.row_id)


def comparable(offer: Offer, seen: Seen) -> bool:
    """Tell whether two answers can be compared row by row."""
    return not kept_back(offer) or (seen.reading.listed and seen.reading.complete)


def without(seen: Seen, rows: frozenset[str]) -> Seen:
    """Take rows out of a list that is all there is, as if they had not been found."""
    if not rows:
        return seen
    return replace(seen, parts=tuple(_without(part, rows) for part in seen.parts), frame=b"")


def _without(part: Part, rows: frozenset[str]) -> Part:
    left = tuple(each for each in part.items if each.id not in rows)
    if part.kind != "list" or len(left) == len(part.items):
        return part
    return replace(part, items=left, total=len(left), first=1 if left else 0)
