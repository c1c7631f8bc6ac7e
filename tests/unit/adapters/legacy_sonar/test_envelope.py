"""XML is read safely: UTF-8, no document type, bounded."""

import time

import pytest

from adapters.legacy_sonar.envelope import EnvelopeError, children, name, parse, part

GOOD = b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><a xmlns="urn:x">1</a></s:Body></s:Envelope>'


def test_a_plain_envelope_is_read() -> None:
    """With or without a byte order mark, declared or not."""
    for data in (GOOD, b"\xef\xbb\xbf" + GOOD, b'<?xml version="1.0" encoding="utf-8"?>' + GOOD):
        (operation,) = children(part(parse(data, b"utf-8"), "Body"))
        assert name(operation) == ("urn:x", "a")


LAUGHS = b"".join(b'<!ENTITY e%d "&e%d;&e%d;">' % (n + 1, n, n) for n in range(9))
ODD = {
    "nested entities": b'<!DOCTYPE x [<!ENTITY e0 "ha">' + LAUGHS + b"]>" + GOOD.replace(b">1<", b">&e9;<"),
    "one harmless entity": b'<!DOCTYPE x [<!ENTITY a "1">]>' + GOOD.replace(b">1<", b">&a;<"),
    "external entity": b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>' + GOOD.replace(b">1<", b">&a;<"),
    "document type alone": b"<!DOCTYPE x>" + GOOD,
    "undeclared entity": GOOD.replace(b">1<", b">&a;<"),
    "utf-16 without a mark": GOOD.decode().encode("utf-16-le"),
    "utf-16 with a mark": GOOD.decode().encode("utf-16"),
    "contradicting declaration": b'<?xml version="1.0" encoding="windows-1252"?>' + GOOD,
    "lone byte": GOOD.replace(b">1<", b">\x90<"),
    "overlong": GOOD.replace(b">1<", b">\xc0\xbc<"),
    "deep": GOOD.replace(b">1<", b">" + b"<b>" * 20000 + b"</b>" * 20000 + b"<"),
    "cut": GOOD[:-5],
    "two roots": GOOD + GOOD,
    "another root": b"<Envelope/>",
    "empty": b"",
}


@pytest.mark.parametrize("data", ODD.values(), ids=ODD.keys())
def test_anything_else_is_refused_in_bounded_time(data: bytes) -> None:
    """No entity is expanded, nothing fetched, nothing guessed."""
    began = time.process_time()
    with pytest.raises(EnvelopeError):
        parse(data, b"utf-8")
    assert time.process_time() - began < 1


def test_a_header_that_names_another_charset_is_refused() -> None:
    """The message is UTF-8, or it is not ours."""
    with pytest.raises(EnvelopeError):
        parse(GOOD, b"iso-8859-1")


def test_a_huge_attribute_is_refused_in_bounded_time() -> None:
    """Twenty megabytes in one attribute."""
    began = time.process_time()
    with pytest.raises(EnvelopeError):
        parse(GOOD.replace(b"<a ", b'<a b="' + b"x" * 20_000_000 + b'" '), b"utf-8")
    assert time.process_time() - began < 3


def test_two_bodies_are_refused() -> None:
    """Servers differ in which one they follow."""
    with pytest.raises(EnvelopeError):
        part(parse(GOOD.replace(b"<s:Body>", b"<s:Body/><s:Body>"), b"utf-8"), "Body")
