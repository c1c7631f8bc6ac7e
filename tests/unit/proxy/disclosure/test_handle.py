"""Claims about handles and references: what a client holds of a candidate whom it may not know."""

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from proxy.disclosure import handle
from tests.doubles.playbook import SECRET, session

OWN = session(matches=(("1-V1", "1-7AAAA"), ("1-V2", "1-7AAAA"), ("1-V1", "1-7BBBB")))
DAY = date(2026, 3, 2)


def test_a_handle_leads_to_the_vacancy_and_row_that_it_was_issued_for():
    """Every match has a handle of its own."""
    issued = {match: handle.issue(SECRET, OWN, *match) for match in OWN.matches}
    assert len(set(issued.values())) == 3
    assert {match: handle.redeem(SECRET, OWN, each) for match, each in issued.items()} == {m: m for m in OWN.matches}


def test_a_handle_means_nothing_elsewhere():
    """In another session, under another key, or once the match is gone."""
    own = handle.issue(SECRET, OWN, "1-V1", "1-7AAAA")
    assert handle.redeem(SECRET, replace(OWN, key=bytes(32)), own) is None
    assert handle.redeem(b"other", OWN, own) is None
    assert handle.redeem(SECRET, replace(OWN, matches=()), own) is None


@given(st.text(max_size=80))
def test_nobody_guesses_a_handle(guess):
    """Whatever is sent, also what is no text of a handle at all."""
    assert handle.redeem(SECRET, OWN, guess) is None


def test_a_reference_links_nobody_across_vacancies_days_or_keys():
    """The same person on the same day and vacancy has the same one, so that two people can talk."""
    person = bytes(range(32))
    own = handle.reference(SECRET, DAY, "1-V1", person)
    assert own == handle.reference(SECRET, DAY, "1-V1", person)
    others = {
        handle.reference(SECRET, DAY, "1-V2", person),
        handle.reference(SECRET, date(2026, 3, 3), "1-V1", person),
        handle.reference(SECRET, DAY, "1-V1", bytes(32)),
        handle.reference(b"other", DAY, "1-V1", person),
    }
    assert len(others | {own}) == 5
    assert own.startswith("K-")
    assert len(own) == 10


def test_neighbouring_parts_are_never_read_as_one():
    """Vacancy and row carry their lengths: 1-V1 + 1-72 is not 1-V11 + -72."""
    assert handle.issue(SECRET, OWN, "1-V1", "11-7") != handle.issue(SECRET, OWN, "1-V11", "1-7")
