"""`poort policy`: check the authorisation matrix, explain it, compare versions, document it, count what it opens."""

from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Annotated, Any

import typer

from cli import explanation, replay
from cli.matrixfile import archived, catalogue, history, in_force, names, of_file
from cli.output import Json, show, show_rows, tell
from cli.reach import read_reach
from cli.start import begin
from proxy.database import open_cluster
from proxy.errors import OperatorError
from proxy.model.person import PersonClass
from proxy.model.principal import OrganisationKind, Role
from proxy.policy.cedar import policies
from proxy.policy.difference import Change, difference, rules_told, told
from proxy.policy.document import page
from proxy.policy.explain import explain, sentences
from proxy.policy.invariant import broken, keep_promises
from proxy.policy.matrix import Matrix
from proxy.policy.sheet import table_text
from proxy.policy.staging import stale
from proxy.policy.strict import plain
from proxy.settings import Settings

app = typer.Typer()
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False)]


@app.command()
def check(as_json: Json = False) -> None:
    """Load the matrix as a gateway would; exit code 1 with file, line, what was found and what is allowed."""
    settings = begin()
    loaded = keep_promises(in_force(settings, catalogue()), settings.authorisation_file.name)
    result: dict[str, Any] = {"hash": loaded.hash, "roles": len(loaded.roles), "functions": len(loaded.subjects)}
    result |= {"rules": len(loaded.rules), "cells": sum(len(each.outcomes) for each in loaded.target.cells.values())}
    for mode in ("report", "warn", "enforce"):
        result[mode] = sum(rule.mode == mode for rule in loaded.rules)
    told_ = "in orde: " + ", ".join(f"{name} {value}" for name, value in result.items())
    alarms = [each.told for each in stale(loaded.rules, datetime.now(UTC).date())]
    alarms += [str(each) for each in broken(loaded)]
    show(result | {"alarms": alarms}, "\n".join((told_, *(f"ALARM: {each}" for each in alarms))), as_json=as_json)


@app.command("explain")
def explain_(  # noqa: PLR0913, PLR0917  options of a command
    role: Annotated[Role | None, typer.Argument()] = None,
    function: Annotated[str | None, typer.Argument()] = None,
    organisation: Annotated[
        OrganisationKind | None, typer.Option(help="kind of organisation of the authorisation")
    ] = None,
    reference: Annotated[
        str | None, typer.Option("--reference", help="number of an exchange: SP-XXXX-XXXX-XXXX")
    ] = None,
    everybody: Annotated[bool, typer.Option("--all", help="protected persons and emergency access too")] = False,
    as_json: Json = False,
) -> None:
    """Say why: what a role sees in a function, per relation, or what was decided in one exchange of the log."""
    settings = begin()
    if reference is not None:
        _explain_exchange(settings, reference, as_json=as_json)
    elif role is None or function is None or organisation is None:
        raise typer.BadParameter("give ROLE, FUNCTION and --organisation, or --reference")
    else:
        _explain_cell(settings, (function, role, organisation), everybody=everybody, as_json=as_json)


def _explain_cell(
    settings: Settings, key: tuple[str, Role, OrganisationKind], *, everybody: bool, as_json: bool
) -> None:
    loaded = in_force(settings, catalogue())
    function, role, organisation = key
    if function not in loaded.subjects:
        raise OperatorError(f"found function {function!r}; allowed: {', '.join(loaded.subjects)}")
    cell = loaded.cell(*key)
    if cell is None:
        refusal = f"{role} heeft {function} niet: geweigerd voordat iets wordt verstuurd"
        text = "\n".join((refusal, *sentences(loaded, loaded.closing)))
        show({"allowed": False, "rules": loaded.closing}, text, as_json=as_json)
        return
    if not cell.outcomes:
        text = f"{function} toont geen personen: toegestaan ({', '.join(cell.rules)})"
        show({"allowed": True, "rules": cell.rules}, text, as_json=as_json)
        return
    lines = [
        each
        for each in explain(loaded, role, function, organisation)
        if everybody or (each.protection is PersonClass.ORDINARY and not each.emergency)
    ]
    if as_json:
        show_rows(map(explanation.row, lines), as_json=True)
        return
    used = {name for each in lines for name in (*each.rules, *each.pending)}
    show(None, "\n".join((*map(explanation.told, lines), "", *sentences(loaded, used))), as_json=False)


def _explain_exchange(settings: Settings, reference: str, *, as_json: bool) -> None:
    known = catalogue()
    with open_cluster(settings) as cluster:
        found, decided_by = explanation.exchange(cluster, reference, known)
    lines = list(explanation.exchange_told(found, decided_by))
    show({**found, "explanation": lines}, "\n".join(lines), as_json=as_json)


@app.command()
def diff(
    old: Annotated[str, typer.Argument(help="file, or hash of a version that was in force")],
    new: Annotated[str | None, typer.Argument(help="file or hash; absent: the matrix of the settings")] = None,
    target: Annotated[bool, typer.Option("--target", help="what all rules together say, also those in report")] = False,
    as_json: Json = False,
) -> None:
    """Say in Dutch who gains and who loses what between two versions."""
    settings, known = begin(), catalogue()
    before = _version(settings, old)
    after = in_force(settings, known) if new is None else _version(settings, new)
    changes = list(difference(before, after, all_rules=target))
    if as_json:
        rows = [{"rule": each} for each in rules_told(before, after)]
        show_rows([*rows, *(_change(each, before, after) for each in changes)], as_json=True)
        return
    who = after if len(after.roles) >= len(before.roles) else before
    said = [*rules_told(before, after), *told(changes, who, names(known))]
    show(None, "\n".join(said) or "geen verschil: niemand krijgt of verliest iets", as_json=False)


@app.command("replay")
def replay_(
    new: Annotated[str, typer.Argument(help="file of the candidate, or hash of a version that was in force")],
    days: Annotated[int, typer.Option("--days", min=1, max=3660, help="how far back")] = 30,
    target: Annotated[bool, typer.Option("--target", help="as if every rule of it were enforced")] = False,
    as_json: Json = False,
) -> None:
    """Run a candidate on the recorded decisions of the log: what changes for whom, and what cannot be told."""
    settings, known = begin(), catalogue()
    loaded = _version(settings, new)
    candidate = replay.all_rules(loaded) if target else loaded
    with open_cluster(settings) as cluster:
        found = replay.run(cluster, candidate, known, days)
    said = "\n".join(replay.told(found, candidate, names(known)))
    show(replay.rows(found, candidate, names(known)), said, as_json=as_json)


def _version(settings: Settings, name: str) -> Matrix:
    """Load a version by its file, or by the hash under which the log archived it."""
    known = catalogue()
    if Path(name).is_file():
        return of_file(Path(name), known)
    if len(name) != 64 or not set(name) <= set("0123456789abcdef"):
        raise OperatorError(
            f"found no file {name}; allowed: a file, or the whole hash of a version (poort log show --json)"
        )
    with open_cluster(settings) as cluster:
        found = archived(cluster, name, known)
    return found or _absent(name)


def _absent(name: str) -> Matrix:
    raise OperatorError(
        f"found no version {name[:12]} that fits the catalogue of this release; allowed: an archived hash"
    )


def _change(change: Change, before: Matrix, after: Matrix) -> dict[str, object]:
    said = list(told([change], after, {name: name for name in (*before.subjects, *after.subjects)}))
    return {
        "role": change.role,
        "function": change.function,
        "organisation": change.organisation,
        "standings": change.standings,
        "lost": sorted(change.shift.lost),
        "gained": sorted(change.shift.gained),
        "told": said,
    }


@app.command()
def document(
    directory: Annotated[Path, typer.Argument(file_okay=False, help="where the files are written")],
    cedar: Annotated[bool, typer.Option("--cedar", help="the rules as Cedar policies beside them")] = False,
    with_history: Annotated[bool, typer.Option("--history", help="versions that were in force, from the log")] = False,
    as_json: Json = False,
) -> None:
    """Write the matrix per role, function and category, with exceptions and history, as HTML and CSV."""
    settings, known = begin(), catalogue()
    loaded, versions = in_force(settings, known), []
    if with_history:
        with open_cluster(settings) as cluster:
            versions = history(cluster, known)
    written = {
        "autorisatiematrix.html": page(loaded, names(known), versions),
        "autorisatiematrix.csv": table_text(loaded, names(known)),
    }
    if cedar:
        written["autorisatiematrix.cedar"] = policies(plain(loaded.source))
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name, text in written.items():
            (directory / name).write_text(text, encoding="utf-8")
    except OSError as fault:
        raise OperatorError(f"{directory}: {fault.strerror}; give a directory that can be written") from None
    paths = [str(directory / name) for name in written]
    show({"hash": loaded.hash, "files": paths}, "\n".join(paths), as_json=as_json)


@app.command()
def reach(
    user: Annotated[list[str] | None, typer.Option("--user", help="only these accounts")] = None,
    as_json: Json = False,
) -> None:
    """Count the dossiers that each employee reaches, per category, before and after, in the fact tables."""
    settings = begin()
    loaded = in_force(settings, catalogue())
    with open_cluster(settings) as cluster:
        rows = list(read_reach(cluster, loaded, tuple(user or ())))
    if user and (missing := sorted(set(user) - {str(each["user"]) for each in rows})):
        raise OperatorError(f"found no open account {', '.join(missing)}; allowed: an account of the directory")
    show_rows(rows, as_json=as_json)
    reached = [int(str(each["after"])) for each in rows]
    if reached:
        tell(
            f"{len(rows)} accounts; vóór: {rows[0]['before']} dossiers voor iedereen; ná: mediaan {median(reached):.0f}"
        )
