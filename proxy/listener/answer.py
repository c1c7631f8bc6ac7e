"""Answer heads: what a core may say (RFC 9112 §4, §6.3). Whatever breaks a rule is garbage, and nobody gets to see it.

Rules: version 1.0 or 1.1; a three-digit status from 100 to 599; no 101 (nobody asked for another protocol); fields by
`field.py`; one length or exactly `chunked`, never both; nothing of either: the body runs to the end of the connection.
An answer to HEAD, and 1xx, 204 and 304, have no body whatever they say.
"""

import re
from dataclasses import dataclass

from proxy.listener import field
from proxy.listener.field import values_of
from proxy.listener.rule import BrokenRuleError, Rule
from proxy.model.http import Fields

HEAD_LIMIT = 64 * 1024
"""Twice what a client may send: old applications set many cookies."""
_END = b"\r\n\r\n"
_LINE = re.compile(rb"(HTTP/[0-9]\.[0-9]) ([0-9]{3})(?: ([\t\x20-\x7e\x80-\xff]*))?")
_EXPORTS = (
    *(b"application/octet-stream", b"application/pdf", b"application/zip", b"application/vnd.", b"application/x-"),
    *(b"application/msword", b"application/rtf", b"text/csv", b"image/"),
)
_PAGES = (b"application/x-www-form-urlencoded", b"application/x-javascript")


@dataclass(frozen=True, slots=True)
class AnswerHead:
    """A head that broke no rule. Neither `length` nor `chunked`: the body runs to the end of the connection."""

    status: int
    reason: bytes
    fields: Fields
    length: int | None
    chunked: bool
    keep: bool
    size: int


def read_answer(buffer: bytes, method: bytes) -> AnswerHead | None:
    """Read one answer head from the start of the buffer; None: not complete yet; raises BrokenRuleError."""
    end = buffer.find(_END)
    if end < 0:
        _check_unfinished(buffer)
        return None
    if end > HEAD_LIMIT:
        raise BrokenRuleError(Rule.HEAD)
    lines = field.split_lines(buffer[:end])
    version, status, reason = _read_line(lines[0])
    fields, lowers = field.read_fields(lines[1:])
    options = field.connection_options(fields, lowers)
    length, chunked = _read_framing(fields, lowers, version)
    if method == b"HEAD" or status in {204, 304} or status < 200:
        length, chunked = 0, False
    kept = field.end_to_end(fields, lowers, options - {b"content-length"})
    keep = field.keeps_open(version, options) and (chunked or length is not None)
    return AnswerHead(status, reason, kept, length, chunked, keep, end + 4)


def _check_unfinished(buffer: bytes) -> None:
    line_end = buffer.find(b"\r\n")
    if not b"HTTP/1.".startswith(buffer[:7]):
        raise BrokenRuleError(Rule.STATUS_LINE)
    if len(buffer) > HEAD_LIMIT:
        raise BrokenRuleError(Rule.HEAD)
    field.split_lines(buffer.removesuffix(b"\r") if line_end < 0 else buffer[: buffer.rfind(b"\r\n")])


def _read_line(line: bytes) -> tuple[bytes, int, bytes]:
    match = _LINE.fullmatch(line)
    if match is None:
        raise BrokenRuleError(Rule.STATUS_LINE)
    if match[1] not in {b"HTTP/1.0", b"HTTP/1.1"}:
        raise BrokenRuleError(Rule.ANSWER_VERSION)
    status = int(match[2])
    if not 100 <= status <= 599:
        raise BrokenRuleError(Rule.STATUS)
    if status == 101:
        raise BrokenRuleError(Rule.SWITCHING)
    return match[1], status, match[3] or b""


def _read_framing(fields: Fields, lowers: tuple[bytes, ...], version: bytes) -> tuple[int | None, bool]:
    length = field.read_length(values_of(b"content-length", fields, lowers))
    chunked = field.read_coding(values_of(b"transfer-encoding", fields, lowers), version)
    if chunked and length is not None:
        raise BrokenRuleError(Rule.LENGTH_AND_CODING)
    return length, chunked


def is_export(fields: Fields) -> bool:
    """Tell an export or attachment (with its own cap) from a page: by its disposition or its media type."""
    for name, value in fields:
        lower, said = name.lower(), value.lower()
        if lower == b"content-disposition" and said.startswith(b"attachment"):
            return True
        if lower == b"content-type" and said.startswith(_EXPORTS) and not said.startswith(_PAGES):
            return True
    return False
