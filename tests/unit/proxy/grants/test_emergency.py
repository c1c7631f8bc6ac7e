"""Claims about emergency access."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from proxy.grants import emergency
from proxy.grants.emergency import Plea
from proxy.grants.grant import Moment
from tests.doubles.playbook import facts

NOW = Moment(datetime(2026, 3, 31, 9, tzinfo=UTC), ZoneInfo("Europe/Amsterdam"))
PLEA = Plea(UUID(int=1), "AWE0421", "gevaar", "klant is vermist, politie belt")


def test_it_lasts_an_hour_for_one_client_and_is_reviewed_in_five_working_days():
    """Good Friday and Easter Monday do not count for the review."""
    made = emergency.begun(PLEA, facts("1-7AAAA", "999990019"), NOW)
    assert (made.row_id, made.user, made.category) == ("1-7AAAA", "AWE0421", "gevaar")
    assert (made.begins, made.until - made.begins) == (NOW.at, timedelta(minutes=60))
    assert made.review_by == date(2026, 4, 9)


@pytest.mark.parametrize(
    ("over", "sound"),
    [
        ({}, True),
        ({"category": "haast"}, False),
        ({"category": ""}, False),
        ({"reason": "a" * 20}, True),
        ({"reason": "a" * 19}, False),
        ({"reason": "a" + " " * 30 + "b"}, False),
        ({"reason": "a" * 501}, False),
    ],
)
def test_a_reason_has_twenty_signs_and_a_category(over, sound):
    """Blanks do not make a reason longer."""
    assert emergency.is_sound(replace(PLEA, **over)) is sound


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("01-02-1980", "19800201"),
        ("1-2-1980", "19800201"),
        (" 01/02/1980 ", "19800201"),
        ("00-00-1980", "19800000"),
        ("1980-02-01", None),
        ("32-01-1980", None),
        ("01-13-1980", None),
        ("01-02-80", None),
        ("01-02-1980-1", None),
        ("", None),
        ("³1-02-1980", None),
    ],
)
def test_a_birth_date_is_read_as_it_is_typed(typed, read):
    """Day, month, year; an unknown day or month is 00, as the legacy has it."""
    assert emergency.written_date(typed) == read
