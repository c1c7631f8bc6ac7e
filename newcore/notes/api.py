"""HTTP of contact notes: read in the file of their client, kept by whoever syncs."""

from fastapi import APIRouter

from newcore.guard import Guard
from newcore.notes.model import NOTE, READ
from newcore.register.api import belonging, listed, opened, synced
from newcore.register.store import Register


def router(register: Register, clients: Register, guard: Guard) -> APIRouter:
    """Make the routes on the stores of contact notes and of clients."""
    routes = APIRouter(tags=[NOTE.name])
    belonging(routes, register, (clients, guard), *READ)
    own = APIRouter(prefix=f"/{NOTE.name}")
    synced(own, register, guard)
    listed(own, register, guard)
    opened(own, register, guard)
    routes.include_router(own)
    return routes
