"""What a page needs of newcore, as a walk that asks and is told: pure, so that a test plays newcore by hand.

Rules: a walk yields the questions of one moment together and gets their answers in the same order; a record that is not
there is told as None; what only legacy can answer raises UntranslatableError before anything was asked. No address holds
personal data: an id of a record, a number of a vacancy, a criterion of an employer; criteria about persons are a body.
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from proxy.model.http import Answer
from proxy.model.principal import Listing

type Document = Mapping[str, Any]
type Record = Mapping[str, str]
"""Canonical field name -> text; `id` is the row id of the legacy."""
type Told = tuple[Document | None, ...]


class UntranslatableError(Exception):
    """A call that both cores could read differently, or whose page needs what only legacy knows."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One question to newcore."""

    path: str
    parameters: tuple[tuple[str, str], ...] = ()
    body: Document | None = field(default=None, repr=False)
    """A search, which is posted; None: a plain read."""


@dataclass(frozen=True, slots=True)
class Made:
    """The page as legacy would send it, and the list that the session now has."""

    answer: Answer
    listing: Listing | None = None


type Walk = Generator[tuple[Ask, ...], Told, Made]


def record(document: Document) -> Record:
    """Give a record the field names of the control map; raises ValueError for what is none."""
    texts = {_snake(name): text for name, text in document.items() if isinstance(text, str)}
    if not texts.get("id"):
        raise ValueError("a record without id")
    return texts


@lru_cache(maxsize=512)
def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
