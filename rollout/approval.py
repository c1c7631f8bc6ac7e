"""Who approved a move: people with a credential of their own, each for one evidence and one target. Pure.

Rules:
1. An approval is bound to the hash of the evidence, the target and the routing file: any other file, evidence or target
   makes it void.
2. Distinct people: one person counts once, whoever removed or came back counts from then on.
3. Nobody approves an own move: not whoever had the evidence sealed for it, and not whoever carries it out. People are known
   by their account on the machine, which the process says, not by what is typed.
4. A credential is salt and scrypt key (RFC 7914, N = 2^15, r = 8, p = 1: 32 MiB and about a tenth of a second), compared in
   constant time; ten wrong passwords in a row close it.
"""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import scrypt

from proxy.model.route import Stage

SALT, KEY = 16, 32
COST, BLOCK, LANES = 2**15, 8, 1
MEMORY = 64 * 1024 * 1024
MOST_FAILURES = 10
SHORTEST = 12
"""Signs of a password; a length, not a recipe (NIST SP 800-63B)."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is asked for: a stage, or a share of the users; of a group, or of one partition of it."""

    group: str
    stage: Stage | None = None
    percent: int | None = None
    region: str | None = None

    def __str__(self) -> str:
        """Name it, as an approval keeps it."""
        what = self.stage.value if self.stage else f"ramp {self.percent}"
        return f"{what} in {self.region}" if self.region else what


@dataclass(frozen=True, slots=True)
class Approver:
    """Somebody who may approve."""

    number: int
    name: str
    account: str
    """On the machine: by this they are recognised when they move something themselves."""
    credential: bytes = field(repr=False)
    failures: int
    added_at: datetime


@dataclass(frozen=True, slots=True)
class Approval:
    """That somebody approved."""

    evidence: str
    target: str
    approver: str
    account: str
    at: datetime
    removed: bool = False
    """The approver may approve no more."""


def credential(password: str, salt: bytes) -> bytes:
    """Make what is kept of a password."""
    return salt + _key(password, salt)


def matches(password: str, kept: bytes) -> bool:
    """Tell whether a password is the one that was kept."""
    return hmac.compare_digest(_key(password, kept[:SALT]), kept[SALT:])


def _key(password: str, salt: bytes) -> bytes:
    return scrypt(password.encode(), salt=salt, n=COST, r=BLOCK, p=LANES, maxmem=MEMORY, dklen=KEY)


def same_person(one: str, other: str) -> bool:
    """Tell whether two accounts are one person's."""
    return one.casefold() == other.casefold()


def own(made_by: str, approver: Approver) -> bool:
    """Tell whether an approver had the evidence sealed that they would approve: it is their own move."""
    return any(same_person(made_by, each) for each in (approver.account, approver.name))


def counted(approvals: Iterable[Approval], target: Target, evidence: str, caller: str) -> tuple[Approval, ...]:
    """Give the approvals that count for a move by this caller: of this evidence and target, one a person, none of their own."""
    good = (
        each
        for each in approvals
        if (each.evidence, each.target) == (evidence, str(target))
        and not each.removed
        and not same_person(each.account, caller)
        and not same_person(each.approver, caller)
    )
    return tuple({each.account.casefold(): each for each in good}.values())
