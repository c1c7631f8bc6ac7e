"""A service that a client is given: its code and its first day. In the order of the source, by which it is named.

Rule: the day is as its source tells it, jjjjmmdd; 00000000 is one that is not known.
"""

from newcore.clients.model import CLIENT
from newcore.register.model import Kind, fields

SERVICE = Kind(
    name="services",
    title="Service",
    table="service",
    fields=(*fields("SV", "code start"), *fields("", "client_id position")),
    first="position",
    parent=CLIENT,
    returning=True,
)
READ = ("iface.gem.client.query",)
"""The functions that show services."""
