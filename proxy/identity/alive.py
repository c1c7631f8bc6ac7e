"""Whose session legacy would forget while its user works on newcore, and when it has to be told. Pure; now is an argument.

Rules:
1. Told is legacy only of sessions whose user did something since it last heard of them, and once for all that was done:
   shortly before it would forget. So a session lives as long after its user's last deed as with legacy alone, not longer.
2. A user who did nothing for the whole term has no session any more; a session that legacy must have forgotten is let go.
3. The token lies in memory only, for that long.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

_SHARE, _MOST_EARLY = 8, timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Attended:
    """One session of which legacy does not hear what its user does."""

    token: bytes = field(repr=False)
    heard: datetime
    """When legacy last heard of it."""
    used: datetime
    """When its user last did something."""


def early(idle: timedelta) -> timedelta:
    """Give how long before its end legacy is told."""
    return min(idle / _SHARE, _MOST_EARLY)


def is_due(each: Attended, now: datetime, idle: timedelta) -> bool:
    """Tell whether legacy has to be told now."""
    return each.used > each.heard and now >= each.heard + idle - early(idle)


def is_over(each: Attended, now: datetime, idle: timedelta) -> bool:
    """Tell whether there is nothing to keep any more: the user went, or legacy forgot."""
    return now > each.used + idle or now > each.heard + idle


def noted(before: Attended | None, token: bytes, heard: datetime, used: datetime) -> Attended:
    """Take down what a user did; `heard` is what the session knows, which a call of ours since then is newer than."""
    if before is None:
        return Attended(token, heard, used)
    return replace(before, token=token, heard=max(heard, before.heard), used=max(used, before.used))
