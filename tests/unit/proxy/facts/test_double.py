"""Double registrations: agreement counts, difference is unknown, the strictest protection holds."""

from dataclasses import replace

from proxy.facts.double import merged
from proxy.model.person import PersonClass, PersonFacts, PersonId

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


def test_the_strictest_protection_holds():
    """Staff before secret address before ordinary, in whatever order the rows come."""
    secret, staff = (replace(ONE, protection=held) for held in (PersonClass.SECRET, PersonClass.STAFF))
    assert merged([ONE, secret]).protection is PersonClass.SECRET
    assert merged([secret, staff, ONE]).protection is PersonClass.STAFF
