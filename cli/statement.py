"""Signs what is stated to the new core, and gives it the public half of the key.

Rules: an Ed25519 key, 64 hexadecimal digits, readable by its owner alone, made once in the data directory; its public half
lies beside it for a new core that runs elsewhere. Every statement is signed at the moment of its request and lives for
LIFE_SECONDS (docs/decisions/0062-statements.md).
"""

import secrets
import stat
import time
from collections.abc import Callable
from pathlib import Path

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from proxy.errors import OperatorError
from proxy.model.statement import Statement
from proxy.postgres.client import write_secret
from proxy.settings import Settings

FILE, PUBLIC_FILE = "statement.key", "statement.pub"
ISSUER, AUDIENCE = "sonarpoort", "newcore"
LIFE_SECONDS = 30
_BYTES = 32


def signer(settings: Settings) -> Callable[[Statement], str]:
    """Give the function that signs statements for one request each; refuses a key that others can read."""
    key = _private(settings)

    def sign(stated: Statement) -> str:
        return jwt.encode(_claims(stated, int(time.time())), key, algorithm="EdDSA")

    return sign


def public_keys(settings: Settings) -> tuple[bytes, ...]:
    """Give the keys by which the new core believes statements; refuses a file without any."""
    given = settings.statement_public_file
    if given is None:
        return (_private(settings).public_key().public_bytes_raw(),)
    if not given.exists():
        raise OperatorError(f"{given}: no such file; copy {PUBLIC_FILE} from the data directory of the gateway")
    return _keys(given)


def _claims(stated: Statement, now: int) -> dict[str, object]:
    claims: dict[str, object] = {
        "iss": ISSUER, "aud": AUDIENCE, "iat": now, "exp": now + LIFE_SECONDS, "jti": str(stated.exchange),
        "sub": stated.user, "role": stated.role.value, "org": stated.organisation, "fn": stated.function,
        "cat": sorted(stated.categories),
    }  # fmt: skip
    if stated.scope is not None:
        municipality = stated.scope.municipality
        if stated.scope.regions or municipality is None:  # a scope without any place is refused, not unbound
            claims["reg"] = sorted(stated.scope.regions)
        if municipality is not None:
            claims["mun"] = municipality
    return claims


def _private(settings: Settings) -> Ed25519PrivateKey:
    given = settings.statement_key_file
    path = given or settings.data_dir / FILE
    if not path.exists():
        if given is not None:
            raise OperatorError(f"{given}: no such file; POORT_STATEMENT_KEY_FILE names one with 64 hexadecimal digits")
        path.parent.mkdir(parents=True, exist_ok=True)
        write_secret(path, secrets.token_hex(_BYTES) + "\n")
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise OperatorError(f"{path}: others can reach it (mode {mode:o}); run `chmod 600 {path}`")
    key = Ed25519PrivateKey.from_private_bytes(_keys(path)[0])
    public = path.with_name(PUBLIC_FILE)
    if given is None and not public.exists():
        write_secret(public, key.public_key().public_bytes_raw().hex() + "\n")
    return key


def _keys(path: Path) -> tuple[bytes, ...]:
    """Read keys, one a line; refuses a file without any, or with anything else."""
    try:
        found = tuple(bytes.fromhex(line) for line in path.read_text(encoding="ascii").split())
    except ValueError:
        found = ()
    if not found or any(len(key) != _BYTES for key in found):
        raise OperatorError(f"{path}: found no key; allowed: lines of 64 hexadecimal digits")
    return found
