import pytest

from newcore.problem import Problem
from newcore.register.api import page_of, query_of
from newcore.register.model import Page, Stored
from newcore.vacancies.api import VacancyFilters
from newcore.vacancies.model import VACANCY


def test_only_filters_that_were_given_are_asked():
    """An absent filter is no filter."""
    query = query_of(VACANCY, VacancyFilters(vacancyId="2*", sort="-title", offset=10))
    assert (dict(query.filters), query.sort, query.descending, query.limit, query.offset) == (
        {"vacancy_id": "2*"}, "title", True, 20, 10,
    )  # fmt: skip


@pytest.mark.parametrize("sort", ["id", "version", "requirements", "vacancy_id", "--title"])
def test_a_sort_on_what_is_no_filtered_field_is_refused(sort):
    """The allowed ones are named."""
    with pytest.raises(Problem, match="vacancyId"):
        query_of(VACANCY, VacancyFilters(sort=sort))


def test_a_page_tells_its_records_and_the_total():
    """The total is of the query, not of the page."""
    page = Page((Stored("1-V1", 3, {"vacancy_id": "2"}),), 57)
    assert page_of("vacancies", page) == {"total": 57, "vacancies": [{"id": "1-V1", "version": 3, "vacancyId": "2"}]}
