"""From the columns of the log back to the bytes under its hash, and to what a person reads.

Rules: the bytes are made by the same functions that made them for writing (`record.canonical`), from the columns alone: a
column that was changed gives other bytes. A person whose columns of ground are all empty has none, as in an earlier
release.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from proxy.accesslog import chain
from proxy.accesslog.record import Cells, Row, access_link, array, completion_link, hexadecimal, in_utc, reference

ACCESS = (
    "id", "occurred_at", "kind", "decision", "reason", "session", "account", "organisation_kind", "organisation", "role",
    "authorisation", "client", "function", "target", "rules", "policy", "cell", "purpose", "vacancy", "core", "revision",
    "routing", "upstream_status", "rows", "detail", "regions",
)  # fmt: skip
"""Columns of an access record in the order of their row type."""
COMPLETION = ("access", "delivery", "size", "duration_us")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands in its chain."""

    writer: str
    sequence: int
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Disclosed:
    """A disclosure or withheld row as it is stored."""

    writer: str
    sequence: int
    cells: Cells


def disclosed(writer: str, sequence: int, row: Sequence[object]) -> Disclosed:
    """Read person, relation, shown, masked, deliberate and the ground."""
    person, relation, shown, masked, deliberate, *ground = row
    cells = person, relation, _array(shown), _array(masked), deliberate
    return Disclosed(writer, sequence, (*cells, *_ground(ground)))


def withheld(writer: str, sequence: int, row: Sequence[object]) -> Disclosed:
    """Read person, relation, reason, deliberate and the ground."""
    person, relation, reason, deliberate, *ground = row
    return Disclosed(writer, sequence, (person, relation, reason, deliberate, *_ground(ground)))


def _ground(columns: Sequence[object]) -> Cells:
    """Read the columns of `record.GROUND`; one that is filled makes a ground of all."""
    if all(column is None for column in columns):
        return ()
    protection, emergency, rules, present, target, lost, pending, *notes = columns
    cells = protection, emergency, _array(rules), _array(present), target, _array(lost), _array(pending)
    return cells if all(count is None for count in notes) else (*cells, *map(_array, notes))


def stored_access(columns: Sequence[object]) -> Row:
    """Read an access record."""
    row: Row = dict(zip(ACCESS, columns, strict=True))
    moment, session = row["occurred_at"], row["session"]
    row["occurred_at"] = in_utc(moment) if isinstance(moment, datetime) else moment
    row["session"] = hexadecimal(bytes(session)) if isinstance(session, bytes | memoryview) else session
    return row


def access_of(place: Place, digest: bytes, row: Row, persons: tuple[Sequence[Cells], Sequence[Cells]]) -> chain.Link:
    """Make the link of an access record with the persons shown and withheld."""
    body = chain.body(chain.ACCESS, chain.stamp(place.recorded_at), access_link(row, *persons))
    found = row["id"]
    name = f"access {reference(found)}" if isinstance(found, UUID) else "access"
    return chain.Link(place.writer, place.sequence, digest, body, name)


def completion_of(place: Place, digest: bytes, columns: Sequence[object]) -> chain.Link:
    """Make the link of a completion."""
    row: Row = dict(zip(COMPLETION, columns, strict=True))
    body = chain.body(chain.COMPLETION, chain.stamp(place.recorded_at), completion_link(row))
    found = row["access"]
    name = f"completion of {reference(found)}" if isinstance(found, UUID) else "completion"
    return chain.Link(place.writer, place.sequence, digest, body, name)


def shown(place: Place, row: Row, joined: tuple[Sequence[Row], Sequence[Row], Row | None]) -> dict[str, object]:
    """Make what `poort log show` gives of one record; a missing completion reads unknown."""
    found = row["id"]
    disclosures, kept_back, completion = joined
    return {
        "reference": reference(found) if isinstance(found, UUID) else None,
        **row,
        "disclosures": list(disclosures),
        "withheld": list(kept_back),
        "outcome": completion["delivery"] if completion else "unknown",
        "size": completion["size"] if completion else None,
        "duration_us": completion["duration_us"] if completion else None,
        "recorded_at": in_utc(place.recorded_at),
        "writer": place.writer,
        "seq": place.sequence,
    }


def _array(found: object) -> object:
    return array([str(each) for each in found]) if isinstance(found, Iterable) and not isinstance(found, str) else found
