"""HTTP of vacancies."""

from fastapi import APIRouter

from newcore.guard import Guard
from newcore.register.api import opened, searched, synced
from newcore.register.store import Register
from newcore.vacancies.model import READ, VACANCY


def router(register: Register, guard: Guard) -> APIRouter:
    """Make the routes on a store."""
    routes = APIRouter(prefix=f"/{VACANCY.name}", tags=[VACANCY.name])
    synced(routes, register, guard)
    searched(routes, register, guard, *READ)
    opened(routes, register, guard, *READ)
    return routes
