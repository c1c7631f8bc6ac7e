"""HTTP of clients. A client is found by a body and never by an address: addresses end in logs."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse

from newcore.clients.model import CLIENT, OPEN, SEARCH
from newcore.guard import Guard
from newcore.register.api import asked, listed, opened, page_of, synced
from newcore.register.document import body_of, shown_as
from newcore.register.store import Register
from newcore.statement import Statement


def router(register: Register, guard: Guard) -> APIRouter:
    """Make the routes on a store."""
    routes = APIRouter(prefix=f"/{CLIENT.name}", tags=[CLIENT.name])
    searching = Depends(guard.serving(*SEARCH))

    @routes.post(
        "/_search",
        summary="Find clients",
        responses=shown_as("ClientPage"),
        openapi_extra=body_of("ClientQuestion"),
    )
    async def search(request: Request, stated: Annotated[Statement, searching]) -> JSONResponse:
        """Clients within the scope of the statement, by surname or by `sort`."""
        question = await asked(CLIENT, request, stated)
        return page_of(CLIENT, await register.search(question.query), question.shown)

    synced(routes, register, guard)
    listed(routes, register, guard)
    opened(routes, register, guard, *OPEN)
    return routes
