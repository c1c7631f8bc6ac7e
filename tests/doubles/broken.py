"""A real part of which exactly one method breaks: every call goes to the part itself, but the one that is armed.

Rules: nothing is imitated - what is not armed is the part's own doing; `skip` lets the first calls through, `after` lets the
part do its work before the fault comes; `hits` tells whether the armed place was reached at all.
"""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from proxy.listener.carry import Carry, World
from proxy.trail import House

type Place = tuple[str, str]
type Fault = Callable[[], BaseException]


@dataclass(slots=True)
class Breaker:
    """Which place breaks now, and how."""

    place: Place | None = None
    fault: Fault = RuntimeError
    skip: int = 0
    after: bool = False
    times: int = -1
    hits: int = 0
    _passed: int = field(default=0)

    @contextmanager
    def armed(
        self, place: Place, fault: Fault, *, skip: int = 0, after: bool = False, times: int = -1
    ) -> Iterator[None]:
        """Break one place for a while; -1: at every call from the first that is not skipped."""
        self.place, self.fault, self.skip, self.after, self.times = place, fault, skip, after, times
        self.hits = self._passed = 0
        try:
            yield
        finally:
            self.place = None

    def strikes(self, place: Place) -> bool:
        """Tell whether a call breaks."""
        if place != self.place:
            return False
        self._passed += 1
        if self._passed <= self.skip or self.hits == self.times:
            return False
        self.hits += 1
        return True

    def guard(self, place: Place, real: Callable[..., Any]) -> Callable[..., Any]:
        """Wrap one method."""
        if inspect.iscoroutinefunction(real):

            async def asked(*given: Any, **named: Any) -> Any:
                if not self.strikes(place):
                    return await real(*given, **named)
                if self.after:
                    await real(*given, **named)
                raise self.fault()

            return asked

        def told(*given: Any, **named: Any) -> Any:
            if self.strikes(place):
                raise self.fault()
            return real(*given, **named)

        return told


class Breakable:
    """A part behind a breaker."""

    def __init__(self, name: str, part: object, breaker: Breaker) -> None:
        self._name, self._part, self._breaker = name, part, breaker

    def __getattr__(self, method: str) -> Any:
        found = getattr(self._part, method)
        return self._breaker.guard((self._name, method), found) if callable(found) else found


def breakable(carrier: Carry, breaker: Breaker) -> Carry:
    """Give the same carrier with every port behind the breaker."""
    world: World = carrier._world

    def wrapped(name: str, part: object) -> Any:
        return Breakable(name, part, breaker)

    def house() -> House:
        real = carrier._house()
        return replace(real, dialect=wrapped("Dialect", real.dialect))

    return Carry(
        World(
            sessions=wrapped("Sessions", world.sessions),
            facts=wrapped("Facts", world.facts),
            ties=wrapped("Ties", world.ties),
            ledger=wrapped("Ledger", world.ledger),
            rollout=wrapped("RolloutState", world.rollout),
            cores={core: wrapped("Cores", part) for core, part in world.cores.items()},
            newcore=wrapped("Translator", world.newcore),
            mirror=wrapped("Mirror", world.mirror),
            clock=wrapped("Clock", world.clock),
        ),
        breaker.guard(("House", "now"), house),
    )
