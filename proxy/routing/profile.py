"""Evidence profiles of the routing file: how much has to be counted, and how good it must be, before a group moves on.

Rules: a profile is whole numbers, because a review reads them; a bound that would let everything pass is refused; a profile
says what `read` rests on, compared answers or compared pages, so that nothing at all never suffices.
"""

from dataclasses import dataclass

from proxy.routing.node import Value

MOST = 10_000_000
LONGEST_HOURS = 365 * 24


@dataclass(frozen=True, slots=True)
class ToShadow:
    """From capture: the copy is whole, and kept up to date."""

    applied: int = 1000
    """Captured writes that were carried over; 0: the copy and its reconcile suffice."""
    lag_ms: int = 2000
    """99 % of them within so much after legacy acknowledged."""
    dwell_hours: int = 24


@dataclass(frozen=True, slots=True)
class ToRead:
    """From shadow: the answers are the same."""

    compared: int = 3000
    """Answers compared while people worked; 0: this profile rests on compared pages alone."""
    coverage_percent: int = 99
    """Of what was asked, the share whose shape was compared."""
    mismatches_per_100000: int = 100
    """The upper bound of mismatches (95 %) lies below it."""
    latency_percent: int = 150
    """newcore's 95th percentile, of legacy's."""
    pages: int = 0
    """Pages that the command itself compares byte for byte; only for groups for which it can."""
    dwell_hours: int = 72


@dataclass(frozen=True, slots=True)
class Step:
    """From one share of the users to a larger one."""

    answered: int = 300
    """By newcore, since the share before."""
    failed_per_1000: int = 2
    dwell_minutes: int = 60


@dataclass(frozen=True, slots=True)
class Profile:
    """What a group has to show."""

    name: str
    shadow: ToShadow = ToShadow()
    read: ToRead = ToRead()
    ramp: Step = Step()
    window_days: int = 30
    """Only so much back is counted."""
    valid_hours: int = 72
    """Sealed evidence that is older is no evidence any more."""


STANDARD = Profile("standard")
"""For a group that names none."""


def read_profile(name: str, value: Value) -> Profile:
    """Read one profile; what it leaves out is the standard."""
    fields = value.fields((), ("shadow", "read", "ramp", "window_days", "valid_hours"))
    read = fields.optional("read", _read, STANDARD.read)
    if not read.compared and not read.pages:
        fields["read"].refuse("neither compared nor pages", "at least one above 0", "say what `read` rests on")
    return Profile(
        name,
        shadow=fields.optional("shadow", _shadow, STANDARD.shadow),
        read=read,
        ramp=fields.optional("ramp", _step, STANDARD.ramp),
        window_days=fields.optional("window_days", lambda each: each.number(1, 365), STANDARD.window_days),
        valid_hours=fields.optional("valid_hours", lambda each: each.number(1, 30 * 24), STANDARD.valid_hours),
    )


def _shadow(value: Value) -> ToShadow:
    numbers = _bounded(value, {"applied": (0, MOST), "lag_ms": (1, 600_000), "dwell_hours": (0, LONGEST_HOURS)})
    return ToShadow(**numbers)


def _read(value: Value) -> ToRead:
    numbers = _bounded(
        value,
        {
            "compared": (0, MOST), "coverage_percent": (50, 100), "mismatches_per_100000": (1, 1000),
            "latency_percent": (1, 1000), "pages": (0, 2000), "dwell_hours": (0, LONGEST_HOURS),
        },
    )  # fmt: skip
    return ToRead(**numbers)


def _step(value: Value) -> Step:
    numbers = _bounded(
        value, {"answered": (0, MOST), "failed_per_1000": (0, 100), "dwell_minutes": (0, LONGEST_HOURS * 60)}
    )
    return Step(**numbers)


def _bounded(value: Value, bounds: dict[str, tuple[int, int]]) -> dict[str, int]:
    fields = value.fields((), bounds)
    return {name: fields[name].number(*bounds[name]) for name in fields}
