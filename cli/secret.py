"""The key of all keyed digests and seals: read from the operator's file, or made once in the data directory.

Rules: 32 bytes as 64 hexadecimal digits; readable by its owner alone; one key for gateway, imports and log, because a
person must have one digest everywhere. A lost key cannot be made again: sessions end and persons are not recognised.
"""

import secrets
import stat
from pathlib import Path

from proxy.errors import OperatorError
from proxy.postgres.client import write_secret
from proxy.settings import Settings

FILE = "secret.key"
_BYTES = 32


def secret_key(settings: Settings) -> bytes:
    """Give the key; refuses a file that others can read, or that holds no key."""
    given = settings.secret_key_file
    path = given or settings.data_dir / FILE
    if not path.exists():
        if given is not None:
            raise OperatorError(f"{given}: no such file; POORT_SECRET_KEY_FILE names a file with 64 hexadecimal digits")
        path.parent.mkdir(parents=True, exist_ok=True)
        write_secret(path, secrets.token_hex(_BYTES))
    return _read(path)


def _read(path: Path) -> bytes:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise OperatorError(f"{path}: others can reach it (mode {mode:o}); run `chmod 600 {path}`")
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except ValueError:
        key = b""
    if len(key) != _BYTES:
        raise OperatorError(f"{path}: found no key; allowed: 64 hexadecimal digits")
    return key
