"""The command line of the stand-in, for `poort standin` and for `python -m adapters.legacy_sonar.standin`.

Exit codes: 0 done, 1 refused with the reason, 2 wrong use.
"""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from adapters.legacy_sonar.standin import operator, record, server
from adapters.legacy_sonar.standin.document import tables
from adapters.legacy_sonar.standin.store import WrongDirectoryError


def _seed(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--clients", type=int, default=2000, help="number of persons")
    parser.add_argument("--seed", type=int, default=1)


def _serve(parser: argparse.ArgumentParser) -> None:
    _seed(parser)
    parser.add_argument("--port", type=int, default=8200)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument(
        "--control-port", type=int, default=-1, help="port for tests, always on 127.0.0.1; off by default"
    )
    parser.add_argument("--data-dir", type=Path, help="where changes are kept; without it they end with the process")
    parser.add_argument("--session-timeout", type=float, default=1800.0, help="idle seconds")
    parser.add_argument("--login-limit", type=int, default=0, help="log-ins a minute in all, then busy; 0 = no limit")
    parser.add_argument("--frozen", help="freeze the clock at this ISO moment; makes session ids repeatable")


def parser() -> argparse.ArgumentParser:
    """All commands; none at all means serve."""
    top = argparse.ArgumentParser(prog="standin", description="Stand-in of SONAR")
    commands = top.add_subparsers(dest="command")
    _serve(commands.add_parser("serve", help="listen (the default)"))
    directory = commands.add_parser(
        "export-directory", help="users and persons as an operator would import them into the gateway"
    )
    _seed(directory)
    directory.add_argument("--users", type=Path, required=True)
    directory.add_argument("--persons", type=Path, required=True)
    directory.add_argument("--vacancies", type=Path, help="write the vacancies too")
    directory.add_argument("--appointments", type=Path, help="write appointments too, counted from today")
    _seed(commands.add_parser("samples", help="persons, vacancy and requests of the demo contract, as JSON"))
    recorded = commands.add_parser("record", help="write the recorded answers")
    recorded.add_argument("--into", type=Path, default=record.ANSWERS)
    commands.add_parser("document", help="the control tables of docs/legacy-surface.md")
    return top


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit code comes back."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given or (given[0].startswith("-") and given[0] not in ("-h", "--help")):
        given.insert(0, "serve")
    chosen = parser().parse_args(given)
    try:
        _run(chosen)
    except (WrongDirectoryError, operator.TooFewError, OSError) as error:
        sys.stderr.write(f"refused: {error}\n")
        return 1
    return 0


def _run(chosen: argparse.Namespace) -> None:
    if chosen.command == "serve":
        server.run(
            server.Options(
                chosen.port,
                chosen.control_port,
                chosen.clients,
                chosen.seed,
                chosen.data_dir,
                chosen.host,
                chosen.session_timeout,
                chosen.login_limit,
                chosen.frozen,
            )
        )
    elif chosen.command == "export-directory":
        operator.write_users(chosen.users)
        operator.write_persons(chosen.persons, chosen.clients, chosen.seed)
        if chosen.vacancies:
            operator.write_vacancies(chosen.vacancies, chosen.clients, chosen.seed)
        if chosen.appointments:
            today = datetime.now(ZoneInfo("Europe/Amsterdam")).date()
            operator.write_appointments(chosen.appointments, chosen.clients, chosen.seed, today)
    elif chosen.command == "samples":
        sys.stdout.write(operator.samples_json(chosen.clients, chosen.seed) + "\n")
    elif chosen.command == "record":
        record.write(chosen.into)
    else:
        sys.stdout.write(tables() + "\n")
