"""The secret by which the new core knows the gateway's worker: the setting, or one made once in the data directory."""

import secrets

from proxy.errors import OperatorError
from proxy.postgres.client import write_secret
from proxy.settings import Settings

FILE = "newcore.token"


def service_token(settings: Settings) -> str:
    """Give the secret; all processes on one data directory read the same one."""
    if settings.newcore_token is not None:
        return settings.newcore_token.reveal()
    path = settings.data_dir / FILE
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_secret(path, secrets.token_urlsafe(32))
    written = path.read_text(encoding="utf-8").strip()
    if not written:
        raise OperatorError(f"{path}: found an empty secret; remove the file, or set POORT_NEWCORE_TOKEN")
    return written
