"""What the APIs of all kinds of records share: what a statement lets an answer hold, and the routes of whoever syncs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse

from newcore.body import parsed, told_as_json
from newcore.guard import Guard
from newcore.problem import Problem, camel
from newcore.register import document, question
from newcore.register.commands import ID, applying, applying_many, removing
from newcore.register.digest import digest
from newcore.register.model import PARENT, Applied, Kind, Page, Query, Stored
from newcore.register.store import Register
from newcore.statement import SYNC, Scope, Statement

MOST_DIGESTS = 1000


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and which fields of an answer to it may be shown."""

    query: Query
    shown: tuple[str, ...]


def shown_to(kind: Kind, stated: Statement) -> tuple[str, ...]:
    """Name the fields of a kind that a statement lets an answer hold."""
    return kind.shown(stated.function, stated.categories)


def resource(record: Stored, shown: tuple[str, ...]) -> dict[str, Any]:
    """Write a record as this answer may show it."""
    return {"id": record.id, "version": record.version, **{camel(name): record.texts[name] for name in shown}}


def page_of(kind: Kind, page: Page, shown: tuple[str, ...]) -> JSONResponse:
    """Write a page of records."""
    name = camel(kind.name.replace("-", "_"))
    return JSONResponse({"total": page.total, name: [resource(record, shown) for record in page.records]})


async def found(register: Register, identity: str, scope: Scope | None = None) -> Stored:
    """Give one record; refuses an unknown one, and one of somebody who lives elsewhere, in the same words."""
    record = await register.find(identity, scope) if ID.fullmatch(identity) else None
    if record is None:
        raise Problem(404, "There is no such record.")
    return record


def of_client(register: Register, within: tuple[Register, Guard], *functions: str) -> APIRouter:
    """Make the routes of records that belong to a client: read in her file, kept by whoever syncs."""
    kind, (_, guard) = register.kind, within
    routes = APIRouter(tags=[kind.name])
    belonging(routes, register, within, *functions)
    own = APIRouter(prefix=f"/{kind.name}")
    synced(own, register, guard)
    listed(own, register, guard)
    opened(own, register, guard)
    routes.include_router(own)
    return routes


def synced(routes: APIRouter, register: Register, guard: Guard) -> None:
    """Add the routes of whoever keeps records equal to their source; before routes that take any id."""
    digested(routes, register, guard)
    synced_alone(routes, register, guard)
    synced_together(routes, register, guard)


def digested(routes: APIRouter, register: Register, guard: Guard) -> None:
    """Add the list by which whoever syncs finds out what differs."""
    kind = register.kind

    def owner(record: Stored) -> dict[str, str]:
        return {} if kind.parent is None else {camel(PARENT): record.texts[PARENT]}

    @routes.get(
        "/digests",
        summary=f"List what is kept of {kind.name}",
        dependencies=[Depends(guard.serving(SYNC))],
        responses=document.shown_as(f"{kind.title}Digests"),
        openapi_extra={"parameters": document.listing_parameters(MOST_DIGESTS, "the id after which to go on")},
    )
    async def digests(request: Request) -> JSONResponse:
        """Ids in order, each with its version and the digest of its texts."""
        after, limit = question.after_from(request.query_params.multi_items(), MOST_DIGESTS)
        found = await register.after(after, limit)
        told = [{"id": each.id, "version": each.version, "digest": digest(each.texts), **owner(each)} for each in found]
        return JSONResponse({"digests": told})


def synced_alone(routes: APIRouter, register: Register, guard: Guard) -> None:
    """Add the routes by which one record is made equal to its source, or removed."""
    kind, guarded = register.kind, [Depends(guard.serving(SYNC))]

    @routes.put(
        "/{id}",
        summary=f"Make one of {kind.name} equal to its source",
        dependencies=guarded,
        responses=document.shown_as("Applied"),
        openapi_extra=document.body_of(f"{kind.title}AtVersion"),
    )
    async def apply(id: str, request: Request) -> JSONResponse:  # noqa: A002  the name in the path
        """Applied unless this version, or a later one, is there already."""
        return _told(await register.apply(applying(kind, id, await body_alone(request))))

    @routes.delete(
        "/{id}",
        summary=f"Remove one of {kind.name}",
        description=f"Removed unless this version, or a later one, is there already; {_afterwards(kind)}.",
        dependencies=guarded,
        responses=document.shown_as("Applied"),
        openapi_extra={"parameters": document.version_parameter()},
    )
    async def remove(id: str, request: Request) -> JSONResponse:  # noqa: A002
        version = question.version_from(request.query_params.multi_items())
        return _told(await register.remove(removing(id, version)))


def synced_together(routes: APIRouter, register: Register, guard: Guard) -> None:
    """Add the route by which many records are made equal to their source in one call."""
    kind = register.kind

    @routes.post(
        "/_apply",
        summary=f"Make many of {kind.name} equal to their source",
        dependencies=[Depends(guard.serving(SYNC))],
        responses=document.shown_as("AppliedBatch"),
        openapi_extra=document.body_of(f"{kind.title}Batch"),
    )
    async def apply_many(request: Request) -> JSONResponse:
        """All or none: each is applied unless its version, or a later one, is there already; one fault refuses all."""
        commands = applying_many(kind, await body_alone(request))
        told = zip(commands, await register.apply_many(commands), strict=True)
        return JSONResponse({"results": [{"id": each.id, "result": result.value} for each, result in told]})


def listed(routes: APIRouter, register: Register, guard: Guard) -> None:
    """Add the listing of ids, and reading one record, for whoever syncs: persons are listed to nobody else."""
    kind = register.kind

    @routes.get(
        "",
        summary=f"List the ids of {kind.name}",
        dependencies=[Depends(guard.serving(SYNC))],
        responses=document.shown_as(f"{kind.title}Page"),
        openapi_extra={"parameters": document.part_parameters()},
    )
    async def ids(request: Request) -> JSONResponse:
        """Ids and versions, in the usual order."""
        part = question.part_from(request.query_params.multi_items())
        return page_of(kind, await register.search(Query({}, part.limit, part.offset)), ())


def opened(routes: APIRouter, register: Register, guard: Guard, *functions: str) -> None:
    """Add reading one record."""
    kind = register.kind
    stated_by = Depends(guard.serving(*functions, SYNC))

    @routes.get("/{id}", summary=f"Read one of {kind.name}", responses=document.shown_as(kind.title))
    async def read(id: str, request: Request, stated: Annotated[Statement, stated_by]) -> JSONResponse:  # noqa: A002
        """One record, without the fields of categories that the statement does not name."""
        question.refuse_any(request.query_params.multi_items())
        return JSONResponse(resource(await found(register, id, stated.scope), shown_to(kind, stated)))


def searched(routes: APIRouter, register: Register, guard: Guard, *functions: str) -> None:
    """Add a list that is asked by its address: of records that are of nobody."""
    kind = register.kind
    stated_by = Depends(guard.serving(*functions, SYNC))

    @routes.get(
        "",
        summary=f"Find {kind.name}",
        responses=document.shown_as(f"{kind.title}Page"),
        openapi_extra={"parameters": document.filter_parameters(kind)},
    )
    async def search(request: Request, stated: Annotated[Statement, stated_by]) -> JSONResponse:
        """By number, or by `sort`."""
        shown = shown_to(kind, stated)
        query = question.from_parameters(kind, request.query_params.multi_items(), shown)
        return page_of(kind, await register.search(query), shown)


def belonging(routes: APIRouter, register: Register, within: tuple[Register, Guard], *functions: str) -> None:
    """Add the list of the records that belong to one client, within the scope of the statement."""
    kind, (clients, guard) = register.kind, within
    stated_by = Depends(guard.serving(*functions, SYNC))

    @routes.get(
        f"/{clients.kind.name}/{{id}}/{kind.name}",
        summary=f"Read {kind.name} of a client",
        responses=document.shown_as(f"{kind.title}Page"),
        openapi_extra={"parameters": document.part_parameters()},
    )
    async def theirs(id: str, request: Request, stated: Annotated[Statement, stated_by]) -> JSONResponse:  # noqa: A002
        """In the order of the file; a client who lives elsewhere is as unknown as one who does not exist."""
        part = question.part_from(request.query_params.multi_items())
        client = await found(clients, id, stated.scope)
        query = Query({}, part.limit, part.offset, exact={PARENT: client.id}, scope=stated.scope)
        return page_of(kind, await register.search(query), shown_to(kind, stated))


async def body_alone(request: Request) -> Mapping[str, Any]:
    """Read the JSON of a call whose address holds no parameters."""
    question.refuse_any(request.query_params.multi_items())
    told_as_json(request.headers)
    return parsed(await request.body())


async def asked(kind: Kind, request: Request, stated: Statement) -> Asked:
    """Read the question of a search by body, within the scope of the statement."""
    shown = shown_to(kind, stated)
    query = question.from_body(kind, await body_alone(request), shown)
    bounded = Query(query.filters, query.limit, query.offset, query.sort, query.descending, scope=stated.scope)
    return Asked(bounded, shown)


def _afterwards(kind: Kind) -> str:
    """Say what becomes of the place of a record that was removed."""
    return "a later version takes its place" if kind.returning else "it never comes back"


def _told(result: Applied) -> JSONResponse:
    return JSONResponse({"result": result.value})
