"""Changes of a record, and what they refuse.

A change comes from a source of record, with the source's version (a sequence). Rules: a lower or equal version changes
nothing, so replays and late messages are harmless; a removal leaves a tombstone, and a removed record never comes back,
but for kinds that say so (`Kind.returning`).
Pure: everything that is wrong with a change is told at once; a refused value is never repeated.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from newcore.problem import FieldError, Problem, camel
from newcore.register.model import LONGEST, PARENT, Kind, Texts

MOST_RECORDS = 200
"""In one call."""
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
    """Remove a record, at a version."""

    id: str
    version: int


def applying(kind: Kind, identity: str, body: Mapping[str, Any]) -> Apply:
    """Read a change of a record; refuses all that it breaks, together."""
    found = [*_identified("path:id", identity), *_texts(kind, body, "body:/")]
    if found:
        raise Problem(400, "The record cannot be kept like this.", found)
    return _apply(kind, identity, body)


def applying_many(kind: Kind, body: Mapping[str, Any]) -> tuple[Apply, ...]:
    """Read changes of several records, each with its id; refuses all of them for anything that is wrong with one."""
    records, found = body.get("records"), [*_unknown(body, ("records",), "body:/")]
    if not isinstance(records, list) or not 1 <= len(records) <= MOST_RECORDS:
        found.append(FieldError("body:/records", "records", f"a list of 1 to {MOST_RECORDS} records"))
        records = []
    for number, record in enumerate(records):
        found += _record(kind, record, f"body:/records/{number}")
    if not found:
        found += _twice([record["id"] for record in records])
    if found:
        raise Problem(400, "The records cannot be kept like this; none was.", found)
    return tuple(_apply(kind, record["id"], record) for record in records)


def removing(identity: str, version: object) -> Remove:
    """Read a removal; refuses all that it breaks, together."""
    found = [*_identified("path:id", identity), *_versioned("query:version", version)]
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


def _apply(kind: Kind, identity: str, body: Mapping[str, Any]) -> Apply:
    """Make a change of what was found to be sound."""
    return Apply(identity, body["version"], {name: body[camel(name)] for name in kind.names})


def _record(kind: Kind, record: object, place: str) -> Iterator[FieldError]:
    if not isinstance(record, dict):
        yield FieldError(place, "type", "an object")
        return
    yield from _identified(f"{place}/id", record.get("id"))
    yield from _texts(kind, {name: text for name, text in record.items() if name != "id"}, f"{place}/")


def _twice(identities: Sequence[str]) -> Iterator[FieldError]:
    """Name every record of which the id stood before: which of them counts would be a guess."""
    seen: set[str] = set()
    for number, identity in enumerate(identities):
        if identity in seen:
            yield FieldError(f"body:/records/{number}/id", "twice", "each record once")
        seen.add(identity)


def _identified(location: str, identity: object) -> Iterator[FieldError]:
    if not (isinstance(identity, str) and ID.fullmatch(identity)):
        yield FieldError(location, "id", "letters, digits, dots and hyphens, at most 64")


def _versioned(location: str, version: object) -> Iterator[FieldError]:
    if type(version) is not int or not 0 <= version <= HIGHEST:
        yield FieldError(location, "version", "a whole number from 0 up")


def _unknown(body: Mapping[str, Any], names: Sequence[str], place: str) -> Iterator[FieldError]:
    allowed = f"one of {', '.join(names)}"
    for name in body.keys() - set(names):
        yield FieldError(f"{place}{name[:40]}", "unknown", allowed)


def _texts(kind: Kind, body: Mapping[str, Any], place: str) -> Iterator[FieldError]:
    """Find what is wrong with the version and the texts of a record."""
    names = {camel(name): name for name in kind.names}
    yield from _versioned(f"{place}version", body.get("version"))
    yield from _unknown(body, ("version", *names), place)
    for written, name in names.items():
        if written not in body:
            yield FieldError(f"{place}{written}", "missing", "a text, which may be empty")
        elif fault := text_fault(body[written], kind.longest(name)):
            yield FieldError(f"{place}{written}", *fault)
        elif name == kind.first and not body[written].strip():
            yield FieldError(f"{place}{written}", "empty", "a text by which the record has its place")
        elif name == PARENT and not ID.fullmatch(body[written]):
            yield FieldError(f"{place}{written}", "id", "the id of the client whom the record belongs to")
