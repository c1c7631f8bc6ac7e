"""Claims about the references that a connection remembers."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import orjson

from proxy.accesslog.persons import Keyring, digest, sealer
from proxy.accesslog.references.store import References
from proxy.model.person import PersonId

OLD, NEW = b"old", b"new"
NOW = datetime(2026, 11, 25, tzinfo=UTC)


def person(key: bytes = NEW, plain: str = "bsn:999990019", **given) -> PersonId:
    """Build a person."""
    return PersonId(digest(key, plain), **({"plain": plain} | given))


def test_new_persons_are_asked_for_once():
    """The same person twice in a batch is one question; who is remembered is none."""
    known = References(Keyring(NEW), 10, 60)
    other = person(plain="row:1")
    known.remember({other.digest: uuid4()})
    assert list(known.unknown([person(), other, person()])) == [person().digest]


def test_what_is_asked_holds_no_plain_identity():
    """The identity goes out sealed; digest, key id and a fresh reference go beside it."""
    known = References(Keyring(NEW), 10, 60)
    written = known.wanted([person()])
    (row,) = orjson.loads(written)
    assert b"999990019" not in written
    assert row["digest"] == "\\x" + person().digest.hex()
    assert sealer(Keyring(NEW)).unseal(bytes.fromhex(row["sealed"][2:])) == b"bsn:999990019"
    assert row["older"] == []


def test_sealed_identity_is_opened_to_look_under_older_keys():
    """A person of whom only the sealed identity is at hand keeps the reference over a rotation too."""
    ring = Keyring(NEW, (OLD,))
    sealed = sealer(ring).seal(b"bsn:999990019", b"n" * 12)
    (row,) = orjson.loads(References(ring, 10, 60).wanted([person(plain="bsn:999990019")]))
    (closed,) = orjson.loads(References(ring, 10, 60).wanted([PersonId(person().digest, None, sealed)]))
    assert row["older"] == closed["older"] == ["\\x" + digest(OLD, "bsn:999990019").hex()]


def test_seal_of_somebody_else_is_no_fault():
    """An identity sealed under a key that is not here is recorded by its digest alone."""
    (row,) = orjson.loads(References(Keyring(NEW, (OLD,)), 10, 60).wanted([PersonId(person().digest, None, b"x" * 40)]))
    assert row["older"] == []


def test_memory_is_bounded_in_age_and_number():
    """After its age, or past its bound, everything is asked afresh."""
    known = References(Keyring(NEW), 1, 60)
    known.forget_old(NOW)
    known.remember({person().digest: uuid4()})
    known.forget_old(NOW + timedelta(seconds=59))
    assert list(known.unknown([person()])) == []
    known.forget_old(NOW + timedelta(seconds=61))
    assert list(known.unknown([person()])) == [person().digest]
    known.remember({bytes([each]): uuid4() for each in range(3)})
    known.forget_old(NOW + timedelta(seconds=62))
    assert known.known == {}
