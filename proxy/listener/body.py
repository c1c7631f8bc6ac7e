"""Bodies as they arrive, for both directions: by length, in chunks (RFC 9112 §7.1), or up to the end.

Rules: a reader takes bytes and keeps them until the body is complete; what lies behind the body is `rest` and belongs
to nobody yet. A chunk size is 1 to 8 hex digits; an extension has no control byte; trailers are read, checked like
fields, and dropped; everything is bounded by the cap that the reader was made with.
"""

import re
from collections.abc import Callable

from proxy.listener import field
from proxy.listener.rule import BrokenRuleError, Rule

LINE_LIMIT = 1024
TRAILER_LIMIT = 8 * 1024
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})(?:[ \t]*;[\t\x20-\x7e\x80-\xff]*)?")


class LengthBody:
    """A body of known length, which was checked against its cap before."""

    __slots__ = ("_missing", "_parts", "rest")

    def __init__(self, length: int) -> None:
        self._missing, self._parts, self.rest = length, list[bytes](), b""

    def feed(self, data: bytes) -> bool:
        """Take bytes; True: the body is complete."""
        if len(data) > self._missing:
            data, self.rest = data[: self._missing], data[self._missing :]
        self._missing -= len(data)
        self._parts.append(data)
        return self._missing == 0

    def end(self) -> bool:
        """The connection ended; True: the body is complete."""
        return self._missing == 0

    def body(self) -> bytes:
        """Give the complete body."""
        return b"".join(self._parts)


class EndlessBody:
    """A body that runs to the end of the connection."""

    __slots__ = ("_limit", "_parts", "_size", "rest")

    def __init__(self, limit: int) -> None:
        self._limit, self._parts, self._size, self.rest = limit, list[bytes](), 0, b""

    def feed(self, data: bytes) -> bool:
        """Take bytes; never complete before the end."""
        self._size += len(data)
        if self._size > self._limit:
            raise BrokenRuleError(Rule.BODY)
        self._parts.append(data)
        return False

    def end(self) -> bool:
        """The connection ended in order, so the body is complete."""
        return True

    def body(self) -> bytes:
        """Give the complete body."""
        return b"".join(self._parts)


class ChunkedBody:
    """A body in chunks; gives the content without its framing."""

    __slots__ = ("_at", "_limit", "_missing", "_parts", "_pending", "_size", "_step", "rest")

    def __init__(self, limit: int) -> None:
        self._limit, self._size, self._missing = limit, 0, 0
        self._pending, self._at, self.rest = b"", 0, b""
        self._parts = list[bytes]()
        self._step: Callable[[ChunkedBody], bool | None] = ChunkedBody._read_size

    def feed(self, data: bytes) -> bool:
        """Take bytes; True: the last chunk and the trailers are read."""
        self._pending = self._pending[self._at :] + data
        self._at = 0
        done = None
        while done is None:
            done = self._step(self)
        return done

    def end(self) -> bool:
        """The connection ended before the last chunk: never complete."""
        return False

    def body(self) -> bytes:
        """Give the complete body."""
        return b"".join(self._parts)

    def _read_size(self) -> bool | None:
        end = self._pending.find(b"\r\n", self._at)
        if end < 0:
            return self._wait_for_line()
        if end - self._at > LINE_LIMIT:
            raise BrokenRuleError(Rule.CHUNK_LINE)
        line = _CHUNK.fullmatch(self._pending, self._at, end)
        if line is None:
            raise BrokenRuleError(Rule.CHUNK_SIZE)
        self._missing, self._at = int(line[1], 16), end + 2
        self._size += self._missing
        if self._size > self._limit:
            raise BrokenRuleError(Rule.BODY)
        self._step = ChunkedBody._read_data if self._missing else ChunkedBody._read_trailer
        return None

    def _wait_for_line(self) -> bool:
        unfinished = self._pending[self._at :].removesuffix(b"\r")
        if len(unfinished) > LINE_LIMIT:
            raise BrokenRuleError(Rule.CHUNK_LINE)
        field.split_lines(unfinished)
        return False

    def _read_data(self) -> bool | None:
        piece = self._pending[self._at : self._at + self._missing]
        self._at += len(piece)
        self._missing -= len(piece)
        self._parts.append(piece)
        if self._missing:
            return False
        self._step = ChunkedBody._read_data_end
        return None

    def _read_data_end(self) -> bool | None:
        found = self._pending[self._at : self._at + 2]
        if not b"\r\n".startswith(found):
            raise BrokenRuleError(Rule.CHUNK_END)
        if len(found) < 2:
            return False
        self._at += 2
        self._step = ChunkedBody._read_size
        return None

    def _read_trailer(self) -> bool:
        if self._pending.startswith(b"\r\n", self._at):
            self.rest = self._pending[self._at + 2 :]
            return True
        end = self._pending.find(b"\r\n\r\n", self._at)
        block = self._pending[self._at :] if end < 0 else self._pending[self._at : end]
        if len(block) > TRAILER_LIMIT:
            raise BrokenRuleError(Rule.TRAILER)
        lines = field.split_lines(block.removesuffix(b"\r"))
        if end < 0:
            return False
        field.read_fields(lines)
        self.rest = self._pending[end + 4 :]
        return True


type Body = LengthBody | EndlessBody | ChunkedBody
