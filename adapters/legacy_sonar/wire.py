"""Bytes of a request -> parameters, in one reading. Where two readers could differ there is none.

Rules:
1. A name is plain letters, digits and underscores: encoded, blank-padded, NUL-cut and array-like names have no reading.
2. Long and short form of a name are one name, in any case. The same name with two values has no reading, whether in
   the query, in the body or in both; twice the same value may pass.
3. Values are percent-decoded as windows-1252, never as UTF-8; the five undefined bytes survive.
4. Everything behind `SWEAC` is the next link of a chain (docs/legacy-surface.md §2); at most five links.
5. A body has exactly the content type that its parser is for; anything else is not read and therefore refused.
"""

import codecs
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from adapters.legacy_sonar import multipart
from adapters.legacy_sonar.vocabulary import NAMES, SERVICE_NAMES, SESSION_NAME, SHARED
from proxy.errors import ClientError
from proxy.model.http import Request

CP1252 = "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(256))
"""windows-1252 with 0x81, 0x8D, 0x8F, 0x90 and 0x9D as themselves, so that every byte survives the round trip."""
MOST_LINKS = 5
MOST_PAIRS = 500

_NAME = re.compile(rb"[A-Za-z0-9_]{1,64}")
_BAD_PERCENT = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_FIELD = re.compile(r"s(?:_(?:0|[1-9][0-9]{0,2})){4}")
_NUMBERED = re.compile(r"(swerowid|sweapplet)(0|[1-9][0-9]?)")
_TOKEN = re.compile(rb"[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]{1,512}")
_OVERRIDES = frozenset({b"x-http-method-override", b"x-http-method", b"x-method-override", b"http-method-override"})
_CHARSETS = {b"": False, b"windows-1252": False, b"cp1252": False, b"iso-8859-1": False, b"utf-8": True}
_MAY_DIFFER = frozenset({"SWEView", "SWEApplet", "SWEScreen"})

type Pair = tuple[str, str]


class OddError(ClientError):
    """A request without one reading. `reason` is a closed word, `detail` holds names only."""

    def __init__(self, reason: str, detail: str = "") -> None:
        """Name the rule that was broken."""
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason, self.detail = reason, detail


@dataclass(frozen=True, slots=True)
class Parameters:
    """The one reading of a request for a screen."""

    links: tuple[Mapping[str, str], ...] = field(repr=False)
    """The links of the chain, in the order of execution; field data keep their positional names."""
    shared: Mapping[str, str] = field(repr=False)
    token: bytes | None = field(default=None, repr=False)
    tangled: bool = False
    """Names of the first link come back behind SWEAC unencoded: harmless only where every link opens a view."""
    upload: bool = False


def decode(data: bytes) -> str:
    """Decode windows-1252 without losing a byte."""
    return codecs.charmap_decode(data, "strict", CP1252)[0]


def encode(text: str) -> bytes:
    """Encode windows-1252, the reverse of `decode`; raises UnicodeEncodeError for what it cannot say."""
    return codecs.charmap_encode(text, "strict", _ENCODING)[0]


_ENCODING = codecs.charmap_build(CP1252)


def split(target: bytes) -> tuple[bytes, bytes]:
    """Split a request target into path and query, whatever its form."""
    if target[:1] != b"/":
        scheme, _, rest = target.partition(b"://")
        if scheme.lower() not in {b"http", b"https"}:
            raise OddError("target")
        target = b"/" + rest.partition(b"/")[2]
    path, _, query = target.partition(b"?")
    return path, query


def read(request: Request, query: bytes) -> Parameters:
    """Read a request for a screen; raises OddError where there is no single reading."""
    check_head(request)
    asked = pairs(query)
    sent, upload = body_pairs(request)
    if any(name == "SWEAC" for name, _ in asked) and any(name not in SHARED for name, _ in sent):
        raise OddError("chain-split")
    links, shared = chain([*asked, *sent])
    return Parameters(
        links=tuple(single(link) for link in links),
        shared=shared,
        token=token(request, shared.get(SESSION_NAME)),
        tangled=len(links) > 1 and tangled([*asked, *sent]),
        upload=upload,
    )


def check_head(request: Request) -> None:
    """Refuse methods, overrides and encodings that a server may read in another way than we do."""
    if request.method not in {b"GET", b"HEAD", b"POST"}:
        raise OddError("method")
    if request.method != b"POST" and request.body:
        raise OddError("body-on-get")
    for name, value in request.fields:
        folded = name.strip().lower().replace(b"_", b"-")
        if folded in _OVERRIDES:
            raise OddError("method-override")
        if folded == b"content-encoding" and value.strip().lower() not in {b"", b"identity"}:
            raise OddError("content-encoding")


def body_pairs(request: Request) -> tuple[list[Pair], bool]:
    """Read the pairs of a body, and whether it is an upload; a body of another kind has no reading."""
    if not request.body:
        return [], False
    media, parameters = content_type(request)
    if media == b"multipart/form-data":
        return [
            (canonical(name, value), decode(value)) for name, value in multipart.parts(parameters, request.body)
        ], True
    if request.body.lstrip()[:1] == b"<":
        raise OddError("exec-body")
    if media != b"application/x-www-form-urlencoded":
        raise OddError("content-type")
    charset = parameters.get(b"charset", b"").lower()
    if charset not in _CHARSETS or parameters.keys() - {b"charset"}:
        raise OddError("charset")
    if _CHARSETS[charset] and not unquote_to_bytes(request.body).isascii():
        raise OddError("charset")
    return pairs(request.body), False


def content_type(request: Request) -> tuple[bytes, dict[bytes, bytes]]:
    """Read the one content type of a request with its parameters."""
    found = [value for name, value in request.fields if name.strip().lower().replace(b"_", b"-") == b"content-type"]
    if len(found) != 1:
        raise OddError("content-type")
    media, *rest = found[0].split(b";")
    parameters: dict[bytes, bytes] = {}
    for part in rest:
        name, equals, value = part.strip().partition(b"=")
        if not equals or name.lower() in parameters:
            raise OddError("content-type")
        parameters[name.lower()] = value[1:-1] if value[:1] == value[-1:] == b'"' and len(value) > 1 else value
    return media.strip().lower(), parameters


def pairs(data: bytes) -> list[Pair]:
    """Read `name=value` pairs; names become long names, values windows-1252 text."""
    if not data:
        return []
    if data.count(b"&") >= MOST_PAIRS:
        raise OddError("too-many-parameters")
    if b"%" in data and _BAD_PERCENT.search(data):
        raise OddError("percent-encoding")
    found: list[Pair] = []
    for piece in data.split(b"&"):
        if piece:
            name, _, raw = piece.partition(b"=")
            value = plain(raw)
            found.append((canonical(name, value), decode(value)))
    return found


def plain(raw: bytes) -> bytes:
    """Percent-decode a value; `+` is a blank."""
    if b"+" in raw:
        raw = raw.replace(b"+", b" ")
    return unquote_to_bytes(raw) if b"%" in raw else raw


def canonical(name: bytes, value: bytes) -> str:
    """Give the long name of a parameter; a name that is not plain, or is not known, has no reading."""
    if len(name) == 1 and name in b"Cc":
        return "SWEC" if value.isdigit() else "SWECmd"
    return _long_name(name)


@lru_cache(maxsize=2048)
def _long_name(name: bytes) -> str:
    if not _NAME.fullmatch(name):
        raise OddError("parameter-name")
    folded = name.decode("ascii").lower()
    known = NAMES.get(folded)
    if known is not None:
        return known
    if folded[:2] == "s_" and _FIELD.fullmatch(folded):
        return folded
    numbered = _NUMBERED.fullmatch(folded)
    if numbered:
        return {"swerowid": "SWERowId", "sweapplet": "SWEApplet"}[numbered[1]] + numbered[2]
    raise OddError("unknown-argument", name.decode("ascii"))


def chain(found: Iterable[Pair]) -> tuple[list[list[Pair]], dict[str, str]]:
    """Split pairs into the links of a chain and what counts for the whole request."""
    links: list[list[Pair]] = [[]]
    shared: list[Pair] = []
    _spread(found, links, shared)
    return links, single(shared)


def _spread(found: Iterable[Pair], links: list[list[Pair]], shared: list[Pair]) -> None:
    for name, value in found:
        if name in SHARED:
            shared.append((name, value))
        elif name != "SWEAC":
            links[-1].append((name, value))
        else:
            if len(links) >= MOST_LINKS:
                raise OddError("chain-depth")
            links.append([])
            _spread(_nested(value), links, shared)


def _nested(value: str) -> list[Pair]:
    """Read the value of SWEAC as a query string, decoded until it holds a `=`."""
    raw = encode(value)
    for _ in range(3):
        if b"=" in raw:
            return pairs(raw)
        if _BAD_PERCENT.search(raw):
            raise OddError("percent-encoding")
        raw = unquote_to_bytes(raw)
    raise OddError("chain")


def single(found: Iterable[Pair]) -> dict[str, str]:
    """Make a mapping of pairs; a name with two values has no reading."""
    once: dict[str, str] = {}
    for name, value in found:
        if once.setdefault(name, value) != value:
            raise OddError("duplicate", name)
    return once


def tangled(found: Iterable[Pair]) -> bool:
    """Tell whether a reader that ignores chains would see one name with two values; only views may be named twice."""
    once: dict[str, str] = {}
    differ = {name for name, value in found if name != "SWEAC" and once.setdefault(name, value) != value}
    if differ - _MAY_DIFFER:
        raise OddError("duplicate", ",".join(sorted(differ)))
    return bool(differ)


def token(request: Request, named: str | None) -> bytes | None:
    """Give the session token of cookie or URL; two different ones have no reading."""
    found = set(cookies(request))
    if named:
        found.add(encode(named))
    found.discard(b"")
    if len(found) > 1:
        raise OddError("two-sessions")
    if not found:
        return None
    value = found.pop()
    if not _TOKEN.fullmatch(value):
        raise OddError("token")
    return value


def cookies(request: Request) -> Iterable[bytes]:
    """Give every session cookie that the request carries."""
    for name, value in request.fields:
        if name.lower() == b"cookie":
            for crumb in value.split(b";"):
                key, equals, content = crumb.partition(b"=")
                if equals and key.strip() == SESSION_NAME.encode():
                    yield content.strip()


def service_query(query: bytes) -> dict[str, str]:
    """Read the query of a service call: a closed set of names."""
    if _BAD_PERCENT.search(query):
        raise OddError("percent-encoding")
    found: list[Pair] = []
    for piece in filter(None, query.split(b"&")):
        name, _, raw = piece.partition(b"=")
        known = SERVICE_NAMES.get(name.decode("latin-1").lower())
        if known is None:
            raise OddError("unknown-argument")
        found.append((known, decode(plain(raw))))
    return single(found)
