"""The budget of reads towards legacy: a token bucket. Pure; now is an argument.

Why: backfill, re-reads and probes must never cost the people at work their answers.
"""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Bucket:
    """So many tokens a second, so many saved at most."""

    rate: float
    size: float
    level: float
    at: float

    def take(self, now: float) -> tuple["Bucket", float]:
        """Take one token; gives the bucket after it and the seconds to wait before using it."""
        level = min(self.size, self.level + max(0.0, now - self.at) * self.rate) - 1
        return replace(self, level=level, at=max(now, self.at)), max(0.0, -level / self.rate)


def full(rate: float, now: float) -> Bucket:
    """Make a bucket that allows one second's worth at once."""
    return Bucket(rate, max(1.0, rate), max(1.0, rate), now)
