"""What the gateway states to newcore about one request, and how newcore writes the names of fields.

newcore trusts nothing else, and enforces it itself.
"""

from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from proxy.model.decision import Scope
from proxy.model.person import Category
from proxy.model.principal import Role


@dataclass(frozen=True, slots=True)
class Statement:
    """Who asks, in which role, which function, and what of it may be answered; signed and short-lived on its way."""

    exchange: UUID
    user: str
    role: Role
    organisation: str
    """Code of the organisation that issued the authorisation."""
    function: str
    categories: frozenset[Category]
    """That the answer may hold, of any record in it."""
    scope: Scope | None = None
    """Where everybody lives whom the answer may show; None: the function is not bound to a place."""


@lru_cache(maxsize=512)
def camel(name: str) -> str:
    """Write a field's name as newcore's API does."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
