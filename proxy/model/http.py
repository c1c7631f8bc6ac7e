"""Requests and answers as bytes: nothing is decoded, reordered or normalised on the way through.

Rules: field names and values keep their bytes, order, case and duplicates; the target is the raw one of the request
line; a body is complete (de-chunked) and keeps its content encoding.
"""

from dataclasses import dataclass, field

type Fields = tuple[tuple[bytes, bytes], ...]
type Span = tuple[int, int]
"""Half-open byte range of a decoded body."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request as a client sent it; its head already passed the strict grammar of `listener/head.py`."""

    method: bytes
    target: bytes
    version: bytes
    """`HTTP/1.0` or `HTTP/1.1`."""
    fields: Fields
    body: bytes = field(repr=False)
    peer: str
    """Address of the real peer, never one that a header claims."""
    scheme: bytes = b"http"
    certificate: str | None = None
    """Subject of the verified client certificate, for machine clients."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: of a core, or made by the gateway. The body has one framing, which the listener writes."""

    status: int
    reason: bytes
    fields: Fields
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class BadHead:
    """A request that the strict grammar refused before any meaning was read from it.

    `rule` is the closed name of the broken rule (`listener/head.py`), `status` the HTTP status to answer with.
    """

    rule: str
    status: int
    peer: str
    method: bytes = b""
