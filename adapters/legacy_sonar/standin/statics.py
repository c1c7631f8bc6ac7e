"""The files that every page asks for: style sheet, logo, script; no session, no person."""

from __future__ import annotations

import base64

_GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
_FILES = {
    "sonar.css": (
        "text/css",
        b"body.sonar { font-family: Arial, sans-serif; font-size: 80%; }\r\ntd.fout { color: #c00; }\r\ntable.lijst td { border-bottom: 1px solid #ccc; }\r\n",
    ),
    "sonar.js": ("application/x-javascript", b"function SWESubmit(f) { f.submit(); }\r\n"),
    "logo.gif": ("image/gif", _GIF),
}


def static(name: str, known: str) -> tuple[int, list[tuple[str, str]], bytes]:
    """Status, headers and bytes of a static file; 304 when the client knows it."""
    if name not in _FILES:
        return (
            404,
            [("Content-Type", "text/html; charset=ISO-8859-1")],
            b"<html><body><h1>404 Niet gevonden</h1></body></html>\r\n",
        )
    kind, body = _FILES[name]
    tag = f'"{len(body):x}-4a7c"'
    headers = [
        ("Content-Type", kind),
        ("ETag", tag),
        ("Last-Modified", "Mon, 06 Jan 2020 08:00:00 GMT"),
        ("Cache-Control", "max-age=3600"),
    ]
    return (304, headers[1:], b"") if known == tag else (200, headers, body)
