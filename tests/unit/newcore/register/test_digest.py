from hashlib import sha256

from newcore.register.digest import digest


def test_the_digest_is_what_is_described():
    """Names of the API in order, 0x1F between name and text, 0x1E behind each."""
    expected = sha256(b"birthDate\x1f\x1ebsn\x1f99990019\x1e").hexdigest()
    assert digest({"bsn": "99990019", "birth_date": ""}) == expected
    assert digest({"birth_date": "", "bsn": "99990019"}) == expected


def test_every_difference_shows():
    """A blank, a sign, a text that moved to the next field."""
    one = digest({"a": "x", "b": ""})
    others = [{"a": "", "b": "x"}, {"a": "x ", "b": ""}, {"a": "X", "b": ""}, {"a": "x"}, {"a": "xb", "": ""}]
    assert one not in {digest(each) for each in others}
