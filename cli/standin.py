"""`poort standin`: the stand-in of SONAR, and what an operator would hand over from it.

Rules: the command line is the stand-in's own (`python -m adapters.legacy_sonar.standin --help`); this file only passes it on,
so that both ways of starting it can never differ.
"""

from __future__ import annotations

import typer

from adapters.legacy_sonar.standin.command import main

app = typer.Typer(
    help="Stand-in of SONAR: serve (default), export-directory, samples, record, document.",
    invoke_without_command=True,
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []},
)


@app.callback(invoke_without_command=True)
def standin(context: typer.Context) -> None:
    """Pass everything behind `poort standin` on, and end with its exit code."""
    raise typer.Exit(main(list(context.args)))
