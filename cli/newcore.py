"""`poort newcore`: the new core, a process of its own on its own database. The only file of ours that imports it.

The reason for that exception to the arrows is docs/decisions/0004-starting-newcore.md.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from cli.start import begin
from cli.statement import public_keys
from newcore.app import serve
from proxy.database import Cluster, Database, Role, open_cluster, own_cluster, upgrade
from proxy.settings import Settings


def newcore(
    alone: Annotated[
        bool, typer.Option("--alone", help="start and migrate a database in the data directory too")
    ] = False,
) -> None:
    """Serve until SIGTERM; what it can do is told at /docs."""
    settings = begin()
    listen = settings.newcore_listen
    with _alone(settings) if alone else open_cluster(settings) as cluster:
        serve(cluster.dsn(Role.NEWCORE, Database.NEWCORE), public_keys(settings), listen.host, listen.port)


@contextmanager
def _alone(settings: Settings) -> Iterator[Cluster]:
    """Give a cluster that nobody else started: the server of the settings, or an embedded one, brought up to date."""
    with own_cluster(settings) as cluster:
        upgrade(cluster)
        yield cluster
