"""The process of the new core: its HTTP application on its database.

Rules: every answer, errors included, carries the API version and the security headers; an error is a problem document and
tells nothing of the inside; the description is public, below the base path, and may be read from any origin.
"""

import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from traceback import extract_tb
from types import MappingProxyType, ModuleType
from typing import Any

import structlog
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse, JSONResponse
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from starlette.exceptions import HTTPException
from starlette.routing import Match

from newcore import (
    appointments,
    changes,
    clients,
    employers,
    matching,
    notes,
    referrals,
    registrations,
    services,
    tasks,
    vacancies,
)
from newcore.appointments.api import router as appointment_routes
from newcore.appointments.model import APPOINTMENT
from newcore.body import MOST_BYTES
from newcore.changes.api import SCHEMAS as CHANGE_SCHEMAS
from newcore.changes.api import router as change_routes
from newcore.changes.store import Outbox
from newcore.clients.api import router as client_routes
from newcore.clients.model import CLIENT
from newcore.description import API_VERSION, HEADER, described
from newcore.employers.api import router as employer_routes
from newcore.employers.model import EMPLOYER
from newcore.guard import Guard
from newcore.headed import Headed
from newcore.limit import Limited
from newcore.manual import STYLE, manual
from newcore.matching.api import router as matching_routes
from newcore.notes.api import router as note_routes
from newcore.notes.model import NOTE
from newcore.problem import MEDIA_TYPE, Problem
from newcore.referrals.api import router as referral_routes
from newcore.referrals.model import REFERRAL
from newcore.register.document import SHARED, schemas
from newcore.register.store import Register
from newcore.registrations.api import router as registration_routes
from newcore.registrations.model import REGISTRATION
from newcore.services.api import router as service_routes
from newcore.services.model import SERVICE
from newcore.tasks.api import router as task_routes
from newcore.tasks.model import TASK
from newcore.vacancies.api import router as vacancy_routes
from newcore.vacancies.model import VACANCY
from newcore.whole import Whole

log = structlog.get_logger()

BASE = "/v1"
METHODS = ("DELETE", "GET", "POST", "PUT")
KINDS = (VACANCY, EMPLOYER, CLIENT, NOTE, TASK, APPOINTMENT, REFERRAL, REGISTRATION, SERVICE)
OF_A_CLIENT = (NOTE, TASK, APPOINTMENT, REFERRAL, REGISTRATION, SERVICE)
_TAGS: dict[str, ModuleType] = {
    "vacancies": vacancies, "employers": employers, "clients": clients, "contact-notes": notes, "tasks": tasks,
    "appointments": appointments, "referrals": referrals, "registrations": registrations, "services": services,
    "matching": matching, "changes": changes,
}  # fmt: skip
_HEADERS = {
    HEADER: API_VERSION,
    "Cache-Control": "no-store",
    "Content-Security-Policy": f"default-src 'none'; style-src '{STYLE}'; frame-ancestors 'none'; base-uri 'none'",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_CONTACT = {"name": "Sonarpoort", "url": "https://sonarpoort.example", "email": "beheer@sonarpoort.example"}
_STATEMENT_LIMIT_MS = 5_000
_LIVELY = {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3, "tcp_user_timeout": 10_000}
"""A store whose machine is gone says no goodbye: without these, its connections would be waited on for a quarter of an hour."""
_STOP_SECONDS = 6
"""For exchanges under way when the process is told to stop: what the store has not answered by then it will not."""
_KEEP_ALIVE_SECONDS = 30
"""Longer than callers keep an idle connection: a close in the moment of reuse is theirs to lose."""


def serve(dsn: str, keys: Sequence[bytes], host: str, port: int) -> None:
    """Run until the process is told to stop; the keys are those by which statements are believed."""
    config = uvicorn.Config(
        application(engine_on(dsn), Guard(keys, time.time)), host=host, port=port, log_config=None, access_log=False,
        server_header=False, timeout_keep_alive=_KEEP_ALIVE_SECONDS, timeout_graceful_shutdown=_STOP_SECONDS,
    )  # fmt: skip
    uvicorn.Server(config).run()


def engine_on(dsn: str, pool: int = 8) -> AsyncEngine:
    """Make the engine of the process on an address as libpq writes it."""
    options = {"options": f"-c statement_timeout={_STATEMENT_LIMIT_MS}", "connect_timeout": 2, **_LIVELY}
    url = make_url(dsn).set(drivername="postgresql+psycopg")
    return create_async_engine(
        url,
        pool_size=pool,
        max_overflow=0,
        pool_timeout=2,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args=options,
    )


def application(engine: AsyncEngine, guard: Guard) -> FastAPI:
    """Join the domains to one application."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await engine.dispose()

    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False, lifespan=lifespan)
    app.add_middleware(Limited, most=MOST_BYTES, refuse=_answer)
    app.add_middleware(Whole, refuse=_answer, tell=_told)
    app.add_middleware(Headed, headers=_HEADERS)
    _refuse(app)

    @app.get("/health", include_in_schema=False)
    async def health() -> dict[str, str]:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
        return {"status": "up", "version": API_VERSION}

    api = _api(engine, guard)
    document = cache(lambda: _description(api))

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(manual(document()))

    @api.get("/openapi.json", include_in_schema=False)
    async def openapi() -> JSONResponse:
        return JSONResponse(document(), headers={"Access-Control-Allow-Origin": "*"})

    app.mount(BASE, api)
    return app


def _api(engine: AsyncEngine, guard: Guard) -> FastAPI:
    """Make the application below the base path."""
    api = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    people, jobs = Register(engine, CLIENT, OF_A_CLIENT), Register(engine, VACANCY)
    for routes in (
        vacancy_routes(jobs, guard),
        employer_routes(Register(engine, EMPLOYER), guard),
        client_routes(people, guard),
        note_routes(Register(engine, NOTE), people, guard),
        task_routes(Register(engine, TASK), guard),
        appointment_routes(Register(engine, APPOINTMENT), people, guard),
        referral_routes(Register(engine, REFERRAL), people, guard),
        registration_routes(Register(engine, REGISTRATION), people, guard),
        service_routes(Register(engine, SERVICE), people, guard),
        matching_routes(jobs, people, guard),
        change_routes(Outbox(engine), guard),
    ):
        api.include_router(routes)
    _refuse(api)
    return api


def _description(api: FastAPI) -> dict[str, Any]:
    known: dict[str, Any] = {**SHARED, **CHANGE_SCHEMAS}
    for kind in KINDS:
        known |= schemas(kind)
    generated = get_openapi(
        title="Sonarpoort newcore",
        version=API_VERSION,
        description="Clients and what belongs to them, vacancies and employers. An answer holds what the statement "
        "names and nothing else. Errors are problem details (RFC 9457).",
        routes=api.routes,
        servers=[{"url": BASE}],
        tags=[{"name": name, "description": (module.__doc__ or "").strip()} for name, module in _TAGS.items()],
    )
    generated["info"]["contact"] = _CONTACT  # not handed over: the framework warns that it does not check the address
    return described(generated, known)


def _refuse(app: FastAPI) -> None:
    """Turn every kind of failure into a problem document."""

    async def refused(_: Request, fault: Exception) -> Response:
        return _answer(fault if isinstance(fault, Problem) else Problem(500, "The request failed."))

    async def routed(request: Request, fault: Exception) -> Response:
        status = fault.status_code if isinstance(fault, HTTPException) else 500
        headers = {"Allow": _allowed(request)} if status == 405 else {}
        return _answer(Problem(status, str(getattr(fault, "detail", "The request failed."))), headers)

    async def down(_: Request, fault: Exception) -> Response:
        log.error("store down", fault=type(fault).__name__)
        return _answer(Problem(503, "The store does not answer; try again later."))

    app.add_exception_handler(Problem, refused)
    app.add_exception_handler(HTTPException, routed)
    app.add_exception_handler(Exception, refused)
    for away in (OperationalError, InterfaceError, PoolTimeoutError):  # any other error of the store is a fault of ours
        app.add_exception_handler(away, down)


def _told(fault: Exception) -> None:
    """Write a fault into the log: what it was and where, and not what it says."""
    place = extract_tb(fault.__traceback__)[-1]
    log.error("fault", fault=type(fault).__name__, where=f"{Path(place.filename).name}:{place.lineno}")


def _allowed(request: Request) -> str:
    """Name the methods that an address takes: each is a route of its own."""
    scopes = {method: {**request.scope, "method": method} for method in METHODS}
    routes = request.app.routes
    found = {each for each, scope in scopes.items() if any(route.matches(scope)[0] is Match.FULL for route in routes)}
    return ", ".join(sorted(found | ({"HEAD"} if "GET" in found else set())))


def _answer(refusal: Problem, more: Mapping[str, str] = MappingProxyType({})) -> Response:
    headers = dict(more) | ({"WWW-Authenticate": "Bearer"} if refusal.status == 401 else {})
    return JSONResponse(dict(refusal.document()), refusal.status, headers=headers, media_type=MEDIA_TYPE)
