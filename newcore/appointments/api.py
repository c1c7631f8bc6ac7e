"""HTTP of appointments: read in the file of their client, kept by whoever syncs."""

from fastapi import APIRouter

from newcore.appointments.model import READ
from newcore.guard import Guard
from newcore.register.api import of_client
from newcore.register.store import Register


def router(register: Register, clients: Register, guard: Guard) -> APIRouter:
    """Make the routes on the stores of appointments and of clients."""
    return of_client(register, (clients, guard), *READ)
