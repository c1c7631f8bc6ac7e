"""A request for a function of the gateway itself -> its call. The path is reserved: it is never forwarded to the legacy.

Why below /sonar_nld: SONAR's cookie has that path, and without the cookie nobody is anybody. Rules:
1. One path, one function of the catalogue; every other path below the prefix has no reading.
2. Names of fields are a closed list, each once; a value is read as windows-1252, as it is on the legacy's own forms.
3. A GET shows and changes nothing; only a POST asks for something.
"""

import re

from adapters.legacy_sonar import wire
from adapters.legacy_sonar.wire import OddError
from proxy.catalogue import Catalogue
from proxy.model.call import Call, Format, Kind, Link
from proxy.model.http import Request

PREFIX = b"/sonar_nld/poort/"
FIELDS = frozenset(
    {"kaart", "nummer", "reden", "toelichting", "dagen", "besluit", "bsn", "geboortedatum", "zegel", "gezien"}
)
_NAME = re.compile(rb"[a-z]{1,20}")
_BAD_PERCENT = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_MOST_PAIRS = 20
_FORM = b"application/x-www-form-urlencoded"


def read(request: Request, target: tuple[bytes, bytes], catalogue: Catalogue) -> Call:
    """Read a request for one of our own functions; raises OddError where it has no single reading."""
    path, query = target
    name = path[len(PREFIX) :]
    function = catalogue.own(name.decode("ascii")) if _NAME.fullmatch(name) else None
    if function is None:
        raise OddError("unknown-own-path")
    wire.check_head(request)
    asks = request.method == b"POST"
    if request.method == b"HEAD" or (asks and query):
        raise OddError("method")
    found = wire.single(_pairs(_body(request)) if asks else _pairs(query))
    return Call(
        format=Format.HTML,
        links=(Link(function.id, command="POST" if asks else "GET"),),
        function=function.id,
        kind=function.kind if asks else Kind.CONSULT,
        token=wire.token(request, None),
        context=asks,
        own=True,
        aliases=tuple(found.items()),
    )


def _body(request: Request) -> bytes:
    media, _ = wire.content_type(request)
    if media != _FORM:
        raise OddError("content-type")
    return request.body


def _pairs(data: bytes) -> list[wire.Pair]:
    pieces = [piece for piece in data.split(b"&") if piece]
    if len(pieces) > _MOST_PAIRS:
        raise OddError("too-many-parameters")
    if _BAD_PERCENT.search(data):
        raise OddError("percent-encoding")
    found = []
    for piece in pieces:
        name, _, raw = piece.partition(b"=")
        field = name.decode("latin-1")
        if field not in FIELDS:
            raise OddError("unknown-argument")
        found.append((field, wire.decode(wire.plain(raw))))
    return found
