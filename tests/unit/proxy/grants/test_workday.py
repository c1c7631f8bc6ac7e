"""Claims about working days in the Netherlands."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from proxy.grants import workday

EASTER = {2000: (4, 23), 2008: (3, 23), 2019: (4, 21), 2026: (4, 5), 2027: (3, 28), 2038: (4, 25), 2076: (4, 19)}


def test_easter_is_where_the_almanacs_have_it():
    """Earliest and latest dates of the century among them."""
    assert {year: (workday.easter(year).month, workday.easter(year).day) for year in EASTER} == EASTER


def test_the_holidays_of_a_year_are_those_of_the_law():
    """Algemene termijnenwet, art. 3: eleven days, of which two are always Sundays."""
    written = "01-01 04-03 04-05 04-06 04-27 05-05 05-14 05-24 05-25 12-25 12-26"
    assert [f"{day:%m-%d}" for day in sorted(workday.holidays(2026))] == written.split()


def test_kings_day_moves_away_from_a_sunday():
    """27 April 2031 is a Sunday."""
    assert date(2031, 4, 26) in workday.holidays(2031)
    assert date(2031, 4, 27) not in workday.holidays(2031)


@pytest.mark.parametrize(
    ("day", "count", "end"),
    [
        ((2026, 3, 2), 5, (2026, 3, 9)),
        ((2026, 3, 6), 1, (2026, 3, 9)),
        ((2026, 3, 7), 1, (2026, 3, 9)),
        ((2026, 4, 2), 5, (2026, 4, 13)),
        ((2026, 12, 24), 2, (2026, 12, 29)),
        ((2026, 12, 31), 1, (2027, 1, 4)),
    ],
)
def test_a_term_counts_working_days_after_the_day_itself(day, count, end):
    """Weekends, Easter, Christmas and the turn of the year do not count."""
    assert workday.after(date(*day), count) == date(*end)


def test_a_term_without_days_is_an_error():
    """It would end before it began."""
    with pytest.raises(ValueError, match="at least one"):
        workday.after(date(2026, 3, 2), 0)


def test_a_day_ends_at_midnight_where_the_office_is():
    """In summer that is an hour earlier in UTC."""
    zone = ZoneInfo("Europe/Amsterdam")
    assert workday.end_of(date(2026, 7, 1), zone).astimezone(UTC) == datetime(2026, 7, 1, 22, tzinfo=UTC)
    assert workday.end_of(date(2026, 1, 1), zone).astimezone(UTC) == datetime(2026, 1, 1, 23, tzinfo=UTC)
