"""`poort persons`: import what decides about persons, and appointments with them. BSNs become digests and sealed identities before they are stored."""

import secrets
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import structlog
import typer

from cli.output import Json, progress, show
from cli.secret import secret_key
from cli.start import begin
from proxy import database
from proxy.accesslog.persons import NONCE, Keyring, sealer
from proxy.errors import OperatorError
from proxy.facts import dossier, planning
from proxy.facts.importing import store
from proxy.facts.store import region_table
from proxy.identity.binding import birth_mark, person_id
from proxy.model.person import PersonId

app = typer.Typer()
log = structlog.get_logger()
ZONE = ZoneInfo("Europe/Amsterdam")


@app.callback()
def persons() -> None:
    """Import the facts about persons that rules need."""


@app.command("import")
def import_(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)], as_json: Json = False) -> None:
    """Import facts of persons from a CSV file, all or nothing; existing ones are replaced where they differ."""
    settings = begin()
    with database.open_cluster(settings) as cluster:
        result = import_persons(file, secret_key(settings), cluster.dsn(database.Role.WORKER))
    show(result, ", ".join(f"{name} {count}" for name, count in result.items()), as_json=as_json)


def import_persons(file: Path, secret: bytes, dsn: str) -> dict[str, int]:
    """Import one file of facts of persons, and say what became of its rows."""
    report, today = dossier.Report(), datetime.now(ZONE).date()
    how = dossier.Reading(region_table(), _identify(secret), file.name, today, partial(birth_mark, secret))
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = _counted(dossier.read(lines, how, report), file)
        try:
            done = store.import_persons(dsn, rows, _seal(secret), lambda: report.refused > 0)
        except OperatorError as refused:
            more = f"\n({report.refused} rows in all)" if report.refused > len(report.problems) else ""
            raise OperatorError(f"{refused}\n" + "\n".join(report.problems) + more) from None
    _note_unplaced(report)
    return {
        "persons": report.rows,
        "added": done.added,
        "changed": done.changed,
        "unchanged": done.unchanged,
        "without_bsn": report.without_bsn,
        "without_region": report.without_region,
    }


def _note_unplaced(report: dossier.Report) -> None:
    """Write a work item into the operational log: whoever has no region is nobody's until somebody mends it."""
    if report.unplaced:
        log.warning(
            "data quality: persons without a region are seen by nobody through their region",
            municipalities={code or "none": count for code, count in sorted(report.unplaced.items())},
            persons=report.without_region,
            todo="correct the municipality in the legacy, or add its region to the dated table, and import again",
        )


@app.command()
def appointments(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)], as_json: Json = False) -> None:
    """Import appointments (row_id, user, day), all or nothing; they become exactly those of the file."""
    settings = begin()
    with database.open_cluster(settings) as cluster:
        result = import_appointments(file, cluster.dsn(database.Role.WORKER))
    show(result, ", ".join(f"{name} {count}" for name, count in result.items()), as_json=as_json)


def import_appointments(file: Path, dsn: str) -> dict[str, int]:
    """Import one file of appointments, and say what became of its rows."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        planned = planning.appointments(lines, file.name)
    done = store.import_appointments(dsn, planned)
    return {"added": done.added, "removed": done.changed, "unchanged": done.unchanged}


def _identify(secret: bytes) -> Callable[[str | None, str], PersonId]:
    def identify(bsn: str | None, row_id: str) -> PersonId:
        return person_id(secret, bsn=bsn, row_id=row_id)

    return identify


def _seal(secret: bytes) -> Callable[[bytes], bytes]:
    sealing = sealer(Keyring(secret))

    def seal(plain: bytes) -> bytes:
        return sealing.seal(plain, secrets.token_bytes(NONCE))

    return seal


def _counted(rows: Iterator[dossier.PersonRow], file: Path) -> Iterator[dossier.PersonRow]:
    with file.open("rb") as lines:
        total = sum(1 for _ in lines) - 1
    with progress("persons", max(total, 0)) as advance:
        for row in rows:
            yield row
            advance()
