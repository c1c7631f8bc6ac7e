"""`poort log`: who saw whose data, and whether the log is whole.

Rules: a BSN is typed at a prompt or comes over stdin, never on the command line, where the shell's history and the process
list would keep it; it is digested at once. `--json` prints one object a line, newest first; people get a Dutch table.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Column, Table

from cli.output import Json, line, show
from cli.secret import secret_key
from cli.start import begin
from monitoring.checkpoint.store import KEY_FILE, PUBLIC_FILE, public_keys
from proxy.accesslog import whole
from proxy.accesslog.checkpoint import Signed, unshipped
from proxy.accesslog.persons import Keyring
from proxy.accesslog.reading import store
from proxy.accesslog.reading.question import OLDEST_FIRST, Question
from proxy.accesslog.record import candidates
from proxy.database import Cluster, Role, open_cluster
from proxy.errors import OperatorError
from proxy.identity.binding import normalise
from proxy.model.decision import Effect, Reason
from proxy.settings import Settings

app = typer.Typer()

POLL_SECONDS = 0.5
OVERLAP = timedelta(minutes=1)
"""Follow looks back so far, for what another gateway committed late."""

_DECISIONS = {"allow": "toegestaan", "deny": "geweigerd"}
_OUTCOMES = {
    "delivered": "afgeleverd",
    "client_gone": "client weg",
    "failed": "mislukt",
    "unknown": "onbekend",
}


class Decision(StrEnum):
    """What `--decision` may be."""

    ALLOW = "allow"
    DENY = "deny"


@app.command("show")
def show_log(  # noqa: PLR0913, PLR0917  options of a command
    user: Annotated[str | None, typer.Option("--user", help="account")] = None,
    function: Annotated[str | None, typer.Option("--function", help="function of the catalogue")] = None,
    decision: Annotated[Decision | None, typer.Option("--decision")] = None,
    reason: Annotated[Reason | None, typer.Option("--reason")] = None,
    reference: Annotated[str | None, typer.Option("--reference", help="number on a refusal: SP-XXXX-XXXX-XXXX")] = None,
    sessionless: Annotated[bool, typer.Option("--session-less", help="only requests without a known session")] = False,
    since: Annotated[datetime | None, typer.Option("--since", help="from this moment (local time)")] = None,
    until: Annotated[datetime | None, typer.Option("--until", help="before this moment (local time)")] = None,
    person: Annotated[bool, typer.Option("--person", help="ask for a BSN, or read it from stdin")] = False,
    row: Annotated[str | None, typer.Option("--row", help="row id of a person known by no BSN")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1_000_000)] = 50,
    follow: Annotated[bool, typer.Option("--follow", help="go on with what is recorded from now on")] = False,
    as_json: Json = False,
) -> None:
    """Show access records with the persons shown and withheld, and how the answer ended; newest first."""
    settings = begin()
    _check(reference)
    plain = _plain() if person else (f"row:{row}" if row else None)
    asked = Question(
        user=user,
        function=function,
        decision=decision.value if decision else None,
        reason=reason.value if reason else None,
        reference=reference,
        sessionless=sessionless,
        since=_aware(since),
        until=_aware(until),
        limit=limit,
    )
    with open_cluster(settings) as cluster:
        asked = _with_person(asked, plain, settings, cluster)
        lines = _followed(cluster, asked) if follow else _found(cluster, asked)
        _print(lines, as_json=as_json, at_once=follow)


@app.command()
def verify(
    checkpoints: Annotated[Path | None, typer.Option("--checkpoints", help="shipped checkpoints, one a line")] = None,
    public_key: Annotated[
        Path | None, typer.Option("--public-key", help="public keys of the signer, one a line")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check that no record was changed, moved, added or taken away; names the first broken row of each chain."""
    settings = begin()
    publics = public_keys(public_key or _public_file(settings))
    shipped = _shipped(checkpoints) if checkpoints else []
    with open_cluster(settings) as cluster, store.snapshot(cluster.dsn(Role.CONSOLE)) as connection:
        found = whole.evidence(store.checkpoints(connection), shipped, publics)
        verdict = whole.verdict(store.links(connection), found)
    since = None if verdict.last is None else (datetime.now(UTC) - verdict.last).total_seconds()
    show(whole.report(verdict, since), whole.told(verdict, since), as_json=as_json)
    if not verdict.whole:
        raise typer.Exit(1)


def _found(cluster: Cluster, asked: Question) -> Iterator[dict[str, object]]:
    with store.snapshot(cluster.dsn(Role.CONSOLE)) as connection:
        yield from store.lines(connection, asked)


def _followed(cluster: Cluster, asked: Question) -> Iterator[dict[str, object]]:
    """Give the newest records, oldest first, then every later one, each once: within a writer numbers come in order."""
    with store.snapshot(cluster.dsn(Role.CONSOLE)) as connection:
        after = store.ends(connection, datetime.now(UTC) - OVERLAP)
        first = list(store.lines(connection, asked))
    yield from reversed(first)
    while True:
        time.sleep(POLL_SECONDS)
        recent = datetime.now(UTC) - OVERLAP
        window = replace(asked, since=max(recent, asked.since or recent), limit=None, order=OLDEST_FIRST, after=after)
        with store.snapshot(cluster.dsn(Role.CONSOLE)) as connection:
            ends = store.ends(connection, recent)
            yield from store.lines(connection, window)
        after = {**after, **ends}


def _with_person(asked: Question, plain: str | None, settings: Settings, cluster: Cluster) -> Question:
    if plain is None:
        return asked
    with store.snapshot(cluster.dsn(Role.CONSOLE)) as connection:
        return replace(asked, persons=store.references(connection, Keyring(secret_key(settings)), plain))


def _plain() -> str:
    """Ask for a BSN without showing it; refuses what is none."""
    typed = typer.prompt("BSN", hide_input=True, err=True) if sys.stdin.isatty() else sys.stdin.readline()
    number = normalise(typed.strip())
    if number is None:
        raise OperatorError("that is no BSN: nine digits that pass the 11-test")
    return f"bsn:{number}"


def _check(reference: str | None) -> None:
    try:
        candidates(reference or "SP-0000-0000-0000")
    except ValueError as fault:
        raise OperatorError(str(fault)) from None


def _aware(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC)


def _public_file(settings: Settings) -> Path:
    key = settings.signing_key_file or settings.data_dir / KEY_FILE
    return key.with_name(PUBLIC_FILE)


def _shipped(path: Path) -> list[Signed]:
    if not path.exists():
        raise OperatorError(f"{path}: no such file; it holds shipped checkpoints, one a line")
    found = []
    for number, text in enumerate(path.read_bytes().splitlines(), 1):
        try:
            found.append(unshipped(text))
        except ValueError as fault:
            raise OperatorError(f"{path}:{number}: {fault}") from None
    return found


def _print(lines: Iterator[dict[str, object]], *, as_json: bool, at_once: bool) -> None:
    with suppress(KeyboardInterrupt, BrokenPipeError):
        if as_json or at_once or not sys.stdout.isatty():
            for found in lines:
                print(line(found) if as_json else "\t".join(_cells(found)), flush=True)
            return
        fixed = (Column(heading, no_wrap=True) for heading in ("Tijd", "Nummer", "Gebruiker"))
        table = Table(*fixed, "Functie", "Besluit", "Personen", "Kern", "Afloop", box=SIMPLE)
        for found in lines:
            table.add_row(*_cells(found))
        Console().print(table)


def _cells(found: dict[str, object]) -> tuple[str, ...]:
    """Write a record as a compliance officer reads it."""
    moment, decision = found["occurred_at"], _DECISIONS[str(found["decision"])]
    shown, withheld = found["disclosures"], found["withheld"]
    persons = f"{_count(shown)} getoond" + (f", {_count(withheld)} achtergehouden" if withheld else "")
    return (
        moment.astimezone().strftime("%d-%m-%Y %H:%M:%S") if isinstance(moment, datetime) else "",
        str(found["reference"]),
        str(found["account"] or "-"),
        str(found["function"] or "-"),
        decision if found["decision"] == Effect.ALLOW else f"{decision}: {found['reason']}",
        persons,
        str(found["core"] or "-"),
        _OUTCOMES[str(found["outcome"])],
    )


def _count(found: object) -> int:
    return len(found) if isinstance(found, list) else 0
