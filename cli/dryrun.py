"""`poort routes dry-run`: what another routing file would do, tried on the requests that the access log recorded.

Rules: nothing is changed; exit code 1 where a gateway would refuse the file, after saying what it would do.
"""

from pathlib import Path
from typing import Annotated

import typer

from cli.output import Json, show
from cli.routefile import RouteFile
from cli.start import begin


def dry_run(
    candidate: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="the other routing file; absent: routing.yaml as it lies there"),
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=3650, help="how far back")] = 30,
    as_json: Json = False,
) -> None:
    """Try another routing file on the recorded requests: who and what would change core; changes nothing."""
    from cli.forecast import tried  # noqa: PLC0415  other commands of routes must not wait for it
    from cli.outlook import document, told  # noqa: PLC0415

    file = RouteFile(begin())
    found = file.ask(lambda dsn: tried(file, dsn, candidate, days))
    show(document(found), "\n".join(told(found)), as_json=as_json)
    if found.refusal:
        raise typer.Exit(1)
