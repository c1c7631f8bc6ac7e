"""Changes of a record, and what they refuse.

A change comes from a source of record, with the source's version (a sequence). Rules: a lower or equal version changes
nothing, so replays and late messages are harmless; a removal leaves a tombstone, and a removed record never comes back.
Pure: everything that is wrong with a change is told at once; a refused value is never repeated.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from newcore.problem import FieldError, Problem, camel
from newcore.register.model import PARENT, Kind, Texts

LONGEST = 32_768
HIGHEST = 2**63 - 1
ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Apply:
    """Make a record equal to its source at a version."""

    id: str
    version: int
    texts: Texts


@dataclass(frozen=True, slots=True)
class Remove:
    """Remove a record for good, at a version."""

    id: str
    version: int


def applying(kind: Kind, identity: str, body: Mapping[str, Any]) -> Apply:
    """Read a change of a record; refuses all that it breaks, together."""
    version = body.get("version")
    given = {name: body[camel(name)] for name in kind.names if camel(name) in body}
    found = [*_identified(identity), *_versioned("body:/version", version), *_texts(kind, body)]
    if found or not isinstance(version, int):
        raise Problem(400, "The record cannot be kept like this.", found)
    return Apply(identity, version, given)


def removing(identity: str, version: object) -> Remove:
    """Read a removal; refuses all that it breaks, together."""
    found = [*_identified(identity), *_versioned("query:version", version)]
    if found or not isinstance(version, int):
        raise Problem(400, "The record cannot be removed like this.", found)
    return Remove(identity, version)


def text_fault(text: object, longest: int = LONGEST) -> tuple[str, str] | None:
    """Say what is wrong with a text: a code and what is allowed; None: it can be kept."""
    if not isinstance(text, str):
        return "type", "a text"
    if len(text) > longest:
        return "too-long", f"at most {longest} characters"
    if "\x00" in text:
        return "null-character", "a text without U+0000"
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        return "surrogate", "a text of Unicode characters"
    return None


def _identified(identity: str) -> Iterator[FieldError]:
    if not ID.fullmatch(identity):
        yield FieldError("path:id", "id", "letters, digits, dots and hyphens, at most 64")


def _versioned(location: str, version: object) -> Iterator[FieldError]:
    if type(version) is not int or not 0 <= version <= HIGHEST:
        yield FieldError(location, "version", "a whole number from 0 up")


def _texts(kind: Kind, body: Mapping[str, Any]) -> Iterator[FieldError]:
    names = {camel(name): name for name in kind.names}
    for name in body.keys() - names.keys() - {"version"}:
        yield FieldError(f"body:/{name[:40]}", "unknown", f"one of version, {', '.join(names)}")
    for written, name in names.items():
        if written not in body:
            yield FieldError(f"body:/{written}", "missing", "a text, which may be empty")
        elif fault := text_fault(body[written]):
            yield FieldError(f"body:/{written}", *fault)
        elif name == kind.first and not body[written].strip():
            yield FieldError(f"body:/{written}", "empty", "a text by which the record has its place")
        elif name == PARENT and not ID.fullmatch(body[written]):
            yield FieldError(f"body:/{written}", "id", "the id of the client whom the record belongs to")
