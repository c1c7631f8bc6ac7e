"""The hash chain of one writer: what was written, whole and in order, can be shown afterwards.

Rules:
1. A process start opens a chain with a name of its own; nobody goes on with another's. Access records (with their
   disclosures and withheld rows) and completions are links of one chain, numbered from 1 without a gap.
2. A link's hash covers the previous hash, its number, its kind, its moment and its rows. A rolled back batch leaves the
   chain where it was: the number and hash move only with a commit.
3. A break is named once, at its first row: `changed`, `missing`, `duplicate`, `reordered`; a head that was signed and is
   not reached is `removed tail`; a head that was signed otherwise is `rewritten`.
4. What was dropped by retention is known by its signed floor: the chain then begins after it.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from itertools import groupby, islice

ACCESS = b"A"
COMPLETION = b"C"
LOOK_AHEAD = 1000


@dataclass(frozen=True, slots=True)
class Head:
    """How far a chain has come: the number and hash of its last link; number 0 is its name alone."""

    writer: str
    sequence: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Link:
    """One link as it is stored; `name` is what a person would call it."""

    writer: str
    sequence: int
    hash: bytes
    body: bytes = field(repr=False)
    """Kind, moment and rows, as `body` writes them."""
    name: str = ""


class Fault(StrEnum):
    """What can be wrong with a chain."""

    CHANGED = "changed"
    MISSING = "missing"
    DUPLICATE = "duplicate"
    REORDERED = "reordered"
    REMOVED_TAIL = "removed tail"
    REWRITTEN = "rewritten"


@dataclass(frozen=True, slots=True)
class Break:
    """The first row of a chain at which something is wrong."""

    writer: str
    sequence: int
    fault: Fault
    name: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """What a verification found; `unsigned` counts links after the last signed head, which only the chain itself holds."""

    breaks: tuple[Break, ...]
    heads: Mapping[str, Head]
    links: int
    unsigned: int


def opening(writer: str) -> Head:
    """Open the chain of a writer: its first previous hash is of its name."""
    return Head(writer, 0, sha256(b"sonarpoort log " + writer.encode()).digest())


def lock(writer: str) -> int:
    """Give the number of the session lock that a writer's backend holds while it lives."""
    return int.from_bytes(sha256(b"sonarpoort writer " + writer.encode()).digest()[:8], signed=True)


def stamp(moment: datetime) -> bytes:
    """Write the moment of recording as a link's hash covers it."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").encode()


def body(kind: bytes, stamped: bytes, written: bytes) -> bytes:
    """Write what a link's hash covers besides place and previous hash; what is written holds no line feed."""
    return b"%b\n%b\n%b" % (kind, stamped, written)


def digest(previous: bytes, sequence: int, written: bytes) -> bytes:
    """Hash one link upon the one before it."""
    return sha256(b"%b%d\n%b" % (previous, sequence, written)).digest()


def extend(head: Head, written: bytes) -> Head:
    """Give the head after one more link."""
    sequence = head.sequence + 1
    return Head(head.writer, sequence, digest(head.hash, sequence, written))


def verify(links: Iterable[Link], signed: Iterable[Head] = (), floors: Mapping[str, Head] | None = None) -> Proof:
    """Check links, ordered by writer and number, against themselves and against signed heads."""
    promised: dict[str, dict[int, bytes]] = {}
    for head in signed:
        promised.setdefault(head.writer, {})[head.sequence] = head.hash
    breaks: list[Break] = []
    heads: dict[str, Head] = {}
    counted = unsigned = 0
    for writer, chain in groupby(links, lambda link: link.writer):
        start = (floors or {}).get(writer, opening(writer))
        walk = _Walk(start, promised.pop(writer, {}))
        breaks += walk.over(chain)
        heads[writer] = walk.head
        counted += walk.counted
        unsigned += max(0, walk.head.sequence - walk.last_signed)
    breaks += _gone(promised, floors or {})
    return Proof(tuple(breaks), heads, counted, unsigned)


def _gone(promised: Mapping[str, Mapping[int, bytes]], floors: Mapping[str, Head]) -> Iterator[Break]:
    """Name chains that were signed and of which no row is left, beyond what retention dropped."""
    for writer, marks in sorted(promised.items()):
        floor = floors[writer].sequence if writer in floors else 0
        if max(marks) > floor:
            yield Break(writer, floor + 1, Fault.REMOVED_TAIL)


class _Walk:
    """One pass over one chain; it stops judging at the first break and goes on counting."""

    def __init__(self, start: Head, signed: Mapping[int, bytes]) -> None:
        self.head = start
        self.counted = 0
        self.last_signed = max(signed, default=0)
        self._signed = signed
        self._floor = start.sequence

    def over(self, chain: Iterator[Link]) -> list[Break]:
        """Walk to the end or the first break."""
        waiting: deque[Link] = deque()
        while link := waiting.popleft() if waiting else next(chain, None):
            self.counted += 1
            fault = self._fault(link)
            if fault is not None:
                waiting.extend(islice(chain, LOOK_AHEAD))
                found = self._named(link, fault, waiting)
                self.counted += len(waiting) + sum(1 for _ in chain)
                return [found]
            self.head = Head(link.writer, link.sequence, link.hash)
            if self._signed.get(link.sequence, link.hash) != link.hash:
                return [self._rewritten(link, chain)]
        if self.last_signed > self.head.sequence:
            return [Break(self.head.writer, self.head.sequence + 1, Fault.REMOVED_TAIL)]
        return []

    def _rewritten(self, link: Link, chain: Iterator[Link]) -> Break:
        """Name a range that was rewritten as a whole: it holds together, but it is not what was signed."""
        self.counted += sum(1 for _ in chain)
        good = max((n for n in self._signed if n < link.sequence), default=self._floor)
        return Break(link.writer, good + 1, Fault.REWRITTEN, link.name)

    def _fault(self, link: Link) -> Fault | None:
        if link.sequence <= self.head.sequence:
            return Fault.DUPLICATE
        if link.sequence > self.head.sequence + 1:
            return Fault.MISSING
        if digest(self.head.hash, link.sequence, link.body) != link.hash:
            return Fault.CHANGED
        return None

    def _named(self, link: Link, fault: Fault, later: Iterable[Link]) -> Break:
        """Say which row it is: a row that fits here but stands further on was moved."""
        place = self.head.sequence + 1
        if fault is Fault.CHANGED:
            for other in later:
                if digest(self.head.hash, place, other.body) == other.hash:
                    moved = Fault.DUPLICATE if other.sequence == place else Fault.REORDERED
                    return Break(link.writer, place, moved, other.name)
        if fault is Fault.MISSING:
            return Break(link.writer, place, fault)
        return Break(link.writer, link.sequence, fault, link.name)
