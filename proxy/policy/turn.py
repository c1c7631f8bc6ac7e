"""What a recorded decision turns into under another matrix: nothing, changes, or what cannot be told."""

from dataclasses import dataclass
from enum import StrEnum

from proxy.model.person import Authorship, Category, Standing


class Verb(StrEnum):
    """What happens to a call, or to a person in it."""

    DENIED = "denied"
    """The call was allowed and is denied."""
    ALLOWED = "allowed"
    """The call was denied and is allowed; nothing was sent, so nobody knows whom it would have shown."""
    WITHHELD = "withheld"
    """A person who was shown goes."""
    SHOWN = "shown"
    """A person who was kept back is shown."""
    MASKED = "masked"
    """Categories of a person who was shown are hidden."""
    UNMASKED = "unmasked"
    """Categories that were emptied are shown."""
    CARDED = "carded"
    """Only a card is left of a row."""
    UNCARDED = "uncarded"
    """A row was a card and is no longer."""
    SIFTED = "sifted"
    """Contact notes that were shown are kept back."""
    UNSIFTED = "unsifted"
    """Contact notes that were kept back are shown."""

    @property
    def loses(self) -> bool:
        """Tell whether somebody sees less."""
        return self in {Verb.DENIED, Verb.WITHHELD, Verb.MASKED, Verb.CARDED, Verb.SIFTED}


class Lack(StrEnum):
    """Which fact a record lacks that the candidate needs."""

    GROUND = "ground"
    """Class, emergency or categories: written before grounds were kept."""
    NAMES = "names"
    """A function, role, relation or class that this release does not know, or a cell that names none."""
    SEARCH = "search"
    """By what was searched."""
    FIELDS = "fields"
    """Whether what the candidate hides can be emptied, and by what the list was searched or sorted."""
    CARD = "card"
    """Whether a card could be made, or was."""
    WRITES = "writes"
    """What a change carried, and about whom it was."""
    CHAIN = "chain"
    """The other functions of the same request."""
    AUTHORISATION = "authorisation"
    """Whom another authorisation of the account would have reached."""
    AUTHORS = "authors"
    """Who wrote the contact notes."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One change: of the call (no standing), or of a person who stands so."""

    verb: Verb
    standing: Standing | None = None
    categories: frozenset[Category] = frozenset()
    rules: tuple[str, ...] = ()
    """Rules of the candidate that do it; none: no rule allows it (any more)."""
    least: bool = False
    """It may be more: what is newly hidden is emptied where that is possible, else the whole person goes."""
    authors: frozenset[Authorship] = frozenset()
    """Whose contact notes go or come."""


type Replayed = tuple[Turn, ...] | Lack
SAME: tuple[Turn, ...] = ()
