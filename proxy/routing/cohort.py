"""Who belongs to the cohort of a ramp: a stable bucket per key, so that ramping up never moves anybody back.

Rule: bucket = first 8 bytes of sha256(`group:generation` 0x1f key), scaled to 10,000; new iff bucket < ramp. The salt is
per group: a salt per function would split one screen over two cores. Raising `generation` draws a fresh cohort.
"""

from hashlib import sha256

BUCKETS = 10_000


def bucket(group: str, generation: int, key: str) -> int:
    """Give the bucket (0 up to 9,999) of a key in a group."""
    digest = sha256(f"{group}:{generation}".encode() + b"\x1f" + key.encode()).digest()
    return int.from_bytes(digest[:8], "big") * BUCKETS >> 64


def within(group: str, generation: int, key: str, ramp: int) -> bool:
    """Tell whether a key belongs to the first `ramp` percent."""
    return bucket(group, generation, key) * 100 < ramp * BUCKETS
