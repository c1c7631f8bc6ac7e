"""Bodies are decoded whole, or the answer is not read."""

import gzip
import zlib
from dataclasses import replace

import pytest

from adapters.legacy_sonar.content import UnreadableError, decode
from proxy.model.http import Answer
from proxy.model.person import Reading, Unreadable

PAGE = b"<html>" + b"x" * 2000 + b"</html>"
PACKED = gzip.compress(PAGE)
TYPE = (b"Content-Type", b"text/html; charset=ISO-8859-1")


def coded(body: bytes, *codings: bytes) -> Answer:
    """Make an answer with content codings."""
    return Answer(200, b"OK", (TYPE, *((b"Content-Encoding", coding) for coding in codings)), body)


@pytest.mark.parametrize(
    "answer",
    [
        coded(PAGE),
        coded(PAGE, b"identity"),
        coded(PACKED, b"gzip"),
        coded(PACKED, b"X-GZIP"),
        coded(zlib.compress(PAGE), b"deflate"),
    ],
)
def test_a_whole_body_is_decoded(answer) -> None:
    """Plain, gzip in two spellings, deflate as the standard means it."""
    assert decode(answer).body == PAGE


RAW_DEFLATE = zlib.compress(PAGE)[2:-4]
ODD = {
    "cut": coded(PACKED[:-8], b"gzip"),
    "cut in the middle": coded(PACKED[:20], b"gzip"),
    "plain bytes called gzip": coded(PAGE, b"gzip"),
    "two codings in one field": coded(PACKED, b"gzip, gzip"),
    "two fields": coded(PACKED, b"gzip", b"gzip"),
    "sdch": coded(PACKED, b"sdch, gzip"),
    "raw deflate": coded(RAW_DEFLATE, b"deflate"),
    "brotli": coded(b"\x8b", b"br"),
    "two members": coded(PACKED + PACKED, b"gzip"),
    "garbage behind": coded(PACKED + b"abcd", b"gzip"),
    "checksum broken": coded(PACKED[:-8] + b"\0\0\0\0" + PACKED[-4:], b"gzip"),
    "two content types": Answer(200, b"OK", (TYPE, TYPE), PAGE),
    "no content type": Answer(200, b"OK", (), PAGE),
    "two charsets": Answer(200, b"OK", ((b"Content-Type", b"text/html; charset=a; charset=b"),), PAGE),
}


@pytest.mark.parametrize("answer", ODD.values(), ids=ODD.keys())
def test_what_cannot_be_decoded_with_certainty_is_not_read(answer) -> None:
    """Cut, doubled, unknown or surplus: never the raw body."""
    with pytest.raises(UnreadableError):
        decode(answer)


def test_a_bomb_is_not_unpacked() -> None:
    """What grows beyond the cap is not read."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(bytes(1024 * 1024)) for _ in range(66)) + packer.flush()
    with pytest.raises(UnreadableError):
        decode(coded(bomb, b"gzip"))


def test_gzip_bytes_without_their_header_are_no_page(dialect, recorded) -> None:
    """A packed page that does not say so is of no shape that we know."""
    exchange = recorded["in_region_klantbeeld"]
    answer = replace(exchange.answer, body=gzip.compress(exchange.answer.body))
    assert isinstance(dialect.persons(dialect.read(exchange.request), answer), Unreadable)


def test_a_packed_page_is_the_same_page(dialect, recorded) -> None:
    """Packed or not, the same persons with the same places."""
    exchange = recorded["client_search_name"]
    call = dialect.read(exchange.request)
    fields = (*exchange.answer.fields, (b"Content-Encoding", b"gzip"))
    packed = replace(exchange.answer, fields=fields, body=gzip.compress(exchange.answer.body))
    plain = dialect.persons(call, exchange.answer)
    assert isinstance(plain, Reading)
    assert dialect.persons(call, packed) == plain


@pytest.mark.parametrize("charset", [b"utf-8", b"utf-16", b"ibm037"])
def test_a_screen_in_another_charset_is_not_read(dialect, recorded, charset: bytes) -> None:
    """Bytes mean other letters there."""
    exchange = recorded["in_region_klantbeeld"]
    fields = tuple(
        (n, b"text/html; charset=" + charset if n == b"Content-Type" else v) for n, v in exchange.answer.fields
    )
    found = dialect.persons(dialect.read(exchange.request), replace(exchange.answer, fields=fields))
    assert found == Unreadable("charset")
