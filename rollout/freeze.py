"""Whether a freeze window is in force for a move. Pure. A way back is asked of nobody: no window blocks it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from proxy.routing.freeze import Freeze


@dataclass(frozen=True, slots=True)
class Frozen:
    """A window that is in force."""

    name: str
    until: datetime


def frozen(windows: Iterable[Freeze], now: datetime, act: str) -> Frozen | None:
    """Give the window in force that blocks an act and lasts longest; `now` is the clock of the house."""
    found = [(each.until(now), each.name) for each in windows if act in each.blocks]
    longest = max(((until, name) for until, name in found if until is not None), default=None)
    return None if longest is None else Frozen(longest[1], longest[0])
