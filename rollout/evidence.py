"""What is known of a group that is to move: counted, never estimated, and sealed so that nobody approves something else.

The counts come from three sides: what the comparison found (`Compared`), how well the new core is kept up to date
(`Synced`), how it answered the people whom it served (`Served`). Each side fills its own part, over one `Window`.
Rules:
1. A side that has nothing to say says None, and None is `insufficient`: no data never counts as a pass.
2. Counts hold no value of a person: numbers, names of fields, shapes of requests.
3. Only what was counted under a configuration of the group that is the same as today's is counted.
4. What was compared under another authorisation matrix, or proves nothing, is no sample.
5. The seal is sha256 over the canonical JSON of everything that is in it: whoever approves a hash approves these numbers,
   under this file, for this group and this target.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any


@dataclass(frozen=True, slots=True)
class Window:
    """Of which group, over which time, under which routing files something is counted."""

    group: str
    since: datetime
    until: datetime
    configs: frozenset[str]
    """Hashes of the routing files under which this group was set as it is now."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One shape of requests: how often it was seen where it could have been compared, and how often that proved something."""

    seen: int
    compared: int


@dataclass(frozen=True, slots=True)
class Compared:
    """What the comparison of a group counted. `compared` = equal + ignored + raced + volatile + real."""

    compared: int
    """Pairs of answers with a verdict; one that newcore never gave is `failed`, not one of these."""
    equal: int
    ignored: int
    """Equal but for differences that a rule of the file overlooks."""
    raced: int
    volatile: int
    real: int
    """Mismatches."""
    safety: int
    """Of them: in a safety field. One is too many."""
    parity: int
    """Allow, mask or deny was not the same, or a row more or less was shown. One is too many."""
    failed: int
    """newcore gave no answer in time, or none that can be read: counts as a mismatch."""
    dropped: int
    """Offered and never compared: a hand-over that was full, a worker that was away."""
    shapes: Mapping[str, Shape] = field(default_factory=dict)
    legacy_p95_ms: float | None = None
    newcore_p95_ms: float | None = None

    @property
    def proven(self) -> int:
        """Pairs that prove something: the same, or plainly not. Ignored, raced and volatile ones are no success."""
        return self.equal + self.real


@dataclass(frozen=True, slots=True)
class Synced:
    """How well newcore is kept up to date with a group."""

    backfill_begun: datetime | None
    backfill_finished: datetime | None
    """None: not finished, or never begun."""
    reconciled: datetime | None
    """When the last whole reconcile ended; None: never."""
    records: int
    """That it looked at."""
    differences: int
    """That it found and nobody explained."""
    applied: int
    """Captured writes that were carried over within the window."""
    rejected: int
    """Writes that newcore refused and nobody explained."""
    quarantined: int
    """Records that wait for a person, now."""
    lag_p99_ms: float | None
    """From acknowledged by legacy to applied in newcore; None: nothing was carried over."""


@dataclass(frozen=True, slots=True)
class Served:
    """How newcore answered the people whom it served."""

    answered: int
    failed: int
    """Errors, time-outs, answers that could not be read: each fell back or was refused."""
    tripped: bool
    """The guard gave the group back to legacy within the window."""
    newcore_p95_ms: float | None = None
    legacy_p95_ms: float | None = None
    """Of the cohort that legacy served in the same time."""
    clear: bool | None = None
    """The guard's test of errors has accepted that newcore does well, since the share before; None: it never began."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Everything that was counted; a side that is None has nothing to say."""

    compared: Compared | None = None
    synced: Synced | None = None
    served: Served | None = None


class Verdict(StrEnum):
    """What the counts say. Only one of the three lets anything move."""

    PASS = "pass"  # noqa: S105  no password
    FAIL = "fail"
    INSUFFICIENT = "insufficient"
    """Not enough is known: the answer of every empty table."""


class Kind(StrEnum):
    """What evidence is for."""

    SHADOW = "shadow"
    READ = "read"
    RAMP = "ramp"


@dataclass(frozen=True, slots=True)
class Subject:
    """For which step of which group, under which routing file and which profile of it."""

    group: str
    kind: Kind
    revision: int
    config: str
    """Hash of the routing file: another file voids the evidence, and every approval of it."""
    profile: Mapping[str, Any]
    """Name and every bound."""
    ignored: tuple[Mapping[str, str], ...] = ()
    """What the comparison was told to overlook."""
    policy: str = ""
    """Hash of the authorisation matrix: it says what either core may show, so another one voids the evidence too."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One sealed object: what was counted, what follows from it, and who asked."""

    subject: Subject
    window: Window
    counts: Counts
    pages: Mapping[str, int] | None
    """What the command's own comparison of pages counted; None: there was none."""
    figures: Mapping[str, float | None]
    """What was reckoned from the counts: bound, coverage, ratio."""
    verdict: Verdict
    reasons: tuple[str, ...]
    """Why it does not pass; empty where it does."""
    made_by: str
    made_at: datetime


def canonical(evidence: Evidence) -> str:
    """Write evidence as the JSON that is sealed: sorted names, no blanks, times in UTC as they are."""
    return json.dumps(asdict(evidence), sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_written)


def seal(body: str) -> str:
    """Give the hash of canonical evidence: what people approve."""
    return sha256(body.encode()).hexdigest()


def _written(value: object) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, date):  # a datetime too
        return value.isoformat()
    message = f"evidence holds no {type(value).__name__}"
    raise TypeError(message)
