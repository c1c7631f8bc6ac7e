"""Statements as the gateway signs them, made by hand: the tests of the new core know nothing of the gateway."""

import time
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = PRIVATE.public_key().public_bytes_raw()
ALL = ("ID", "CT", "NA", "ED", "AV", "LD", "SV", "BN", "CN", "AP", "VA", "EM", "RF")


def claims(function: str = "sync.apply", categories: tuple[str, ...] = ALL, **changes: Any) -> dict[str, Any]:
    """The claims of a sound statement of this moment, with some changed; None takes one away."""
    now = int(time.time())
    sound = {
        "iss": "sonarpoort", "aud": "newcore", "iat": now, "exp": now + 30, "jti": str(UUID(int=7)), "sub": "AWE0421",
        "role": "AW", "org": "UWV", "fn": function, "cat": list(categories),
    }  # fmt: skip
    return {name: value for name, value in (sound | changes).items() if value is not None}


def token(function: str = "sync.apply", categories: tuple[str, ...] = ALL, **changes: Any) -> str:
    """Such claims, signed."""
    return jwt.encode(claims(function, categories, **changes), PRIVATE, algorithm="EdDSA")


def stated(function: str = "sync.apply", categories: tuple[str, ...] = ALL, **changes: Any) -> dict[str, str]:
    """The header of a request with such a statement."""
    return {"Authorization": f"Bearer {token(function, categories, **changes)}"}
