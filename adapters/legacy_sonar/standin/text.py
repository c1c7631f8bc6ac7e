"""Bytes and texts as the legacy has them.

Rules: bytes are windows-1252; the five bytes that it leaves undefined travel as the code points of latin-1, both ways.
Dates are kept as YYYYMMDD (unknown day `20230400`) and shown as dd-mm-jjjj.
"""

from __future__ import annotations

import codecs
from urllib.parse import quote_from_bytes, unquote_to_bytes

_UNDEFINED = frozenset({0x81, 0x8D, 0x8F, 0x90, 0x9D})


def _debris(error: UnicodeError) -> tuple[str | bytes, int]:
    if isinstance(error, UnicodeDecodeError):
        return error.object[error.start : error.end].decode("latin-1"), error.end
    if isinstance(error, UnicodeEncodeError):
        found = error.object[error.start : error.end]
        return bytes(ord(sign) if ord(sign) in _UNDEFINED else 0x3F for sign in found), error.end
    raise error


codecs.register_error("sonar-debris", _debris)


def encode(text: str) -> bytes:
    """The legacy's bytes of a text; what cp1252 has not becomes a question mark, as in the legacy."""
    return text.encode("cp1252", "sonar-debris")


def decode(raw: bytes) -> str:
    """The text of legacy bytes; every byte has a meaning, and `encode` gives it back."""
    return raw.decode("cp1252", "sonar-debris")


def unquote(raw: bytes) -> str:
    """One percent-decoded name or value."""
    return decode(unquote_to_bytes(raw.replace(b"+", b" ")))


def quote(text: str) -> str:
    """A value for a link or a form body."""
    return quote_from_bytes(encode(text), safe="*-._ ").replace(" ", "+")


def escape(text: str) -> str:
    """HTML text as the legacy writes it: four characters only."""
    if "&" in text:
        text = text.replace("&", "&amp;")
    if "<" in text or ">" in text:
        text = text.replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;") if '"' in text else text


def shown_date(value: str) -> str:
    """`20201124` -> `24-11-2020`; empty stays empty, debris stays as it is."""
    return f"{value[6:8]}-{value[4:6]}-{value[:4]}" if len(value) == 8 and value.isdigit() else value


def stored_date(value: str) -> str | None:
    """`24-11-2020` -> `20201124`; None when it is no date that the legacy takes."""
    parts = value.strip().split("-")
    if len(parts) != 3 or not all(part.isdigit() for part in parts) or len(parts[2]) != 4:
        return None
    day, month, year = (int(part) for part in parts)
    return f"{year:04d}{month:02d}{day:02d}" if day <= 31 and month <= 12 else None


def shown(value: str, form: str) -> str:
    """A stored value as a control of this form shows it (`b`: the BSN as a number, leading zero lost)."""
    if form == "d":
        return shown_date(value)
    return value.lstrip("0") if form == "b" else value
