"""Which core answers, and why."""

from dataclasses import dataclass
from enum import StrEnum


class Core(StrEnum):
    """The cores that can answer a call."""

    LEGACY = "legacy"
    NEWCORE = "newcore"


class Stage(StrEnum):
    """Stages of a group, in order. Only the listed ones load; there is no default branch."""

    LEGACY = "legacy"
    CAPTURE = "capture"
    SHADOW = "shadow"
    READ = "read"
    WRITE = "write"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Route:
    """The core for one call, under the revision at which the call was admitted."""

    core: Core
    revision: int
    group: str | None = None
    stage: Stage = Stage.LEGACY
    reason: str = "default"
    """`default`, `stage`, `unfilled`, `own-write`, `written`, `cohort`, `outside-cohort`, `no-key`, `listing`, `killed`,
    `observed`, `used-up`, `fallback`."""
    captured: bool = False
    """Synchronised to newcore after the legacy acknowledgement."""
    touched: tuple[str, ...] = ()
    """Captured groups of which the mutation may change a record."""
    shadowed: bool = False
    """The answer of legacy is offered for comparison with newcore."""
    config: str = ""
    """Hash of the routing file that chose."""
