"""A change, as the outbox tells it: that a record became another one, never what it says."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Change:
    """One change that was made."""

    collection: str
    id: str
    version: int
    removed: bool
    sequence: int = 0
    """Its number, in the order in which changes became visible; 0: not noted yet."""
