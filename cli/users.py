"""`poort users`: import the directory, cover colleagues, close and open accounts. It holds from the next request on."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from cli.output import Json, show
from cli.secret import secret_key
from cli.start import begin
from proxy import database
from proxy.facts import directory
from proxy.facts.cover import Wish, problems
from proxy.facts.importing import store
from proxy.facts.store import region_table
from proxy.identity.binding import normalise, person_id

app = typer.Typer()
ZONE = ZoneInfo("Europe/Amsterdam")
DAY = "%Y-%m-%d"
By = Annotated[str, typer.Option("--by", help="who decided it")]


@app.command("import")
def import_(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)], as_json: Json = False) -> None:
    """Import accounts and authorisations from a CSV file, all or nothing; the users it names get exactly its rows."""
    settings = begin()
    with database.open_cluster(settings) as cluster:
        result = import_users(file, secret_key(settings), cluster.dsn(database.Role.WORKER))
    show(result, ", ".join(f"{name} {count}" for name, count in result.items()), as_json=as_json)


def import_users(file: Path, secret: bytes, dsn: str) -> dict[str, int]:
    """Import one file of accounts, and say what became of its rows."""

    def identify(bsn: str) -> bytes | None:
        return person_id(secret, bsn=bsn, row_id=None).digest if normalise(bsn) else None

    read = directory.read(file.read_text(encoding="utf-8-sig"), region_table(), identify, file.name)
    done = store.import_users(dsn, read)
    return {
        "accounts": len(read.accounts),
        "authorisations": len(read.authorisations),
        "added": done.added,
        "changed": done.changed,
        "unchanged": done.unchanged,
    }


@app.command()
def cover(  # noqa: PLR0913, PLR0917  options of a command
    user: Annotated[str, typer.Argument(help="who stands in")],
    colleague: Annotated[str, typer.Option("--for", help="whose caseload")],
    region: Annotated[str, typer.Option("--region", help="AM code of the region of both")],
    until: Annotated[datetime, typer.Option("--until", formats=[DAY], help="last day, at most six weeks on")],
    by: Annotated[str, typer.Option("--by", help="team manager of the region who grants it")],
    begins: Annotated[
        datetime | None, typer.Option("--from", formats=[DAY], help="first day; today if left out")
    ] = None,
    as_json: Json = False,
) -> None:
    """Let an account stand in for a colleague (RG13); the same first day again changes the last one."""
    settings = begin()
    today = datetime.now(ZONE).date()
    wish = Wish(user, colleague, begins.date() if begins else today, until.date(), region, by)
    with database.open_cluster(settings) as cluster:
        dsn = cluster.dsn(database.Role.WORKER)
        known = store.accounts(dsn, (user, colleague, by))
        store.cover(dsn, wish, tuple(problems(wish, known, region_table(), today)))
    result = asdict(wish)
    show(result, ", ".join(f"{name} {value}" for name, value in result.items()), as_json=as_json)


@app.command()
def lock(
    user: str,
    reason: Annotated[str, typer.Option("--reason", help="why, for whoever asks later")],
    by: By,
    as_json: Json = False,
) -> None:
    """Close an account: its next request is refused, at every gateway."""
    settings = begin()
    with database.open_cluster(settings) as cluster:
        store.lock(cluster.dsn(database.Role.WORKER), user, reason, by)
    show({"user": user, "locked": True}, f"{user} is locked", as_json=as_json)


@app.command()
def unlock(user: str, as_json: Json = False) -> None:
    """Open an account again."""
    settings = begin()
    with database.open_cluster(settings) as cluster:
        store.unlock(cluster.dsn(database.Role.WORKER), user)
    show({"user": user, "locked": False}, f"{user} is open", as_json=as_json)
