"""Comparing a page of legacy with the page that newcore's answer becomes, byte for byte. Pure.

Rules: only what must differ between any two answers is taken out first: the clock at the foot and the sequence numbers.
No page compared is no success. A difference names its line and what stood there: vacancies are no personal data.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

_CLOCK = re.compile(rb'(<div id="voet">)[^<]*(</div>)')
_SEQUENCE = re.compile(rb'((?:\bSWEC=)|(?:name="SWEC" value="))[0-9]+')
_SHOWN = 120
CRITERIA = ("title", "occupation", "employer_name", "city", "region", "hours", "level", "status")
TURNS = ("GotoNextSet", "GotoNextSet", "GotoPreviousSet", "GotoLastSet", "GotoFirstSet")
SORTS = ("SortAscending", "SortDescending")


@dataclass(frozen=True, slots=True)
class Step:
    """One request of a comparison: a search, or a method that goes on with its list."""

    method: str
    criteria: tuple[tuple[str, str], ...] = ()
    sort: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """Where two pages differ."""

    step: Step
    line: int
    legacy: str
    newcore: str


def normalised(body: bytes) -> bytes:
    """Take out clock and sequence."""
    return _SEQUENCE.sub(rb"\g<1>0", _CLOCK.sub(rb"\g<1>\g<2>", body))


def difference(step: Step, legacy: bytes, newcore: bytes) -> Difference | None:
    """Give the first line in which two pages differ; None: they are the same."""
    left, right = normalised(legacy).split(b"\n"), normalised(newcore).split(b"\n")
    if left == right:
        return None
    pairs = zip(left, right, strict=False)
    number = next((index for index, (one, other) in enumerate(pairs) if one != other), min(len(left), len(right)))
    return Difference(step, number + 1, _shown(left, number), _shown(right, number))


def walks(rows: Sequence[Mapping[str, str]]) -> Iterator[tuple[Step, ...]]:
    """Give series of requests, made from what legacy itself shows: searches, each with paging, some with sorting.

    In an order that covers every field early: a bounded sample is still a mixed one.
    """
    yield (Step("ExecuteQuery"), *(Step(turn) for turn in TURNS))
    for number, row in enumerate(rows):
        field = CRITERIA[number % len(CRITERIA)]
        value = row.get(field, "").strip()
        if not value or not plain(value):
            continue
        turns = tuple(Step(turn) for turn in TURNS[: number % 3])
        sorts = (Step(SORTS[number % 2], sort=CRITERIA[number % len(CRITERIA)]),) if number % 4 == 0 else ()
        yield (Step("ExecuteQuery", ((field, value),)), *turns)
        yield (Step("ExecuteQuery", ((field, f"{value[:2]}*"),)), *sorts, *turns)
        more = () if field == "status" else (("status", "open"),)
        yield (Step("ExecuteQuery", ((field, f"{value[:1]}?*".upper()), *more)),)
        yield (Step("ExecuteQuery", ((field, f"{value}-bestaat-niet"),)),)


def plain(value: str) -> bool:
    """Tell whether a value holds no sign of the legacy's search language."""
    return re.fullmatch(r"[^*?\[\]()<>=\"']+", value) is not None and not re.search(
        r"\b(?:OR|AND|NOT|LIKE|EXISTS|NULL|IS|IN|BETWEEN)\b", value
    )


def _shown(lines: Sequence[bytes], number: int) -> str:
    return lines[number][:_SHOWN].decode("latin-1") if number < len(lines) else "(end)"
