"""The switches of the stand-in: faults and quirks that a test turns on over the control port.

Rules: everything is off by default; `only` (a text that the request must hold, as latin-1, head or body) and `times` (how
often) narrow the faults busy, maintenance, slow, hang, cut, garbage, rst, surplus and instead; an unknown name is refused.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from random import Random
from typing import Any

FAULTS = frozenset({"busy", "maintenance", "slow", "hang", "cut", "garbage", "rst", "surplus", "instead"})


@dataclass(slots=True)
class Modes:
    """One value per switch; see README of the control port in control.py."""

    busy: bool = False
    busy_share: float = 0.0
    maintenance: bool = False
    slow: float = 0.0
    slow_export: float = 0.0
    hang: bool = False
    cut: int = -1
    garbage: bool = False
    rst: bool = False
    surplus: bool = False
    instead: str = ""
    execute: bool = True
    only: str = ""
    times: int = -1
    gzip: str = "off"
    chunked: bool = False
    close: bool = False
    two_cookies: bool = False
    rotate: bool = False
    location: str = ""
    extra_headers: list[list[str]] = field(default_factory=list)

    def changed(self, wanted: dict[str, Any]) -> None:
        """Set the named switches; raises ValueError naming an unknown one or a wrong type."""
        known = {entry.name: getattr(Modes(), entry.name) for entry in fields(self)}
        for name, value in wanted.items():
            if name not in known:
                raise ValueError(f"unknown switch {name!r}; known: {', '.join(sorted(known))}")
            number = isinstance(known[name], float) and isinstance(value, int) and not isinstance(value, bool)
            if not number and type(value) is not type(known[name]):
                raise ValueError(f"switch {name!r} takes a {type(known[name]).__name__}, not {value!r}")
        for name, value in wanted.items():
            setattr(self, name, value)

    def shown(self) -> dict[str, Any]:
        """All switches with their values."""
        return {entry.name: getattr(self, entry.name) for entry in fields(self)}


@dataclass(slots=True)
class Faults:
    """Which faults hit the next request; counts `times` down."""

    modes: Modes
    draw: Random = field(default_factory=lambda: Random("busy"))  # noqa: S311 - repeatable

    def hit(self, raw: bytes) -> Modes:
        """The switches for this request: the faults only where `only` and `times` say so."""
        modes = self.modes
        faulty = any(getattr(modes, name) not in (False, "", 0.0, -1) for name in FAULTS)
        if not faulty and not modes.busy_share:
            return modes
        met = modes.times != 0 and (not modes.only or modes.only.encode("latin-1") in raw)
        if met and faulty:
            modes.times -= modes.times > 0
            return modes
        calm = {name: value for name, value in modes.shown().items() if name not in FAULTS}
        return Modes(**calm, busy=bool(modes.busy_share and self.draw.random() < modes.busy_share))


@dataclass(slots=True)
class Clock:
    """Now, or the moment at which it was frozen."""

    frozen: datetime | None = None

    def moment(self) -> datetime:
        """The time that pages show."""
        return self.frozen or datetime.now(UTC)

    def seconds(self) -> float:
        """Seconds for time-outs; they stand still too while frozen."""
        return self.frozen.timestamp() if self.frozen else time.time()

    def freeze(self, text: str | None) -> None:
        """Freeze at an ISO moment, or let go; raises ValueError."""
        self.frozen = datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None
