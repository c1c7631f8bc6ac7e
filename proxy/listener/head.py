"""Request heads: what a client may say before any meaning is read from it (RFC 9110, RFC 9112).

The only grammar on the way in. Rules, each with a closed name in `rule.py`; the first broken one refuses the request:
1. One empty line before a request is skipped, a second one is not. The head is at most 32 KiB.
2. `METHOD SP TARGET SP VERSION`, single spaces. A method is a token of at most 64 bytes and not CONNECT.
3. Version 1.0 or 1.1. The target is `/` and visible ASCII without `#`, at most 8 KiB; no `*`. Absolute form only with
   http or https and the host of `Host`; it goes on in origin form, so that what is decided is what is sent.
4. Raw 8-bit bytes in the query only where the setting `raw_query` allows them (clients of 2005 send cp1252).
5. Exactly one Host (none only in 1.0), `name[:port]`, of a known name.
6. Fields by `field.py`. Framing: one Content-Length of digits below the cap of its kind, or exactly `chunked`, in 1.1.
7. An expectation is 100-continue.
What this hop alone concerns (Connection and what it names, TE, Trailer, Upgrade, Expect ...) ends here.
"""

import re
from dataclasses import dataclass

from proxy.listener import field
from proxy.listener.field import values_of
from proxy.listener.rule import BrokenRuleError, Rule
from proxy.model.http import Fields

HEAD_LIMIT = 32 * 1024
TARGET_LIMIT = 8 * 1024
METHOD_LIMIT = 64
_END = b"\r\n\r\n"
_VERSIONS = frozenset((b"HTTP/1.0", b"HTTP/1.1"))
_TARGET = re.compile(rb"/[\x21\x22\x24-\x7e]*")
_RAW_TARGET = re.compile(rb"/[\x21\x22\x24-\x7e]*(?:\?[\x21\x22\x24-\x7e\x80-\xff]*)?")
_ABSOLUTE = re.compile(rb"(?i:https?)://([^/?#@]+)([/?].*)?", re.DOTALL)
_HOST = re.compile(rb"([0-9A-Za-z._-]+|\[[0-9A-Fa-f:.]+\])(?::([0-9]{1,5}))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRules:
    """What differs per installation: known hosts (lower case; with or without a port), raw queries, body caps."""

    hosts: frozenset[bytes]
    raw_query: bool = False
    body_limit: int = 1024 * 1024
    upload_limit: int = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class RequestHead:
    """A head that broke no rule. `length` is None for a chunked body; `size` is how many bytes the head took."""

    method: bytes
    target: bytes
    version: bytes
    fields: Fields
    length: int | None
    limit: int
    keep: bool
    expects: bool
    size: int


def read_request(buffer: bytes, rules: RequestRules) -> RequestHead | None:
    """Read one request head from the start of the buffer; None: it is not complete yet; raises BrokenRuleError."""
    start = 2 if buffer.startswith(b"\r\n") else 0
    end = buffer.find(_END, start)
    if end < 0:
        _check_unfinished(buffer, start)
        return None
    if end - start > HEAD_LIMIT:
        raise BrokenRuleError(Rule.HEAD)
    lines = field.split_lines(buffer[start:end])
    method, target, version = _read_line(lines[0])
    try:
        return _read_rest((method, target, version), lines[1:], end + 4, rules)
    except BrokenRuleError as broken:
        raise BrokenRuleError(broken.rule, method) from None


def _check_unfinished(buffer: bytes, start: int) -> None:
    """Refuse at once what cannot become a head: nobody waits ten seconds for a bare LF to mend."""
    head = buffer[start:]
    field.split_lines(head.removesuffix(b"\r"))
    line_end = head.find(b"\r\n")
    if line_end == 0:
        raise BrokenRuleError(Rule.REQUEST_LINE)
    if line_end < 0 and len(head) > TARGET_LIMIT + METHOD_LIMIT + 12:
        raise BrokenRuleError(Rule.TARGET_LONG)
    if len(head) > HEAD_LIMIT:
        raise BrokenRuleError(Rule.HEAD)


def _read_line(line: bytes) -> tuple[bytes, bytes, bytes]:
    parts = line.split(b" ")
    if len(parts) != 3:
        raise BrokenRuleError(Rule.REQUEST_LINE)
    method, target, version = parts
    if len(method) > METHOD_LIMIT or not field.TOKEN.fullmatch(method):
        raise BrokenRuleError(Rule.METHOD)
    if version not in _VERSIONS:
        raise BrokenRuleError(Rule.VERSION if version.startswith(b"HTTP/") else Rule.REQUEST_LINE, method)
    return method, target, version


def _read_rest(line: tuple[bytes, bytes, bytes], lines: list[bytes], size: int, rules: RequestRules) -> RequestHead:
    method, target, version = line
    origin, authority = _read_target(method, target, rules.raw_query)
    fields, lowers = field.read_fields(lines)
    _check_host(values_of(b"host", fields, lowers), authority, version, rules.hosts)
    length, limit = _read_framing(fields, lowers, version, rules)
    expects = _read_expectation(values_of(b"expect", fields, lowers), version)
    options = field.connection_options(fields, lowers)
    dropped = options | {b"expect"} if b"expect" in lowers else options
    kept = field.end_to_end(fields, lowers, dropped - {b"host"})
    keep = field.keeps_open(version, options)
    return RequestHead(method, origin, version, kept, length, limit, keep, expects, size)


def _read_target(method: bytes, target: bytes, raw_query: bool) -> tuple[bytes, bytes | None]:
    """Give the target in origin form, and the authority that an absolute form named."""
    if method == b"CONNECT":
        raise BrokenRuleError(Rule.CONNECT)
    if len(target) > TARGET_LIMIT:
        raise BrokenRuleError(Rule.TARGET_LONG)
    authority = None
    if not target.startswith(b"/"):
        target, authority = _read_absolute(target)
    if not (_RAW_TARGET if raw_query else _TARGET).fullmatch(target):
        raise BrokenRuleError(Rule.TARGET)
    return target, authority


def _read_absolute(target: bytes) -> tuple[bytes, bytes]:
    if target == b"*":
        raise BrokenRuleError(Rule.ASTERISK)
    absolute = _ABSOLUTE.fullmatch(target)
    if absolute is None:
        raise BrokenRuleError(Rule.ABSOLUTE)
    rest = absolute[2] or b"/"
    return (b"/" + rest if rest.startswith(b"?") else rest), absolute[1]


def _check_host(values: list[bytes], authority: bytes | None, version: bytes, hosts: frozenset[bytes]) -> None:
    if len(values) > 1 or (not values and version == b"HTTP/1.1"):
        raise BrokenRuleError(Rule.HOST_COUNT)
    if authority is not None and values and authority.lower() != values[0].lower():
        raise BrokenRuleError(Rule.ABSOLUTE_HOST)
    asked = values[0] if values else authority
    if asked is None or asked in hosts:
        return
    host = _HOST.fullmatch(asked)
    if host is None or int(host[2] or 1) not in range(1, 65536):
        raise BrokenRuleError(Rule.HOST)
    if asked.lower() not in hosts and host[1].lower() not in hosts:
        raise BrokenRuleError(Rule.HOST_UNKNOWN)


def _read_framing(
    fields: Fields, lowers: tuple[bytes, ...], version: bytes, rules: RequestRules
) -> tuple[int | None, int]:
    """Give the length (None: chunked) and the cap of this kind of body."""
    length = field.read_length(values_of(b"content-length", fields, lowers))
    chunked = field.read_coding(values_of(b"transfer-encoding", fields, lowers), version)
    if chunked and length is not None:
        raise BrokenRuleError(Rule.LENGTH_AND_CODING)
    if not chunked and not length:
        return 0, rules.body_limit
    uploads = any(value.lower().startswith(b"multipart/") for value in values_of(b"content-type", fields, lowers))
    limit = rules.upload_limit if uploads else rules.body_limit
    if length is not None and length > limit:
        raise BrokenRuleError(Rule.BODY)
    return (None if chunked else length), limit


def _read_expectation(values: list[bytes], version: bytes) -> bool:
    if not values:
        return False
    if any(value.lower() != b"100-continue" for value in values):
        raise BrokenRuleError(Rule.EXPECTATION)
    return version == b"HTTP/1.1"
