"""HTTP of employers."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from newcore.employers.model import EMPLOYER, READ
from newcore.guard import Guard
from newcore.register.api import Change, Filter, Part, Removal, Shape, Text, Version, changed, found, page_of, query_of
from newcore.register.commands import Apply, Remove
from newcore.register.store import Register
from newcore.statement import SYNC


class EmployerTexts(Shape):
    """The texts of an employer, exactly as its source has them."""

    kvk: Text
    name: Text
    address: Text
    postcode: Text
    city: Text
    region: Text
    contact_person: Text
    phone: Text
    email: Text
    sector: Text


class EmployerAtVersion(EmployerTexts):
    """An employer at a version of its source."""

    version: Version


class Employer(EmployerAtVersion):
    """An employer as it is kept."""

    id: str


class EmployerPage(Shape):
    """A part of the employers that were found."""

    total: int
    employers: list[Employer]


class EmployerFilters(Part):
    """Filters: without case, `*` any text, `?` one character, else the whole value."""

    kvk: Filter = ""
    name: Filter = ""
    city: Filter = ""
    region: Filter = ""
    sector: Filter = ""


def router(register: Register, guard: Guard) -> APIRouter:
    """Make the routes on a store."""
    routes = APIRouter(prefix="/employers", tags=["employers"])
    reading, writing = [Depends(guard.serving(*READ, SYNC))], [Depends(guard.serving(SYNC))]

    @routes.get("", summary="Find employers", response_model=EmployerPage, dependencies=reading)
    async def search(filters: Annotated[EmployerFilters, Query()]) -> dict[str, Any]:
        """Employers by number, or by `sort`."""
        return page_of("employers", await register.search(query_of(EMPLOYER, filters)))

    @routes.get("/{id}", summary="Read an employer", response_model=Employer, dependencies=reading)
    async def read(id: str) -> dict[str, Any]:  # noqa: A002  the name in the path
        """One employer."""
        return await found(register, id)

    @routes.put("/{id}", summary="Make an employer equal to its source", dependencies=writing)
    async def apply(id: str, given: EmployerAtVersion) -> Change:  # noqa: A002
        """Applied unless this version, or a later one, is there already."""
        return await changed(register, EMPLOYER, Apply(id, given.version, given.model_dump(exclude={"version"})))

    @routes.delete("/{id}", summary="Remove an employer for good", dependencies=writing)
    async def remove(id: str, version: Removal) -> Change:  # noqa: A002
        """Removed unless this version, or a later one, is there already; it never comes back."""
        return await changed(register, EMPLOYER, Remove(id, version))

    return routes
