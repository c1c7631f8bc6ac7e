"""Persons in the log: a random reference, found by keyed digest, revealed only by decrypting.

Rules:
1. No BSN in any form is in a log row. The map holds the digest (with the id of its key) and the sealed identity; deleting
   a row of the map makes the person unfindable while the log line stays.
2. The digest equals the one by which the gateway recognises persons (`identity.binding.person_id`).
3. Keys rotate: a person first seen under a new key is looked for under the older ones and keeps the reference. A key that
   is named in the log and missing here is an error, never an empty result.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from proxy.errors import OperatorError

NONCE = 12
_PERSON = b"poort-person"
_ID = b"poort-key-id"
_SEAL = b"poort-seal"
_KEY_ID_BYTES = 4


def key_id(key: bytes) -> str:
    """Name a key without giving it away."""
    return blake2b(key, digest_size=_KEY_ID_BYTES, person=_ID).hexdigest()


def digest(key: bytes, plain: str) -> bytes:
    """Digest an identity (`bsn:…` or `row:…`) under a key of 1 to 64 bytes."""
    return blake2b(plain.encode(), key=key, digest_size=32, person=_PERSON).digest()


@dataclass(frozen=True, slots=True)
class Keyring:
    """The key in use and the older ones under which persons may have been recorded."""

    current: bytes = field(repr=False)
    older: tuple[bytes, ...] = field(default=(), repr=False)

    @property
    def id(self) -> str:
        """The id of the key in use."""
        return key_id(self.current)

    @property
    def ids(self) -> frozenset[str]:
        """The ids of all keys at hand."""
        return frozenset(key_id(key) for key in (self.current, *self.older))

    def digests(self, plain: str) -> tuple[bytes, ...]:
        """Digest an identity under every key, the one in use first."""
        return tuple(digest(key, plain) for key in (self.current, *self.older))

    def missing(self, used: Iterable[str]) -> None:
        """Refuse when the log was written under a key that is not at hand."""
        absent = sorted(set(used) - self.ids)
        if absent:
            raise OperatorError(
                f"the log names persons under key {', '.join(absent)}, which is not here (here: "
                f"{', '.join(sorted(self.ids))}); add the older secret file, else this person is found in part only"
            )


@dataclass(frozen=True, slots=True)
class Sealer:
    """Seals and unseals under keys derived from the keyring; what is sealed begins with the id of its key."""

    keys: Mapping[str, AESGCM] = field(repr=False)
    current: str

    def seal(self, plain: bytes, nonce: bytes) -> bytes:
        """Encrypt under the key in use; the nonce has 12 bytes and is never used twice."""
        named = bytes.fromhex(self.current)
        return named + nonce + self.keys[self.current].encrypt(nonce, plain, named)

    def unseal(self, sealed: bytes) -> bytes:
        """Decrypt; raises OperatorError where the key is missing or the text was changed."""
        named, nonce, hidden = sealed[:_KEY_ID_BYTES], sealed[_KEY_ID_BYTES:][:NONCE], sealed[_KEY_ID_BYTES + NONCE :]
        key = self.keys.get(named.hex())
        if key is None:
            raise OperatorError(f"sealed under key {named.hex()}, which is not here (here: {', '.join(self.keys)})")
        try:
            return key.decrypt(nonce, hidden, named)
        except InvalidTag:
            raise OperatorError(f"sealed under key {named.hex()} and changed since; it cannot be opened") from None


def sealer(keyring: Keyring) -> Sealer:
    """Derive the sealing keys of a keyring."""
    keys = {key_id(key): AESGCM(_derived(key)) for key in (keyring.current, *keyring.older)}
    return Sealer(keys, keyring.id)


def _derived(key: bytes) -> bytes:
    return blake2b(key=key, digest_size=32, person=_SEAL).digest()
