"""A task: a line of the work list of one employee, about a client. In the order that its source gives it."""

from newcore.clients.model import CLIENT
from newcore.register.model import Kind, fields

TASK = Kind(
    name="tasks",
    title="Task",
    table="task",
    fields=(
        *fields("AP", "task at:date status text"),
        *fields("ID", "bsn:number name municipality_name municipality region"),
        *fields("", "client_id owner position"),
    ),
    first="position",
    indexed=("owner",),
    filters=("task", "at", "bsn", "name", "status", "municipality_name", "municipality", "region", "text"),
    parent=CLIENT,
)
READ = ("home.worklist.view", "list.export")
"""The functions that show tasks."""
