"""What must not be found: the values of one person, and every form in which an answer could hold them.

Rules: a value counts only when nobody else of the seeded persons has it and no menu or label does, so that finding it means
this person; it is looked for in the raw bytes, in the head, in the decompressed body, and in these after undoing entities,
percent-encoding and base64, in each of the charsets that an old browser would try.
"""

import base64
import binascii
import gzip
import html
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from urllib.parse import unquote_to_bytes

from adapters.legacy_sonar.standin.visitor import Reply

TELLING = ("bsn", "row_id", "number", "surname", "phone", "email", "birth_date", "address", "postcode", "full_name")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{12,}={0,2}")
_FORMS = ("utf-8", "cp1252", "utf-16-le")


@dataclass(frozen=True, slots=True)
class Needles:
    """The telling values of one person."""

    row_id: str
    values: frozenset[str]

    def found(self, reply: Reply) -> set[str]:
        """Give the values that some byte of an answer tells."""
        return self.within(b"\x00".join(readings(reply)))

    def within(self, hay: bytes) -> set[str]:
        """Give the values that stand in the readings of an answer."""
        return {value for value in self.values if any(form in hay for form in written(value))}


def anybody(named: Mapping[str, Needles], reply: Reply) -> set[str]:
    """Give the values of anybody that an answer tells."""
    hay = b"\x00".join(readings(reply))
    return {value for each in named.values() for value in each.within(hay)}


def needles(people: Iterable[Mapping[str, str]]) -> dict[str, Needles]:
    """Make the needles of every person: the values that stand in no value of anybody else."""
    own = {person["row_id"]: "\n".join(telling(person)) for person in people}
    everybody = "\n\n".join(own.values())
    return {
        row: Needles(row, frozenset(v for v in text.split("\n") if everybody.count(v) == text.count(v)))
        for row, text in own.items()
    }


def telling(person: Mapping[str, str]) -> Iterator[str]:
    """Give the values of a person that tell who it is, as pages, files and services write them."""
    for name in TELLING:
        value = person.get(name, "").strip()
        if name == "birth_date" and len(value) == 8:
            yield f"{value[6:]}-{value[4:6]}-{value[:4]}"
            yield value
        elif name == "bsn" and value:
            yield value
            yield value.lstrip("0")
        elif len(value) > 4 and (name != "surname" or "-" in value):
            yield value


@cache
def written(value: str) -> frozenset[bytes]:
    """Give the bytes of a value in every charset."""
    texts = {value, html.escape(value, quote=True)}
    return frozenset(text.encode(charset, "ignore") for text in texts for charset in _FORMS)


def readings(reply: Reply) -> Iterator[bytes]:
    """Give everything that the bytes of an answer can be read as."""
    head, _, sent = reply.raw.partition(b"\r\n\r\n")
    yield from undone(head)
    for form in (sent, reply.body, *unpacked(sent)):
        yield from undone(form)


def unpacked(data: bytes) -> Iterator[bytes]:
    """Give what decompresses out of a body."""
    for unpack in (gzip.decompress, zlib.decompress):
        try:
            yield unpack(data)
        except (OSError, zlib.error, EOFError):
            continue


def undone(data: bytes) -> Iterator[bytes]:
    """Give bytes as they are and after undoing the ways in which text hides."""
    yield data
    yield html.unescape(data.decode("latin-1")).encode("cp1252", "replace")
    once = unquote_to_bytes(data.replace(b"+", b" "))
    yield once
    yield unquote_to_bytes(once)
    for word in set(_BASE64.findall(data)):
        try:
            yield base64.b64decode(
                word + b"=" * (-len(word) % 4), altchars=b"-_" if b"-" in word or b"_" in word else None
            )
        except (binascii.Error, ValueError):
            continue
