"""`poort vacancies`: import the vacancies on which matches, cards and grants depend. They hold no personal data."""

from pathlib import Path
from typing import Annotated

import typer

from cli.output import Json, show
from cli.start import begin
from proxy import database
from proxy.facts import planning
from proxy.facts.importing import store
from proxy.facts.store import region_table

app = typer.Typer()


@app.callback()
def vacancies() -> None:
    """Import the vacancies that rules need."""


@app.command("import")
def import_(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)], as_json: Json = False) -> None:
    """Import vacancies from a CSV file, all or nothing; those that it does not name stay as they are."""
    settings = begin()
    with database.open_cluster(settings) as cluster:
        result = import_vacancies(file, cluster.dsn(database.Role.WORKER))
    show(result, ", ".join(f"{name} {count}" for name, count in result.items()), as_json=as_json)


def import_vacancies(file: Path, dsn: str) -> dict[str, int]:
    """Import one file of vacancies, and say what became of its rows."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        planned = planning.vacancies(lines, region_table(), file.name)
    done = store.import_vacancies(dsn, planned)
    return {"added": done.added, "changed": done.changed, "unchanged": done.unchanged}
