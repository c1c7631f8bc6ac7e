"""What the gateway states about one request: who asks, which function, and what of it may be answered.

Rules (pure): the claims are closed and typed; what is missing, unknown or of another type is no statement. A statement is
short-lived: longer than LONGEST_SECONDS is refused, and so is one that begins later than clocks may differ.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

ISSUER, AUDIENCE = "sonarpoort", "newcore"
SYNC = "sync.apply"
"""The function of the worker that keeps records equal to their source: it writes, and lists what is there."""
LONGEST_SECONDS = 30
CLOCK_SECONDS = 5
"""How far the clocks of two machines may differ."""
_REQUIRED = frozenset({"iss", "aud", "iat", "exp", "jti", "sub", "role", "org", "fn", "cat"})
_PLACES = frozenset({"reg", "mun"})
_TEXT = {
    "sub": re.compile(r"[!-~]{1,64}"),
    "role": re.compile(r"[A-Z]{2,8}"),
    "org": re.compile(r"[ -~]{0,64}"),
    "fn": re.compile(r"[a-z]+(\.[a-z]+)+"),
    "mun": re.compile(r"\d{4}"),
}
_CATEGORY, _REGION = re.compile(r"[A-Z]{2}"), re.compile(r"AM\d\d")


@dataclass(frozen=True, slots=True)
class Scope:
    """Where everybody lives who may be answered: in (or as the responsibility of) a region, or in a municipality."""

    regions: frozenset[str] = frozenset()
    municipality: str | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """One request, as the gateway vouches for it."""

    exchange: UUID
    user: str
    role: str
    organisation: str
    function: str
    categories: frozenset[str]
    """That the answer may hold."""
    scope: Scope | None = None
    """None: not bound to a place."""


def read(claims: Mapping[str, Any], now: float) -> Statement | None:
    """Read verified claims; None: they are no statement, or none of this moment."""
    if not (claims.keys() >= _REQUIRED and claims.keys() <= _REQUIRED | _PLACES and _in_time(claims, now)):
        return None
    if any(not _written(claims[name], form) for name, form in _TEXT.items() if name in claims):
        return None
    categories, regions = _set_of(claims["cat"], _CATEGORY), _set_of(claims.get("reg", []), _REGION)
    exchange = _uuid(claims["jti"])
    if categories is None or regions is None or exchange is None or ("reg" in claims and not regions):
        return None
    scope = Scope(regions, claims.get("mun")) if claims.keys() & _PLACES else None
    return Statement(exchange, claims["sub"], claims["role"], claims["org"], claims["fn"], categories, scope)


def _in_time(claims: Mapping[str, Any], now: float) -> bool:
    begun, ended = claims["iat"], claims["exp"]
    whole = type(begun) is int and type(ended) is int
    return whole and 0 < ended - begun <= LONGEST_SECONDS and begun <= now + CLOCK_SECONDS and now < ended


def _written(value: object, form: re.Pattern[str]) -> bool:
    return isinstance(value, str) and form.fullmatch(value) is not None


def _set_of(value: object, form: re.Pattern[str]) -> frozenset[str] | None:
    """Give the members of a list without doubles; None: it is something else."""
    if not isinstance(value, list) or not all(_written(each, form) for each in value):
        return None
    found = frozenset(value)
    return found if len(found) == len(value) else None


def _uuid(value: object) -> UUID | None:
    try:
        found = UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found is not None and str(found) == value else None
