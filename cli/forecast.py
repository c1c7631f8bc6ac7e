"""A candidate routing file, tried on what the access log, the directory and the open sessions hold; nothing is changed.

Why here: they meet in a command; what is said of each request is the gateway's own choice (`rollout/forecast.py`).
"""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from cli.outlook import Tried
from cli.routefile import RouteFile
from proxy.accesslog.reading.store import snapshot
from proxy.errors import OperatorError
from proxy.journal.store import watermarks
from proxy.model.principal import Principal
from proxy.routing.table import RoutingTable, check_successor
from rollout.forecast import Account, Now, Recorded, Trial
from rollout.forecasting import store
from rollout.forecasting.beside import families, split, unfilled, unfollowed
from rollout.forecasting.total import Line, People, Total


def tried(file: RouteFile, dsn: str, candidate: Path | None, days: int) -> Tried:
    """Try a file on what was recorded in the last days."""
    since = datetime.now(UTC) - timedelta(days=days)
    tables = in_force(file, candidate), _candidate(file, candidate)
    now = Now(asyncio.run(_applied(dsn)), file.killed(tables[0]), datetime.now(UTC).date())
    trial = Trial(tables, now, file.functions)
    with snapshot(dsn) as connection:
        accounts = {
            name: trial.account(each)
            for name, each in store.accounts(connection, store.users(connection, since)).items()
        }
        total = _total(connection, file, trial, (accounts, since))
        sessions, count = _sessions(connection, trial, accounts, file.settings.session_timeout)
    people = People()
    for name, each in accounts.items():
        for pairs in each.opens:
            people.add(name, pairs)
    return Tried(
        since, tables, refusal(*tables), total, people, sessions, count, _splits(trial, tables, accounts.values()),
        tuple(unfollowed(tables[1], file.functions, now)), unfilled(tables[1], now),
    )  # fmt: skip


def in_force(file: RouteFile, candidate: Path | None) -> RoutingTable:
    """Give the file in force: what the newest instance runs; where none runs, routing.yaml itself."""
    running = file.running()
    if running is None and candidate is None:
        raise OperatorError("no instance is running, so routing.yaml is what would be in force; name another FILE")
    return running or file.table()


def refusal(old: RoutingTable, new: RoutingTable) -> str:
    """Say why an instance would refuse the candidate; empty: it would not."""
    try:
        if old.hash != new.hash:
            check_successor(old, new)
    except OperatorError as fault:
        return str(fault)
    return ""


def _candidate(file: RouteFile, path: Path | None) -> RoutingTable:
    if path is None:
        return file.table()
    try:
        return file.parsed(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as fault:
        raise OperatorError(f"{path}: cannot be read ({type(fault).__name__}); name a routing file") from None


async def _applied(dsn: str) -> Mapping[str, int]:
    async with await psycopg.AsyncConnection.connect(dsn, connect_timeout=5) as connection:
        return await watermarks(connection)


def _total(
    connection: store.Connection, file: RouteFile, trial: Trial, known: tuple[Mapping[str, Account], datetime]
) -> Total:
    """Sum up the recorded requests, page by page."""
    total, (accounts, since), groups = Total(), known, Groups(connection, file)
    for each in store.requests(connection, since):
        who = accounts.get(each.asked.user or "")
        asked = each.asked
        if asked.newcore:
            group = groups.of(each.routing, asked.function)
            asked = Recorded(asked.user, asked.function, asked.kind, newcore=True, group=group)
        total.add(_line(each, None if who is None else who.principal), trial.verdict(asked, who))
    return total


def _line(each: store.Request, who: Principal | None) -> Line:
    held = who.authorisations if who is not None else ()
    regions = next((one.regions for one in held if one.id == each.authorisation), frozenset[str]())
    region = "several" if len(regions) > 1 else next(iter(regions), "-")
    return Line(each.asked.function, each.role or "-", each.organisation or "-", region)


class Groups:
    """The group of a function under the routing file of a record, read once per file."""

    def __init__(self, connection: store.Connection, file: RouteFile) -> None:
        """Take the log and how to read a file."""
        self._connection, self._file = connection, file
        self._tables: dict[str, Mapping[str, str]] = {}

    def of(self, digest: str, function: str) -> str | None:
        """Give the group; None: the file is not known, or this release cannot read it."""
        if digest not in self._tables:
            self._tables[digest] = self._read(digest)
        return self._tables[digest].get(function)

    def _read(self, digest: str) -> Mapping[str, str]:
        text = store.routing_texts(self._connection, [digest]).get(digest)
        try:
            return {} if text is None else self._file.parsed(text).group_of
        except OperatorError:
            return {}


def _sessions(
    connection: store.Connection, trial: Trial, accounts: Mapping[str, Account], idle: float
) -> tuple[People, int]:
    """Say whose open sessions would move: what they open next, after what they wrote themselves."""
    found, count = People(), 0
    known = dict(accounts)
    for session in store.sessions(connection, idle):
        count += 1
        if session.user not in known:
            known.update(
                {name: trial.account(each) for name, each in store.accounts(connection, [session.user]).items()}
            )
        who = known.get(session.user)
        if who is not None:
            for function in trial.openers:
                found.add(session.user, trial.opening(function, session, who.principal))
    return found, count


def _splits(
    trial: Trial, tables: tuple[RoutingTable, RoutingTable], accounts: Iterable[Account]
) -> Mapping[str, tuple[frozenset[str], int, int]]:
    """Count the users who would find functions that are read beside each other on two cores; and those who do now."""
    found: dict[str, tuple[set[str], int, int]] = {}
    related = families(*tables, trial.openers)
    for each in accounts:
        opens = dict(zip(trial.openers, each.opens, strict=True))
        for at, side in enumerate(("old", "new")):
            cores = {function: next(iter(pairs))[at] for function, pairs in opens.items() if len(pairs) == 1}
            for family, moved in split(cores, related):
                functions, after, before = found.get(family, (set(), 0, 0))
                functions |= set(moved) if side == "new" else set()
                found[family] = functions, after + (side == "new"), before + (side == "old")
    return {name: (frozenset(functions), after, before) for name, (functions, after, before) in found.items() if after}
