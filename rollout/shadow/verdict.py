"""What became of one comparison. Pure.

| | newcore like legacy now | legacy like legacy then | verdict |
|--|--|--|--|
| the values changed in between | yes | | `raced` |
| legacy gives another answer each time | no | no | `volatile`, but for a safety field that newcore shows like neither |
| newcore is wrong | no | yes | `real` |

Rules: what no rule of the file overlooks is a mismatch; an answer that cannot be asked for again is compared with what
newcore says after it has caught up. What was not compared has a result of its own, and is no success.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from rollout.shadow.compare import Mismatch
from rollout.shadow.rule import PARITY, Rules


class Result(StrEnum):
    """Closed results. Counted as compared: the first five."""

    EQUAL = "equal"
    IGNORED = "ignored"
    RACED = "raced"
    VOLATILE = "volatile"
    REAL = "real"
    FAILED = "failed"
    """newcore gave no answer in time, or none that can be read."""
    UNFILLED = "unfilled"
    """newcore was not filled for this group."""
    BEHIND = "behind"
    """The session wrote something that newcore had not applied."""
    UNTRANSLATABLE = "untranslatable"
    """Only legacy can answer this; it would, in `read` too."""
    INCOMPARABLE = "incomparable"
    SKIPPED = "skipped"
    """Too late, or newcore is left alone because it failed too often."""


COMPARED = frozenset({Result.EQUAL, Result.IGNORED, Result.RACED, Result.VOLATILE, Result.REAL})
PROVEN = frozenset({Result.EQUAL, Result.REAL})
"""Those that prove something. What a rule overlooks, what changed meanwhile and what legacy itself answers differently was
compared, and shows nothing of newcore."""
FRAME = "frame"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one comparison found."""

    result: Result
    mismatches: tuple[Mismatch, ...] = ()
    safety: bool = False
    parity: bool = False
    fault: str = ""
    newcore_us: int | None = None
    """Microseconds that newcore took; None: it gave nothing."""


def weighed(found: Iterable[Mismatch], rules: Rules) -> tuple[Mismatch, ...]:
    """Leave out what a rule of the file overlooks today."""
    return tuple(each for each in found if not rules.overlooks(each.path))


def plainly_real(mismatches: Collection[Mismatch]) -> bool:
    """Tell whether no second look can change anything: no value can make the fixed text around the values differ."""
    return {each.path for each in mismatches} == {FRAME}


def settled(
    first: Collection[Mismatch], again: Collection[Mismatch], changed: Collection[Mismatch], rules: Rules
) -> Result:
    """Name a mismatch after legacy was asked again.

    `first` is between legacy's first answer and newcore's, `again` between legacy's second and newcore's, `changed` between
    the two of legacy. The frame is left out of the last two: they were asked for by another account.
    """
    still = {each.path for each in again} - {FRAME}
    if not still:
        return Result.RACED
    firm = {each.path for each in first} & still
    if any(rules.is_safety(path) for path in firm):
        return Result.REAL
    return Result.VOLATILE if {each.path for each in changed} - {FRAME} else Result.REAL


def real(mismatches: Collection[Mismatch], rules: Rules) -> tuple[bool, bool]:
    """Tell whether a mismatch touches a safety field, and whether a verdict or a row."""
    paths = {each.path for each in mismatches}
    return any(rules.is_safety(path) for path in paths), bool(paths & PARITY)
