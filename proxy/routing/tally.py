"""What became of the calls that either core could have answered: counted in memory, so that no exchange waits for it.

Rules:
1. Only the two sides of a ramp are counted: what newcore was asked, and what legacy answered for those outside the cohort.
   Any other answer of legacy would be no baseline.
2. newcore failing counts as its error, also where legacy answered instead; what only legacy can answer (`untranslatable`)
   and what a breaker kept from newcore (`open`) are no errors, and counted apart.
3. Memory is bounded, whatever happens to who takes the counts: what does not fit is dropped, and that is counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import log2

from proxy.model.route import Core

FINEST_SECONDS = 0.00025
PER_OCTAVE = 4
BUCKETS = 81
"""Buckets of a histogram: up to 262 s, each a fifth wider than the one before."""
MOST_KEYS = 2_000
UNTRANSLATABLE = "untranslatable"
"""Fault of a call that newcore was never meant to answer."""
OPEN = "open"
"""Fault of a call that was not sent, because newcore had just failed others."""


@dataclass(frozen=True, slots=True)
class Side:
    """Whose answers are counted together: of one core, for one group and partition, under one routing file."""

    group: str
    core: Core
    revision: int
    config: str
    """Hash of the routing file."""
    partition: str = ""
    """Region of everybody whom the call may show, where that is one; empty: not known."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call at one core, and what came of it."""

    side: Side
    seconds: float
    fault: str = ""
    """Empty: it answered."""


@dataclass(frozen=True, slots=True)
class Counted:
    """So many calls of one side."""

    side: Side
    answered: int = 0
    faults: int = 0
    untranslatable: int = 0
    shed: int = 0
    """Not sent: a breaker was open."""
    latency: tuple[int, ...] = ()
    """Histogram of the answers given, by `bucket`; without the zeros at its end."""


@dataclass(slots=True)
class _Count:
    answered: int = 0
    faults: int = 0
    untranslatable: int = 0
    shed: int = 0
    latency: list[int] = field(default_factory=lambda: [0] * BUCKETS)


class Tally:
    """The counts of this process since they were last taken."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self._counts: dict[Side, _Count] = {}
        self.dropped = 0
        """Attempts that were not kept, since the start."""

    def note(self, attempt: Attempt) -> None:
        """Count one attempt; drops it where too many sides are counted already."""
        count = self._counts.get(attempt.side)
        if count is None:
            if len(self._counts) >= MOST_KEYS:
                self.dropped += 1
                return
            count = self._counts[attempt.side] = _Count()
        if attempt.fault == UNTRANSLATABLE:
            count.untranslatable += 1
        elif attempt.fault == OPEN:
            count.shed += 1
        elif attempt.fault:
            count.faults += 1
        else:
            count.answered += 1
            count.latency[bucket(attempt.seconds)] += 1

    def take(self) -> tuple[Counted, ...]:
        """Give the counts and begin anew."""
        taken, self._counts = self._counts, {}
        return tuple(_counted(side, count) for side, count in taken.items())

    def lose(self, taken: Sequence[Counted]) -> None:
        """Count what was taken and could not be stored."""
        self.dropped += sum(each.answered + each.faults + each.untranslatable + each.shed for each in taken)


def _counted(side: Side, count: _Count) -> Counted:
    return Counted(side, count.answered, count.faults, count.untranslatable, count.shed, _trimmed(count.latency))


def _trimmed(latency: Sequence[int]) -> tuple[int, ...]:
    end = max((at for at, number in enumerate(latency, 1) if number), default=0)
    return tuple(latency[:end])


def bucket(seconds: float) -> int:
    """Give the bucket of a duration; what is longer than the last one's end is in the last one."""
    if seconds <= FINEST_SECONDS:
        return 0
    return min(BUCKETS - 1, int(log2(seconds / FINEST_SECONDS) * PER_OCTAVE) + 1)


def together(*latencies: Sequence[int]) -> tuple[int, ...]:
    """Add histograms."""
    total = [0] * BUCKETS
    for latency in latencies:
        for at, number in enumerate(latency):
            total[at] += number
    return _trimmed(total)


def quantile(latency: Sequence[int], share: float) -> float | None:
    """Give the seconds within which that share of the answers came, to a fifth; None: there were none."""
    wanted = sum(latency) * share
    if wanted <= 0:
        return None
    reached = 0
    for at, number in enumerate(latency):
        if number and reached + number >= wanted:
            inside = (wanted - reached) / number
            return float(FINEST_SECONDS * 2 ** ((at - 1 + inside) / PER_OCTAVE))
        reached += number
    return None
