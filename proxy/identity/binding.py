"""Sessions and persons are known by keyed digests: neither a token nor a BSN is ever stored in clear.

Rules:
1. One secret, two personalisations: a session digest can never equal a person digest.
2. One person has one digest whatever the spelling of the BSN: blanks and dots go, and missing leading zeros come back,
   because the legacy stores a BSN as a number. Padding never invents a person: the result must pass the 11-test.
3. A BSN that fails is not used; then the row id names the person, and a person without either is refused.
"""

from hashlib import blake2b

from proxy.model.person import PersonId

_SESSION = b"poort-session"
_CREDENTIALS = b"poort-password"
_PERSON = b"poort-person"
_BORN = b"poort-born"
_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)
_IGNORED = str.maketrans("", "", " .\t\xa0")


def session_key(secret: bytes, token: bytes) -> bytes:
    """Digest a session token (32 bytes); the token itself is never kept. The secret has 1 to 64 bytes."""
    return blake2b(token, key=secret, digest_size=32, person=_SESSION).digest()


def credentials_key(secret: bytes, account: str, password: bytes) -> bytes:
    """Digest the credentials that a call carries (32 bytes); the password itself is never kept."""
    plain = account.encode("utf-8", "surrogateescape") + b"\x1f" + password
    return blake2b(plain, key=secret, digest_size=32, person=_CREDENTIALS).digest()


def normalise(bsn: str) -> str | None:
    """Write a BSN (or the older sofinummer) as nine digits; None when it is none."""
    digits = bsn.translate(_IGNORED)
    if not digits.isascii() or not digits.isdigit() or len(digits) > 9:
        return None
    padded = digits.rjust(9, "0")
    return padded if padded != "000000000" and _eleven(padded) else None


def _eleven(digits: str) -> bool:
    """The 11-test of Besluit BSN: the weighted sum is a multiple of eleven."""
    return sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)) % 11 == 0


def person_id(secret: bytes, *, bsn: str | None, row_id: str | None) -> PersonId:
    """Give the keyed identity of a person by BSN, else by row id; raises ValueError where there is neither."""
    number = normalise(bsn) if bsn else None
    if number is None and not row_id:
        raise ValueError("a person needs a valid BSN or a row id")
    plain = f"bsn:{number}" if number else f"row:{row_id}"
    return PersonId(blake2b(plain.encode(), key=secret, digest_size=32, person=_PERSON).digest(), plain)


def birth_mark(secret: bytes, person: PersonId, birth_date: str) -> bytes:
    """Digest a birth date (`jjjjmmdd`) for one person alone: equal dates of two persons have nothing in common."""
    return blake2b(person.digest + birth_date.encode(), key=secret, digest_size=16, person=_BORN).digest()


def lookup(row_id: str | None, identity: PersonId) -> str:
    """Name a person to `ports.Facts`: by row, or by identity where an answer (export, SOAP) shows no row."""
    return row_id or f"identity:{identity.digest.hex()}"
