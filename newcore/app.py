"""The process of the new core: its HTTP application on its database.

Rules: every answer, errors included, carries the API version and the security headers; an error is a problem document and
tells nothing of the inside; the description is public, below the base path, and may be read from any origin.
"""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import structlog
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from starlette.exceptions import HTTPException

from newcore import employers, problem, vacancies
from newcore.description import API_VERSION, HEADER, described
from newcore.employers.api import router as employer_routes
from newcore.employers.model import EMPLOYER
from newcore.guard import Guard
from newcore.problem import MEDIA_TYPE, Problem
from newcore.register.store import Register
from newcore.vacancies.api import router as vacancy_routes
from newcore.vacancies.model import VACANCY

log = structlog.get_logger()

BASE = "/v1"
_HEADERS = {
    HEADER: API_VERSION,
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_STATEMENT_LIMIT_MS = 5_000
_KEEP_ALIVE_SECONDS = (
    30  # longer than callers keep an idle connection: a close in the moment of reuse is theirs to lose
)


def serve(dsn: str, keys: Sequence[bytes], host: str, port: int) -> None:
    """Run until the process is told to stop; the keys are those by which statements are believed."""
    config = uvicorn.Config(
        application(engine_on(dsn), Guard(keys, time.time)), host=host, port=port, log_config=None, access_log=False,
        server_header=False, timeout_keep_alive=_KEEP_ALIVE_SECONDS,
    )  # fmt: skip
    uvicorn.Server(config).run()


def engine_on(dsn: str, pool: int = 8) -> AsyncEngine:
    """Make the engine of the process on an address as libpq writes it."""
    options = {"options": f"-c statement_timeout={_STATEMENT_LIMIT_MS}", "connect_timeout": 2}
    url = make_url(dsn).set(drivername="postgresql+psycopg")
    return create_async_engine(
        url, pool_size=pool, max_overflow=0, pool_timeout=2, pool_pre_ping=True, connect_args=options
    )


def application(engine: AsyncEngine, guard: Guard) -> FastAPI:
    """Join the domains to one application."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await engine.dispose()

    app = FastAPI(title="Sonarpoort newcore", openapi_url=None, docs_url=None, redoc_url=None, lifespan=lifespan)
    app.middleware("http")(_headed)
    _refuse(app)

    @app.get("/health", include_in_schema=False)
    async def health() -> dict[str, str]:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
        return {"status": "up", "version": API_VERSION}

    app.mount(BASE, _api(engine, guard))
    return app


def _api(engine: AsyncEngine, guard: Guard) -> FastAPI:
    api = FastAPI(
        openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False, separate_input_output_schemas=False
    )
    api.include_router(vacancy_routes(Register(engine, VACANCY), guard))
    api.include_router(employer_routes(Register(engine, EMPLOYER), guard))
    _refuse(api)
    document = _description(api)

    @api.get("/openapi.json", include_in_schema=False)
    async def openapi() -> JSONResponse:
        return JSONResponse(document, headers={"Access-Control-Allow-Origin": "*"})

    return api


def _description(api: FastAPI) -> dict[str, Any]:
    return described(
        get_openapi(
            title="Sonarpoort newcore",
            version=API_VERSION,
            description="Vacancies and employers in the new core. Errors are problem details (RFC 9457).",
            routes=api.routes,
            servers=[{"url": BASE}],
            contact={"name": "Sonarpoort", "url": "https://sonarpoort.example", "email": "beheer@sonarpoort.example"},
            tags=[
                {"name": "vacancies", "description": (vacancies.__doc__ or "").strip()},
                {"name": "employers", "description": (employers.__doc__ or "").strip()},
            ],
        )
    )


async def _headed(request: Request, proceed: Callable[[Request], Awaitable[Response]]) -> Response:
    response = await proceed(request)
    response.headers.update(_HEADERS)
    return response


def _refuse(app: FastAPI) -> None:
    """Turn every kind of failure into a problem document."""

    async def refused(_: Request, fault: Exception) -> Response:
        return _answer(fault if isinstance(fault, Problem) else Problem(500, "The request failed."))

    async def invalid(_: Request, fault: Exception) -> Response:
        return _answer(problem.from_validation(fault.errors() if isinstance(fault, RequestValidationError) else ()))

    async def routed(_: Request, fault: Exception) -> Response:
        status = fault.status_code if isinstance(fault, HTTPException) else 500
        return _answer(Problem(status, str(getattr(fault, "detail", "The request failed."))))

    async def down(_: Request, fault: Exception) -> Response:
        log.error("store down", fault=type(fault).__name__)
        return _answer(Problem(503, "The store does not answer; try again later."))

    app.add_exception_handler(Problem, refused)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, routed)
    app.add_exception_handler(SQLAlchemyError, down)


def _answer(refusal: Problem) -> Response:
    headers = {"WWW-Authenticate": "Bearer"} if refusal.status == 401 else {}
    return JSONResponse(dict(refusal.document()), refusal.status, headers=headers, media_type=MEDIA_TYPE)
