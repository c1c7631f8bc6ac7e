"""The stages as a table: who answers reads, whether writes are captured, what may follow what.

The rows are the single source: choice, checks, commands and the printed diagram read them. Rules:
1. Stages go up one at a time; down is a rollback and always allowed.
2. Until shadow, evidence and approvals exist, one way leads past `shadow`: from `capture` to `read`, for a group whose
   pages are compared byte for byte when it advances.
3. `write` and `retired` need the flip protocol; a file that asks for them is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from proxy.model.route import Core, Stage


@dataclass(frozen=True, slots=True)
class Row:
    """What holds in one stage."""

    reads: Core
    captured: bool
    """Acknowledged mutations are carried on to newcore."""
    shadowed: bool
    """Answers of legacy are compared with newcore's."""
    open: bool
    """This release can run it."""


STAGES: Mapping[Stage, Row] = {
    Stage.LEGACY: Row(Core.LEGACY, captured=False, shadowed=False, open=True),
    Stage.CAPTURE: Row(Core.LEGACY, captured=True, shadowed=False, open=True),
    Stage.SHADOW: Row(Core.LEGACY, captured=True, shadowed=True, open=False),
    Stage.READ: Row(Core.NEWCORE, captured=True, shadowed=True, open=True),
    Stage.WRITE: Row(Core.NEWCORE, captured=False, shadowed=False, open=False),
    Stage.RETIRED: Row(Core.NEWCORE, captured=False, shadowed=False, open=False),
}
ORDER = tuple(STAGES)
BY_COMPARISON: Mapping[str, tuple[Stage, Stage]] = {"vacancies": (Stage.CAPTURE, Stage.READ)}
"""Groups that may go past `shadow` on a byte comparison of their pages."""

ANSWERED = frozenset({"vacancy.search"})
"""Functions that newcore can answer in the legacy's dialect today."""
CARRIED = frozenset({"vacancy.manage"})
"""Mutations that the sync worker can carry to newcore today."""


def level(stage: Stage) -> int:
    """Give the place of a stage in the order."""
    return ORDER.index(stage)


def least(*stages: Stage) -> Stage:
    """Give the lowest of several stages."""
    return min(stages, key=level)


def following(group: str, stage: Stage) -> Stage | None:
    """Give the stage that `advance` leads to; None: there is none in this release."""
    start, end = BY_COMPARISON.get(group, (None, None))
    if stage is start:
        return end
    higher = ORDER[level(stage) + 1 :]
    return higher[0] if higher and STAGES[higher[0]].open else None


def allowed(group: str, old: Stage, new: Stage) -> bool:
    """Tell whether a group may go from one stage to another: down always, up by one step."""
    return level(new) <= level(old) or new is following(group, old)
