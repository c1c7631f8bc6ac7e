"""Everything that leaves, in both directions: one head, one framing, and no value that becomes a second field.

Rules: 1. a head with a control byte anywhere but in its line ends does not leave (response splitting by our own code is
caught here, CWE-113); 2. the body has exactly one framing, Content-Length, in the place where the message had it;
3. fields of this hop never leave; 4. answers to HEAD have a true length or none, 204 and 304 have none; 5. no field is
added but the length and, for this hop, `Connection` and `Host`.
"""

from proxy.listener import field
from proxy.listener.rule import BrokenRuleError, Rule
from proxy.model.http import Answer, Fields, Request

INLINE_LIMIT = 64 * 1024
"""A body up to this size is worth one copy to leave in one write."""
REASONS = {
    100: b"Continue",
    400: b"Bad Request",
    408: b"Request Timeout",
    413: b"Content Too Large",
    414: b"URI Too Long",
    417: b"Expectation Failed",
    421: b"Misdirected Request",
    431: b"Request Header Fields Too Large",
    501: b"Not Implemented",
    502: b"Bad Gateway",
    503: b"Service Unavailable",
    505: b"HTTP Version Not Supported",
}
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


def encode_head(line: bytes, fields: Fields) -> bytes:
    """Write a head; raises BrokenRuleError where a byte of ours would change its meaning."""
    parts = [line]
    for name, value in fields:
        parts += (b"\r\n", name, b": ", value)
    parts.append(b"\r\n\r\n")
    raw = b"".join(parts)
    if len(raw.translate(None, field.CONTROL)) != len(raw) - 2 * len(fields) - 4:
        raise BrokenRuleError(Rule.LEAVING_CONTROL)
    return raw


def _lowers(fields: Fields) -> tuple[bytes, ...]:
    try:
        return tuple([field.lower_name(name) for name, _ in fields])
    except BrokenRuleError:
        raise BrokenRuleError(Rule.LEAVING_NAME) from None


def _with_length(fields: Fields, lowers: tuple[bytes, ...], length: int | None) -> Fields:
    """Put the one length where the message had its first, else at the end; None: leave it out."""
    value = b"%d" % length if length is not None else None
    if b"content-length" not in lowers:
        return fields if value is None else (*fields, (b"Content-Length", value))
    first = lowers.index(b"content-length")
    if value is not None and fields[first][1] == value and lowers.count(b"content-length") == 1:
        return fields
    kept = [each for each, lower in zip(fields, lowers, strict=True) if lower != b"content-length"]
    return tuple(kept) if value is None else (*kept[:first], (fields[first][0], value), *kept[first:])


def encode_answer(answer: Answer, method: bytes, hop: Fields) -> tuple[bytes, bytes]:
    """Write an answer to a request with this method: its head and the body that really leaves.

    `hop` is what this connection has to be told (`Connection: close`).
    """
    if not 200 <= answer.status <= 599:
        raise BrokenRuleError(Rule.LEAVING_LINE)
    lowers = _lowers(answer.fields)
    fields = field.end_to_end(answer.fields, lowers, _named(answer.fields, lowers) - {b"content-length"})
    if fields is not answer.fields:
        lowers = _lowers(fields)
    bodiless = answer.status in {204, 304}
    body = b"" if bodiless or method == b"HEAD" else answer.body
    fields = _with_length(fields, lowers, None if bodiless else _true_length(answer, method, fields, lowers))
    return encode_head(b"HTTP/1.1 %d %b" % (answer.status, answer.reason), fields + hop), body


def _named(fields: Fields, lowers: tuple[bytes, ...]) -> frozenset[bytes]:
    return field.connection_options(fields, lowers)


def _true_length(answer: Answer, method: bytes, fields: Fields, lowers: tuple[bytes, ...]) -> int | None:
    """Give the length that leaves: of the body; for HEAD what the core said about the body that it kept, if it did."""
    if answer.body or method != b"HEAD":
        return len(answer.body)
    said = field.values_of(b"content-length", fields, lowers)
    return int(said[0]) if len(said) == 1 and said[0].isdigit() else None


def encode_request(request: Request, authority: bytes) -> bytes:
    """Write a request head for a core: its own target, fields and order, our version, Host and length."""
    if not field.TOKEN.fullmatch(request.method) or not request.target or b" " in request.target:
        raise BrokenRuleError(Rule.LEAVING_LINE)
    lowers = _lowers(request.fields)
    named = _named(request.fields, lowers) | {b"expect"}
    fields = field.end_to_end(request.fields, lowers, named - {b"host", b"content-length"})
    if fields is not request.fields:
        lowers = _lowers(fields)
    needs = bool(request.body) or b"content-length" in lowers or request.method in {b"POST", b"PUT", b"PATCH"}
    fields = _with_length(fields, lowers, len(request.body) if needs else None)
    line = b"%b %b HTTP/1.1" % (request.method, request.target)
    return encode_head(line, _with_host(fields, authority))


def _with_host(fields: Fields, authority: bytes) -> Fields:
    for at, (name, _) in enumerate(fields):
        if name.lower() == b"host":
            return (*fields[:at], (name, authority), *fields[at + 1 :])
    return ((b"Host", authority), *fields)


def plain_answer(status: int) -> Answer:
    """Make the short Dutch page for where nothing better can be said: the carrier itself failed."""
    text = f"<!DOCTYPE html><html lang=nl><title>{status}</title><p>Uw verzoek kon niet worden verwerkt ({status})."
    fields = ((b"Content-Type", b"text/html; charset=us-ascii"), (b"Cache-Control", b"no-store"))
    return Answer(status, REASONS.get(status, b"Error"), fields, text.encode("ascii"))
