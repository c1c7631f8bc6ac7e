"""`poort routes approve` and `poort routes approver`: people who say that a group may move, with a credential of their own.

Rules: a password is typed by its owner or read from a file that nobody else can read, never an argument; adding and removing
an approver is recorded in the history as every other act.
"""

import getpass
import re
import secrets
import stat
import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.output import Json, show, show_rows
from cli.routefile import Change, RouteFile, actor, named
from cli.start import begin
from proxy.errors import OperatorError
from proxy.model.route import Stage
from rollout import approval
from rollout.approval import MOST_FAILURES, SHORTEST, Approver, Target, credential, matches
from rollout.evidence import Kind, Verdict
from rollout.sealed import store
from rollout.sealed.store import Kept

people = typer.Typer(help="who may approve a move: add, list, remove")
PasswordFile = Annotated[
    str | None,
    typer.Option("--password-file", help="file with the password, `-` for standard input; absent: asked for"),
]


def approve(  # noqa: PLR0913, PLR0917  options of a command
    group: Annotated[str, typer.Argument(metavar="GROUP", help="group of routing.yaml")],
    evidence: Annotated[str, typer.Option("--evidence", help="hash of the sealed evidence, or how it begins")],
    user: Annotated[str, typer.Option("--user", help="approver")],
    percent: Annotated[
        int | None, typer.Option(min=1, max=100, help="share of the users, where that is asked for")
    ] = None,
    region: Annotated[str | None, typer.Option(help="partition, where one moves by itself")] = None,
    password_file: PasswordFile = None,
    as_json: Json = False,
) -> None:
    """Approve that a group moves, on the evidence that you have seen; it is void once the file or the evidence changes."""
    file = RouteFile(begin())
    table = file.table()
    named(table, group)
    kept = file.ask(lambda dsn: _sealed(dsn, group, evidence))
    target = _target(group, kept, percent, region)
    if region is not None and region not in table.groups[group].partitions:
        raise OperatorError(
            f"{group} has no partition {region!r}; allowed are {', '.join(table.groups[group].partitions)}"
        )
    if kept.config != table.hash:
        raise OperatorError(
            f"evidence {kept.hash[:12]} was sealed under another routing file than the one of now: it is void; "
            f"run `poort routes evidence {group}`"
        )
    if kept.policy != file.policy():
        raise OperatorError(
            f"evidence {kept.hash[:12]} was sealed under another authorisation matrix than the one of now: it is void; "
            f"run `poort routes evidence {group}`"
        )
    if kept.verdict != Verdict.PASS:
        raise OperatorError(f"evidence {kept.hash[:12]} says {kept.verdict}; only evidence that passes can be approved")
    who = file.ask(lambda dsn: _who(dsn, user, password_file))
    if approval.own(kept.made_by, who):
        raise OperatorError(
            f"evidence {kept.hash[:12]} was asked for by {kept.made_by}: nobody approves an own move; ask somebody else"
        )
    file.ask(lambda dsn: store.approve(dsn, kept.hash, target, (who, actor())))
    given = file.ask(lambda dsn: store.approvals(dsn, kept.hash))
    people = sorted({each.approver for each in given if each.target == str(target) and not each.removed})
    needed = table.approvals.needed(target.stage)
    result = {"group": group, "target": str(target), "evidence": kept.hash, "approved_by": people, "needed": needed}
    show(result, f"{group} to {target}: approved by {', '.join(people)}; {needed} needed", as_json=as_json)


_NAME = re.compile(r"[\w.@-]{1,64}")


@people.command()
def add(
    name: str,
    account: Annotated[str | None, typer.Option(help="account on the machine; absent: the same name")] = None,
    password_file: PasswordFile = None,
    as_json: Json = False,
) -> None:
    """Add an approver, who types the password."""
    for each in (name, account or name):
        if not _NAME.fullmatch(each):
            raise OperatorError(f"found {each!r} as a name; allowed are 1 to 64 letters, digits and . _ @ -")
    file = RouteFile(begin())
    table = file.table()
    password = _password(password_file, again=True)
    if len(password) < SHORTEST:
        raise OperatorError(f"found a password of {len(password)} signs; allowed are {SHORTEST} or more")
    kept = credential(password, secrets.token_bytes(approval.SALT))
    file.ask(lambda dsn: store.add(dsn, name, account or name, (kept, actor())))
    file.record(table, Change("*", "approver added", name, {}))
    show({"name": name, "account": account or name}, f"{name} may approve", as_json=as_json)


@people.command("list")
def list_(as_json: Json = False) -> None:
    """List who may approve."""
    found = RouteFile(begin()).ask(store.approvers)
    show_rows(
        ({"name": each.name, "account": each.account, "added_at": each.added_at, "closed": each.failures >= MOST_FAILURES}
         for each in found),
        as_json=as_json,
    )  # fmt: skip


@people.command()
def remove(name: str, as_json: Json = False) -> None:
    """Remove an approver; what they approved counts no more."""
    file = RouteFile(begin())
    table = file.table()
    if not file.ask(lambda dsn: store.remove(dsn, name, actor())):
        raise OperatorError(f"found no approver {name!r}; run `poort routes approver list`")
    file.record(table, Change("*", "approver removed", name, {}))
    show({"name": name, "removed": True}, f"{name} may approve no more", as_json=as_json)


def _sealed(dsn: str, group: str, start: str) -> Kept:
    kept = store.newest(dsn, group, None, start) if start else None
    if kept is None:
        raise OperatorError(f"found no evidence {start!r} of {group}; run `poort routes evidence {group} --show last`")
    return kept


def _target(group: str, kept: Kept, percent: int | None, region: str | None) -> Target:
    """Say for which step an evidence is, and so its approvals."""
    kind = Kind(kept.kind)
    if (kind is Kind.RAMP) != (percent is not None):
        raise OperatorError(f"evidence {kept.hash[:12]} is for {kind}; --percent is given for a ramp, and only then")
    return Target(group, None if kind is Kind.RAMP else Stage(kind.value), percent, region)


def _who(dsn: str, user: str, password_file: str | None) -> Approver:
    """Give the approver whose password this is; nobody learns which of the two was wrong."""
    found = next((each for each in store.approvers(dsn) if approval.same_person(each.name, user)), None)
    password = _password(password_file)
    if found is not None and found.failures >= MOST_FAILURES:
        raise OperatorError(f"{found.name} is closed after {MOST_FAILURES} wrong passwords; remove and add them again")
    if found is None or not matches(password, found.credential):
        if found is not None:
            store.failed(dsn, found)
        raise OperatorError("found no approver with this name and password; run `poort routes approver list`")
    return found


def _password(source: str | None, *, again: bool = False) -> str:
    """Read a password: from a terminal, from standard input, or from a file of its owner alone."""
    if source is None:
        if not sys.stdin.isatty():
            raise OperatorError(
                "found no terminal to ask for a password; give --password-file FILE, or - for standard input"
            )
        typed = getpass.getpass("Password: ")
        if again and getpass.getpass("Once more: ") != typed:
            raise OperatorError("found two different passwords; run it again")
        return typed
    if source == "-":
        return sys.stdin.readline().rstrip("\r\n")
    path = Path(source)
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            raise OperatorError(f"{path}: others can reach it (mode {mode:o}); run `chmod 600 {path}`")
        return path.read_text(encoding="utf-8").rstrip("\r\n")
    except OSError as fault:
        raise OperatorError(f"{path}: cannot be read: {fault.strerror}; give a file with the password") from None
