"""A registration: since when a client is registered, until when, and the benefit beside it. One a client, under her id.

Rule: dates are as their source tells them, jjjjmmdd; 00000000 is one that is not known.
"""

from newcore.clients.model import CLIENT
from newcore.register.model import Kind, fields

REGISTRATION = Kind(
    name="registrations",
    title="Registration",
    table="registration",
    fields=(
        *fields("ID", "registered_from registered_until"),
        *fields("BN", "law_code benefit_from"),
        *fields("", "client_id position"),
    ),
    first="position",
    parent=CLIENT,
    returning=True,
)
READ = ("iface.gem.client.query",)
"""The functions that show registrations."""
