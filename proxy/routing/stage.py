"""The stages as a table: who answers reads, whether writes are captured, what may follow what.

The rows are the single source: choice, checks, commands and the printed diagram read them. Rules:
1. Stages go up one at a time; down is a rollback and always allowed.
2. `write` and `retired` need the flip protocol; a file that asks for them is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from proxy.model.route import Core, Stage
from proxy.routing.entity import TOUCHED


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
    Stage.SHADOW: Row(Core.LEGACY, captured=True, shadowed=True, open=True),
    Stage.READ: Row(Core.NEWCORE, captured=True, shadowed=True, open=True),
    Stage.WRITE: Row(Core.NEWCORE, captured=False, shadowed=False, open=False),
    Stage.RETIRED: Row(Core.NEWCORE, captured=False, shadowed=False, open=False),
}
ORDER = tuple(STAGES)
BY_PAGES = frozenset({"vacancies"})
"""Groups of which a command can compare pages byte for byte: one more piece of evidence, where their profile asks for it."""

ANSWERED = frozenset({
    "vacancy.search", "employer.view", "client.search", "client.search.national", "client.overview.view",
    "client.identity.view", "client.contact.update", "client.note.view", "match.candidates.search", "match.candidate.open",
    "iface.gem.client.query",
})  # fmt: skip
"""Functions that newcore can answer in the legacy's dialect today, each proven byte by byte (ADR 0064). Of one that changes
something it is the screen that moves, never the change. The work list is none of them: no page of legacy tells whose it is."""
CARRIED = frozenset(TOUCHED)
"""Mutations that the sync worker can carry to newcore today."""


def level(stage: Stage) -> int:
    """Give the place of a stage in the order."""
    return ORDER.index(stage)


def least(*stages: Stage) -> Stage:
    """Give the lowest of several stages."""
    return min(stages, key=level)


def following(stage: Stage) -> Stage | None:
    """Give the stage that `advance` leads to; None: there is none in this release."""
    higher = ORDER[level(stage) + 1 :]
    return higher[0] if higher and STAGES[higher[0]].open else None


def allowed(old: Stage, new: Stage) -> bool:
    """Tell whether a group may go from one stage to another: down always, up by one step."""
    return level(new) <= level(old) or new is following(old)
