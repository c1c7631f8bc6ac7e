"""What a session knows beside its key, account and times, as it is stored. Pure: values in, JSON out, and back.

Rules:
1. By what a list of newcore was asked may say whom was asked for: it is stored sealed, and opened in memory alone.
2. A query of an earlier release stands there in clear (of vacancies, so of nobody) and is read as it is.
3. A list whose query cannot be opened any more - its key went - is no list: the user searches again. The session's stamp is
   sealed likewise; without it, only calls that carry it can be answered by newcore.
"""

from base64 import b85decode, b85encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import msgspec

from proxy.errors import OperatorError, StoreError
from proxy.model.person import Category
from proxy.model.principal import HOME, Astray, Below, Listing, Session

SEALED = "sealed:"
"""How a sealed query begins; one in clear is of names and values and has no colon."""


@dataclass(frozen=True, slots=True)
class Seals:
    """How what lies on disk is sealed, and opened again."""

    seal: Callable[[bytes], bytes]
    unseal: Callable[[bytes], bytes]
    """Raises OperatorError where it cannot be opened."""


class StoredList(msgspec.Struct, array_like=True, frozen=True):
    """A listing; fields in this order are the format, new ones go to the end with a default."""

    function: str
    core: str
    rows: tuple[str, ...]
    vacancy: str | None = None
    query: str = ""
    offset: int = 0
    view: str = ""
    asked: tuple[str, ...] | None = None
    """None: stored by a release that did not know; it may have been anything."""
    cut: bool = False


class StoredAstray(msgspec.Struct, array_like=True, frozen=True):
    """Where SONAR stands elsewhere; fields in this order are the format."""

    view: bool = False
    person: bool = False
    records: tuple[str, ...] = ()
    sequence: int | None = None
    since: datetime | None = None


class Body(msgspec.Struct, omit_defaults=True, frozen=True):
    """Short names: this is written with every exchange. `current` and the lists are what a lost session forgets."""

    view: str = msgspec.field(name="v", default="")
    function: str | None = msgspec.field(name="f", default=None)
    current: str | None = msgspec.field(name="c", default=None)
    listing: StoredList | None = msgspec.field(name="l", default=None)
    verified: tuple[str, ...] = msgspec.field(name="r", default=())
    wrote: dict[str, int] = msgspec.field(name="w", default_factory=dict)
    sequence: int | None = msgspec.field(name="s", default=None)
    lists: tuple[StoredList, ...] = msgspec.field(name="o", default=())
    matches: tuple[tuple[str, str], ...] = msgspec.field(name="m", default=())
    noticed: tuple[str, ...] = msgspec.field(name="n", default=())
    astray: StoredAstray | None = msgspec.field(name="a", default=None)
    below: tuple[tuple[str, str, bool], ...] = msgspec.field(name="b", default=())
    records: tuple[tuple[str, str], ...] = msgspec.field(name="e", default=())
    stamp: str = msgspec.field(name="k", default="")


FORGOTTEN = '{"c": null, "l": null, "o": [], "b": []}'
"""Merged over a body when nobody can say where SONAR's cursor stands."""

_decode = msgspec.json.Decoder(Body).decode


def of(session: Session, seals: Seals) -> Body:
    """Give what a session knows, in its stored form."""
    listing, where = session.listing, session.astray
    return Body(
        view=session.view,
        function=session.function,
        current=session.current,
        listing=_stored(listing, seals) if listing is not None else None,
        verified=tuple(sorted(session.verified)),
        wrote=dict(session.wrote),
        sequence=session.sequence,
        lists=tuple(_stored(each, seals) for each in session.lists),
        matches=session.matches,
        noticed=tuple(sorted(session.noticed)),
        astray=None
        if where == HOME
        else StoredAstray(where.view, where.person, where.records, where.sequence, where.since),
        below=tuple((each.view, each.person, each.unfinished) for each in session.below),
        records=session.records,
        stamp=_sealed(session.stamp, seals),
    )


def read(text: str | bytes) -> Body:
    """Read a body; raises StoreError on a format that this release does not know."""
    try:
        return _decode(text)
    except msgspec.MsgspecError as fault:
        raise StoreError("a stored session has a format that this release does not know") from fault


def session(known: tuple[bytes, int, str, datetime, datetime], text: str | bytes, seals: Seals) -> Session:
    """Give a session of what its row holds: key, version, account, times and body."""
    key, version, account, started, seen = known
    body = read(text)
    return Session(
        key=bytes(key),
        version=version,
        user=account,
        started_at=started,
        last_seen=seen,
        view=body.view,
        function=body.function,
        current=body.current,
        listing=restored(body.listing, seals),
        lists=restored_all(body.lists, seals),
        verified=frozenset(body.verified),
        wrote=body.wrote,
        sequence=body.sequence,
        matches=body.matches,
        noticed=frozenset(body.noticed),
        astray=_strayed(body.astray),
        below=tuple(Below(*each) for each in body.below),
        records=body.records,
        stamp=_opened(body.stamp, seals) or "",
    )


def _stored(listing: Listing, seals: Seals) -> StoredList:
    asked = tuple(sorted(listing.asked))
    return StoredList(
        listing.function, listing.core, listing.rows, listing.vacancy, _sealed(listing.query, seals), listing.offset,
        listing.view, asked, listing.cut,
    )  # fmt: skip


def _sealed(text: str, seals: Seals) -> str:
    return SEALED + b85encode(seals.seal(text.encode())).decode("ascii") if text else ""


def _opened(held: str, seals: Seals) -> str | None:
    """Open what was sealed; None: it cannot be opened."""
    if not held.startswith(SEALED):
        return held
    try:
        return seals.unseal(b85decode(held.removeprefix(SEALED))).decode()
    except (OperatorError, ValueError):
        return None


def restored(held: StoredList | None, seals: Seals) -> Listing | None:
    """Give a stored listing as a word of the model; None: there is none, or it cannot be opened."""
    return None if held is None else _listing(held, seals)


def restored_all(held: tuple[StoredList, ...], seals: Seals) -> tuple[Listing, ...]:
    """Give the stored lists of other views."""
    return tuple(each for stored in held if (each := _listing(stored, seals)) is not None)


def _strayed(held: StoredAstray | None) -> Astray:
    return HOME if held is None else Astray(held.view, held.person, held.records, held.sequence, held.since)


def _listing(held: StoredList, seals: Seals) -> Listing | None:
    query = _opened(held.query, seals)
    if query is None:
        return None
    asked = frozenset(Category) if held.asked is None else frozenset(map(Category, held.asked))
    return Listing(held.function, held.core, held.rows, held.vacancy, query, held.offset, held.view, asked, held.cut)
