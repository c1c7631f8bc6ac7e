"""A record, its version, and pages of records. Texts are kept as they came: trailing blanks, odd flags, control bytes."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

Texts = Mapping[str, str]
"""Field name -> text, exactly as the source wrote it."""


class Applied(StrEnum):
    """What became of a change."""

    APPLIED = "applied"
    OLDER = "older"
    """The record has this version or a later one already: a replay or a late message, nothing was changed."""
    REMOVED = "removed"
    """The record was removed for good; it never comes back."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record: its table, its fields, the field that numbers it, and the fields that can be filtered."""

    table: str
    fields: tuple[str, ...]
    number: str
    filters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stored:
    """A record as it is kept."""

    id: str
    version: int
    texts: Texts


@dataclass(frozen=True, slots=True)
class Query:
    """Which records, in which order, which part of them."""

    filters: Mapping[str, str]
    limit: int
    offset: int = 0
    sort: str | None = None
    """A field; None: by number."""
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A part of the records that a query finds, and how many there are in all."""

    records: tuple[Stored, ...]
    total: int
