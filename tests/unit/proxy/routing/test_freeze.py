from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from proxy.errors import OperatorError

MONTH_END = 'freeze:\n  - {name: month-end, cron: "0 0 28 * *", hours: 96, blocks: [advance]}\n'


@pytest.fixture
def windows(read):
    """The windows of a file that has these."""

    def build(written: str):
        return read(("groups:\n", f"{written}groups:\n")).freezes

    return build


def at(day: str, hour: int = 0) -> datetime:
    """A moment by the clock of the house."""
    return datetime.fromisoformat(f"{day}T{hour:02d}:00:00")


def test_a_window_begins_by_its_cron_line_and_lasts_its_hours(windows):
    """From the 28th at midnight for four days, also over the end of a month."""
    (freeze,) = windows(MONTH_END)
    assert freeze.until(at("2026-11-27", 23)) is None
    assert freeze.until(at("2026-11-28")) == at("2026-12-02")
    assert freeze.until(at("2026-12-01", 23)) == at("2026-12-02")
    assert freeze.until(at("2026-12-02")) is None


def test_a_window_on_one_date_is_that_date_alone(windows):
    """Christmas of one year."""
    (freeze,) = windows("freeze:\n  - {name: kerst, from: 2026-12-24, hours: 48, blocks: [advance, ramp]}\n")
    assert freeze.until(at("2026-12-25", 12)) == at("2026-12-26")
    assert (freeze.until(at("2026-12-26")), freeze.until(at("2027-12-25"))) == (None, None)


def test_day_and_weekday_are_joined_as_cron_does(windows):
    """Both restricted: one suffices. One restricted: it holds. Sunday is 0 and 7."""
    (either,) = windows('freeze:\n  - {name: a, cron: "0 8 1 * 1", hours: 1, blocks: [advance]}\n')
    assert [either.until(at(day, 8)) is not None for day in ("2026-12-01", "2026-11-30", "2026-12-02")] == [
        True, True, False,
    ]  # fmt: skip
    for sunday in (0, 7):
        (weekly,) = windows(f'freeze:\n  - {{name: a, cron: "*/30 6-9/3 * * {sunday}", hours: 1, blocks: [advance]}}\n')
        assert weekly.until(at("2026-11-29", 9)) is not None
        assert weekly.until(at("2026-11-29", 8)) is None
        assert weekly.until(at("2026-11-28", 9)) is None


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("0 0 28 * *", "0 0 32 * *", "'32' as day"),
        ("0 0 28 * *", "0 0 28 *", "4 fields"),
        ("0 0 28 * *", "0 0 28 jan *", "'jan' as month"),
        ("0 0 28 * *", "5-1 0 28 * *", "the smaller one first"),
        ("0 0 28 * *", "*/0 0 28 * *", "as minute"),
        ("hours: 96", "hours: 0", "from 1 to 744"),
        ("[advance]", "[rollback]", "'rollback'"),
        ("[advance]", "[]", "nothing"),
        ('cron: "0 0 28 * *"', "from: 2026-12-24, until: 2027-01-01", "unknown key 'until'"),
        ('cron: "0 0 28 * *", ', "", "one of them"),
    ],
)
def test_a_window_that_cannot_hold_is_refused_with_its_line(windows, old, new, told):
    """What was found and what is allowed; a way back cannot be blocked."""
    with pytest.raises(OperatorError, match=r"^routing\.yaml:\d+: ") as refused:
        windows(MONTH_END.replace(old, new))
    assert told in str(refused.value)


def test_a_window_stands_once(windows):
    """Two of one name: nobody would know which one holds."""
    with pytest.raises(OperatorError, match="twice"):
        windows(MONTH_END + MONTH_END.split("\n", 1)[1])


@given(minutes=some.integers(0, 60 * 24 * 60))
def test_a_moment_lies_in_a_window_exactly_if_one_began_not_longer_ago_than_it_lasts(minutes):
    """Against a look at every day of the year, whatever the month's length."""
    from proxy.routing.freeze import Cron, Freeze  # noqa: PLC0415  built here, without a file

    everything = frozenset(range(60))
    cron = Cron(frozenset({0}), frozenset({22}), frozenset({30}), everything, everything, either=False)
    freeze = Freeze("x", cron, 30, frozenset({"advance"}))
    now = at("2026-01-01") + timedelta(minutes=minutes)
    begun = [at("2025-12-01", 22) + timedelta(days=number) for number in range(120)]
    expected = any(each.day == 30 and each <= now < each + timedelta(hours=30) for each in begun)
    assert (freeze.until(now) is not None) == expected


@pytest.mark.parametrize(("day", "hours"), [("9999-12-31", 744), ("0001-01-01", 744)])
def test_a_window_at_the_end_of_all_days_is_no_fault(windows, day, hours):
    """A slip in a year must not end a command with an error of its own."""
    (freeze,) = windows(f"freeze:\n  - {{name: ooit, from: {day}, hours: {hours}, blocks: [advance]}}\n")
    assert freeze.until(at("2026-12-25")) is None
