"""An appointment: when a client is seen, with whom and where. In the order of their dates."""

from newcore.clients.model import CLIENT
from newcore.register.model import Kind, fields

APPOINTMENT = Kind(
    name="appointments",
    title="Appointment",
    table="appointment",
    fields=(*fields("AP", "at:date with place kind status"), *fields("", "client_id")),
    first="at",
    indexed=("at",),
    by_name=True,
    parent=CLIENT,
)
READ = ("appointment.manage", "client.overview.view")
"""The functions that show appointments."""
