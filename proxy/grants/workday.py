"""Working days: Monday to Friday without the general public holidays of the Algemene termijnenwet, art. 3.

The holidays follow from the year (the movable ones from Easter), so there is no table that runs out. Good Friday counts
(art. 3 lid 2), and so does 5 May in every year (lid 1); King's Day is the day before where 27 April is a Sunday.
"""

from datetime import date, datetime, time, timedelta, tzinfo

_DAY = timedelta(days=1)
_FRIDAY = 4


def easter(year: int) -> date:
    """Give Easter Sunday of the Gregorian calendar (the anonymous algorithm of Nature, 1876)."""
    century, within = divmod(year, 100)
    moon = (19 * (year % 19) + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    week = (32 + 2 * (century % 4) + 2 * (within // 4) - moon - within % 4) % 7
    shift = (year % 19 + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * shift + 114, 31)
    return date(year, month, day + 1)


def holidays(year: int) -> frozenset[date]:
    """Give the general public holidays of a year."""
    sunday = easter(year)
    king = date(year, 4, 27)
    fixed = {date(year, 1, 1), date(year, 5, 5), date(year, 12, 25), date(year, 12, 26)}
    movable = {sunday + timedelta(days=days) for days in (-2, 0, 1, 39, 49, 50)}
    return frozenset(fixed | movable | {king - _DAY if king.isoweekday() == 7 else king})


def is_workday(day: date) -> bool:
    """Tell whether a day is a working day."""
    return day.weekday() <= _FRIDAY and day not in holidays(day.year)


def after(day: date, count: int) -> date:
    """Give the working day that is `count` working days after a day, which itself does not count; raises below 1."""
    if count < 1:
        raise ValueError("a term has at least one working day")
    while count:
        day += _DAY
        count -= is_workday(day)
    return day


def end_of(day: date, zone: tzinfo) -> datetime:
    """Give the moment at which a day is over."""
    return datetime.combine(day + _DAY, time(), zone)
