"""Digests: one person is one digest, nobody else's, and nothing can be read from it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.identity.binding import lookup, normalise, person_id, session_key

SECRET = b"k" * 32


@pytest.mark.parametrize("written", ["000012348", "12348", "00012348", "0000.12.348", " 000012348", "000012348\xa0"])
def test_every_spelling_of_a_bsn_is_one_person(written):
    """Leading zeros that a number lost, dots and blanks do not make another person."""
    expected = person_id(SECRET, bsn="000012348", row_id="1-7A")
    assert person_id(SECRET, bsn=written, row_id="1-7Z") == expected


@pytest.mark.parametrize("written", ["", "0", "000000000", "12349", "1234567890", "99999001a", "99999001٩", "-12348"])
def test_what_is_no_bsn_is_not_padded_to_somebody_else(written):
    """A number that fails the 11-test, is too long or has other signs is no BSN."""
    assert normalise(written) is None


def test_a_person_without_a_valid_bsn_is_its_row():
    """The row id names whoever has no usable BSN, and never collides with a BSN."""
    by_row = person_id(SECRET, bsn="12349", row_id="1-7A")
    assert by_row == person_id(SECRET, bsn=None, row_id="1-7A")
    assert by_row.plain == "row:1-7A"
    assert by_row.digest != person_id(SECRET, bsn=None, row_id="1-7B").digest


def test_a_person_without_bsn_and_row_is_refused():
    """Nobody can be recorded as nobody."""
    with pytest.raises(ValueError, match="needs a valid BSN or a row id"):
        person_id(SECRET, bsn="12349", row_id=None)


def test_digests_depend_on_the_secret_and_the_purpose():
    """Without the key a digest cannot be made, and a token never looks like a person."""
    assert session_key(SECRET, b"t") != session_key(b"other", b"t")
    assert session_key(SECRET, b"bsn:000012348") != person_id(SECRET, bsn="12348", row_id=None).digest
    assert len(session_key(SECRET, b"t")) == 32


def test_identity_is_not_printed():
    """The plain identity stays out of every representation."""
    assert "12348" not in repr(person_id(SECRET, bsn="000012348", row_id=None))


@given(st.integers(min_value=1, max_value=999_999_999))
def test_one_in_eleven_numbers_is_a_bsn_and_keeps_its_value(number):
    """What is accepted is the same number with nine digits, and satisfies the 11-test."""
    found = normalise(str(number))
    digits = [int(digit) for digit in f"{number:09d}"]
    passes = (sum(d * w for d, w in zip(digits, range(9, 1, -1), strict=False)) - digits[8]) % 11 == 0
    assert (found is not None) == passes
    assert found is None or int(found) == number


def test_a_person_is_looked_up_by_row_or_by_identity():
    """An answer without row ids still finds the facts, and the name says nothing of the person."""
    identity = person_id(SECRET, bsn="12348", row_id=None)
    assert lookup("1-7A", identity) == "1-7A"
    assert lookup(None, identity) == f"identity:{identity.digest.hex()}"
