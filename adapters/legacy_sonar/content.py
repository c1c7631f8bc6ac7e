"""The body of an answer, decoded strictly, and its kind. What cannot be decoded with certainty is not released.

Rules: one coding at most, gzip or deflate, complete, with nothing behind it; the declared charset must be one that we
read (the legacy says ISO-8859-1 and means windows-1252: its bytes are never re-encoded, so either will do).
"""

import zlib
from dataclasses import dataclass, field

from proxy.model.http import Answer

LARGEST = 64 * 1024 * 1024
_WINDOW = {b"gzip": 31, b"x-gzip": 31, b"deflate": 15}
_TEXT_CHARSETS = frozenset({b"iso-8859-1", b"windows-1252", b"latin-1", b"cp1252"})


class UnreadableError(Exception):
    """An answer of which the persons cannot be read; carries the closed reason word."""

    def __init__(self, reason: str) -> None:
        """Name the reason."""
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Content:
    """A decoded body with its media type and charset, both folded."""

    media: bytes
    charset: bytes
    body: bytes = field(repr=False)


def values(answer: Answer, name: bytes) -> list[bytes]:
    """Give the values of a field, in order."""
    size = len(name)
    return [value.strip() for key, value in answer.fields if len(key) == size and key.lower() == name]


def decode(answer: Answer) -> Content:
    """Decode the body of an answer; raises UnreadableError."""
    media, charset = _media(answer)
    return Content(media, charset, _body(answer))


def _media(answer: Answer) -> tuple[bytes, bytes]:
    found = values(answer, b"content-type")
    if len(found) > 1 or (not found and answer.body):
        raise UnreadableError("content-type")
    if not found:
        return b"", b""
    media, *parameters = found[0].lower().split(b";")
    charsets = [item.partition(b"=")[2].strip(b' "') for item in parameters if item.strip().startswith(b"charset=")]
    if len(charsets) > 1:
        raise UnreadableError("content-type")
    return media.strip(), charsets[0] if charsets else b""


def _body(answer: Answer) -> bytes:
    codings = values(answer, b"content-encoding")
    if not codings or codings == [b"identity"]:
        return answer.body
    if len(codings) != 1 or codings[0].lower() not in _WINDOW:
        raise UnreadableError("content-encoding")
    if not answer.body:
        return b""
    return inflate(answer.body, _WINDOW[codings[0].lower()])


def inflate(data: bytes, window: int) -> bytes:
    """Decompress one complete stream with nothing behind it; raises UnreadableError."""
    stream = zlib.decompressobj(window)
    try:
        body = stream.decompress(data, LARGEST)
    except zlib.error as error:
        raise UnreadableError("cut-or-garbage") from error
    if not stream.eof or stream.unused_data or stream.unconsumed_tail:
        raise UnreadableError("cut-or-garbage")
    return body


def is_text(content: Content) -> bool:
    """Tell whether the charset is one that screens and exports are in."""
    return content.charset in _TEXT_CHARSETS or not content.charset
