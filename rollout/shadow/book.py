"""What was counted of comparisons since it was last written down. No values of persons: shapes, paths, keyed digests. Pure.

Rules:
1. A mismatch is kept as its path and, for either side, a keyed digest of the value under that path: the same wrong value is
   recognised, and none is told. So many a comparison at most; the counts hold all of them.
2. Counts are by hour: sums of hours are as good as one.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import NamedTuple
from uuid import UUID

from proxy.shadow.frame import Tally
from rollout.shadow.histogram import bucket
from rollout.shadow.rule import PARITY, Rules
from rollout.shadow.verdict import COMPARED, Finding, Result

OFFERED, DROPPED, SAFETY, PARITY_HIT = "offered", "dropped", "safety", "parity"
"""What is counted beside the results: answers that gateways offered, of them dropped there; of the real mismatches, some."""
MOST_PATHS = 8


class Subject(NamedTuple):
    """What a comparison was about."""

    group: str
    config: str
    function: str
    shape: str


class Counted(NamedTuple):
    """One line of counts."""

    subject: Subject
    hour: datetime
    result: str


class Timed(NamedTuple):
    """One line of latencies."""

    subject: Subject
    hour: datetime
    core: str
    bucket: int


@dataclass(frozen=True, slots=True)
class Difference:
    """One place of one mismatch, as it is kept."""

    subject: Subject
    exchange: UUID
    at: datetime
    result: str
    path: str
    safety: bool
    parity: bool
    legacy: bytes
    newcore: bytes


@dataclass(frozen=True, slots=True)
class Compared:
    """One comparison that came to an end."""

    subject: Subject
    exchange: UUID
    at: datetime
    finding: Finding
    legacy_us: int


@dataclass(slots=True)
class Book:
    """Counts and mismatches that wait to be written down."""

    key: bytes = field(repr=False)
    counts: Counter[Counted] = field(default_factory=Counter)
    latencies: Counter[Timed] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)

    def tell(self, tallies: Iterable[Tally], at: datetime) -> None:
        """Add what a gateway says that it offered and dropped."""
        for each in tallies:
            subject = Subject(each.group, each.config, each.function, each.shape)
            self.counts[Counted(subject, hour(at), OFFERED)] += each.offered
            if each.dropped:
                self.counts[Counted(subject, hour(at), DROPPED)] += each.dropped

    def add(self, done: Compared, rules: Rules | None) -> None:
        """Add a comparison."""
        finding, subject, when = done.finding, done.subject, hour(done.at)
        self.counts[Counted(subject, when, finding.result)] += 1
        if finding.result is Result.REAL:
            self.counts[Counted(subject, when, SAFETY)] += finding.safety
            self.counts[Counted(subject, when, PARITY_HIT)] += finding.parity
        if finding.result in COMPARED and finding.newcore_us is not None:
            for core, took in (("legacy", done.legacy_us), ("newcore", finding.newcore_us)):
                self.latencies[Timed(subject, when, core, bucket(took))] += 1
        if rules is not None:
            self.differences += self._differences(done, rules)

    def _differences(self, done: Compared, rules: Rules) -> list[Difference]:
        first = {each.path: each for each in reversed(done.finding.mismatches)}
        worst = sorted(first, key=lambda path: not rules.is_safety(path))[:MOST_PATHS]
        return [
            Difference(
                done.subject, done.exchange, done.at, done.finding.result, path, rules.is_safety(path), path in PARITY,
                mark(self.key, path, first[path].legacy), mark(self.key, path, first[path].newcore),
            )
            for path in worst
        ]  # fmt: skip

    def taken(self) -> "Book":
        """Take everything out."""
        full = Book(self.key, self.counts, self.latencies, self.differences)
        self.counts, self.latencies, self.differences = Counter(), Counter(), []
        return full

    def put_back(self, full: "Book", most: int = 10_000) -> None:
        """Keep what could not be written; mismatches up to a bound, counts all."""
        self.counts += full.counts
        self.latencies += full.latencies
        self.differences = (full.differences + self.differences)[:most]

    def __bool__(self) -> bool:
        """Tell whether anything waits."""
        return bool(self.counts or self.latencies or self.differences)


def hour(at: datetime) -> datetime:
    """Give the hour of a moment."""
    return at.replace(minute=0, second=0, microsecond=0)


def mark(key: bytes, path: str, text: str) -> bytes:
    """Give the keyed digest of a value under its path; nothing for no value."""
    return (
        blake2b(f"{path}\x1f{text}".encode("utf-8", "replace"), key=key[:64], digest_size=16).digest() if text else b""
    )
