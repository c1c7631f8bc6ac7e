"""HTTP of referrals: read in the file of their client, kept by whoever syncs."""

from fastapi import APIRouter

from newcore.guard import Guard
from newcore.referrals.model import READ
from newcore.register.api import of_client
from newcore.register.store import Register


def router(register: Register, clients: Register, guard: Guard) -> APIRouter:
    """Make the routes on the stores of referrals and of clients."""
    return of_client(register, (clients, guard), *READ)
