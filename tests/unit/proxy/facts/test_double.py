"""Double registrations: agreement counts, difference is unknown, the strictest protection holds."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

from proxy.facts.double import merged
from proxy.model.person import PersonClass, PersonFacts, PersonId
from proxy.model.tie import Appointment, Grant, GrantState

ONE = PersonFacts("1-7A", PersonId(b"p" * 32), "0106", "AM01", "AWE0421", "T1", frozenset({"ADE1", "SW1"}))


def test_one_row_is_itself():
    """Nothing is lost where there is no double."""
    assert merged([ONE]) == ONE


def test_what_differs_is_unknown():
    """No row may lend the other its closer tie."""
    other = replace(ONE, row_id="1-7B", municipality="0363", caseload_user=None, assigned=frozenset({"SW1"}))
    found = merged([ONE, other])
    assert (found.municipality, found.responsible_region, found.caseload_user, found.team) == (None, "AM01", None, "T1")
    assert found.assigned == {"SW1"}


def test_ties_to_one_row_open_nothing_behind_a_shared_number():
    """An appointment counts where both rows have it; a grant or emergency is for one row; consent needs both."""
    both, one = Appointment("A", date(2026, 1, 2)), Appointment("A", date(2026, 1, 3))
    grant = Grant(UUID(int=1), "A", "1-7A", "V", GrantState.OPEN, datetime(2026, 1, 1, tzinfo=UTC), None)
    first = replace(
        ONE, appointments=(both, one), grants=(grant,), consents=True, learned=True, moved=("0106", one.day)
    )
    found = merged([first, replace(ONE, row_id="1-7B", appointments=(both,))])
    assert (found.appointments, found.grants, found.emergencies) == ((both,), (), ())
    assert (found.consents, found.learned, found.moved) == (False, False, None)


def test_the_strictest_protection_holds():
    """Staff before secret address before ordinary, in whatever order the rows come."""
    secret, staff = (replace(ONE, protection=held) for held in (PersonClass.SECRET, PersonClass.STAFF))
    assert merged([ONE, secret]).protection is PersonClass.SECRET
    assert merged([secret, staff, ONE]).protection is PersonClass.STAFF
