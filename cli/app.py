"""The `poort` command: one file an area, found through one list.

Rules:
1. An area is a row of AREAS and a file `cli/<area>.py` that has `app` (a typer.Typer) or a function of the area's name.
   Nothing else is needed: the row is where the area's line in the help stands.
2. Only the area that is asked for is imported: `poort log show` does not pay for the proxy's libraries, and a fault in one
   area leaves the others working.
3. Exit codes: 0 done, 1 refused (the reason is on stderr), 2 wrong use. A result goes to stdout, everything else to stderr.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

import typer

from proxy.errors import PoortError

REFUSED = 1
type Command = Callable[..., object]


@dataclass(frozen=True, slots=True)
class Area:
    """A group of commands and its line in the help."""

    name: str
    purpose: str

    @property
    def module(self) -> str:
        """Name the file of the area."""
        return f"cli.{self.name.replace('-', '_')}"


AREAS = (
    Area("demo", "run the whole system, seeded, on an embedded PostgreSQL"),
    Area("gateway", "run the intercepting proxy"),
    Area("console", "run the web console"),
    Area("newcore", "run the new core"),
    Area("standin", "run the stand-in of the legacy application"),
    Area("worker", "run the sync of the new core and sign checkpoints of the log"),
    Area("traffic", "play scripted legacy clients against a gateway"),
    Area("routes", "which core answers which function: check, advance, ramp, roll back, kill"),
    Area("policy", "who may see what: check, explain, diff, document, reach"),
    Area("log", "the access log: show, verify"),
    Area("facts", "import all files of a delivery: users, persons, vacancies, appointments"),
    Area("users", "import, cover, lock and unlock users"),
    Area("persons", "import the facts about persons that rules need, and appointments with them"),
    Area("vacancies", "import the vacancies that rules need"),
    Area("retention", "plan, approve and run what is really deleted"),
    Area("db", "bring databases, roles and grants to this release, and check them"),
    Area("backfill", "fill the new core from the legacy"),
    Area("reconcile", "compare the new core with the legacy"),
)


def existing() -> tuple[Area, ...]:
    """List the areas whose file is there."""
    return tuple(area for area in AREAS if find_spec(area.module) is not None)


def build(asked: str | None) -> typer.Typer:
    """Make the command with the asked area mounted and the others named in the help."""
    app = typer.Typer(
        name="poort",
        help="Sonarpoort: the gateway in front of the legacy, and the way out of it.",
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_root)
    for area in existing():
        if area.name == asked:
            _mount(app, area)
        else:
            app.command(area.name, help=area.purpose)(_unmounted)
    return app


def main(words: Sequence[str] | None = None) -> None:
    """Run `poort`; a refusal is one message on stderr and exit code 1."""
    given = list(sys.argv[1:] if words is None else words)
    asked = next((word for word in given if not word.startswith("-")), None)
    try:
        build(asked)(args=given, prog_name="poort")
    except PoortError as refusal:
        print(f"poort: {refusal}", file=sys.stderr)
        sys.exit(REFUSED)


def _mount(app: typer.Typer, area: Area) -> None:
    module = import_module(area.module)
    found = getattr(module, "app", None)
    own: Command | None = getattr(module, area.name.replace("-", "_"), None)
    function = own if found is None else _single(found, area)
    if function is not None:
        app.command(area.name, help=area.purpose)(function)
    elif isinstance(found, typer.Typer):
        found.info.no_args_is_help = True
        app.add_typer(found, name=area.name, help=area.purpose)
    else:
        raise LookupError(f"{area.module}: has neither `app` (a typer.Typer) nor a function {area.name}")


def _single(found: typer.Typer, area: Area) -> Command | None:
    """Give the function of an area that is one command, such as `poort worker`; None where it has commands of its own."""
    if len(found.registered_commands) != 1 or found.registered_groups or found.registered_callback:
        return None
    only = found.registered_commands[0]
    name = only.name or getattr(only.callback, "__name__", "").replace("_", "-")
    return only.callback if name == area.name else None


def _root() -> None:
    """Take the place of a callback, so that the root stays a group however few areas there are."""


def _unmounted() -> None:
    """Stand in the help for an area that was not asked for."""
