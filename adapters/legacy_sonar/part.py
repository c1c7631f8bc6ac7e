"""What one link of a chain comes to, before the links are joined into a call."""

from dataclasses import dataclass, field

from proxy.model.call import Credentials, Kind, Link, Search
from proxy.model.person import Category


@dataclass(frozen=True, slots=True)
class Part:
    """One link of a chain, read; its commands in the order of execution (a read that saves has two)."""

    links: tuple[Link, ...]
    kind: Kind
    rows: tuple[str, ...] = ()
    record: str | None = None
    """Row id of what is no person: a vacancy, an employer."""
    by_cursor: bool = False
    moves_cursor: bool = False
    pages: bool = False
    first_page: bool = False
    opens: bool = False
    again: bool = False
    by_child: bool = False
    context: bool = True
    repeatable: bool = False
    search: Search | None = None
    vacancy: str | None = None
    login: Credentials | None = field(default=None, repr=False)
    logoff: bool = False
    asks: frozenset[Category] = frozenset()
    writes: frozenset[Category] = frozenset()
    aliases: tuple[tuple[str, str], ...] = field(default=(), repr=False)
