"""HTTP of the outbox."""

from typing import Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse

from newcore.changes.store import Outbox
from newcore.guard import Guard
from newcore.problem import FieldError, Problem
from newcore.register import question
from newcore.register.commands import HIGHEST
from newcore.register.document import listing_parameters, listing_schema, shown_as
from newcore.statement import SYNC

MOST = 1000
SCHEMAS: dict[str, Any] = {
    "Change": {
        "type": "object",
        "title": "Change",
        "required": ["sequence", "collection", "id", "version", "removed"],
        "properties": {
            "sequence": {"type": "integer", "format": "int64"},
            "collection": {"type": "string"},
            "id": {"type": "string"},
            "version": {"type": "integer", "format": "int64"},
            "removed": {"type": "boolean"},
        },
    },
    "ChangeList": listing_schema("changes", "Change"),
}


def router(outbox: Outbox, guard: Guard) -> APIRouter:
    """Make the routes on a store."""
    routes = APIRouter(prefix="/changes", tags=["changes"], dependencies=[Depends(guard.serving(SYNC))])

    @routes.get(
        "",
        summary="Follow what changes",
        responses=shown_as("ChangeList"),
        openapi_extra={
            "parameters": listing_parameters(MOST, "the sequence after which to go on; absent: the beginning")
        },
    )
    async def follow(request: Request) -> JSONResponse:
        """Changes in the order in which they became visible; none is ever added in between."""
        after, limit = question.after_from(request.query_params.multi_items(), MOST)
        found = await outbox.after(_sequence(after), limit)
        changes = [
            {"sequence": each.sequence, "collection": each.collection, "id": each.id, "version": each.version,
             "removed": each.removed}
            for each in found
        ]  # fmt: skip
        return JSONResponse({"changes": changes})

    return routes


def _sequence(after: str) -> int:
    if not after:
        return 0
    if not (after.isascii() and after.isdigit() and len(after) <= 19 and int(after) <= HIGHEST):
        wrong = FieldError("query:after", "number", "the sequence of a change")
        raise Problem(400, "The request does not follow the description of the API.", [wrong])
    return int(after)
