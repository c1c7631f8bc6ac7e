"""Read a multipart form strictly: what a loose server could read in another way has no reading.

Rules: CR LF line ends; no preamble, no epilogue; exactly one Content-Disposition a part, `form-data`, a quoted plain
name and an optional quoted filename; else only a Content-Type; no transfer encoding, no charset of its own.
"""

import re
from collections.abc import Iterator, Mapping

from proxy.errors import ClientError

_BOUNDARY = re.compile(rb"[0-9A-Za-z'()+_,./:=?-]{1,70}")
_DISPOSITION = re.compile(rb'form-data; name="([A-Za-z0-9_]{1,64})"(?:; filename="([^"\r\n]*)")?')
_PLAIN_TYPE = re.compile(rb"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+")


class MultipartError(ClientError):
    """A multipart body that breaks a rule."""


def parts(parameters: Mapping[bytes, bytes], body: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Give the parts (name, value); a file is given with an empty value. Raises MultipartError."""
    boundary = parameters.get(b"boundary", b"")
    if not _BOUNDARY.fullmatch(boundary) or parameters.keys() - {b"boundary"}:
        raise MultipartError("boundary")
    opening, closing = b"--" + boundary + b"\r\n", b"\r\n--" + boundary + b"--\r\n"
    if not body.startswith(opening) or not body.endswith(closing):
        raise MultipartError("framing")
    for part in body[len(opening) : -len(closing)].split(b"\r\n--" + boundary + b"\r\n"):
        if b"--" + boundary in part:
            raise MultipartError("framing")
        head, blank, value = part.partition(b"\r\n\r\n")
        if not blank:
            raise MultipartError("framing")
        name, is_file = _name(head)
        yield name, b"" if is_file else value


def _name(head: bytes) -> tuple[bytes, bool]:
    found: list[tuple[bytes, bool]] = []
    for line in head.split(b"\r\n"):
        key, colon, value = line.partition(b": ")
        if colon and key.lower() == b"content-disposition":
            match = _DISPOSITION.fullmatch(value)
            if not match:
                raise MultipartError("disposition")
            found.append((match[1], match[2] is not None))
        elif not colon or key.lower() != b"content-type" or not _PLAIN_TYPE.fullmatch(value):
            raise MultipartError("part-header")
    if len(found) != 1:
        raise MultipartError("disposition")
    return found[0]
