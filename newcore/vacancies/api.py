"""HTTP of vacancies."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from newcore.guard import Guard
from newcore.register.api import Change, Filter, Part, Removal, Shape, Text, Version, changed, found, page_of, query_of
from newcore.register.commands import Apply, Remove
from newcore.register.store import Register
from newcore.statement import SYNC
from newcore.vacancies.model import READ, VACANCY


class VacancyTexts(Shape):
    """The texts of a vacancy, exactly as its source has them."""

    vacancy_id: Text
    title: Text
    occupation: Text
    occupation_code: Text
    employer_name: Text
    kvk: Text
    text: Text
    postcode: Text
    city: Text
    region: Text
    hours: Text
    level: Text
    requirements: Text
    opened: Text
    closed: Text
    status: Text
    strike_flag: Text


class VacancyAtVersion(VacancyTexts):
    """A vacancy at a version of its source."""

    version: Version


class Vacancy(VacancyAtVersion):
    """A vacancy as it is kept."""

    id: str


class VacancyPage(Shape):
    """A part of the vacancies that were found."""

    total: int
    vacancies: list[Vacancy]


class VacancyFilters(Part):
    """Filters: without case, `*` any text, `?` one character, else the whole value."""

    vacancy_id: Filter = ""
    title: Filter = ""
    text: Filter = ""
    occupation: Filter = ""
    employer_name: Filter = ""
    kvk: Filter = ""
    city: Filter = ""
    region: Filter = ""
    hours: Filter = ""
    level: Filter = ""
    status: Filter = ""
    opened: Filter = ""
    closed: Filter = ""


def router(register: Register, guard: Guard) -> APIRouter:
    """Make the routes on a store."""
    routes = APIRouter(prefix="/vacancies", tags=["vacancies"])
    reading, writing = [Depends(guard.serving(*READ, SYNC))], [Depends(guard.serving(SYNC))]

    @routes.get("", summary="Find vacancies", response_model=VacancyPage, dependencies=reading)
    async def search(filters: Annotated[VacancyFilters, Query()]) -> dict[str, Any]:
        """Vacancies by number, or by `sort`."""
        return page_of("vacancies", await register.search(query_of(VACANCY, filters)))

    @routes.get("/{id}", summary="Read a vacancy", response_model=Vacancy, dependencies=reading)
    async def read(id: str) -> dict[str, Any]:  # noqa: A002  the name in the path
        """One vacancy."""
        return await found(register, id)

    @routes.put("/{id}", summary="Make a vacancy equal to its source", dependencies=writing)
    async def apply(id: str, given: VacancyAtVersion) -> Change:  # noqa: A002
        """Applied unless this version, or a later one, is there already."""
        texts = given.model_dump(exclude={"version"})
        return await changed(register, VACANCY, Apply(id, given.version, texts))

    @routes.delete("/{id}", summary="Remove a vacancy for good", dependencies=writing)
    async def remove(id: str, version: Removal) -> Change:  # noqa: A002
        """Removed unless this version, or a later one, is there already; it never comes back."""
        return await changed(register, VACANCY, Remove(id, version))

    return routes
