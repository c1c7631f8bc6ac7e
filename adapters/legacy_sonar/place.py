"""Where the values of one person stand in a match of the grammar, per category, and what legacy shows there when empty.

Rules:
1. Every control is a place: the text of a cell, the text inside a link, a whole input or text area. The link of a cell
   stays: it holds the row id, which is what a row that may be seen keeps.
2. An empty cell of a list is `&nbsp;`, as legacy writes it. An input of a masked control is taken out, filled or not: a
   control that is not submitted stays as it was, an empty one would overwrite; and nobody can tell which were empty.
3. A tooltip may hold anything of the row, so it belongs to every category of it and goes when any of them is hidden.
4. Groups are compiled once, and a row keeps its match: reading a list of which nothing is hidden makes no field at all.
"""

import html
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import overload

from adapters.legacy_sonar.views import Applet, Control
from adapters.legacy_sonar.wire import decode
from proxy.model.person import Category, Field

EMPTY_CELL = b"&nbsp;"
HINT = "hint"
TRAITS = frozenset({
    "vacancy_id", "education_level", "desired_occupation", "experience", "hours_per_week", "available_from",
    "max_travel_minutes", "driving_licences", "target_group",
})  # fmt: skip
"""Fields of a candidate from which a card is made."""


@dataclass(frozen=True, slots=True)
class Places:
    """The places of one category: their groups in a match, and what legacy shows there when empty."""

    category: Category
    groups: tuple[int, ...]
    texts: tuple[bytes, ...]


def group(control: Control) -> str:
    """Name the group that holds the place of a control."""
    return f"c{control.id}"


def of_row(applet: Applet, pattern: re.Pattern[bytes]) -> tuple[Places, ...]:
    """Compile the places of a row; its tooltip belongs to all categories."""
    return tuple(_places(applet, pattern, each, (EMPTY_CELL, HINT)) for each in _categories(applet))


def of_form(applet: Applet, pattern: re.Pattern[bytes]) -> tuple[Places, ...]:
    """Compile the places of a form."""
    return tuple(_places(applet, pattern, each, (b"", None)) for each in _categories(applet))


def _categories(applet: Applet) -> Iterable[Category]:
    return dict.fromkeys(control.category for control in applet.controls)


def _places(applet: Applet, pattern: re.Pattern[bytes], category: Category, shown: tuple[bytes, str | None]) -> Places:
    empty, hint = shown
    held = [pattern.groupindex[group(control)] for control in applet.controls if control.category == category]
    texts = [empty] * len(held)
    if hint is not None:
        held, texts = [*held, pattern.groupindex[hint]], [*texts, b""]
    return Places(category, tuple(held), tuple(texts))


def fields(places: Iterable[Places], match: re.Match[bytes]) -> tuple[Field, ...]:
    """Give the fields of one match, one per category."""
    return tuple(
        Field(
            each.category,
            tuple((match.span(number), text) for number, text in zip(each.groups, each.texts, strict=True)),
        )
        for each in places
    )


class Later(Sequence[Field]):
    """Fields that are made when somebody asks for them: where something is hidden, which is at most rows never."""

    __slots__ = ("_make",)

    def __init__(self, make: Callable[[], tuple[Field, ...]]) -> None:
        self._make = make

    @overload
    def __getitem__(self, index: int) -> Field: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Field]: ...
    def __getitem__(self, index: int | slice) -> Field | Sequence[Field]:
        return self._make()[index]

    def __iter__(self) -> Iterator[Field]:
        return iter(self._make())

    def __len__(self) -> int:
        return len(self._make())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Later) and self._make() == other._make()

    def __hash__(self) -> int:
        return hash(self._make())


class Traits(Mapping[str, str]):
    """What a card is made of, as it is shown; read from the match when a card asks for it, which most rows never do."""

    __slots__ = ("_groups", "_match")

    def __init__(self, groups: Mapping[str, int], match: re.Match[bytes]) -> None:
        self._groups, self._match = groups, match

    def __getitem__(self, name: str) -> str:
        value = decode(self._match[self._groups[name]])
        return (html.unescape(value) if "&" in value else value).strip(" \t\xa0")

    def __iter__(self) -> Iterator[str]:
        return iter(self._groups)

    def __len__(self) -> int:
        return len(self._groups)
