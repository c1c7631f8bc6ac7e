"""Spares users the wait for a newcore that hangs: after a few calls that failed in a row the others go to legacy at once.

Rules:
1. Closed: everything goes through. `STRIKES` faults without an answer between them open it.
2. Open: nothing goes through, for a pause that doubles up to the longest; a call is told so at once (`open`).
3. After the pause one call goes through, as a probe; its answer closes the breaker, its fault opens it for longer. Whoever
   comes meanwhile is answered by legacy. So each user waits for a hanging newcore at most once, but for the one who probes.
4. What newcore cannot answer by its nature (`untranslatable`), and what it refuses as such (4xx), is an answer: it is alive.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from proxy.errors import UpstreamError
from proxy.model.call import Call
from proxy.model.http import Answer
from proxy.model.principal import Listing, Session
from proxy.model.route import Core
from proxy.model.statement import Statement
from proxy.ports import Translator
from proxy.routing.tally import OPEN, UNTRANSLATABLE

STRIKES = 3
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
_ALIVE = frozenset({UNTRANSLATABLE, "unspeakable"})


@dataclass(frozen=True, slots=True)
class Breaker:
    """Where it stands."""

    strikes: int = 0
    """Faults in a row."""
    until: float | None = None
    """Open until then, and until a probe is answered; None: closed."""
    pause: float = FIRST_PAUSE
    probing: bool = False

    def admits(self, now: float) -> bool:
        """Tell whether a call may go through; where it is not closed, as the one probe."""
        return self.until is None or (now >= self.until and not self.probing)

    def sent(self) -> "Breaker":
        """Note that a call that was admitted goes through."""
        return self if self.until is None else replace(self, probing=True)

    def failed(self, now: float, *, probe: bool) -> "Breaker":
        """Note a fault: of the probe, or of a call that went through while it was closed."""
        if probe:
            pause = min(self.pause * 2, LONGEST_PAUSE)
            return Breaker(self.strikes, now + pause, pause)
        if self.until is not None or self.strikes + 1 < STRIKES:
            return replace(self, strikes=self.strikes + 1)
        return Breaker(self.strikes + 1, now + self.pause, self.pause)

    def answered(self, *, probe: bool) -> "Breaker":
        """Note an answer; one that was asked for before it opened closes nothing."""
        return Breaker() if probe or self.until is None else self

    def unheard(self, *, probe: bool) -> "Breaker":
        """Note that nobody waited for the probe: the next call is one."""
        return replace(self, probing=False) if probe else self


class Spared:
    """A newcore behind a breaker; implements `ports.Translator`."""

    def __init__(self, newcore: Translator, now: Callable[[], float]) -> None:
        """Take newcore, and a clock that never runs back."""
        self._newcore, self._now = newcore, now
        self.breaker = Breaker()

    async def send(self, call: Call, session: Session | None, statement: Statement) -> tuple[Answer, Listing | None]:
        """Ask newcore; raises UpstreamError as newcore does, and `open` without asking where it had just failed others."""
        if not self.breaker.admits(self._now()):
            raise UpstreamError(OPEN, sent=False, core=Core.NEWCORE)
        self.breaker = self.breaker.sent()
        probe = self.breaker.probing
        try:
            found = await self._newcore.send(call, session, statement)
        except UpstreamError as fault:
            self.breaker = self._after(fault, probe=probe)
            raise
        except BaseException:
            self.breaker = self.breaker.unheard(probe=probe)
            raise
        self.breaker = self.breaker.answered(probe=probe)
        return found

    def _after(self, fault: UpstreamError, *, probe: bool) -> Breaker:
        if not is_alive(fault.fault):
            return self.breaker.failed(self._now(), probe=probe)
        return self.breaker.answered(probe=probe) if fault.sent else self.breaker.unheard(probe=probe)


def is_alive(fault: str) -> bool:
    """Tell whether a fault shows a newcore that is there and answers."""
    return fault in _ALIVE or fault.startswith("status-4")
