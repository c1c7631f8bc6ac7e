"""Latencies as counts in buckets: small, and sums of hours are as good as one. Pure.

Rule: four buckets to every doubling, so a percentile is told at most 19 % too high.
"""

from collections.abc import Mapping
from math import ceil, log2

STEPS = 4
HIGHEST = 127


def bucket(microseconds: int) -> int:
    """Give the bucket of a latency."""
    return min(HIGHEST, ceil(STEPS * log2(max(1, microseconds))))


def percentile(counts: Mapping[int, int], share: float) -> float | None:
    """Give the latency in milliseconds below which a share of all lies; None: there are none."""
    total = sum(counts.values())
    if not total:
        return None
    seen = 0
    for each in sorted(counts):
        seen += counts[each]
        if seen >= share * total:
            return float(2 ** (each / STEPS)) / 1000
    return None
