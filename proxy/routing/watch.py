"""Keeps one instance on the newest good routing table: load, check, swap; and honours the kill file.

Rules:
1. A broken file at the start refuses the start; while running, the last good table stays in force, with an alarm.
2. The file is looked at every quarter of a second, by content identity and change times, so that a rename, a symlink swap
   and an editor's backup are all seen. A swap is one assignment: a call keeps the table that it began with.
3. The kill file (`routing.yaml.kill`) needs no database. One that cannot be read, or names what is no group, kills all
   groups: the safe side is legacy.
4. What is found comes into force first and is logged then: a log that cannot be written (disk full, nobody reads it) neither
   keeps a kill from being honoured nor ends the following.
5. Nothing ends the following: what goes wrong in one look is an alarm, and the next look comes.
6. What the instance runs is written to `instances/<name>.json` and, when the database is up, acknowledged there. Neither
   is waited for: no request and no kill depends on them.
"""

import asyncio
import contextlib
import json
import os
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path

import structlog

from proxy.errors import OperatorError
from proxy.model.call import Kind
from proxy.routing.state import Report, read_killed
from proxy.routing.store import acknowledging
from proxy.routing.table import RoutingTable, check_successor, load
from proxy.watch import POLL_SECONDS, read, signature

log = structlog.get_logger()

REPORT_SECONDS = 2.0


class RoutingWatch:
    """The routing table and the kills of this moment."""

    def __init__(self, path: Path, functions: Mapping[str, Kind], regions: Collection[str], report: Path) -> None:
        """Read the file; raises OperatorError when it is not good, so that nothing starts on it.

        `report` is `instances/<name>.json`: where this instance, of that name, says what it runs.
        """
        self._path, self._functions, self._regions = path, functions, regions
        self._report_path = report
        self._name = report.stem
        self._seen = signature(path)
        self.table: RoutingTable = self._read()
        self.killed: frozenset[str] = self._read_killed()
        self.alarm = ""
        self.refused = 0
        """Files refused since the start."""
        self._tasks: list[asyncio.Task[None]] = []
        self._reported: tuple[Report, float] | None = None

    def start(self, dsn: str | None) -> None:
        """Begin to follow file and kill file; with an address also to acknowledge in the database."""
        self.look()
        self._tasks.append(asyncio.create_task(self._follow()))
        if dsn is not None:
            self._tasks.append(asyncio.create_task(acknowledging(dsn, lambda: (self.report(), self.table))))

    async def close(self) -> None:
        """Stop following; the report is removed, so that no status counts an instance that stopped."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._report_path.unlink(missing_ok=True)

    def report(self) -> Report:
        """Say what this instance runs."""
        return Report(
            self._name, self.table.revision, self.table.hash, tuple(sorted(self.killed)), self.alarm, datetime.now(UTC)
        )

    def look(self) -> None:
        """Look once at file and kill file, and write the report where something changed or it grows old."""
        killed = self._read_killed()
        if killed != self.killed:
            self.killed = killed
            with _unwritable():
                log.warning("kill switch", killed=sorted(killed), instance=self._name)
        found = signature(self._path)
        if found != self._seen:
            self._seen = found
            self._swap()
        self._write_report()

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(POLL_SECONDS)
            try:
                self.look()
            except Exception as fault:  # noqa: BLE001  a watch that ended would never hear of a kill again
                self.alarm = f"the routing file cannot be followed: {type(fault).__name__}"
                with _unwritable():
                    log.error("a look at the routing file failed", fault=type(fault).__name__)  # noqa: TRY400

    def _swap(self) -> None:
        try:
            table = self._read()
            check_successor(self.table, table)
        except OperatorError as fault:
            self.refused += 1
            self.alarm = str(fault)
            with _unwritable():
                log.error(  # noqa: TRY400  the message says what to do; a stack says nothing
                    "routing file refused, the last good one stays", alarm=self.alarm, revision=self.table.revision
                )
            return
        old, self.table, self.alarm = self.table, table, ""
        if table.hash != old.hash:
            with _unwritable():
                log.info("routing swapped", old=old.revision, new=table.revision, instance=self._name)

    def _read(self) -> RoutingTable:
        return load(read(self._path), self._functions, self._regions, str(self._path))

    def _read_killed(self) -> frozenset[str]:
        groups = self.table.groups
        try:
            return read_killed(kill_file(self._path).read_text(encoding="utf-8"), groups)
        except FileNotFoundError:
            return frozenset()
        except (OSError, UnicodeDecodeError) as fault:
            with _unwritable():
                log.error("kill file cannot be read, every group is killed", fault=type(fault).__name__)  # noqa: TRY400
            return frozenset(groups)

    def _write_report(self) -> None:
        """Write the report; a disk that is full must not stop the watching."""
        report = self.report()
        if self._reported is not None:
            before, at = self._reported
            same = (before.hash, before.killed, before.alarm) == (report.hash, report.killed, report.alarm)
            if same and report.at.timestamp() - at < REPORT_SECONDS:
                return
        with contextlib.suppress(OSError):
            self._report_path.parent.mkdir(parents=True, exist_ok=True)
            fresh = self._report_path.with_suffix(f".{os.getpid()}")
            fresh.write_text(json.dumps(report.document()), encoding="utf-8")
            fresh.replace(self._report_path)
        self._reported = (report, report.at.timestamp())


def _unwritable() -> contextlib.suppress:
    """Go on where the log cannot be written."""
    return contextlib.suppress(OSError, ValueError)


def kill_file(path: Path) -> Path:
    """Name the kill file of a routing file."""
    return path.with_name(path.name + ".kill")
