"""Signed heads: what a chain cannot show of itself - that nothing was cut off its end - a signature elsewhere shows.

Rules:
1. Signed by a process that cannot write the log, with a key that the log's writer has not (Ed25519, RFC 8032).
2. Checkpoints are a chain of their own: each has the number after and the hash of the one before, so that one that was
   taken away is missed. The last one can be taken away unseen, unless it was shipped elsewhere.
3. A checkpoint names the heads that moved since the one before; the newest head of each writer counts.
4. `floors` are heads up to which retention dropped rows: those rows may be absent.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b, sha256

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from proxy.accesslog.chain import Head

FIRST = b"\x00" * 32


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One statement about the heads of all chains at a moment."""

    number: int
    at: datetime
    previous: bytes
    heads: tuple[Head, ...]
    floors: tuple[Head, ...] = ()


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint as it is stored and shipped."""

    payload: bytes
    signature: bytes = field(repr=False)
    key_id: str

    @property
    def hash(self) -> bytes:
        """What the next checkpoint names as its previous one."""
        return sha256(self.payload + self.signature).digest()


@dataclass(frozen=True, slots=True)
class Forged:
    """A checkpoint that cannot be believed, and why."""

    number: int | None
    reason: str


def public_bytes(private: bytes) -> bytes:
    """Give the public half of a private key (32 bytes each)."""
    key = Ed25519PrivateKey.from_private_bytes(private).public_key()
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def signer_id(public: bytes) -> str:
    """Name a public key."""
    return blake2b(public, digest_size=4).hexdigest()


def sign(checkpoint: Checkpoint, private: bytes) -> Signed:
    """Sign a checkpoint with a private key of 32 bytes."""
    written = write(checkpoint)
    signature = Ed25519PrivateKey.from_private_bytes(private).sign(written)
    return Signed(written, signature, signer_id(public_bytes(private)))


def write(checkpoint: Checkpoint) -> bytes:
    """Write a checkpoint as the bytes that are signed."""
    return orjson.dumps(
        {
            "number": checkpoint.number,
            "at": checkpoint.at,
            "previous": checkpoint.previous.hex(),
            "heads": [_written(head) for head in checkpoint.heads],
            "floors": [_written(head) for head in checkpoint.floors],
        }
    )


def read(payload: bytes) -> Checkpoint:
    """Read a payload; raises ValueError on anything else."""
    try:
        found = orjson.loads(payload)
        at = datetime.fromisoformat(found["at"])
        heads, floors = (tuple(Head(w, n, bytes.fromhex(h)) for w, n, h in found[each]) for each in ("heads", "floors"))
        return Checkpoint(found["number"], at, bytes.fromhex(found["previous"]), heads, floors)
    except (KeyError, TypeError, ValueError) as fault:
        raise ValueError(f"no checkpoint: {type(fault).__name__}") from None


def believed(found: Iterable[Signed], publics: Sequence[bytes]) -> Iterator[Checkpoint | Forged]:
    """Check checkpoints in their order: signature, number and previous hash; each is believed or named."""
    before: Signed | None = None
    expected = 1
    for signed in found:
        verdict = judged(signed, publics)
        if isinstance(verdict, Checkpoint):
            wanted = before.hash if before else FIRST
            if verdict.number != expected:
                yield Forged(expected, f"missing: number {verdict.number} follows {expected - 1}")
            elif verdict.previous != wanted:
                yield Forged(verdict.number, "does not follow the one before it")
            expected = verdict.number + 1
        else:
            expected += 1
        before = signed
        yield verdict


def judged(signed: Signed, publics: Sequence[bytes]) -> Checkpoint | Forged:
    """Check one checkpoint by itself: what it says, who signed it, and whether the signature is true."""
    try:
        checkpoint = read(signed.payload)
    except ValueError as fault:
        return Forged(None, str(fault))
    public = next((each for each in publics if signer_id(each) == signed.key_id), None)
    if public is None:
        return Forged(checkpoint.number, f"signed by unknown key {signed.key_id}")
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signed.signature, signed.payload)
    except InvalidSignature:
        return Forged(checkpoint.number, "the signature is false")
    return checkpoint


def shipped(signed: Signed) -> bytes:
    """Write a checkpoint as one line, to be kept elsewhere."""
    line = {"payload": signed.payload.decode(), "signature": signed.signature.hex(), "key_id": signed.key_id}
    return orjson.dumps(line) + b"\n"


def unshipped(line: bytes) -> Signed:
    """Read a line that was shipped; raises ValueError on anything else."""
    try:
        found = orjson.loads(line)
        return Signed(found["payload"].encode(), bytes.fromhex(found["signature"]), found["key_id"])
    except (KeyError, TypeError, AttributeError, ValueError) as fault:
        raise ValueError(f"no shipped checkpoint: {type(fault).__name__}") from None


def _written(head: Head) -> tuple[str, int, str]:
    return head.writer, head.sequence, head.hash.hex()
