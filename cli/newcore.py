"""`poort newcore`: the new core, a process of its own on its own database. The only file of ours that imports it.

The reason for that exception to the arrows is docs/decisions/0004-starting-newcore.md.
"""

from cli.start import begin
from cli.statement import public_keys
from newcore.app import serve
from proxy.database import Database, Role, open_cluster


def newcore() -> None:
    """Serve until SIGTERM."""
    settings = begin()
    listen = settings.newcore_listen
    with open_cluster(settings) as cluster:
        serve(cluster.dsn(Role.NEWCORE, Database.NEWCORE), public_keys(settings), listen.host, listen.port)
