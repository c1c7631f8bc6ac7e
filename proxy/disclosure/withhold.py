"""Cut persons out of an answer by their bytes.

Rules:
1. Every byte that belongs to a withheld person goes, every other byte stays as it came; spans may nest and overlap.
2. Totals are replaced once anything may be hidden: the number of hidden rows is never told, nor to be worked out.
3. What cannot be cut with certainty is an error, and the line makes a refusal of an error: a person without bytes of
   its own, a page that is no list, a span outside the body.
4. The body goes out decoded; its length is the listener's; digests and validators of the old body go.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace

from proxy.model.http import Answer, Fields
from proxy.model.person import Reading

type Edit = tuple[int, int, int, bytes]
"""Start, minus end (so that the widest of two comes first), rank, replacement."""

_OF_THE_OLD_BODY = frozenset(
    {b"content-encoding", b"content-length", b"transfer-encoding", b"etag", b"content-md5", b"digest"}
    | {b"content-digest", b"repr-digest", b"accept-ranges", b"last-modified"}
)
_EMPTY, _COUNTER, _CUT = range(3)


def must_count(reading: Reading, hidden: Collection[int]) -> bool:
    """Tell whether the totals of a list have to be replaced by the own counter."""
    return reading.listed and (bool(hidden) or (not reading.complete and not reading.own_total))


def withhold(answer: Answer, reading: Reading, hidden: Collection[int], counter: bytes | None) -> Answer:
    """Give the answer without the persons at the indices in `hidden`, its totals replaced where a counter is given.

    Raises ValueError where the cut would not be certain.
    """
    edits = sorted(_edits(reading, frozenset(hidden), counter))
    if not edits:
        return answer
    return replace(answer, fields=_fields(answer.fields), body=_apply(reading.body, edits))


def _edits(reading: Reading, hidden: frozenset[int], counter: bytes | None) -> Iterator[Edit]:
    if hidden and not reading.listed:
        raise ValueError("a page of one person cannot be cut")
    for index in hidden:
        if not 0 <= index < len(reading.persons) or not reading.persons[index].spans:
            raise ValueError("a withheld person has no bytes of its own")
        for start, end in reading.persons[index].spans:
            yield start, -end, _CUT, b""
    if counter is not None:
        for (start, end), _ in reading.counters:
            yield start, -end, _COUNTER, counter
    if reading.empty is not None and hidden and len(hidden) == len(reading.persons):
        (start, end), text = reading.empty
        yield start, -end, _EMPTY, text


def _apply(body: bytes, edits: list[Edit]) -> bytes:
    """Apply sorted edits; a counter that lies inside something that goes altogether goes with it."""
    out: list[bytes] = []
    position = 0
    for start, negative, rank, text in edits:
        end = -negative
        if not 0 <= start <= end <= len(body):
            raise ValueError("a span lies outside the body")
        if start >= position:
            out += (body[position:start], text)
        elif end > position or rank == _EMPTY:
            out.append(text)
        position = max(position, end)
    out.append(body[position:])
    return b"".join(out)


def _fields(fields: Fields) -> Fields:
    return tuple((name, value) for name, value in fields if name.lower() not in _OF_THE_OLD_BODY)
