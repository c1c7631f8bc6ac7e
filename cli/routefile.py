"""The routing file as the commands change it: read, edit, check, write, tell, record.

Rules:
1. One change at a time (a lock beside the file); written whole, synced and renamed, so that no instance reads a half.
2. A change is checked as an instance would check it, before it is written; it must change what was asked and no more.
3. Every change is recorded in the database with who, when and why. Where the database is away only what takes load off
   newcore is allowed: roll back, ramp down, kill.
4. A kill needs no sound file: instances run the last good one, and honour the kill file all the same.
"""

import fcntl
import os
import pwd
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson
import psycopg

from cli.output import tell
from proxy import embedded
from proxy.catalogue import load as read_catalogue
from proxy.database import SERVER, Role, described
from proxy.errors import OperatorError
from proxy.facts.store import region_table
from proxy.model.call import Kind
from proxy.routing import store
from proxy.routing.edit import changed, check_only
from proxy.routing.group import Group
from proxy.routing.stage import STAGES
from proxy.routing.state import (
    ALL,
    Report,
    converged,
    fresh,
    killed_alike,
    read_killed,
    read_report,
    words,
    write_killed,
)
from proxy.routing.store import Act
from proxy.routing.table import RoutingTable, check_successor, digest, load
from proxy.routing.watch import kill_file
from proxy.settings import Settings
from proxy.watch import read

CATALOGUE = Path(__file__).resolve().parent.parent / "proxy/catalogue/functions.yaml"
SETTLE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Change:
    """What a command asks for: values of one group, why, and on which evidence."""

    group: str
    action: str
    reason: str
    values: dict[str, Any]
    evidence: dict[str, Any] = field(default_factory=dict)
    lessens: bool = False
    """Takes load off newcore: allowed without a database."""
    actor: str = ""
    """Who acts; empty: the account on this machine."""
    judged: str = ""
    """Hash of the file on which the change was judged: another one by then is refused; empty: it holds on any."""


class RouteFile:
    """The routing file of these settings."""

    def __init__(self, settings: Settings) -> None:
        """Take the settings; nothing is read yet."""
        self.settings = settings
        self.path = settings.routing_file

    @cached_property
    def functions(self) -> Mapping[str, Kind]:
        """The functions that a core answers."""
        return read_catalogue(CATALOGUE.read_text(encoding="utf-8")).routed

    @cached_property
    def dsn(self) -> str | None:
        """Address of the database; None: it is not running here. Nothing is started for a command."""
        if self.settings.database_url is not None:
            return described(self.settings, self.settings.database_url.reveal()).dsn(Role.WORKER)
        server = embedded.running(self.settings.data_dir / SERVER)
        return None if server is None else described(self.settings, server.owner).dsn(Role.WORKER)

    def table(self) -> RoutingTable:
        """Read and check the file; raises OperatorError."""
        return self.parsed(self.text())

    def text(self) -> str:
        """Read the file as it is."""
        try:
            return self.path.read_text(encoding="utf-8")
        except OSError as fault:
            raise OperatorError(f"{self.path}: cannot be read: {fault.strerror}; set POORT_ROUTING_FILE") from None
        except UnicodeDecodeError as fault:
            raise OperatorError(
                f"{self.path}:1: found bytes that are no UTF-8 at {fault.start}; save it as UTF-8"
            ) from None

    def parsed(self, text: str, name: str = "") -> RoutingTable:
        """Check a text as an instance would; `name`: of the file that it stands in, where that is another one."""
        return load(text, self.functions, region_table().names, name or str(self.path))

    def group_in(self, text: str, name: str) -> Group | None:
        """Give a group as an older file had it; None: that file cannot be read any more, or had no such group."""
        try:
            return self.parsed(text).groups.get(name)
        except OperatorError:
            return None

    def captured_since(self, dsn: str, group: str, moment: datetime) -> bool:
        """Tell whether every revision since a moment captured the writes of a group."""
        older = (self.group_in(text, group) for text in store.texts_since(dsn, moment))
        return all(each is not None and STAGES[each.lowest].captured for each in older)

    def policy(self) -> str:
        """Give the hash that names the authorisation matrix of now; raises OperatorError where it cannot be read."""
        return digest(read(self.settings.authorisation_file))

    def running(self) -> RoutingTable | None:
        """Give the table that the newest running instance follows; None: none runs, or it is not published."""
        reports = self.reports()
        if not reports:
            return None
        newest = max(reports, key=lambda each: (each.revision, each.at))
        text = self.known(lambda dsn: store.text_of(dsn, newest.revision, newest.hash))
        return None if text is None else self.parsed(text)

    def is_run(self, table: RoutingTable) -> bool:
        """Tell whether an instance says that it runs this very file."""
        return any(each.hash == table.hash for each in fresh(self._written(), datetime.now(UTC)))

    def usable(self) -> tuple[RoutingTable | None, str]:
        """Give the file's table; where the file is not good, the one that instances follow, and what is wrong."""
        try:
            return self.table(), ""
        except OperatorError as fault:
            return self.running(), str(fault)

    def killed(self, table: RoutingTable | None = None) -> frozenset[str]:
        """Read the kill file as an instance does; where no group is known (no table, no good file), its words as they are."""
        try:
            text = kill_file(self.path).read_text(encoding="utf-8")
        except FileNotFoundError:
            return frozenset()
        except (OSError, UnicodeDecodeError):
            text = ALL
        table = table or self.usable()[0]
        return words(text) if table is None else read_killed(text, table.groups)

    def reports(self) -> tuple[Report, ...]:
        """Read what running instances report, from their files and, where it is up, from the database."""
        found = [*self._written(), *(self.known(store.reports) or ())]
        return fresh(found, datetime.now(UTC))

    def change(self, change: Change) -> RoutingTable:
        """Carry out a change; raises OperatorError when it may not be, and then nothing was written."""
        with self.locked():
            text = self.text()
            old = self.parsed(text)
            if change.judged and change.judged != old.hash:
                raise OperatorError(
                    f"{self.path}: found revision {old.revision}, which somebody wrote meanwhile; allowed is a change of "
                    "the file that was judged; run it again"
                )
            written = {name: getattr(value, "value", value) for name, value in change.values.items()}
            new = self.parsed(changed(text, old, change.group, **written))
            check_only(old, new, change.group, **change.values)
            check_successor(old, new)
            with self.staged(self.path, new.text):
                if not change.lessens:
                    self.record(new, change)
        if change.lessens:
            self.try_record(new, change)
        return new

    def kill(self, group: str, reason: str, *, lift: bool, by: str = "") -> frozenset[str]:
        """Write the kill file, first of all; then record it where that is possible."""
        with self.locked():
            table, _ = self.usable()
            if table is not None and group not in table.groups:
                raise OperatorError(f"{self.path}: found no group {group!r}; allowed are {', '.join(table.groups)}")
            before = self.killed(table)
            killed = before - {group} if lift else before | {group}
            if killed:
                self.write(
                    kill_file(self.path),
                    write_killed(killed, f"{by or actor()} {datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"),
                )
            else:
                kill_file(self.path).unlink(missing_ok=True)
        self.try_record(table, Change(group, "lift" if lift else "kill", reason, {}, actor=by))
        return killed

    def record(self, table: RoutingTable, change: Change) -> None:
        """Store revision and act; refuses where the database does not answer."""
        if self.dsn is None:
            raise OperatorError("the database is not running; only rollback, ramp down and kill work without it")
        try:
            act = Act(change.group, change.actor or actor(), change.action, change.reason, change.evidence)
            store.record(self.dsn, table, act)
        except psycopg.Error as fault:
            raise OperatorError(
                f"the database did not take the record ({type(fault).__name__}); nothing was changed; "
                "only rollback, ramp down and kill work without it"
            ) from None

    def try_record(self, table: RoutingTable | None, change: Change) -> None:
        """Store revision and act where possible, else say that they are not."""
        if table is not None:
            with suppress(OperatorError):
                self.record(table, change)
                return
        tell(f"not recorded in the database: {change.action} of {change.group}")

    def settle(
        self, table: RoutingTable | None, killed: frozenset[str] | None = None, seconds: float = SETTLE_SECONDS
    ) -> dict[str, Any]:
        """Wait, bounded, until every running instance runs this table (None: whichever) and these kills; tells who does."""
        start = time.monotonic()
        killed = self.killed(table) if killed is None else killed
        while True:
            reports = fresh(self._written(), datetime.now(UTC))
            done = converged(reports, table, killed) if table else killed_alike(reports, killed)
            if done or not reports or time.monotonic() - start > seconds:
                return {
                    "converged": done,
                    "seconds": round(time.monotonic() - start, 3),
                    "instances": [each.document() for each in reports],
                }
            time.sleep(0.05)

    def write(self, path: Path, text: str) -> None:
        """Write a file whole; raises OperatorError where the disk does not take it."""
        with self.staged(path, text):
            pass

    @contextmanager
    def staged(self, path: Path, text: str) -> Iterator[None]:
        """Write a file whole beside itself, synced; renamed over it after the block, unless that raises.

        A symlink's target is replaced, not the link.
        """
        target = path.resolve()
        beside = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            mode = target.stat().st_mode & 0o777 if target.exists() else 0o644
            ends = "\r\n" if target.exists() and b"\r\n" in target.read_bytes() else "\n"  # as its editor has them
            with beside.open("w", encoding="utf-8", newline=ends) as file:
                file.write(text)
                file.flush()
                os.fchmod(file.fileno(), mode)
                os.fsync(file.fileno())
            yield
            beside.replace(target)
        except OSError as fault:
            raise OperatorError(
                f"{target}: cannot be written: {fault.strerror}; nothing was changed; make room, or write it by hand"
            ) from None
        finally:
            with suppress(OSError):
                beside.unlink(missing_ok=True)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lock beside the file: two engineers at once come one after the other."""
        with self.path.resolve().with_name(f".{self.path.name}.lock").open("a", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def ask[T](self, read: Callable[[str], T]) -> T:
        """Read something from the database; refuses where it does not answer."""
        if self.dsn is None:
            raise OperatorError("the database is not running; start it, or set POORT_DATABASE_URL")
        try:
            return read(self.dsn)
        except (psycopg.Error, TimeoutError) as fault:
            raise OperatorError(f"the database does not answer ({type(fault).__name__})") from None

    def known[T](self, read: Callable[[str], T]) -> T | None:
        """Read something from the database that a command shows where it can; None: it does not answer."""
        try:
            return None if self.dsn is None else read(self.dsn)
        except (psycopg.Error, TimeoutError):
            return None

    def _written(self) -> list[Report]:
        found = []
        for path in sorted((self.settings.data_dir / "instances").glob("*.json")):
            try:
                found.append(read_report(orjson.loads(path.read_bytes())))
            except (OSError, KeyError, TypeError, ValueError):
                tell(f"{path}: no report of an instance")
        return found


def named(table: RoutingTable, name: str) -> Group:
    """Give a group of the file; refuses what is none."""
    if name not in table.groups:
        raise OperatorError(f"found no group {name!r}; allowed are {', '.join(table.groups)}")
    return table.groups[name]


def actor() -> str:
    """Name who acts: the account on this machine, as the system knows it, not as the environment says."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"
