"""Lines and fields of a head, the same for requests, answers and trailers (RFC 9110 §5, RFC 9112 §2.2, §5).

Rules: a line ends in CR LF and holds neither of them; no byte below 0x20 but tab, and no 0x7F; a line that begins with
a blank is a fold and refused; a name is a token that touches its colon; a name that a CGI-style server would take for a
framing field is refused; blanks round a value are not part of it, vertical tab is no blank. Values keep every byte,
also those above 0x7F.
"""

import re
from functools import lru_cache

from proxy.listener.rule import BrokenRuleError, Rule
from proxy.model.http import Fields

FIELD_LIMIT = 100
CONTROL = bytes(byte for byte in (*range(0x20), 0x7F) if byte != 0x09)
BLANKS = b" \t"
TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
HOP_BY_HOP = frozenset(
    b"connection keep-alive proxy-connection proxy-authenticate proxy-authorization "
    b"te trailer transfer-encoding upgrade http2-settings".split()
)
_FRAMING = frozenset((b"content-length", b"transfer-encoding"))
_SEPARATOR = re.compile(rb"[^0-9a-z]")


def split_lines(block: bytes) -> list[bytes]:
    """Split a head at CR LF; refuses any other control byte in it."""
    lines = block.split(b"\r\n")
    if len(block.translate(None, CONTROL)) != len(block) - 2 * (len(lines) - 1):
        raise BrokenRuleError(_which_control(b"".join(lines)))
    return lines


def _which_control(text: bytes) -> Rule:
    named = ((b"\n", Rule.BARE_LF), (b"\r", Rule.BARE_CR), (b"\0", Rule.NUL))
    return next((rule for byte, rule in named if byte in text), Rule.CONTROL)


def read_fields(lines: list[bytes]) -> tuple[Fields, tuple[bytes, ...]]:
    """Read field lines as they are, and their names in lower case."""
    if len(lines) > FIELD_LIMIT:
        raise BrokenRuleError(Rule.FIELDS)
    fields = []
    for line in lines:
        if line[:1] in {b" ", b"\t"}:
            raise BrokenRuleError(Rule.FOLD)
        name, colon, value = line.partition(b":")
        if not colon:
            raise BrokenRuleError(Rule.NO_COLON)
        fields.append((name, value.strip(BLANKS)))
    return tuple(fields), tuple([lower_name(name) for name, _ in fields])


@lru_cache(maxsize=1024)
def _lower_short(name: bytes) -> bytes:
    if not TOKEN.fullmatch(name):
        raise BrokenRuleError(Rule.NAME)
    lower = name.lower()
    if lower not in _FRAMING and _SEPARATOR.sub(b"-", lower) in _FRAMING:
        raise BrokenRuleError(Rule.CONFUSING)
    return lower


def lower_name(name: bytes) -> bytes:
    """Give a field name in lower case; refuses what is no token and what poses as a framing field."""
    return _lower_short(name) if len(name) <= 64 else _lower_short.__wrapped__(name)


def values_of(wanted: bytes, fields: Fields, lowers: tuple[bytes, ...]) -> list[bytes]:
    """List the values of one field, in order."""
    return [fields[at][1] for at, lower in enumerate(lowers) if lower == wanted] if wanted in lowers else []


def connection_options(fields: Fields, lowers: tuple[bytes, ...]) -> frozenset[bytes]:
    """Read what `Connection` (and the old `Proxy-Connection`, which is only dropped) says about this hop."""
    if b"connection" not in lowers:
        return frozenset()
    said = b",".join(values_of(b"connection", fields, lowers)).lower()
    return frozenset(option.strip(BLANKS) for option in said.split(b","))


def end_to_end(fields: Fields, lowers: tuple[bytes, ...], named: frozenset[bytes]) -> Fields:
    """Drop the fields of this hop: the known ones and those that `Connection` names; the rest keeps its order."""
    dropped = HOP_BY_HOP | named if named else HOP_BY_HOP
    if dropped.isdisjoint(lowers):
        return fields
    return tuple([field for field, lower in zip(fields, lowers, strict=True) if lower not in dropped])


def read_length(values: list[bytes]) -> int | None:
    """Read the one Content-Length; refuses two, signs, lists and anything but digits."""
    if not values:
        return None
    if len(values) > 1:
        raise BrokenRuleError(Rule.LENGTH_COUNT)
    if not values[0].isdigit():
        raise BrokenRuleError(Rule.LENGTH)
    if len(values[0]) > 18:
        raise BrokenRuleError(Rule.BODY)
    return int(values[0])


def read_coding(values: list[bytes], version: bytes) -> bool:
    """Tell whether the body is chunked: the only coding, once, and only in HTTP/1.1."""
    if not values:
        return False
    if len(values) > 1:
        raise BrokenRuleError(Rule.CODING_COUNT)
    if version != b"HTTP/1.1":
        raise BrokenRuleError(Rule.CODING_OLD)
    if values[0].lower() != b"chunked":
        raise BrokenRuleError(Rule.CODING)
    return True


def keeps_open(version: bytes, options: frozenset[bytes]) -> bool:
    """Tell whether the connection stays open: HTTP/1.1 unless it says close, HTTP/1.0 only if it asks (and not both)."""
    return b"close" not in options and (version == b"HTTP/1.1" or b"keep-alive" in options)
