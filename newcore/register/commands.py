"""Changes of a record and what they refuse, before anything touches a table.

A change carries the version of its source (the journal's sequence). Rules: a lower or equal version changes nothing, so
replays and late messages are harmless; a removal leaves a tombstone, and a removed record never comes back.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from newcore.problem import FieldError, camel
from newcore.register.model import Kind, Texts

LONGEST = 32_768
HIGHEST = 2**63 - 1
_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}")


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


def faults(kind: Kind, command: Apply | Remove) -> tuple[FieldError, ...]:
    """List everything that a command breaks; none means that it may be carried out."""
    found = []
    if not _ID.fullmatch(command.id):
        found.append(FieldError("path:id", "id", "letters, digits, dots and hyphens, at most 64"))
    if not 0 <= command.version <= HIGHEST:
        found.append(FieldError("body:/version", "version", "a whole number from 0 up"))
    if isinstance(command, Apply):
        found += _text_faults(kind, command.texts)
    return tuple(found)


def _text_faults(kind: Kind, texts: Mapping[str, str]) -> list[FieldError]:
    found = [
        FieldError(f"body:/{camel(name)}", "missing", "a text, which may be empty")
        for name in kind.fields
        if name not in texts
    ]
    for name, text in texts.items():
        if name not in kind.fields:
            found.append(FieldError(f"body:/{camel(name)}", "unknown", f"one of {', '.join(kind.fields)}"))
        if len(text) > LONGEST:
            found.append(FieldError(f"body:/{camel(name)}", "too-long", f"at most {LONGEST} characters"))
        if "\x00" in text:
            found.append(FieldError(f"body:/{camel(name)}", "null-character", "a text without U+0000"))
    if not texts.get(kind.number, "-").strip():
        found.append(FieldError(f"body:/{camel(kind.number)}", "empty", "the number of the record"))
    return found
