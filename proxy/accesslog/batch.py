"""From entries to one document: what a group commit writes, and how it lengthens the chain.

Rules:
1. The entries of one exchange are one bundle; it has at most one access record, and persons only with one.
2. A bundle whose session changed meanwhile (compare-and-set failed) leaves its access record as a fault and shows nobody;
   how a mutation ended stays true and is kept.
3. Nothing here is stored state: the same bundles upon the same head give the same document.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from proxy.accesslog import chain
from proxy.accesslog.record import (
    access_row,
    canonical,
    completion_row,
    disclosure_row,
    joined,
    withheld_row,
)
from proxy.model.decision import Effect, Reason
from proxy.model.entry import (
    Access,
    Completion,
    Disclosure,
    Entry,
    Intent,
    Learned,
    Outcome,
    SessionChange,
    Withheld,
)
from proxy.model.person import PersonFacts, PersonId


@dataclass(frozen=True, slots=True)
class Bundle:
    """The entries of one exchange, by what becomes of them."""

    access: Access | None
    disclosures: tuple[Disclosure, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    changes: tuple[SessionChange, ...] = ()
    facts: tuple[PersonFacts, ...] = ()
    journal: tuple[Intent | Outcome, ...] = ()
    stale: bool = False

    @property
    def exchange(self) -> UUID | None:
        """The exchange that these entries belong to, if one of them names it."""
        if self.access is not None:
            return self.access.id
        return next((each.access for each in self.journal if isinstance(each, Intent)), None)

    @property
    def intent(self) -> UUID | None:
        """The intent of this bundle."""
        return next((each.id for each in self.journal if isinstance(each, Intent)), None)

    def persons(self) -> Iterable[PersonId]:
        """Give everybody who needs a reference."""
        yield from (each.person for each in self.disclosures)
        yield from (each.person for each in self.withheld)

    def keys(self) -> frozenset[bytes]:
        """Give the sessions that are changed, under their new and old keys."""
        old = (each.rekeyed_from for each in self.changes if each.rekeyed_from is not None)
        return frozenset((*(each.session.key for each in self.changes), *old))


@dataclass(frozen=True, slots=True)
class Document:
    """A batch as it is sent, and the head of the chain once it is committed."""

    written: bytes
    head: chain.Head
    sequences: tuple[int, ...]
    """The number of each bundle's link, in their order."""


def bundle(entries: Sequence[Entry]) -> Bundle:
    """Sort entries; raises ValueError where they are not those of one exchange."""
    accesses = _each(entries, Access)
    disclosures, withheld = _each(entries, Disclosure), _each(entries, Withheld)
    changes, learned = _each(entries, SessionChange), _each(entries, Learned)
    journal: tuple[Intent | Outcome, ...] = (*_each(entries, Intent), *_each(entries, Outcome))
    if len(accesses) > 1:
        raise ValueError(f"found {len(accesses)} access records; an exchange has one")
    if len(accesses) + len(disclosures) + len(withheld) + len(changes) + len(learned) + len(journal) < len(entries):
        raise ValueError("found an entry of an unknown type; allowed are those of `model.entry.Entry`")
    known = accesses[0].id if accesses else None
    if any(each.access != known for each in disclosures) or any(each.access != known for each in withheld):
        raise ValueError("found a person of another exchange; a disclosure or withheld row goes with its access record")
    facts = tuple(each.facts for each in learned)
    return Bundle(accesses[0] if accesses else None, disclosures, withheld, changes, facts, journal)


def _each[T](entries: Sequence[Entry], kind: type[T]) -> tuple[T, ...]:
    return tuple(entry for entry in entries if isinstance(entry, kind))


def faulted(found: Bundle) -> Bundle:
    """Give what is stored of an exchange whose session was changed by another one meanwhile."""
    access = found.access and replace(
        found.access, decision=Effect.DENY, reason=Reason.SESSION_BUSY, rows=0, detail="stale-session"
    )
    outcomes = tuple(each for each in found.journal if isinstance(each, Outcome))
    return Bundle(access, journal=outcomes, stale=True)


def document(
    bundles: Sequence[Bundle], completions: Sequence[Completion], onto: tuple[chain.Head, datetime],
    references: Mapping[bytes, UUID],
) -> Document:  # fmt: skip
    """Write a batch upon a head at a moment; every digest must have its reference."""
    head, moment = onto
    stamped = chain.stamp(moment)
    accesses: list[bytes] = []
    ended: list[bytes] = []
    sequences: list[int] = []
    for each in bundles:
        if each.access is not None:
            head, written = _access(each, each.access, (head, stamped), references)
            accesses.append(written)
        sequences.append(head.sequence)
    for completion in completions:
        row = canonical(completion_row(completion))
        head = chain.extend(head, chain.body(chain.COMPLETION, stamped, (row,)))
        ended.append(b'{"seq":%d,"hash":"\\\\x%b","row":%b}' % (head.sequence, head.hash.hex().encode(), row))
    written = b'{"writer":"%b","recorded_at":"%b","access":%b,"completion":%b}' % (
        head.writer.encode(), stamped, joined(accesses), joined(ended),
    )  # fmt: skip
    return Document(written, head, tuple(sequences))


def _access(
    found: Bundle, access: Access, onto: tuple[chain.Head, bytes], references: Mapping[bytes, UUID]
) -> tuple[chain.Head, bytes]:
    row = canonical(access_row(access))
    shown = [canonical(disclosure_row(each, references[each.person.digest])) for each in found.disclosures]
    withheld = [canonical(withheld_row(each, references[each.person.digest])) for each in found.withheld]
    head = chain.extend(onto[0], chain.body(chain.ACCESS, onto[1], (row, *shown, *withheld)))
    written = b'{"seq":%d,"hash":"\\\\x%b","row":%b,"shown":%b,"withheld":%b}' % (
        head.sequence, head.hash.hex().encode(), row, joined(shown), joined(withheld),
    )  # fmt: skip
    return head, written
