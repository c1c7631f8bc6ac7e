"""`poort policy`: check the authorisation matrix, and explain what it says."""

from importlib.resources import files
from typing import Annotated

import typer

from cli.output import Json, show, show_rows
from cli.start import begin
from proxy.catalogue.load import load as load_catalogue
from proxy.errors import OperatorError
from proxy.model.principal import OrganisationKind, Role
from proxy.policy import matrix
from proxy.policy.explain import Line, explain
from proxy.settings import Settings

app = typer.Typer()


@app.command()
def check(as_json: Json = False) -> None:
    """Load the matrix against the catalogue; exit code 1 with file, line, what was found and what is allowed."""
    loaded = _matrix(begin())
    result = {"hash": loaded.hash, "roles": len(loaded.roles), "functions": len(loaded.subjects)}
    result |= {"rules": len(loaded.rules), "cells": sum(len(each.outcomes) for each in loaded.target.cells.values())}
    show(result, "in orde: " + ", ".join(f"{name} {value}" for name, value in result.items()), as_json=as_json)


@app.command("explain")
def explain_(
    role: Role,
    function: str,
    organisation: Annotated[OrganisationKind, typer.Option(help="kind of organisation of the authorisation")],
    everybody: Annotated[bool, typer.Option("--all", help="protected persons too, not only ordinary ones")] = False,
    as_json: Json = False,
) -> None:
    """Show what a role sees in a function, per relation, and by which rules; with the text that compliance signed."""
    loaded = _matrix(begin())
    if function not in loaded.subjects:
        raise OperatorError(f"found function {function!r}; allowed: {', '.join(loaded.subjects)}")
    if loaded.cell(function, role, organisation) is None:
        show(
            {"allowed": False}, f"{role} heeft {function} niet: geweigerd voordat iets wordt verstuurd", as_json=as_json
        )
        return
    if not loaded.subjects[function].persons:
        show({"allowed": True, "rules": ["RG0"]}, f"{function} toont geen personen: toegestaan (RG0)", as_json=as_json)
        return
    lines = [
        each for each in explain(loaded, role, function, organisation) if everybody or each.protection == "ordinary"
    ]
    show_rows([_row(each) for each in lines], as_json=as_json)
    if not as_json:
        used = {name for each in lines for name in each.rules}
        show(None, "\n".join(f"{rule.id}: {rule.text}" for rule in loaded.rules if rule.id in used), as_json=False)


def _row(line: Line) -> dict[str, object]:
    return {
        "relation": str(line.relation),
        "class": str(line.protection),
        "visible": ",".join(line.visible),
        "hidden": ",".join(line.hidden),
        "reason": str(line.reason),
        "rules": ",".join(line.rules),
    }


def _matrix(settings: Settings) -> matrix.Matrix:
    source = files("proxy.catalogue") / "functions.yaml"
    known = load_catalogue(source.read_text(encoding="utf-8"))
    file = settings.authorisation_file
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as fault:
        raise OperatorError(f"{file}: {fault.strerror}; POORT_AUTHORISATION_FILE names the matrix") from None
    return matrix.load(text, known, file.name)
