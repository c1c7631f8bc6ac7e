"""Who may ask what: every route serves some functions, and asks for a statement of the gateway that names one of them.

Rules (pure; now is asked of whoever makes the guard):
1. A statement is a JSON Web Token signed with Ed25519 (RFC 8037), the only algorithm that is taken; its header says nothing else.
2. No statement, or one that is wrong in any way, is 401 and does not say in which; a function that the route does not
   serve is 403. Nothing is read of a request before.
   Who syncs lists and writes whatever there is, so a statement for that which names places would not be kept: 403.
3. Several public keys may be known, so that a key can be replaced without a moment in which nobody is believed.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from starlette.requests import Request

from newcore.problem import Problem
from newcore.statement import AUDIENCE, ISSUER, SYNC, Statement, read

_SCHEME = "Bearer "
_ALGORITHM = "EdDSA"
_HEADER = frozenset({"alg", "typ"})
_LONGEST_TOKEN = 8192
_OURS = ("exp", "iat", "nbf", "sub", "jti")  # checked by `read`, with the time that was given and not the library's
Check = Callable[[Request], Awaitable[Statement]]


@dataclass(frozen=True, slots=True)
class Guard:
    """The check of statements under the public keys of the gateway; refuses to be made without one."""

    keys: Sequence[bytes]
    """Raw Ed25519 public keys, 32 bytes each."""
    now: Callable[[], float]
    """Seconds since 1970."""

    def __post_init__(self) -> None:
        """Refuse what is no key: a guard without keys would believe nobody, a wrong one the wrong people."""
        if not self.keys or any(len(key) != 32 for key in self.keys):
            raise ValueError("found no public key; the Ed25519 key of the gateway's statements is needed (32 bytes)")

    def serving(self, *functions: str) -> Check:
        """Make the check of a route that serves these functions."""
        served = frozenset(functions)

        async def check(request: Request) -> Statement:  # else the framework asks a thread for it
            stated = self.believed(request.headers.getlist("authorization"))
            if stated.function not in served:
                raise Problem(403, "This call does not serve the function that the statement names.")
            if stated.function == SYNC and stated.scope is not None:
                raise Problem(403, "Whoever syncs does so for all places; the statement names some.")
            return stated

        return check

    def believed(self, given: Sequence[str]) -> Statement:
        """Give the statement of the Authorization fields of a request; refuses all but one sound one."""
        stated = (
            self._read(given[0].removeprefix(_SCHEME)) if len(given) == 1 and given[0].startswith(_SCHEME) else None
        )
        if stated is None:
            raise Problem(401, "This call needs a statement of the gateway (Authorization: Bearer ...).")
        return stated

    def _read(self, token: str) -> Statement | None:
        if len(token) > _LONGEST_TOKEN:
            return None
        claims = next((found for key in self.keys if (found := _verified(token, key)) is not None), None)
        return None if claims is None else read(claims, self.now())


def _verified(token: str, key: bytes) -> dict[str, Any] | None:
    """Give the claims of a token that this key signed for us."""
    options: Any = {f"verify_{name}": False for name in _OURS} | {"strict_aud": True, "require": ["iss", "aud"]}
    try:
        decoded = jwt.decode_complete(
            token, Ed25519PublicKey.from_public_bytes(key), algorithms=[_ALGORITHM], audience=AUDIENCE, issuer=ISSUER,
            options=options,
        )  # fmt: skip
    except (jwt.PyJWTError, ValueError, RecursionError):  # a header may be nested as deep as it is long
        return None
    return decoded["payload"] if decoded["header"].keys() <= _HEADER else None
