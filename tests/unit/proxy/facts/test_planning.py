"""vacancies.csv and appointments.csv: strict, all or nothing, unknown is empty."""

from datetime import date

import pytest

from proxy.facts.planning import APPOINTMENT, VACANCY, AppointmentRow, appointments, vacancies
from proxy.facts.store import region_table
from proxy.model.tie import Vacancy

GOOD = "2000001,AM01,kok,UWV-AM01,2026-01-02,2026-12-31"


def vacancy_rows(*rows: str, head: str = ",".join(VACANCY)):
    """Read these rows of vacancies."""
    return vacancies([f"{line}\n" for line in (head, *rows)], region_table())


def appointment_rows(*rows: str):
    """Read these rows of appointments."""
    return appointments([f"{line}\n" for line in (",".join(APPOINTMENT), *rows)])


def test_rows_become_vacancies():
    """What is empty is unknown, and an unknown opening is no opening."""
    found = vacancy_rows(GOOD, "2000002,,,,,")
    assert found.problems == ()
    assert found.rows == (
        Vacancy("2000001", "AM01", "kok", "UWV-AM01", date(2026, 1, 2), date(2026, 12, 31)),
        Vacancy("2000002", None, None, None, None, None),
    )


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (GOOD.replace("AM01,kok", "AM99,kok"), "vacancies.csv:2: found region 'AM99'; allowed: AM01"),
        (GOOD.replace("2026-01-02", "2-1-2026"), "found '2-1-2026' to '2026-12-31'; allowed: days as 2026-01-31"),
        (GOOD.replace("2000001", " "), "found id ' '; allowed: the number"),
        ("2000001,AM01", "found another number of columns"),
    ],
)
def test_a_row_that_cannot_be_stored_is_named(row, told):
    """The others are still read, so that one report names all of them."""
    found = vacancy_rows(row, GOOD)
    assert (len(found.rows), len(found.problems)) == (1, 1)
    assert told in found.problems[0]


def test_a_vacancy_occurs_once_and_the_columns_are_exact():
    """Two rows of one number would be two truths; a column more is another file."""
    assert "found '2000001' a second time" in vacancy_rows(GOOD, GOOD).problems[0]
    assert "allowed are exactly id, region" in vacancy_rows(GOOD, head="nummer,regio").problems[0]


def test_appointments_are_a_person_a_user_and_a_day():
    """None of the three may be missing, and the same appointment occurs once."""
    found = appointment_rows("1-7A,AWE0421,2026-11-25", "1-7A,AWE0421,2026-11-26")
    assert found.rows[0] == AppointmentRow("1-7A", "AWE0421", date(2026, 11, 25))
    assert (len(found.rows), found.problems) == (2, ())
    for row, told in (
        ("1-7A,,2026-11-25", "neither may be empty"),
        ("1-7A,AWE0421,", "found day ''; allowed: a day as"),
        ("1-7A,AWE0421,25-11-2026", "found day '25-11-2026'"),
    ):
        assert told in appointment_rows(row).problems[0]
    assert "a second time" in appointment_rows(*["1-7A,AWE0421,2026-11-25"] * 2).problems[0]
