"""Freeze windows of the routing file: times in which nothing is moved forward. Rolling back and killing are never blocked.

Rules: a window begins by the clock of the house (five cron fields: minute, hour, day, month, weekday) or on one date, and
lasts so many hours; two windows may overlap. Of day and weekday one suffices where both are restricted, as cron has it.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from proxy.routing.node import Fields, Value

MOST_HOURS = 31 * 24
BLOCKED = frozenset({"advance", "ramp"})
"""What a window can block. A way back is not among them."""
_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 7))
_SUNDAY = 7


@dataclass(frozen=True, slots=True)
class Cron:
    """The moments at which a window begins, as sets of numbers."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    """0 Sunday up to 6 Saturday."""
    either: bool
    """Day and weekday are both restricted: one of them suffices."""

    def falls_on(self, day: date) -> bool:
        """Tell whether a window begins on a day."""
        if day.month not in self.months:
            return False
        named, weekly = day.day in self.days, day.isoweekday() % _SUNDAY in self.weekdays
        return named or weekly if self.either else named and weekly


@dataclass(frozen=True, slots=True)
class Freeze:
    """One window: when it begins, how long it lasts, what it blocks."""

    name: str
    begins: Cron | date
    hours: int
    blocks: frozenset[str]

    def until(self, now: datetime) -> datetime | None:
        """Give the end of the window that a moment lies in, by the clock of the house; None: it lies in none."""
        wall, long = now.replace(tzinfo=None), timedelta(hours=self.hours)
        begun = (each for each in self._begun(wall, long) if timedelta() <= wall - each < long)
        last = max(begun, default=None)
        return None if last is None else last + long

    def _begun(self, wall: datetime, long: timedelta) -> list[datetime]:
        if not isinstance(self.begins, Cron):
            return [datetime.combine(self.begins, time())]
        first, count = (wall - long).date(), (wall.date() - (wall - long).date()).days
        days = [
            day for day in (first + timedelta(days=number) for number in range(count + 1)) if self.begins.falls_on(day)
        ]
        hours, minutes = self.begins.hours, self.begins.minutes
        return [datetime.combine(day, time(hour, minute)) for day in days for hour in hours for minute in minutes]


def read_freezes(value: Value) -> tuple[Freeze, ...]:
    """Read the windows; a name stands once."""
    read: list[Freeze] = []
    for each in value.items():
        freeze = _freeze(each)
        if freeze.name in {other.name for other in read}:
            each.refuse(f"window {freeze.name!r} twice", "each window once")
        read.append(freeze)
    return tuple(read)


def _freeze(value: Value) -> Freeze:
    fields = value.fields(("name", "hours", "blocks"), ("cron", "from"))
    blocks = frozenset(each.choice(BLOCKED) for each in fields["blocks"].items())
    if not blocks:
        fields["blocks"].refuse("nothing", ", ".join(sorted(BLOCKED)), "say what the window blocks, or remove it")
    return Freeze(fields["name"].text(), _begins(value, fields), fields["hours"].number(1, MOST_HOURS), blocks)


def _begins(value: Value, fields: Fields) -> Cron | date:
    if ("cron" in fields.named) == ("from" in fields.named):
        value.refuse("both or neither of cron and from", "one of them", "give a cron line, or the first day")
    return _cron(fields["cron"]) if "cron" in fields.named else fields["from"].day()


def _cron(value: Value) -> Cron:
    written = value.text("five cron fields, such as 0 0 28 * *").split()
    if len(written) != len(_FIELDS):
        value.refuse(f"{len(written)} fields", "five: minute hour day month weekday, such as 0 0 28 * *")
    minutes, hours, days, months, weekdays = (_numbers(value, *each) for each in zip(written, _FIELDS, strict=True))
    either = written[2] != "*" and written[4] != "*"
    return Cron(minutes, hours, days, months, frozenset(each % _SUNDAY for each in weekdays), either)


def _numbers(value: Value, written: str, field: tuple[str, int, int]) -> frozenset[int]:
    """Read one field: `*`, a number, a range, a step, or several of them with commas."""
    name, lowest, highest = field
    found: set[int] = set()
    for part in written.split(","):
        span, _, step = part.partition("/")
        first, dash, last = (str(lowest), "-", str(highest)) if span == "*" else span.partition("-")
        ends = (first, last if dash else first, step or "1")
        if not all(each.isascii() and each.isdigit() and len(each) <= 2 for each in ends):
            value.refuse(f"{part!r} as {name}", f"*, a number from {lowest} to {highest}, a range or a step")
        begin, end, by = (int(each) for each in ends)
        if not lowest <= begin <= end <= highest or by == 0:
            value.refuse(f"{part!r} as {name}", f"numbers from {lowest} to {highest}, the smaller one first")
        found |= set(range(begin, end + 1, by))
    return frozenset(found)
