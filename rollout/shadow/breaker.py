"""Leaves a core alone that fails: a few failures in a row, a pause, one try. Pure; now is an argument."""

from dataclasses import dataclass

FAILURES = 5
PAUSE = 5.0
LONGEST = 10.0


@dataclass(frozen=True, slots=True)
class Breaker:
    """Closed (`until` 0): everything is asked. Open until a moment: nothing is; then one ask decides."""

    failures: int = 0
    until: float = 0.0
    pause: float = PAUSE

    def allows(self, now: float) -> tuple["Breaker", bool]:
        """Tell whether the core may be asked; the one try after a pause closes the door behind it."""
        if not self.until:
            return self, True
        if now < self.until:
            return self, False
        return Breaker(self.failures, now + self.pause, self.pause), True

    def left(self, now: float) -> float:
        """Give the seconds until the core may be asked; 0: it may."""
        return max(0.0, self.until - now)

    def answered(self) -> "Breaker":
        """Go on after an answer: everything may be asked again."""
        return self if self == Breaker() else Breaker()

    def failed(self, now: float) -> "Breaker":
        """Go on after a failure: the fifth in a row opens it, and each failed try doubles the pause."""
        failures = self.failures + 1
        if failures < FAILURES:
            return Breaker(failures)
        pause = min(LONGEST, self.pause * 2) if failures > FAILURES and self.until else self.pause
        return Breaker(failures, now + pause, pause)
