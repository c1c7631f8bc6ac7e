"""What the routing file says for all groups: unknown functions, patience with newcore, how many people approve a move.

Rule: what the gateway would not do is refused and names the setting that does it; nothing is read and then ignored.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NoReturn

from proxy.model.route import Stage
from proxy.routing.node import Value

LONGEST_MS = 2000
"""The gateway waits no longer for newcore: after that there is time left to let legacy answer."""
MOST_APPROVALS = 9
RAMP = "ramp"
_ELSEWHERE = {
    "legacy": {
        "url": "POORT_LEGACY_URL", "timeout_s": "POORT_ANSWER_TIMEOUT", "timeout_ms": "POORT_ANSWER_TIMEOUT",
        "max_connections": "POORT_UPSTREAM_CONNECTIONS",
    },
    "newcore": {"url": "POORT_NEWCORE_URL"},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Defaults:
    """For every call."""

    observe_until: date | None = None
    """Until and with this day a function that no group routes is passed on to legacy; None: it is refused."""
    newcore_ms: int = LONGEST_MS
    """How long newcore gets for one answer."""


@dataclass(frozen=True, slots=True)
class Approvals:
    """How many distinct people have to approve a move, besides whoever makes it."""

    advance_shadow: int = 0
    advance_read: int = 2
    advance_write: int = 3
    retire: int = 4
    ramp: int = 0

    def needed(self, target: Stage | None) -> int:
        """Give the number for a stage; None: for a larger share of the users."""
        by_stage = {Stage.SHADOW: self.advance_shadow, Stage.READ: self.advance_read, Stage.WRITE: self.advance_write,
            Stage.RETIRED: self.retire}  # fmt: skip
        return self.ramp if target is None else by_stage.get(target, 0)


def read_defaults(value: Value) -> Defaults:
    """Read the defaults; the ones that cannot be otherwise are checked."""
    fields = value.fields((), ("unknown_function", "missing_cohort_key", "retries"))
    fields.optional("missing_cohort_key", lambda inner: inner.choice({"legacy"}), "legacy")
    fields.optional("retries", _retries, None)
    return Defaults(observe_until=fields.optional("unknown_function", _unknown, None))


def read_newcore_ms(value: Value) -> int:
    """Read the backends; gives how long newcore gets. Everything else about a core is a setting."""
    cores = value.fields((), ("legacy", "newcore"))
    for name in cores:
        for key, inner in cores[name].entries().items():
            if (name, key) != ("newcore", "timeout_ms"):
                _elsewhere(name, key, inner)
    if "newcore" not in cores.named or "timeout_ms" not in cores["newcore"].entries():
        return LONGEST_MS
    return cores["newcore"].entries()["timeout_ms"].number(50, LONGEST_MS)


def read_approvals(value: Value) -> Approvals:
    """Read the numbers; a way back takes one person, always, so nothing else is allowed there."""
    lowest: Mapping[str, int] = {"advance_shadow": 0, "advance_read": 1, "advance_write": 1, "retire": 1, RAMP: 0}
    fields = value.fields((), (*lowest, "rollback", "kill"))
    for name in ("rollback", "kill"):
        if name in fields.named:
            fields[name].number(1, 1)
    return Approvals(**{name: fields[name].number(lowest[name], MOST_APPROVALS) for name in fields if name in lowest})


def _unknown(value: Value) -> date | None:
    if isinstance(value.node.value, str):
        value.choice({"deny"})
        return None
    return value.fields(("observe_until",))["observe_until"].day()


def _retries(value: Value) -> None:
    fields = value.fields(("safe_reads", "mutations"))
    fields["safe_reads"].number(1, 1)
    fields["mutations"].number(0, 0)  # a mutation is never sent again


def _elsewhere(core: str, key: str, value: Value) -> NoReturn:
    setting = _ELSEWHERE[core].get(key)
    todo = f"it is a setting: {setting}" if setting else "the gateway does not limit this: remove the key"
    value.refuse(f"{key!r} of {core}", "newcore: {timeout_ms: 50 up to 2000}", todo)
