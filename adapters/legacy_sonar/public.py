"""The legacy's own address in an answer becomes the gateway's, so that no client walks round the gateway.

Rules: scheme and authority change, every other byte stays; fields that hold addresses and text bodies are searched;
messages (XML), exports and pictures keep their bytes. An answer without the legacy's address is given as it is.
"""

import re
from dataclasses import replace

from adapters.legacy_sonar.content import UnreadableError, decode, values
from proxy.model.http import Answer, Fields, Request

_FIELDS = frozenset({b"location", b"content-location", b"refresh", b"link"})
_SIZES = frozenset(map(len, _FIELDS))
_TEXTS = frozenset(
    {b"text/html", b"text/css", b"text/javascript", b"application/javascript", b"application/x-javascript"}
)
_OLD_BODY = frozenset(
    {b"content-encoding", b"content-length", b"transfer-encoding", b"etag", b"content-md5", b"digest"}
)

_STARTS = (b"://", b'"//')


def pattern(authority: bytes) -> re.Pattern[bytes]:
    """Find the legacy's address as the beginning of an address, in any case; the port stays optional where it is 80."""
    host, _, port = authority.partition(b":")
    tail = rb"(?::80|:443)?" if not port else rb":" + re.escape(port)
    return re.compile(rb"(?i)(?:https?:)?//" + re.escape(host) + tail + rb"(?![A-Za-z0-9.:-])")


def public(answer: Answer, request: Request, address: re.Pattern[bytes], authority: bytes) -> Answer:
    """Give the answer with the gateway's address in the place of the legacy's."""
    here = _here(request)
    fields = answer.fields
    if any(len(name) in _SIZES and name.lower() in _FIELDS for name, _ in fields):
        fields = tuple((name, address.sub(here, value) if name.lower() in _FIELDS else value) for name, value in fields)
    body, changed = _body(answer, address, here, authority)
    if changed:
        return replace(answer, fields=_fresh(fields), body=body)
    return answer if fields == answer.fields else replace(answer, fields=fields)


def _here(request: Request) -> bytes:
    """The authority by which the client came; without one the address becomes relative."""
    hosts = [value.strip() for name, value in request.fields if len(name) == len(b"host") and name.lower() == b"host"]
    return request.scheme + b"://" + hosts[0] if len(hosts) == 1 and hosts[0] else b""


def _body(answer: Answer, address: re.Pattern[bytes], here: bytes, authority: bytes) -> tuple[bytes, bool]:
    coded = bool(values(answer, b"content-encoding"))
    if not answer.body or (not coded and not _mentions(answer.body, authority)):
        return answer.body, False
    try:
        content = decode(answer)
    except UnreadableError:
        return answer.body, False
    if content.media not in _TEXTS:
        return answer.body, False
    body, count = address.subn(here, content.body)
    return (body, True) if count else (answer.body, False)


def _mentions(body: bytes, authority: bytes) -> bool:
    """A cheap look before the search: an address without `//` behind a quote, a colon or a `=` is none."""
    return any(start in body for start in _STARTS) and authority.lower() in body.lower()


def _fresh(fields: Fields) -> Fields:
    return tuple((name, value) for name, value in fields if name.lower() not in _OLD_BODY)
