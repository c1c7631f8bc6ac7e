"""How commands show results: the same value for people and for programs.

Rules: `--json` prints one JSON value, or one a line for rows; progress is shown on a terminal only and never on stdout.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Protocol

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

Json = Annotated[bool, typer.Option("--json", help="print the result as JSON")]


class Advance(Protocol):
    """Tell that so much more is done."""

    def __call__(self, steps: int = 1) -> None:
        """Count steps."""


def line(value: object) -> str:
    """Write a value as one line of JSON."""
    return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def show(value: object, told: str, *, as_json: bool) -> None:
    """Print a result: as JSON, or as it is told to a person."""
    print(line(value) if as_json else told)


def show_rows(rows: Iterable[Mapping[str, object]], *, as_json: bool) -> None:
    """Print rows as they come: one JSON object a line, or columns with tabs between them under a heading."""
    heading: tuple[str, ...] | None = None
    for row in rows:
        if as_json:
            print(line(row), flush=True)
            continue
        if heading is None:
            heading = tuple(row)
            print("\t".join(heading))
        print("\t".join("-" if row[name] is None else str(row[name]) for name in heading), flush=True)


def tell(message: str) -> None:
    """Say something on the way; not part of the result."""
    print(message, file=sys.stderr, flush=True)


@contextmanager
def progress(label: str, total: int) -> Iterator[Advance]:
    """Show a bar while long work goes on, on a terminal; in a pipe nothing."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _silent
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(label, total=total)

        def advance(steps: int = 1) -> None:
            bar.advance(task, steps)

        yield advance


def _silent(steps: int = 1) -> None:
    """Count nothing."""
    del steps
