"""What a session knows beside its key, account and times, as it is stored. Pure: values in, JSON out, and back."""

import msgspec

from proxy.errors import StoreError
from proxy.model.person import Category
from proxy.model.principal import Listing, Session


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


FORGOTTEN = '{"c": null, "l": null, "o": []}'
"""Merged over a body when nobody can say where SONAR's cursor stands."""

_decode = msgspec.json.Decoder(Body).decode


def of(session: Session) -> Body:
    """Give what a session knows, in its stored form."""
    listing = session.listing
    return Body(
        view=session.view,
        function=session.function,
        current=session.current,
        listing=_stored(listing) if listing is not None else None,
        verified=tuple(sorted(session.verified)),
        wrote=dict(session.wrote),
        sequence=session.sequence,
        lists=tuple(_stored(each) for each in session.lists),
        matches=session.matches,
        noticed=tuple(sorted(session.noticed)),
    )


def read(text: str | bytes) -> Body:
    """Read a body; raises StoreError on a format that this release does not know."""
    try:
        return _decode(text)
    except msgspec.MsgspecError as fault:
        raise StoreError("a stored session has a format that this release does not know") from fault


def _stored(listing: Listing) -> StoredList:
    asked = tuple(sorted(listing.asked))
    return StoredList(
        listing.function, listing.core, listing.rows, listing.vacancy, listing.query, listing.offset, listing.view,
        asked, listing.cut,
    )  # fmt: skip


def restored(held: StoredList | None) -> Listing | None:
    """Give a stored listing as a word of the model."""
    return None if held is None else _listing(held)


def restored_all(held: tuple[StoredList, ...]) -> tuple[Listing, ...]:
    """Give the stored lists of other views."""
    return tuple(_listing(each) for each in held)


def _listing(held: StoredList) -> Listing:
    asked = frozenset(Category) if held.asked is None else frozenset(map(Category, held.asked))
    place = (held.query, held.offset, held.view)
    return Listing(held.function, held.core, held.rows, held.vacancy, *place, asked, held.cut)
