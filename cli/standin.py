"""`poort standin`: the stand-in of SONAR, and what an operator would hand over from it.

Rules: without a sub-command it serves; exit code 1 and the reason when a data directory belongs to another seed. The same
commands work as `python -m adapters.legacy_sonar.standin`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from adapters.legacy_sonar.standin.command import main

app = typer.Typer(help="Stand-in of SONAR: serves; or writes what an operator would import.", no_args_is_help=False)
Clients = Annotated[int, typer.Option(help="number of persons")]
Seed = Annotated[int, typer.Option(help="the same seed gives the same persons")]
Keep = Annotated[Path | None, typer.Option(help="where changes are kept; without it they end with the process")]


def _end(*arguments: str) -> None:
    raise typer.Exit(main([argument for argument in arguments if argument]))


@app.callback(invoke_without_command=True, no_args_is_help=False)
def serve(  # noqa: PLR0913, PLR0917 - one option each
    context: typer.Context,
    port: Annotated[int, typer.Option(help="main port")] = 8200,
    control_port: Annotated[int, typer.Option(help="port for tests; -1 = none")] = -1,
    clients: Clients = 2000,
    seed: Seed = 1,
    data_dir: Keep = None,
    host: Annotated[str, typer.Option(help="address to listen on")] = "127.0.0.1",
    session_timeout: Annotated[float, typer.Option(help="idle seconds")] = 1800.0,
    login_limit: Annotated[int, typer.Option(help="log-ins a minute in all, then busy; 0 = no limit")] = 0,
    frozen: Annotated[str, typer.Option(help="freeze the clock at this ISO moment")] = "",
) -> None:
    """Serve `/sonar_nld/start.swe` and `/eai_nld/start.swe` until a signal comes."""
    if context.invoked_subcommand is None:
        numbers = {"port": port, "control-port": control_port, "clients": clients, "seed": seed}
        limits = {"session-timeout": session_timeout, "login-limit": login_limit, "host": host}
        options = [f"--{name}={value}" for name, value in (numbers | limits).items()]
        _end("serve", *options, f"--data-dir={data_dir}" if data_dir else "", f"--frozen={frozen}" if frozen else "")


@app.command("export-directory")
def export_directory(  # noqa: PLR0913, PLR0917  options of a command
    users: Annotated[Path, typer.Option()],
    persons: Annotated[Path, typer.Option()],
    vacancies: Annotated[Path | None, typer.Option()] = None,
    appointments: Annotated[Path | None, typer.Option()] = None,
    clients: Clients = 2000,
    seed: Seed = 1,
) -> None:
    """Write users and persons, and vacancies and appointments where asked, as files that the gateway imports."""
    files = {"users": users, "persons": persons, "vacancies": vacancies, "appointments": appointments}
    named = [f"--{name}={path}" for name, path in files.items() if path]
    _end("export-directory", f"--clients={clients}", f"--seed={seed}", *named)


@app.command()
def samples(clients: Clients = 2000, seed: Seed = 1) -> None:
    """Print persons, vacancy and requests of the demo contract as JSON."""
    _end("samples", f"--clients={clients}", f"--seed={seed}")


@app.command()
def record() -> None:
    """Write the recorded answers anew."""
    _end("record")


@app.command()
def document() -> None:
    """Print the control tables of docs/legacy-surface.md."""
    _end("document")
