"""How the written value of a setting is read, by kind.

Why it exists: an operator writes text; a process needs a number, an address or a secret, or a message that says what
was found and what is allowed. Rules: each reader raises ValueError with exactly that message; a secret is never in it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path, PurePath
from urllib.parse import urlsplit

_UNITS = {"B": 1, "KIB": 1024, "MIB": 1024**2, "GIB": 1024**3}
_YES_NO = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A value without a printable form; `reveal` is called only where it is used."""

    _hidden: str

    def reveal(self) -> str:
        """Return the value itself."""
        return self._hidden

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__


@dataclass(frozen=True, slots=True)
class Listen:
    """An address and a port to listen on."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """The address as a client on this machine would write it."""
        return f"http://{self}"


def text(written: str) -> str:
    """Take the value as it is; refuses an empty one."""
    if not written:
        raise ValueError("found nothing; a value is needed")
    return written


def path(written: str) -> Path:
    """Read a path, `~` is the home directory."""
    return Path(PurePath(text(written))).expanduser()


def secret(written: str) -> Secret:
    """Hide the value; refuses an empty one."""
    if not written:
        raise ValueError("found nothing; a secret is needed")
    return Secret(written)


def listen(written: str) -> Listen:
    """Read HOST:PORT, or [v6]:PORT."""
    host, colon, port = written.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not port.isdecimal() or not 0 <= int(port) <= 65535:
        raise ValueError(f"found {shown(written)}; allowed is HOST:PORT, such as 127.0.0.1:8080")
    return Listen(host, int(port))


def url(written: str) -> str:
    """Read an http(s) origin without a path behind it; a trailing slash falls away."""
    parts = urlsplit(written)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ValueError(f"found {shown(parts.scheme)}://...; allowed is http(s)://HOST:PORT without user or query")
    return written.rstrip("/")


def count(written: str) -> int:
    """Read a whole number from 1 up."""
    if not written.isascii() or not written.isdecimal() or int(written) < 1:
        raise ValueError(f"found {shown(written)}; allowed is a whole number from 1 up")
    return int(written)


def seconds(written: str) -> float:
    """Read a number of seconds above 0, at most a day."""
    try:
        number = float(written)
    except ValueError:
        number = -1.0
    if not 0 < number <= 86_400:
        raise ValueError(f"found {shown(written)}; allowed is a number of seconds above 0 and at most 86400")
    return number


def size(written: str) -> int:
    """Read a number of bytes, with KiB, MiB or GiB behind it if wanted."""
    number = written.strip().upper().rstrip("KMGIB")
    unit = written.strip().upper().removeprefix(number) or "B"
    if not number.strip().isdecimal() or unit not in _UNITS or int(number) < 1:
        raise ValueError(f"found {shown(written)}; allowed is a size such as 1048576, 512KiB or 16MiB")
    return int(number) * _UNITS[unit]


def flag(written: str) -> bool:
    """Read yes or no."""
    if written.lower() not in _YES_NO:
        raise ValueError(f"found {shown(written)}; allowed are {', '.join(_YES_NO)}")
    return _YES_NO[written.lower()]


def names(written: str) -> tuple[str, ...]:
    """Read names with commas between them, in lower case."""
    return tuple(part.strip().lower() for part in written.split(",") if part.strip())


def networks(written: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Read networks with commas between them; a single address is a network of one."""
    try:
        return tuple(ip_network(part.strip()) for part in written.split(",") if part.strip())
    except ValueError as fault:
        raise ValueError(f"{fault}; allowed are networks such as 10.0.0.0/8,192.0.2.7") from None


def choice(*allowed: str) -> Callable[[str], str]:
    """Make a reader that takes one of a closed list."""

    def read(written: str) -> str:
        if written.lower() not in allowed:
            raise ValueError(f"found {shown(written)}; allowed are {', '.join(allowed)}")
        return written.lower()

    return read


def shown(written: str) -> str:
    """Quote what was found, cut short."""
    return repr(written if len(written) <= 60 else written[:57] + "...")


def unquoted(written: str) -> str:
    """Take one pair of quotes away."""
    if len(written) >= 2 and written[0] == written[-1] and written[0] in "\"'":
        return written[1:-1]
    return written


def flat(written: object) -> str:
    """Write a TOML value as the environment would hold it."""
    if isinstance(written, bool):
        return "yes" if written else "no"
    if isinstance(written, list):
        return ",".join(str(part) for part in written)
    return str(written)
