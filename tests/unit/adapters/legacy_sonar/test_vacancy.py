"""Claims about vacancies as a page shows them."""

from dataclasses import replace
from datetime import date

import pytest

from adapters.legacy_sonar import vacancy
from proxy import entries
from proxy.model.exchange import Append, Exchange, Gather, Known, Send
from proxy.model.person import Reading
from proxy.model.principal import Role
from proxy.trail import Trail
from tests.doubles.playbook import EXCHANGE, NOW, Playbook, adviser, answer, house, recordings, request, session


def read(name: str):
    """Read a recorded answer."""
    return house().dialect.persons(Playbook(request(name)).command.call, answer(name)).vacancies


def test_every_row_of_a_list_is_a_vacancy():
    """With its number, region, occupation and days."""
    found = read("vacancy_all")
    assert len(found) == 10
    assert {each.organisation for each in found} == {None}
    assert all(each.region.startswith("AM") and each.occupation and each.opened for each in found)


def test_an_opened_vacancy_is_the_same_vacancy():
    """The form names it by the same number as the list does."""
    (one,) = read("vacancy_open")
    assert one.id.isdecimal()
    assert one.opened < one.closed


@pytest.mark.parametrize("name", ["in_region_klantbeeld", "candidate_search", "employer_list", "login_page"])
def test_a_page_of_something_else_shows_none(name):
    """Nothing is guessed from a page of persons, employers or nobody."""
    assert list(read(name)) == []


def test_what_was_read_is_kept_with_the_exchange():
    """An adviser who looks at vacancies teaches the gateway which are open."""
    known = Known(session=session(), principal=adviser(Role.WSP))
    book = (Playbook(request("vacancy_all")) << Gather) >> known
    (book << Send) >> answer("vacancy_all")
    (book << Gather) >> Known()
    learned = [each for each in (book << Append).entries if type(each).__name__ == "LearnedVacancy"]
    assert len(learned) == 10
    assert recordings()["vacancy_all"]["persons"] == []


@pytest.mark.parametrize(("changed", "learned"), [({}, 0), ({"organisation": "0106"}, 0), ({"region": "AM02"}, 1)])
def test_a_vacancy_that_is_known_to_be_so_is_not_learned_again(changed, learned):
    """What the gateway has at hand is compared; the owner, which no page shows, does not count."""
    (one,) = read("vacancy_open")
    trail = Trail(
        Exchange(EXCHANGE, NOW, request("vacancy_open")),
        reading=Reading((), b"", vacancies=(one,)),
        vacancies={one.id: replace(one, **changed)},
    )
    assert len(list(entries.learned(trail))) == learned


@pytest.mark.parametrize(
    ("over", "opened", "closed"),
    [
        ({}, date(2026, 1, 2), date(2026, 12, 31)),
        ({"status": "Vervuld"}, date(2026, 1, 2), date(2026, 1, 2)),
        ({"status": ""}, date(2026, 1, 2), date(2026, 1, 2)),
        ({"closed": ""}, date(2026, 1, 2), None),
        ({"opened": "00-01-2026"}, None, date(2026, 12, 31)),
        ({"opened": "31-02-2026"}, None, date(2026, 12, 31)),
        ({"opened": "2026"}, None, date(2026, 12, 31)),
        ({"opened": "1-1-26"}, None, date(2026, 12, 31)),
    ],
)
def test_a_day_that_cannot_be_read_is_unknown_and_a_status_closes(over, opened, closed):
    """Unknown opens nothing; a vacancy that is filled is closed, whatever its closing date says."""
    values = {"vacancy_id": "1", "region": "AM06", "opened": "02-01-2026", "closed": "31-12-2026", "status": "Open"}
    made = vacancy._vacancy("1", {**values, **over})
    assert (made.opened, made.closed) == (opened, closed)


@pytest.mark.parametrize(
    ("code", "read_"), [("AM06", "AM06"), ("", None), ("AM6", None), ("XX06", None), ("AM0x", None)]
)
def test_a_region_is_a_code_or_unknown(code, read_):
    """No table knows anything else."""
    assert vacancy._region(code) == read_
