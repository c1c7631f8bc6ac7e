"""`poort users`: import the directory, close and open accounts. What is changed holds from the next request on."""

from pathlib import Path
from typing import Annotated

import typer

from cli.output import Json, show
from cli.secret import secret_key
from cli.start import begin
from proxy import database
from proxy.facts import directory, store
from proxy.identity.binding import normalise, person_id

app = typer.Typer()
By = Annotated[str, typer.Option("--by", help="who decided it")]


@app.command("import")
def import_(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)], as_json: Json = False) -> None:
    """Import accounts and authorisations from a CSV file, all or nothing; the users it names get exactly its rows."""
    settings = begin()
    secret = secret_key(settings)

    def identify(bsn: str) -> bytes | None:
        return person_id(secret, bsn=bsn, row_id=None).digest if normalise(bsn) else None

    read = directory.read(file.read_text(encoding="utf-8-sig"), store.region_table(), identify, file.name)
    with database.open_cluster(settings) as cluster:
        done = store.import_users(cluster.dsn(database.Role.WORKER), read)
    result = {
        "accounts": len(read.accounts),
        "authorisations": len(read.authorisations),
        "added": done.added,
        "changed": done.changed,
        "unchanged": done.unchanged,
    }
    show(result, ", ".join(f"{name} {count}" for name, count in result.items()), as_json=as_json)


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
