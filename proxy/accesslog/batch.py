"""From entries to one document: what a group commit writes, and how it lengthens the chain.

Rules:
1. The entries of one exchange are one bundle; it has at most one access record, and persons only with one.
2. A bundle whose session changed meanwhile (compare-and-set failed) leaves its access record as a fault and shows nobody;
   how a mutation ended stays true and is kept.
3. Nothing here is stored state: the same bundles upon the same head give the same document.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from proxy.accesslog import chain
from proxy.accesslog.record import (
    access_link,
    access_row,
    completion_link,
    completion_row,
    disclosure_row,
    withheld_row,
)
from proxy.accesslog.seams import Fact
from proxy.model.decision import Effect, Reason
from proxy.model.entry import (
    Access,
    Completion,
    Disclosure,
    Entry,
    Intent,
    Learned,
    LearnedVacancy,
    Outcome,
    SessionChange,
    Tied,
    Withheld,
)
from proxy.model.person import PersonId

_NO_KEYS: frozenset[bytes] = frozenset()
_KINDS = (Access, Disclosure, Withheld, SessionChange, Learned, LearnedVacancy, Tied, Intent, Outcome)


@dataclass(frozen=True, slots=True)
class Bundle:
    """The entries of one exchange, by what becomes of them."""

    access: Access | None
    disclosures: tuple[Disclosure, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    changes: tuple[SessionChange, ...] = ()
    facts: tuple[Fact, ...] = ()
    journal: tuple[Intent | Outcome, ...] = ()
    stale: bool = False

    @property
    def follows_answer(self) -> bool:
        """Whether this says what came of an answer that a core gave: unless it is stored the answer is lost."""
        allowed = self.access is not None and self.access.decision is Effect.ALLOW
        return allowed or bool(self.changes) or any(isinstance(each, Outcome) for each in self.journal)

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

    def persons(self) -> list[PersonId]:
        """Give everybody who needs a reference."""
        shown = [each.person for each in self.disclosures]
        return [*shown, *(each.person for each in self.withheld)] if self.withheld else shown

    def keys(self) -> frozenset[bytes]:
        """Give the sessions that are changed, under their new and old keys."""
        if not self.changes:
            return _NO_KEYS
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
    kinds: dict[type, list[Any]] = {kind: [] for kind in _KINDS}
    try:
        for entry in entries:
            kinds[type(entry)].append(entry)
    except KeyError as unknown:
        raise ValueError(f"found {unknown}; allowed are the types of `model.entry.Entry`") from None
    accesses = kinds[Access]
    if len(accesses) > 1:
        raise ValueError(f"found {len(accesses)} access records; an exchange has one")
    known = accesses[0].id if accesses else None
    for person in (*kinds[Disclosure], *kinds[Withheld]):
        if person.access != known:
            raise ValueError("found a person of another exchange; it goes with its access record")
    return Bundle(
        accesses[0] if accesses else None,
        tuple(kinds[Disclosure]),
        tuple(kinds[Withheld]),
        tuple(kinds[SessionChange]),
        tuple(_facts(kinds)),
        (*kinds[Intent], *kinds[Outcome]),
    )


def _facts(kinds: Mapping[type, Sequence[Any]]) -> Iterator[Fact]:
    yield from (each.facts for each in kinds[Learned])
    yield from (each.vacancy for each in kinds[LearnedVacancy])
    yield from (each.tie for each in kinds[Tied])


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
            link = _link(each, each.access, references)
            head = chain.extend(head, chain.body(chain.ACCESS, stamped, link))
            accesses.append(_element(head, link))
        sequences.append(head.sequence)
    for completion in completions:
        link = completion_link(completion_row(completion))
        head = chain.extend(head, chain.body(chain.COMPLETION, stamped, link))
        ended.append(_element(head, link))
    written = b'{"writer":"%b","recorded_at":"%b","access":[%b],"completion":[%b]}' % (
        head.writer.encode(), stamped, b",".join(accesses), b",".join(ended),
    )  # fmt: skip
    return Document(written, head, tuple(sequences))


def _link(found: Bundle, access: Access, references: Mapping[bytes, UUID]) -> bytes:
    shown = [disclosure_row(each, references[each.person.digest]) for each in found.disclosures]
    withheld = [withheld_row(each, references[each.person.digest]) for each in found.withheld]
    return access_link(access_row(access), shown, withheld)


def _element(head: chain.Head, link: bytes) -> bytes:
    return b'{"seq":%d,"hash":"\\\\x%b","link":%b}' % (head.sequence, head.hash.hex().encode(), link)
