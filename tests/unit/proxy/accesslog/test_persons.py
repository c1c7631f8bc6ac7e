"""Claims about digests, seals and rotated keys."""

import pytest

from proxy.accesslog.persons import Keyring, digest, key_id, sealer
from proxy.errors import OperatorError
from proxy.identity.binding import person_id

OLD, NEW = b"old key", b"new key"


def test_digest_is_the_one_the_gateway_recognises_persons_by():
    """Log and gateway must give one person one digest; they are written in two places because packages do not mix."""
    assert digest(OLD, "bsn:999990019") == person_id(OLD, bsn="999990019", row_id=None).digest
    assert digest(OLD, "row:1-AB") == person_id(OLD, bsn=None, row_id="1-AB").digest


def test_keys_are_named_without_being_given_away():
    """The id is short, differs by key and is not part of it."""
    assert key_id(OLD) != key_id(NEW)
    assert len(key_id(OLD)) == 8
    assert "old" not in repr(Keyring(NEW, (OLD,)))


def test_person_is_looked_for_under_every_key():
    """After a rotation the key in use comes first, the older ones follow."""
    assert Keyring(NEW, (OLD,)).digests("row:1") == (digest(NEW, "row:1"), digest(OLD, "row:1"))


def test_missing_key_is_an_error():
    """A key that the log names and nobody has is said, with its id; an empty result would be a lie."""
    Keyring(NEW, (OLD,)).missing([key_id(OLD), key_id(NEW)])
    with pytest.raises(OperatorError, match=key_id(OLD)):
        Keyring(NEW).missing([key_id(OLD), key_id(NEW)])


def test_seal_opens_under_every_key_of_the_ring():
    """What an older key sealed can still be opened; what is new is sealed under the key in use."""
    old = sealer(Keyring(OLD)).seal(b"bsn:999990019", b"n" * 12)
    ring = sealer(Keyring(NEW, (OLD,)))
    assert ring.unseal(old) == b"bsn:999990019"
    assert ring.seal(b"x", b"n" * 12).startswith(bytes.fromhex(key_id(NEW)))
    assert b"999990019" not in old


def test_changed_seal_and_unknown_key_do_not_open():
    """A seal that was touched, or whose key is gone, is an error that says which."""
    sealed = sealer(Keyring(OLD)).seal(b"bsn:999990019", b"n" * 12)
    with pytest.raises(OperatorError, match="changed since"):
        sealer(Keyring(OLD)).unseal(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    with pytest.raises(OperatorError, match="not here"):
        sealer(Keyring(NEW)).unseal(sealed)
