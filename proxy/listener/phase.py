"""The phases of a client connection and the seconds that each may take: a connection is always in exactly one."""

from dataclasses import dataclass
from enum import Enum, auto


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """Seconds that each phase may take."""

    head: float = 10.0
    body: float = 60.0
    hook: float = 180.0
    delivery: float = 30.0
    idle: float = 120.0
    linger: float = 2.0


class Phase(Enum):
    """What a connection is doing; each member is the name of its deadline."""

    IDLE = auto()
    HEAD = auto()
    BODY = auto()
    HOOK = auto()
    DELIVERY = auto()
    LINGER = auto()
    GONE = auto()
