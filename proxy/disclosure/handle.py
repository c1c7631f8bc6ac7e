"""Handles: by what a client names a candidate whose row id it may not know.

Rules:
1. A handle is a keyed digest of session, vacancy and row: nobody can make one, and it means nothing in another session.
2. It is redeemed only against what this session's own searches returned; anything else was not issued.
3. A reference is a keyed digest of day, vacancy and person: it links nobody across vacancies or days.
"""

from datetime import date
from hashlib import blake2b
from hmac import compare_digest

from proxy.model.principal import Session

_HANDLE = b"poort-handle"
_REFERENCE, _DAY = b"poort-candidate", b"poort-day"
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def issue(secret: bytes, session: Session, vacancy: str, row_id: str) -> str:
    """Give the handle of a candidate in a session: 32 hexadecimal digits."""
    return _digest(secret, _HANDLE, session.key, vacancy.encode(), row_id.encode()).hex()[:32]


def redeem(secret: bytes, session: Session, given: str) -> tuple[str, str] | None:
    """Give (vacancy, row) of a handle that was issued to this session; None: it was not."""
    asked = given.encode("utf-8", "replace")
    for vacancy, row_id in reversed(session.matches):
        if compare_digest(issue(secret, session, vacancy, row_id).encode(), asked):
            return vacancy, row_id
    return None


def reference(secret: bytes, day: date, vacancy: str, person: bytes) -> str:
    """Give the reference by which two people can talk about a candidate of one vacancy on one day: `K-` and 8 signs."""
    key = _digest(secret, _DAY, day.isoformat().encode())
    digest = _digest(key, _REFERENCE, person, vacancy.encode())
    return "K-" + "".join(_ALPHABET[byte % 32] for byte in digest[:8])


def _digest(key: bytes, person: bytes, *parts: bytes) -> bytes:
    """Digest parts of which each carries its length, so that no two lists of parts read the same."""
    framed = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return blake2b(framed, key=key, digest_size=32, person=person).digest()
