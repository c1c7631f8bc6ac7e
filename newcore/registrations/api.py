"""HTTP of registrations: read in the file of their client, kept by whoever syncs."""

from fastapi import APIRouter

from newcore.guard import Guard
from newcore.register.api import belonging, listed, opened, synced
from newcore.register.store import Register
from newcore.registrations.model import READ, REGISTRATION


def router(register: Register, clients: Register, guard: Guard) -> APIRouter:
    """Make the routes on the stores of registrations and of clients."""
    routes = APIRouter(tags=[REGISTRATION.name])
    belonging(routes, register, (clients, guard), *READ)
    own = APIRouter(prefix=f"/{REGISTRATION.name}")
    synced(own, register, guard)
    listed(own, register, guard)
    opened(own, register, guard)
    routes.include_router(own)
    return routes
