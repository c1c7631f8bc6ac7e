"""The seal of a form of ours: it was made for this session and this purpose, and it is good once.

Why: a page elsewhere can make the browser of an adviser post something here, with the adviser's cookie. Rules:
1. A seal is a keyed digest over session, version of the session and purpose; nobody else can make one.
2. It is good for the version of the session at which it was made. Using it makes the next version in the same
   transaction (compare-and-set), so a form that is sent twice is good once, on whichever gateway.
3. A genuine seal of an older version is only stale: the form is shown again. Anything else was not issued here.
"""

from enum import StrEnum
from hashlib import blake2b
from hmac import compare_digest

from proxy.model.principal import Session

_SEAL = b"poort-form"
_LONGEST = 12  # digits of a version


class Seal(StrEnum):
    """What a seal is worth."""

    GOOD = "good"
    STALE = "stale"
    FORGED = "forged"


def seal(secret: bytes, session: Session, purpose: str) -> str:
    """Make the seal of a form for this session as it stands."""
    return _sealed(secret, session, session.version, purpose)


def weigh(secret: bytes, session: Session, purpose: str, given: str) -> Seal:
    """Say what a seal that came back is worth."""
    version, _, _ = given.partition("-")
    if not version.isascii() or not version.isdecimal() or len(version) > _LONGEST:
        return Seal.FORGED
    genuine = _sealed(secret, session, int(version), purpose)
    if not compare_digest(genuine.encode(), given.encode("utf-8", "replace")):
        return Seal.FORGED
    return Seal.GOOD if int(version) == session.version else Seal.STALE


def _sealed(secret: bytes, session: Session, version: int, purpose: str) -> str:
    framed = session.key + version.to_bytes(8, "big") + purpose.encode()
    return f"{version}-{blake2b(framed, key=secret, digest_size=16, person=_SEAL).hexdigest()}"
