"""HTTP of tasks: an employee sees the own work list and no other."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse

from newcore.guard import Guard
from newcore.register.api import asked, listed, opened, page_of, synced
from newcore.register.document import body_of, shown_as
from newcore.register.store import Register
from newcore.statement import Statement
from newcore.tasks.model import READ, TASK


def router(register: Register, guard: Guard) -> APIRouter:
    """Make the routes on a store."""
    routes = APIRouter(prefix=f"/{TASK.name}", tags=[TASK.name])
    searching = Depends(guard.serving(*READ))

    @routes.post(
        "/_search", summary="Find own tasks", responses=shown_as("TaskPage"), openapi_extra=body_of("TaskQuestion")
    )
    async def search(request: Request, stated: Annotated[Statement, searching]) -> JSONResponse:
        """The tasks of the user of the statement, in the order of the work list or by `sort`."""
        question = await asked(TASK, request, stated)
        own = replace(question.query, exact={"owner": stated.user})
        return page_of(TASK, await register.search(own), question.shown)

    synced(routes, register, guard)
    listed(routes, register, guard)
    opened(routes, register, guard)
    return routes
