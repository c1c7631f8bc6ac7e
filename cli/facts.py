"""`poort facts`: import a delivery, the files that the legacy's administrators hand over together, in one go."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

import typer

from cli import persons, users, vacancies
from cli.output import Json, show
from cli.secret import secret_key
from cli.start import begin
from proxy import database
from proxy.errors import OperatorError

app = typer.Typer()
FILES = ("users.csv", "persons.csv", "vacancies.csv", "appointments.csv")
"""What a delivery may hold, in the order in which one rests on the other."""


@app.callback()
def facts() -> None:
    """Import the facts that rules need."""


@app.command("import")
def import_(
    directory: Annotated[Path, typer.Argument(exists=True, file_okay=False, help=f"holds {', '.join(FILES)}")],
    as_json: Json = False,
) -> None:
    """Import every file of a delivery, each all or nothing; the first that is refused ends it."""
    found = [directory / name for name in FILES if (directory / name).exists()]
    if not found:
        raise OperatorError(f"{directory}: found none of the files; allowed are {', '.join(FILES)}")
    settings = begin()
    with database.open_cluster(settings) as cluster:
        imports = _imports(secret_key(settings), cluster.dsn(database.Role.WORKER))
        result = {file.stem: imports[file.name](file) for file in found}
    lines = (f"{name}: {', '.join(f'{what} {count}' for what, count in done.items())}" for name, done in result.items())
    show(result, "\n".join(lines), as_json=as_json)


def _imports(secret: bytes, dsn: str) -> Mapping[str, Callable[[Path], dict[str, int]]]:
    """Give what imports each of the files."""
    return {
        "users.csv": lambda file: users.import_users(file, secret, dsn),
        "persons.csv": lambda file: persons.import_persons(file, secret, dsn),
        "vacancies.csv": lambda file: vacancies.import_vacancies(file, dsn),
        "appointments.csv": lambda file: persons.import_appointments(file, dsn),
    }
