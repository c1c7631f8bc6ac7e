"""A contact note: what was said, when, over which channel, by whom, and who may read it. Newest first, by its position."""

from newcore.clients.model import CLIENT
from newcore.register.model import Kind, fields

NOTE = Kind(
    name="contact-notes",
    title="ContactNote",
    table="contact_note",
    fields=(
        *fields("CN", "at:date channel author author_organisation subject visibility text"),
        *fields("", "client_id position mod_num"),
    ),
    first="position",
    parent=CLIENT,
)
READ = ("client.note.view", "client.note.create")
"""The functions that show contact notes."""
