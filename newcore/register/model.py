"""A record, its version, and pages of records. Texts are kept as they came: trailing blanks, odd flags, control bytes.

Rules: a kind says everything that is known of its records - columns, categories, filters, order, whom they belong to - and
nothing else does: storage, checks, answers and the description of the API are made from it. A field without a category
is technical and in every answer; any other is in an answer only where the statement names its category.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

from newcore.search import Form
from newcore.statement import Scope

LONGEST, LONGEST_INDEXED = 32_768, 300
"""Characters of a text; of one in an index, whose entries hold 2,704 bytes (casefolding makes up to six of a character)."""
Texts = Mapping[str, str]
"""Field name -> text, exactly as the source wrote it."""


class Applied(StrEnum):
    """What became of a change."""

    APPLIED = "applied"
    OLDER = "older"
    """The record has this version or a later one already: a replay or a late message, nothing was changed."""
    REMOVED = "removed"
    """The record, or the one it belongs to, was removed for good; it never comes back."""


@dataclass(frozen=True, slots=True)
class Field:
    """One text of a record, the category of data that it is, and how it is compared."""

    name: str
    category: str = ""
    form: Form = Form.TEXT


def fields(category: str, words: str) -> tuple[Field, ...]:
    """Declare fields of one category, as `surname birth_date:date bsn:number`."""
    pairs = (word.partition(":") for word in words.split())
    return tuple(Field(name, category, Form(form or "text")) for name, _, form in pairs)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record."""

    name: str
    """Plural, as in addresses: `contact-notes`."""
    title: str
    """Singular, as in the description: `ContactNote`."""
    table: str
    fields: tuple[Field, ...]
    first: str
    """The field by which a list is ordered where nothing is asked; it is never blank."""
    filters: tuple[str, ...] = ()
    """Fields that can be filtered and sorted."""
    by_name: bool = False
    """Whether `first` is a name or a date; else it is a number."""
    indexed: tuple[str, ...] = ()
    """Fields by which PostgreSQL looks up: an entry of an index has less room than a text, so these are shorter."""
    located: bool = False
    """Whether a record is a person, who lives in `municipality` and `region` and falls under `responsible_region`."""
    parent: Self | None = None
    """Whom a record belongs to, by its field `client_id`."""
    returning: bool = False
    """Whether one that was removed may come back, unless its person was: its id is a place, which another takes later."""
    recast: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Function -> field -> the category that the field has there."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all fields."""
        return tuple(each.name for each in self.fields)

    @property
    def person(self) -> Self | None:
        """The kind that says where the person of a record lives; None: a record is of nobody."""
        return self if self.located else self.parent

    def longest(self, name: str) -> int:
        """Give how many characters a field may have."""
        return LONGEST_INDEXED if name in self.indexed else LONGEST

    def form(self, name: str) -> Form:
        """Give how a field is compared."""
        return next(each.form for each in self.fields if each.name == name)

    def shown(self, function: str, categories: frozenset[str]) -> tuple[str, ...]:
        """Name the fields that an answer may hold."""
        own = self.recast.get(function, {})
        found = ((each.name, own.get(each.name, each.category)) for each in self.fields)
        return tuple(name for name, category in found if not category or category in categories)


PARENT = "client_id"


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
    """A field; None: the order of the kind."""
    descending: bool = False
    exact: Mapping[str, str] = field(default_factory=dict)
    """Fields that must have exactly this text: whose records, whose tasks."""
    scope: Scope | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A part of the records that a query finds, and how many there are in all."""

    records: tuple[Stored, ...]
    total: int
