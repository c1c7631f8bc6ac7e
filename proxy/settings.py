"""Settings: one frozen object, read once when a process starts.

Why it exists: a gateway that starts with half a configuration is worse than one that does not start. Rules:
1. A setting is one field of `Settings` and nothing else: its default, its reader and its meaning stand together.
2. Later wins: default, then the file of POORT_CONFIG (.toml or .env), then `poort.env` in the data directory (written
   by a running demo), then the environment.
3. An unknown POORT_* key refuses the start, with the closest name that exists. POORT_TEST_* belongs to the test suite.
4. A secret is a `Secret`: it has no printable form.
"""

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from difflib import get_close_matches
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any, Self

from proxy import settingvalue as value
from proxy.errors import OperatorError
from proxy.settingvalue import Listen, Secret

PREFIX = "POORT_"
FOREIGN = "POORT_TEST_"
CONFIG = "POORT_CONFIG"
LIVE_FILE = "poort.env"


def setting[T](default: str | None, read: Callable[[str], T], meaning: str) -> T:
    """Declare one setting; `default` is written as an operator would write it, None where it may be absent."""
    metadata = {"read": read, "meaning": meaning, "written": default}
    initial: Any = None if default is None else read(default)
    declared: T = field(default=initial, metadata=metadata)
    return declared


def optional[T](read: Callable[[str], T], meaning: str) -> T | None:
    """Declare a setting that may be absent."""
    return setting(None, read, meaning)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything an operator can set. The environment variable is POORT_ and the field's name in capitals."""

    # where things lie
    data_dir: Path = setting(".poort", value.path, "directory of the embedded database, keys, role passwords and logs")
    routing_file: Path = setting("routing.yaml", value.path, "which core answers which function group, per region")
    authorisation_file: Path = setting("authorisation.yaml", value.path, "who may see what: the authorisation matrix")
    secret_key_file: Path | None = optional(value.path, "key of the HMACs; unset: made once in the data directory")
    signing_key_file: Path | None = optional(
        value.path, "Ed25519 key of checkpoints; unset: made in the data directory"
    )
    role_passwords_file: Path | None = optional(value.path, "passwords of our roles (JSON); unset: data directory")

    # the database
    database_url: Secret | None = optional(value.secret, "the owner's PostgreSQL; unset: the embedded server")
    database_lock_timeout: float = setting("10", value.seconds, "seconds a migration waits for a lock before giving up")
    database_pool: int = setting("8", value.count, "connections a process keeps open")
    database_timeout: float = setting("5", value.seconds, "seconds a statement may take before it is a fault")

    # the gateway
    gateway_listen: Listen = setting("127.0.0.1:8080", value.listen, "where the gateway listens for clients")
    workers: int = setting("1", value.count, "gateway processes that share the port")
    public_hosts: tuple[str, ...] = setting(
        "", value.names, "Host names that clients may use, besides the listen address"
    )
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = setting(
        "", value.networks, "networks whose forwarding headers are believed; nobody by default"
    )
    request_cap: int = setting("1MiB", value.size, "largest request body")
    upload_cap: int = setting("16MiB", value.size, "largest upload of an attachment")
    answer_cap: int = setting("8MiB", value.size, "largest answer that is judged")
    export_cap: int = setting("64MiB", value.size, "largest export or attachment that is judged")
    hold_timeout: float = setting("10", value.seconds, "seconds a write may wait for a flip")
    session_timeout: float = setting("1800", value.seconds, "seconds without a request after which a session ends")
    drain_timeout: float = setting("30", value.seconds, "seconds that exchanges under way get when a process stops")

    # the cores
    legacy_url: str = setting("http://127.0.0.1:8200", value.url, "where the legacy application answers")
    legacy_user: str | None = optional(value.text, "the account of backfill, sync and comparison in the legacy")
    legacy_password: Secret | None = optional(value.secret, "the password of that account")
    legacy_reads: float = setting(
        "20", value.seconds, "reads a second that backfill, sync and comparison may cost legacy"
    )
    newcore_url: str = setting("http://127.0.0.1:8100", value.url, "where the new core answers")
    statement_key_file: Path | None = optional(
        value.path, "Ed25519 key of what is stated to the new core; unset: made in the data directory"
    )
    statement_public_file: Path | None = optional(
        value.path, "public keys by which the new core believes it; unset: of the key in the data directory"
    )
    connect_timeout: float = setting("2", value.seconds, "seconds to reach a core")
    answer_timeout: float = setting("30", value.seconds, "seconds a core gets for an answer")
    report_timeout: float = setting("120", value.seconds, "seconds a core gets for a report or an export")
    upstream_connections: int = setting("64", value.count, "connections to one core that a process keeps open")

    # the other processes
    console_listen: Listen = setting("127.0.0.1:8090", value.listen, "where the console listens")
    newcore_listen: Listen = setting("127.0.0.1:8100", value.listen, "where the new core listens")
    standin_listen: Listen = setting("127.0.0.1:8200", value.listen, "where the stand-in of the legacy listens")

    # the log
    checkpoint_seconds: float = setting("10", value.seconds, "seconds between signed checkpoints of the access log")
    log_level: str = setting("info", value.choice("debug", "info", "warning", "error"), "least level that is written")


def known() -> dict[str, str]:
    """List every key with its meaning, for help texts and the documentation."""
    return {_key(each.name): each.metadata["meaning"] for each in fields(Settings)}


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from files and environment; refuses unknown keys and unreadable values."""
    given = _ours(os.environ if environ is None else environ)
    merged = _Layers(()).over(_from_config(given)).over(("environment", given))
    data_dir = Path(merged.last("POORT_DATA_DIR") or _default("data_dir"))
    live = data_dir / LIVE_FILE
    if live.exists():
        merged = _Layers(()).over(_from_config(given)).over((str(live), _env_file(live))).over(("environment", given))
    return merged.settings()


@dataclass(frozen=True, slots=True)
class _Layers:
    """Sources in order, each with the name that an error message shows."""

    sources: tuple[tuple[str, Mapping[str, str]], ...]

    def over(self, source: tuple[str, Mapping[str, str]] | None) -> Self:
        return self if source is None else type(self)((*self.sources, source))

    def last(self, key: str) -> str | None:
        return next((keys[key] for _, keys in reversed(self.sources) if key in keys), None)

    def settings(self) -> Settings:
        """Read every key with the reader of its field; a later source wins."""
        readers = {_key(each.name): each for each in fields(Settings)}
        values: dict[str, Any] = {}
        for source, keys in self.sources:
            for key, text in keys.items():
                if key == CONFIG:
                    continue
                if key not in readers:
                    raise OperatorError(_unknown(key, source, readers))
                values[readers[key].name] = _read(key, text, source, readers[key].metadata["read"])
        return Settings(**values)


def _read(key: str, text: str, source: str, read: Callable[[str], object]) -> object:
    try:
        return read(text)
    except ValueError as fault:
        raise OperatorError(f"{source}: {key}: {fault}") from None


def _unknown(key: str, source: str, readers: Mapping[str, object]) -> str:
    close = get_close_matches(key, readers, n=1, cutoff=0.8)
    allowed = f"did you mean {close[0]}?" if close else f"allowed are: {', '.join(sorted([*readers, CONFIG]))}"
    return f"{source}: unknown setting {key}; {allowed}"


def _from_config(given: Mapping[str, str]) -> tuple[str, Mapping[str, str]] | None:
    if CONFIG not in given:
        return None
    path = Path(given[CONFIG])
    if not path.is_file():
        raise OperatorError(f"environment: {CONFIG}: no file {path}; give the path of a .toml or .env file")
    return str(path), _toml_file(path) if path.suffix == ".toml" else _env_file(path)


def _env_file(path: Path) -> dict[str, str]:
    """Read KEY=value lines; `#` starts a comment line; quotes around a value fall away."""
    keys: dict[str, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        text = line.strip().removeprefix("export ")
        if not text or text.startswith("#"):
            continue
        key, equals, written = text.partition("=")
        if not equals or not key.strip().startswith(PREFIX):
            raise OperatorError(f"{path}:{number}: found {value.shown(key)}; allowed is {PREFIX}NAME=value")
        keys[key.strip()] = value.unquoted(written.strip())
    return keys


def _toml_file(path: Path) -> dict[str, str]:
    """Read `name = value` pairs; the names are those of the fields, lists stand for comma-separated values."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as fault:
        raise OperatorError(f"{path}: no TOML: {fault}") from None
    return {_key(name): value.flat(written) for name, written in document.items()}


def _ours(environ: Mapping[str, str]) -> dict[str, str]:
    return {key: text for key, text in environ.items() if key.startswith(PREFIX) and not key.startswith(FOREIGN)}


def _key(name: str) -> str:
    return PREFIX + name.upper()


def _default(name: str) -> Any:
    default = Settings.__dataclass_fields__[name].default
    if default is MISSING:
        raise LookupError(name)
    return default
