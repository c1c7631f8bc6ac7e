"""HTTP of matching: the candidates of a vacancy, which is named by its id or by its number."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse

from newcore.clients.model import CLIENT
from newcore.guard import Guard
from newcore.matching.model import READ, wanted
from newcore.problem import Problem
from newcore.register.api import asked, page_of
from newcore.register.commands import ID
from newcore.register.document import body_of, shown_as
from newcore.register.model import Page, Query, Stored
from newcore.register.store import Register
from newcore.statement import Statement
from newcore.vacancies.model import VACANCY


def router(vacancies: Register, clients: Register, guard: Guard) -> APIRouter:
    """Make the routes on the stores of vacancies and of clients."""
    routes = APIRouter(prefix=f"/{VACANCY.name}", tags=["matching"])
    searching = Depends(guard.serving(*READ))

    @routes.post(
        "/{vacancyId}/candidates/_search",
        summary="Find the candidates of a vacancy",
        responses=shown_as("ClientPage"),
        openapi_extra=body_of("ClientQuestion"),
    )
    async def search(vacancyId: str, request: Request, stated: Annotated[Statement, searching]) -> JSONResponse:  # noqa: N803
        """Clients who want the vacancy's occupation, by surname or by `sort`."""
        question = await asked(CLIENT, request, stated)
        texts = wanted((await _vacancy(vacancies, vacancyId)).texts)
        page = Page((), 0) if texts is None else await clients.search(replace(question.query, exact=texts))
        return page_of(CLIENT, page, question.shown)

    return routes


async def _vacancy(vacancies: Register, name: str) -> Stored:
    """Find a vacancy by its id, or else by its number; refuses an unknown one."""
    found = await vacancies.find(name) if ID.fullmatch(name) else None
    if found is None and ID.fullmatch(name):
        numbered = await vacancies.search(Query({}, 1, exact={"vacancy_id": name}))
        found = numbered.records[0] if numbered.records else None
    if found is None:
        raise Problem(404, "There is no such vacancy.")
    return found
