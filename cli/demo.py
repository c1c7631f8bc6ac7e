"""`poort demo`: the whole system on an embedded PostgreSQL, with seeded people, for a look, a test or a bench.

Rules: stdout carries the result alone (one JSON line with --json, else where to click); every process writes its log
under the data directory; a second start goes on with the data it finds; SIGINT and SIGTERM stop everybody, exit 0.
"""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from cli.supervise import Child, Family, until_signal
from proxy import embedded
from proxy.database import SERVER, Database, Role, described, upgrade
from proxy.errors import OperatorError
from proxy.postgres.client import write_secret
from proxy.routing.edit import written
from proxy.settings import LIVE_FILE, load

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_DIRECTORY = Path(".poort")
HOST = "127.0.0.1"
SEED = 1
ZONE = ZoneInfo("Europe/Amsterdam")
USERS = "users.csv"
BROUGHT = ("users", "persons", "vacancies", "appointments")
"""Files of facts that the stand-in's administrators deliver."""
COVER = ("EXP0101", "IDV0211", "AM01", "TLE0101")
"""Who stands in for whom in the demo, in which region, and by which team manager."""
SHOWN = (("vacancies", "stage", "read"), ("vacancies", "ramp", "100"), ("contact_notes", "stage", "shadow"))
"""How far groups are in the demo: vacancies come from newcore, contact notes are compared, the rest is legacy's."""
FILLING = "BATCH"
"""Role of the account under which backfill and sync read the legacy."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a demo lies and which ports it uses."""

    directory: Path
    base: int
    clients: int

    def port(self, offset: int) -> int:
        """Give a port: gateway +0, console +10, newcore +20, stand-in +120, its control port +121."""
        return self.base + offset

    def url(self, offset: int) -> str:
        """Give the address of one of the processes."""
        return f"http://{HOST}:{self.port(offset)}"

    def file(self, name: str) -> Path:
        """Name a file of the demo."""
        return self.directory / name


def demo(  # noqa: PLR0913, PLR0917  options of a command
    data_dir: Annotated[Path, typer.Option(help="where everything is kept")] = DEFAULT_DIRECTORY,
    port_base: Annotated[int, typer.Option(min=1024, max=65000, help="gateway +0, newcore +20, stand-in +120")] = 8080,
    clients: Annotated[int, typer.Option(min=50, max=1_000_000, help="seeded persons")] = 2000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="gateway processes that share the port")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON line when everything answers")] = False,
    traffic: Annotated[float, typer.Option(min=0, help="requests a second of scripted legacy clients")] = 0,
) -> None:
    """Run the whole system, seeded, until Ctrl-C."""
    place = Place(data_dir.resolve(), port_base, clients)
    family = Family()
    server: embedded.Server | None = None
    try:
        place.directory.mkdir(parents=True, exist_ok=True)
        settle_files(place)
        server = embedded.start(place.file(SERVER))
        result = raise_family(place, family, workers)
        print(json.dumps(result) if as_json else told(result), flush=True)
        if traffic:
            family.add(child(place, "traffic", "traffic", "--rps", str(traffic), "--target", result["gateway"]))
        until_signal(lambda: tend(place, family, server))
    finally:
        family.stop()
        if server is not None:
            embedded.stop(place.file(SERVER))


def settle_files(place: Place) -> None:
    """Write the files that a running demo is found by; the routing file is the demo's own copy, for flips."""
    routing = place.file("routing.yaml")
    if not routing.exists():
        routing.write_text(shown((ROOT / "routing.yaml").read_text(encoding="utf-8")), encoding="utf-8")
    place.file("logs").mkdir(exist_ok=True)
    place.file("instances").mkdir(exist_ok=True)
    if not all(place.file(f"{name}.csv").exists() for name in BROUGHT):
        files = (option for name in BROUGHT for option in (f"--{name}", str(place.file(f"{name}.csv"))))
        standin(place, "export-directory", *files)
    place.file(LIVE_FILE).unlink(missing_ok=True)
    write_secret(place.file(LIVE_FILE), "".join(f"{key}={text}\n" for key, text in live(place).items()))


def shown(routing: str) -> str:
    """Give the routing file in which something can be seen to move: a group that is read, one that is compared."""
    for group, key, value in SHOWN:
        routing = written(routing, ("groups", group, key), value)
    return routing


def live(place: Place) -> dict[str, str]:
    """List the settings that make a command talk to this demo."""
    filling = next(row for row in rows_of(place.file(USERS)) if row["role"] == FILLING)
    return {
        "POORT_ROUTING_FILE": str(place.file("routing.yaml")),
        "POORT_AUTHORISATION_FILE": str(ROOT / "authorisation.yaml"),
        "POORT_GATEWAY_LISTEN": f"{HOST}:{place.port(0)}",
        "POORT_CONSOLE_LISTEN": f"{HOST}:{place.port(10)}",
        "POORT_NEWCORE_LISTEN": f"{HOST}:{place.port(20)}",
        "POORT_STANDIN_LISTEN": f"{HOST}:{place.port(120)}",
        "POORT_LEGACY_URL": place.url(120),
        "POORT_NEWCORE_URL": place.url(20),
        "POORT_LEGACY_USER": filling["user"],
        "POORT_LEGACY_PASSWORD": filling["password"],
        "POORT_LEGACY_READS": "500",
    }


def raise_family(place: Place, family: Family, workers: int) -> dict[str, Any]:
    """Bring up the database, the cores, the facts, the gateway; give the contract's JSON."""
    settings = load({"POORT_DATA_DIR": str(place.directory)})
    cluster = described(settings, owner(place))
    upgrade(cluster)
    legacy = family.add(
        child(
            place, "standin", "standin", "--port", str(place.port(120)), "--control-port", str(place.port(121)),
            "--clients", str(place.clients), "--seed", str(SEED), "--data-dir", str(place.file("standin")),
        )
    )  # fmt: skip
    newcore = family.add(child(place, "newcore", "newcore"))
    gateway = family.add(child(place, "gateway", "gateway", "--workers", str(workers)))
    import_directory(place)
    family.await_url(legacy, place.url(120) + "/sonar_nld/start.swe")
    family.await_url(newcore, place.url(20) + "/health")
    run(place, "backfill", "vacancies", "--once")
    family.add(child(place, "worker", "worker"))
    family.await_url(gateway, place.url(0) + "/sonar_nld/start.swe")
    return contract(place, cluster.dsn(Role.READER, Database.GATEWAY))


def import_directory(place: Place) -> None:
    """Import facts as an operator would, once: what the legacy's administrators deliver, and one cover."""
    done = place.file("imported")
    if done.exists():
        return
    run(place, "facts", "import", str(place.directory))
    user, colleague, region, manager = COVER
    until = (datetime.now(ZONE).date() + timedelta(days=41)).isoformat()
    run(place, "users", "cover", user, "--for", colleague, "--region", region, "--by", manager, "--until", until)
    done.touch()


def contract(place: Place, database: str) -> dict[str, Any]:
    """Make the one JSON object of the public contract."""
    samples = json.loads(standin(place, "samples"))
    return {
        "gateway": place.url(0),
        "console": None,
        "newcore": place.url(20),
        "legacy": place.url(120),
        "database": database,
        "users": accounts(place.file(USERS)),
        "console_users": [],
        **{key: samples[key] for key in ("clients", "vacancy", "requests")},
    }


def accounts(path: Path) -> list[dict[str, object]]:
    """List the users with their passwords: seeded ones, of the demo alone."""
    return [
        {
            "user": row["user"],
            "password": row["password"],
            "role": row["role"],
            "organisation": row["organisation_code"],
            "regions": row["regions"].split(),
        }
        for row in rows_of(path)
    ]


def rows_of(path: Path) -> list[dict[str, str]]:
    """Read the file of users."""
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def tend(place: Place, family: Family, server: embedded.Server) -> None:
    """Keep database and processes alive."""
    if embedded.running(place.file(SERVER)) is None:
        embedded.start(place.file(SERVER), server.port)
    family.tend()


def owner(place: Place) -> str:
    """Give the owner's address of the running embedded server."""
    server = embedded.running(place.file(SERVER))
    if server is None:
        raise OperatorError(f"{place.file(SERVER)}: PostgreSQL stopped by itself; its log says why")
    return server.owner


def child(place: Place, name: str, *command: str) -> Child:
    """Describe one process of the demo."""
    return Child(name, (*poort(), *command), served(place), place.file("logs") / f"{name}.log")


def served(place: Place) -> dict[str, str]:
    """Give a lasting process the server's address: it never starts the server itself, which is the supervisor's to do.

    A child that restarts while the server is down would start it on another port, and the two would not meet again.
    """
    server = embedded.running(place.file(SERVER))
    return environment(place) | ({"POORT_DATABASE_URL": server.owner} if server else {})


def run(place: Place, *command: str) -> str:
    """Run one command of ours against the demo; raises OperatorError with what it said."""
    return ended((*poort(), *command), environment(place))


def standin(place: Place, command: str, *options: str) -> str:
    """Ask the stand-in's seed something."""
    module = (sys.executable, "-m", "adapters.legacy_sonar.standin", command)
    return ended((*module, "--clients", str(place.clients), "--seed", str(SEED), *options), environment(place))


def ended(command: tuple[str, ...], environment: Mapping[str, str]) -> str:
    """Run a command to its end and give what it printed."""
    done = subprocess.run(command, env=dict(environment), capture_output=True, text=True, check=False)
    if done.returncode:
        raise OperatorError(f"{' '.join(command[-3:])} ended with {done.returncode}: {done.stderr.strip()[-2000:]}")
    return done.stdout


def poort() -> tuple[str, ...]:
    """Give the command that runs ours, under the same interpreter."""
    return (sys.executable, "-m", "cli")


def environment(place: Place) -> dict[str, str]:
    """Give the environment of a process of this demo: ours is what the data directory says."""
    inherited = {key: text for key, text in os.environ.items() if not key.startswith("POORT_")}
    paths = os.pathsep.join(filter(None, (str(ROOT), inherited.get("PYTHONPATH"))))
    return {**inherited, "POORT_DATA_DIR": str(place.directory), "PYTHONPATH": paths}


def told(result: Mapping[str, Any]) -> str:
    """Say where to click."""
    first = result["users"][0]
    return (
        f"Sonarpoort draait.\n"
        f"  SONAR door de poort   {result['gateway']}/sonar_nld/start.swe\n"
        f"  aanmelden             {first['user']} / {first['password']}   (rol {first['role']})\n"
        f"  nieuwe kern           {result['newcore']}/docs\n"
        f"  SONAR zelf            {result['legacy']}/sonar_nld/start.swe\n"
        f"Ctrl-C stopt alles."
    )
