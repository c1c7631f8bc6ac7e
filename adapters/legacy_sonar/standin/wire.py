"""HTTP/1.1 by hand: byte control over what leaves, so that every bad habit of an old server can be shown.

Rules: headers leave in a fixed order and spelling; one answer at a time per connection; a request that cannot be read gets a
400 and the connection ends. Raw 8-bit bytes in the request line are accepted.
"""

from __future__ import annotations

import asyncio
import gzip
import socket
import struct
from collections.abc import Callable
from email.utils import format_datetime
from http import HTTPStatus
from typing import cast

from adapters.legacy_sonar.standin.application import Answer, Request
from adapters.legacy_sonar.standin.modes import Clock, Modes

LARGEST_HEAD, LARGEST_BODY, _CHUNK = 65536, 8_000_000, 1000
_SERVER = "SonarWeb/7.8 (stand-in)"
_BAD = b"HTTP/1.1 400 Bad Request\r\nServer: SonarWeb/7.8 (stand-in)\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
Handler = Callable[[Request], Answer]


class UnreadableError(ValueError):
    """Bytes that are no request."""


def _headers(lines: list[bytes]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in lines:
        name, mark, value = line.decode("latin-1").partition(":")
        if not mark:
            raise UnreadableError(line)
        key, text = name.strip().lower(), value.strip()
        found[key] = f"{found[key]}; {text}" if key == "cookie" and key in found else text
    return found


def _unchunked(data: bytes) -> tuple[bytes, int] | None:
    """The body of a chunked request and its length on the wire, or None while it is not all there."""
    body, at = b"", 0
    while True:
        end = data.find(b"\r\n", at)
        if end < 0:
            return None
        size = int(data[at:end].split(b";")[0], 16)
        at = end + 2
        if len(data) < at + size + 2:
            return None
        if size == 0:
            stop = data.find(b"\r\n\r\n", end)
            return (body, stop + 4) if stop >= 0 else None
        body += data[at : at + size]
        at += size + 2


def taken(buffer: bytes) -> tuple[Request, str, int] | None:
    """The first request of the buffer, its version, its length; None while it is not all there; raises UnreadableError."""
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        if len(buffer) > LARGEST_HEAD:
            raise UnreadableError("head too long")
        return None
    first, *lines = buffer[:end].split(b"\r\n")
    parts = first.split(b" ")
    if len(parts) != 3 or not parts[2].startswith(b"HTTP/1."):
        raise UnreadableError(first)
    headers = _headers(lines)
    try:
        if headers.get("transfer-encoding", "").lower() == "chunked":
            found = _unchunked(buffer[end + 4 :])
        else:
            length = int(headers.get("content-length") or 0)
            found = (buffer[end + 4 : end + 4 + length], length) if len(buffer) >= end + 4 + length else None
    except ValueError:
        raise UnreadableError("length") from None
    if found is None:
        if len(buffer) > LARGEST_HEAD + LARGEST_BODY:
            raise UnreadableError("too long")
        return None
    target = parts[1]
    if target.startswith(b"http://"):
        target = b"/" + target.split(b"/", 3)[3] if target.count(b"/") > 2 else b"/"
    path, _, query = target.partition(b"?")
    size = end + 4 + found[1]
    return (
        Request(parts[0].decode("latin-1"), path.decode("latin-1"), query, headers, found[0], buffer[:size]),
        parts[2].decode("latin-1"),
        size,
    )


def _encoded(answer: Answer, request: Request, version: str) -> tuple[list[tuple[str, str]], bytes]:
    """The transport headers and the body bytes as they leave."""
    body, modes, headers = answer.body, answer.modes, []
    if answer.status == 304:
        return [], b""
    if body and (
        modes.gzip == "always" or (modes.gzip == "auto" and "gzip" in request.headers.get("accept-encoding", ""))
    ):
        body = gzip.compress(body, 6, mtime=0)
        headers.append(("Content-Encoding", "gzip"))
    if modes.chunked and body and version == "HTTP/1.1":
        headers.append(("Transfer-Encoding", "chunked"))
        pieces = [body[at : at + _CHUNK] for at in range(0, len(body), _CHUNK)]
        body = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    else:
        headers.append(("Content-Length", str(len(body))))
    return headers, b"" if request.method == "HEAD" else body


class Wire(asyncio.Protocol):
    """One connection."""

    def __init__(self, handler: Handler, clock: Clock, watch: Callable[[bytes], None] | None = None) -> None:
        self.handler, self.clock, self.watch = handler, clock, watch
        self.buffer = b""
        self.busy = False
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember the transport."""
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Read on, and answer when a request is complete."""
        self.buffer += data
        if not self.busy:
            self._next()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the loop names it
        """Answer nothing any more."""
        self.busy = True

    def _next(self) -> None:
        while self.buffer and not self.busy:
            try:
                found = taken(self.buffer)
            except UnreadableError:
                self.transport.write(_BAD)
                self.transport.close()
                self.buffer = b""
                return
            if found is None:
                if b"100-continue" in self.buffer[:LARGEST_HEAD].lower() and b"\r\n\r\n" in self.buffer:
                    self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                    self.buffer = self.buffer.replace(b"100-continue", b"100-continued", 1)
                return
            request, version, size = found
            self.buffer = self.buffer[size:]
            self._serve(request, version)

    def _serve(self, request: Request, version: str) -> None:
        if self.watch:
            self.watch(request.raw)
        answer = self.handler(request)
        if answer.modes.hang:
            self.busy = True
        elif answer.delay > 0:
            self.busy = True
            asyncio.get_running_loop().call_later(answer.delay, self._late, answer, request, version)
        else:
            self._send(answer, request, version)

    def _late(self, answer: Answer, request: Request, version: str) -> None:
        if not self.transport.is_closing():
            self.busy = False
            self._send(answer, request, version)
            self._next()

    def _abort(self) -> None:
        peer = self.transport.get_extra_info("socket")
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()
        self.busy = True

    def _send(self, answer: Answer, request: Request, version: str) -> None:
        modes = answer.modes
        if modes.rst:
            self._abort()
            return
        if modes.garbage:
            self.transport.write(b"\x00\x17SONAR\xff\xfe garbage\r\n\r\n")
            self.transport.close()
            return
        transport, body = _encoded(answer, request, version)
        head, close = self._head(answer, transport, request, version)
        if modes.cut >= 0:
            body, close = body[: modes.cut], True
        self.transport.write(head + body)
        if modes.surplus:
            asyncio.get_running_loop().call_later(0.05, self._surplus)
        if close:
            self.busy = True
            self.transport.close()

    def _surplus(self) -> None:
        if not self.transport.is_closing():
            self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nsurplus")

    def _head(
        self, answer: Answer, transport: list[tuple[str, str]], request: Request, version: str
    ) -> tuple[bytes, bool]:
        wish = request.headers.get("connection", "").lower()
        old = version == "HTTP/1.0"
        close = answer.modes.close or "close" in wish or (old and "keep-alive" not in wish)
        plain = [pair for pair in answer.headers if pair[0] != "Set-Cookie"]
        cookies = [pair for pair in answer.headers if pair[0] == "Set-Cookie"]
        last = [("Connection", "close")] if close else [("Connection", "keep-alive")] if old else []
        date = format_datetime(self.clock.moment(), usegmt=True)
        pairs = [
            ("Date", date),
            ("Server", _SERVER),
            *plain,
            *cookies,
            *((n, v) for n, v in answer.modes.extra_headers),
            *transport,
            *last,
        ]
        text = f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}\r\n" + "".join(
            f"{name}: {value}\r\n" for name, value in pairs
        )
        return text.encode("latin-1", "replace") + b"\r\n", close


def calm(status: int, body: bytes, kind: str) -> Answer:
    """An answer without any quirk, for the control port."""
    return Answer(status, [("Content-Type", kind)], body, Modes())
