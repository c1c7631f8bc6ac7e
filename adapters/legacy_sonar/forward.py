"""What may not go up is taken off a request: forged identity, overrides, ranges, codings that we cannot decode.

Rules: a name counts in every spelling that some server maps to it (case, underscore for hyphen, blanks); everything
else keeps its bytes and its order; nothing is added. Conditional fields stay under static prefixes only: a governed
page is never answered by 304 or 206.
"""

import re
from dataclasses import replace

from proxy.model.http import Fields, Request

_PREFIXES = (b"x-sonar-", b"x-forwarded-", b"x-sso-", b"sso-", b"x-remote-", b"x-authenticated-", b"oam-", b"x-iisws-")
_NAMES = frozenset({
    b"x-sonar", b"forwarded", b"via", b"x-real-ip", b"client-ip", b"x-client-ip", b"true-client-ip", b"cf-connecting-ip",
    b"x-cluster-client-ip", b"x-original-url", b"x-rewrite-url", b"x-original-host", b"x-host",
    b"remote-user", b"sm-user", b"smuser", b"sm-universalid", b"iv-user", b"iv-groups", b"iv-creds", b"x-user", b"x-username",
    b"x-auth-user", b"x-auth-request-user", b"ssl-client-cert", b"x-ssl-client-cert", b"x-client-cert", b"x-client-verify",
    b"x-http-method-override", b"x-http-method", b"x-method-override", b"http-method-override",
})  # fmt: skip
_CONDITIONAL = frozenset({
    b"range", b"if-range", b"if-match", b"if-none-match", b"if-modified-since", b"if-unmodified-since",
})  # fmt: skip

_NEVER = re.compile(rb"q=0(?:\.0*)?")


def fold(name: bytes) -> bytes:
    """Give the name under which servers may know a field."""
    return name.strip(b" \t").lower().replace(b"_", b"-")


def forward(request: Request, statics: tuple[bytes, ...]) -> Request:
    """Give the request that may go up."""
    drop = _NAMES if request.target.startswith(statics) else _NAMES | _CONDITIONAL
    kept: Fields = tuple(
        (name, _coding(value) if folded == b"accept-encoding" else value)
        for name, value in request.fields
        if (folded := fold(name)) not in drop and not folded.startswith(_PREFIXES)
    )
    return request if kept == request.fields else replace(request, fields=kept)


def _coding(value: bytes) -> bytes:
    """Limit what may come back to gzip or nothing."""
    for item in value.lower().split(b","):
        name, _, weight = item.partition(b";")
        if name.strip() in {b"gzip", b"x-gzip"}:
            return b"identity" if _NEVER.fullmatch(weight.replace(b" ", b"")) else b"gzip"
    return b"identity"
