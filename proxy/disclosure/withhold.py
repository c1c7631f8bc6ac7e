"""Cut persons out of an answer by their bytes, empty what may not be seen of those who stay, put cards in their place.

Rules:
1. Every byte that belongs to a withheld person goes, every place of a masked category is emptied, every other byte stays
   as it came. All of it is one pass over the original bytes; an offset is never shifted.
2. Spans of withheld persons may nest and overlap. A text that takes the place of something may lie inside what goes
   altogether, or be said twice; two that overlap otherwise have no single outcome.
3. Totals are replaced once anything may be hidden, and rows behind one that is gone are numbered anew: how many are
   hidden, and where, is never told, nor to be worked out. Cards stand behind the rows, in an order of their own: the
   place of a row in a sorted list tells between which names, or which values, it lies. Contact notes go by the same rules.
4. What cannot be cut with certainty is an error, and the line makes a refusal of an error: a person without bytes of
   its own, a category without places, a page that is no list, a span outside the body.
5. The body goes out decoded; its length is the listener's; digests and validators of the old body go.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from re import Pattern

from proxy.model.http import Answer, Fields, Span
from proxy.model.person import Category, Notes, Reading, Shown

type Edit = tuple[int, int, int, bytes]
"""Start, minus end (so that the widest of two comes first), rank, replacement."""

_OF_THE_OLD_BODY = frozenset(
    {b"content-encoding", b"content-length", b"transfer-encoding", b"etag", b"content-md5", b"digest"}
    | {b"content-digest", b"repr-digest", b"accept-ranges", b"last-modified"}
)
_EMPTY, _CUT, _COUNTER, _FIRM = range(4)
_SWALLOWS = frozenset({_EMPTY, _CUT})


@dataclass(frozen=True, slots=True)
class Fewer:
    """Which contact notes of a person go, by their index, and what stands where their total stood (None: it stays)."""

    withheld: frozenset[int]
    counter: bytes | None = None


@dataclass(frozen=True, slots=True)
class Cut:
    """What has to happen to an answer; persons by their index in the reading."""

    hidden: Collection[int] = ()
    """Persons of whom nothing may be seen."""
    masked: Mapping[int, frozenset[Category]] = field(default_factory=dict)
    """Persons who stay, with the categories that may not be seen of them."""
    replaced: Mapping[int, bytes] = field(default_factory=dict, repr=False)
    """Persons of whom something else is shown (a card), which has no number in the list."""
    counter: bytes | None = None
    """What stands where totals stood; None: they stay."""
    notes: Mapping[int, Fewer] = field(default_factory=dict)
    """Persons who stay, with what happens to their contact notes."""


def must_count(reading: Reading, hidden: Collection[int]) -> bool:
    """Tell whether the totals of a list have to be replaced by the own counter."""
    return reading.listed and (bool(hidden) or (not reading.complete and not reading.own_total))


def withhold(answer: Answer, reading: Reading, cut: Cut) -> Answer:
    """Give the answer after the cut; the very same answer where nothing is to be changed.

    Raises ValueError where the outcome would not be certain.
    """
    _check(reading, cut)
    edits = sorted(_edits(reading, cut))
    if not edits:
        return answer
    return replace(answer, fields=_fields(answer.fields), body=_apply(reading.body, edits))


def _check(reading: Reading, cut: Cut) -> None:
    gone = {*cut.hidden, *cut.replaced}
    if gone and not reading.listed:
        raise ValueError("a page of one person cannot be cut")
    if gone & cut.masked.keys() or set(cut.hidden) & cut.replaced.keys():
        raise ValueError("a person cannot be cut, replaced and masked at once")
    for index in {*gone, *cut.masked}:
        if not 0 <= index < len(reading.persons):
            raise ValueError("nobody stands at this index: no bytes to cut")
    if any(not reading.persons[index].spans for index in gone):
        raise ValueError("a withheld person has no bytes of its own")


def _edits(reading: Reading, cut: Cut) -> Iterator[Edit]:
    for index in {*cut.hidden, *cut.replaced}:
        for start, end in reading.persons[index].spans:
            yield start, -end, _CUT, b""
    if cut.replaced:
        behind = max(shown.spans[0][1] for shown in reading.persons if shown.spans)
        yield behind, -behind, _FIRM, b"".join(sorted(cut.replaced.values()))
    for index, categories in cut.masked.items():
        yield from _emptied(reading.persons[index], categories)
    for index, fewer in cut.notes.items():
        yield from _sifted(reading, reading.persons[index].notes, fewer)
    if reading.numbers is not None and (gone := {*cut.hidden, *cut.replaced}):
        yield from _numbered(reading.body, [each.spans for each in reading.persons], gone, reading.numbers)
    if cut.counter is not None:
        for (start, end), _ in reading.counters:
            yield start, -end, _COUNTER, cut.counter
    if reading.empty is not None and cut.hidden and len(set(cut.hidden)) == len(reading.persons):
        (start, end), text = reading.empty
        yield start, -end, _EMPTY, text


def _emptied(shown: Shown, categories: frozenset[Category]) -> Iterator[Edit]:
    """Empty every place of the categories; a category without a place could stand anywhere."""
    if categories - {each.category for each in shown.fields}:
        raise ValueError("a hidden category has no places that could be emptied")
    for each in shown.fields:
        if each.category in categories:
            for (start, end), text in each.edits:
                yield start, -end, _FIRM, text


def _sifted(reading: Reading, notes: Notes | None, fewer: Fewer) -> Iterator[Edit]:
    """Take notes out of the list on a page; where none of a complete list is left it is what legacy shows for none."""
    if notes is None or any(not notes.rows[index].spans for index in fewer.withheld):
        raise ValueError("a note that is withheld has no bytes of its own")
    if notes.empty and len(fewer.withheld) == len(notes.rows):
        yield from ((start, -end, _FIRM, text) for (start, end), text in notes.empty)
        return
    for index in fewer.withheld:
        yield from ((start, -end, _CUT, b"") for start, end in notes.rows[index].spans)
    if notes.numbers is not None and fewer.withheld:
        yield from _numbered(reading.body, [each.spans for each in notes.rows], fewer.withheld, notes.numbers)
    if fewer.counter is not None:
        yield from ((start, -end, _COUNTER, fewer.counter) for start, end in notes.counters)


def _numbered(
    body: bytes, rows: Iterable[tuple[Span, ...]], gone: Collection[int], numbers: Pattern[bytes]
) -> Iterator[Edit]:
    """Close the gaps that rows which go leave in the numbers of those behind them."""
    number = 0
    for index, spans in enumerate(rows):
        if index in gone:
            continue
        if number != index:
            places = (found for span in spans for found in numbers.finditer(body, *span))
            for start, end in (found.span(found.lastindex or 0) for found in places):
                yield start, -end, _FIRM, b"%d" % number
        number += 1


def _apply(body: bytes, edits: list[Edit]) -> bytes:
    """Apply sorted edits in one pass; what lies inside something that goes altogether goes with it."""
    out: list[bytes] = []
    position, over = 0, edits[0]
    for edit in edits:
        start, end, text = edit[0], -edit[1], edit[3]
        if not 0 <= start <= end <= len(body):
            raise ValueError("a span lies outside the body")
        if start >= position:
            out += (body[position:start], text)
        elif _more(edit, over, position):
            out.append(text)
        if end >= position:
            position, over = end, edit
    out.append(body[position:])
    return b"".join(out)


def _more(edit: Edit, over: Edit, position: int) -> bool:
    """Tell whether an edit that begins inside the one before it adds something; raises where nobody can say what."""
    reaches = -edit[1] > position
    if _FIRM in {edit[2], over[2]}:
        twice = edit[:2] == over[:2] and over[2] not in _SWALLOWS and edit[3] != over[3]
        if reaches or twice:
            raise ValueError("two edits overlap and cannot be told apart")
    return reaches or edit[2] == _EMPTY


def _fields(fields: Fields) -> Fields:
    return tuple((name, value) for name, value in fields if name.lower() not in _OF_THE_OLD_BODY)
