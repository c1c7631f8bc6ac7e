"""What a reconcile counts, and what is to be thought of one difference. Pure.

Words: *equal*; *raced*: it was the same when both sides were read again; *pending*: a captured write that is not carried over
yet explains it; *held*: the record is in quarantine, so a person decides; else nobody explains it (*drift*: somebody changed
legacy behind the gateway's back, or newcore lost something), and it is *repaired* where newcore takes what legacy shows.
Rules: the counts of a report add up; reasons name kinds of differences and fields, never a row and never a value.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from proxy.model.statement import camel
from rollout.record import Row

MOST_FIELDS = 8
_TECHNICAL = "modNum"
"""Changes with every write in legacy: alone it is a difference, beside others it says nothing."""


class Finding(StrEnum):
    """What was found of one record."""

    EQUAL = "equal"
    RACED = "raced"
    PENDING = "pending"
    HELD = "held"
    REPAIRED = "repaired"
    """Nobody explains it; newcore is what legacy shows again."""
    STUCK = "stuck"
    """Nobody explains it, and newcore does not take what legacy shows."""


@dataclass(slots=True)
class Tally:
    """Counts of one kind of record in one pass, filled while it goes on."""

    findings: Counter[Finding] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)

    def note(self, finding: Finding, reason: str = "", count: int = 1) -> None:
        """Count one finding."""
        self.findings[finding] += count
        if reason:
            self.reasons[reason] += count

    @property
    def checked(self) -> int:
        """Records that were looked at."""
        return sum(self.findings.values())

    @property
    def repaired(self) -> int:
        """Differences that are none any more."""
        return self.findings[Finding.REPAIRED]

    @property
    def unexplained(self) -> int:
        """Differences that nobody explains, repaired or not."""
        return self.repaired + self.findings[Finding.STUCK]


@dataclass(frozen=True, slots=True)
class Report:
    """One kind of record of one pass that came to its end."""

    entity: str
    begun_at: datetime
    ended_at: datetime
    checked: int
    equal: int
    raced: int
    pending: int
    held: int
    repaired: int
    unexplained: int
    reasons: Mapping[str, int] = field(default_factory=dict)


def joined(reports: Iterable[Report]) -> dict[str, object]:
    """Add reports up to the one that people read; no report is no zero."""
    found = list(reports)
    names = ("checked", "equal", "raced", "pending", "held", "repaired", "unexplained")
    reasons = Counter[str]()
    for each in found:
        reasons.update(each.reasons)
    return {name: sum(getattr(each, name) for each in found) for name in names} | {
        "reasons": dict(sorted(reasons.items()))
    }


def difference(entity: str, legacy: Row | None, newcore: Mapping[str, str] | None) -> str:
    """Name how two sides of a record differ; empty: they do not."""
    if legacy is None:
        return "" if newcore is None else f"{entity}: only in newcore"
    if newcore is None:
        return f"{entity}: only in legacy"
    shown = {camel(name): text for name, text in legacy.texts.items()}
    names = sorted(name for name in shown.keys() | newcore.keys() if shown.get(name) != newcore.get(name))
    told = [name for name in names if name != _TECHNICAL] or names
    return f"{entity}: {', '.join(told[:MOST_FIELDS])}" if told else ""
