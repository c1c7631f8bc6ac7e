"""HTTP of employers."""

from fastapi import APIRouter

from newcore.employers.model import EMPLOYER, READ
from newcore.guard import Guard
from newcore.register.api import opened, searched, synced
from newcore.register.store import Register


def router(register: Register, guard: Guard) -> APIRouter:
    """Make the routes on a store."""
    routes = APIRouter(prefix=f"/{EMPLOYER.name}", tags=[EMPLOYER.name])
    synced(routes, register, guard)
    searched(routes, register, guard, *READ)
    opened(routes, register, guard, *READ)
    return routes
