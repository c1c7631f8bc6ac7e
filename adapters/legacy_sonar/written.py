"""One argument of ours written into a client's request; every other byte stays the client's.

Rules: it goes where the request left it blank, else behind the method or the command; the written request is read again and
must say what the first one said, and ours. In any doubt nothing is written.
"""

from dataclasses import dataclass, replace
from urllib.parse import quote_from_bytes

from adapters.legacy_sonar import wire
from adapters.legacy_sonar.vocabulary import SHARED
from adapters.legacy_sonar.wire import Parameters
from proxy.model.http import Request, Span

MOST_OF_A_TARGET = 2000
"""Bytes of a request line's target that old browsers and servers are known to bear."""


@dataclass(frozen=True, slots=True)
class Addition:
    """What is said beside the client's own words: a long name, and the text of it."""

    name: str
    text: str


def written(request: Request, ours: Addition) -> Request | None:
    """Write ours into the one link of a request, or beside a chain what counts for all of it; None: it has no place for it, or would say something else.

    Raises OddError for a request that has no reading.
    """
    before = _read(request)
    one, shared = len(before.links) == 1, ours.name in SHARED
    said = (before.shared if shared else before.links[0]).get(ours.name, "").strip()
    fits = (one or shared) and not said and not before.upload
    made = _written(request, ours) if fits else None
    return made if made is not None and _says(_read(made), before, ours) else None


def _read(request: Request) -> Parameters:
    return wire.read(request, wire.split(request.target)[1])


def _says(after: Parameters, before: Parameters, ours: Addition) -> bool:
    """Tell whether a request says what the one before said, and ours."""
    if ours.name in SHARED:
        return after == replace(before, shared={**before.shared, ours.name: ours.text})
    return after == replace(before, links=({**before.links[0], ours.name: ours.text},))


def _written(request: Request, ours: Addition) -> Request | None:
    """Write ours into body or query, whichever has a place for it; None: neither has."""
    body = _spliced(request.body, ours)
    if body is not None:
        length = b"%d" % len(body)
        fields = tuple((name, length if name.lower() == b"content-length" else value) for name, value in request.fields)
        return replace(request, body=body, fields=fields)
    path, _, query = request.target.partition(b"?")
    asked = _spliced(query, ours)
    if asked is None or len(path) + len(asked) >= MOST_OF_A_TARGET:
        return None
    return replace(request, target=path + b"?" + asked)


def _spliced(data: bytes, ours: Addition) -> bytes | None:
    """Write ours into the blank field that the form sent along, else behind the method or command; None: none is here."""
    value = b"=" + _encoded(ours.text, data)
    blank = _pair(data, ours.name)
    if blank is not None:
        return data[: blank[0]] + value + data[blank[1] :]
    beside = _pair(data, "SWEMethod") or _pair(data, "SWECmd")
    if beside is None:
        return None
    return data[: beside[1]] + b"&" + ours.name.encode("ascii") + value + data[beside[1] :]


def _pair(data: bytes, wanted: str) -> Span | None:
    """Find a parameter: from the end of its name to its own end."""
    start = 0
    for piece in data.split(b"&"):
        name, _, raw = piece.partition(b"=")
        if name and wire.canonical(name, wire.plain(raw)) == wanted:
            return start + len(name), start + len(piece)
        start += len(piece) + 1
    return None


def _encoded(text: str, data: bytes) -> bytes:
    """Percent-encode windows-1252, with the blanks of the form that it goes into."""
    written_out = quote_from_bytes(wire.encode(text), safe="").encode("ascii")
    return written_out if b"%20" in data and b"+" not in data else written_out.replace(b"%20", b"+")
