"""`poort db`: bring a server to the schema of this release, and check that it is there."""

import typer

from cli.output import Json, show
from cli.start import begin
from proxy import database
from proxy.errors import OperatorError

app = typer.Typer()


@app.command()
def upgrade(as_json: Json = False) -> None:
    """Make missing databases and roles and run missing revisions; running it again changes nothing."""
    settings = begin()
    with database.open_cluster(settings) as cluster:
        done = database.upgrade(cluster)
    show({"done": done}, "\n".join(done) or "nothing to do: the schema is that of this release", as_json=as_json)


@app.command()
def check(as_json: Json = False) -> None:
    """Say whether schema and grants are those of this release; exit code 1 with what differs."""
    settings = begin()
    with database.open_cluster(settings) as cluster:
        problems = database.check(cluster)
    if as_json:
        show({"ok": not problems, "problems": problems}, "", as_json=True)
    if problems:
        raise OperatorError("the database differs from this release:\n" + "\n".join(problems))
    if not as_json:
        show(None, "schema and grants are those of this release", as_json=False)
