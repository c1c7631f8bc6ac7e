"""How the guard of a ramp gives a group back to legacy: by the change that `poort routes rollback` makes.

Rules: the group goes to the stage below `read`, where sync and comparison go on, so that the cause stays to be seen; a group
with partitions in stages of their own keeps them and is served to nobody (ramp 0). Where the file cannot be changed, or
instances refuse what was written, the kill switch is thrown; that needs no database and no sound file. What is guarded is
what instances run: a file that they refuse is none.
"""

import asyncio
from functools import partial
from typing import Any

import structlog

from cli.routefile import Change, RouteFile
from proxy.errors import OperatorError
from proxy.model.route import Stage
from proxy.routing import stage as stages
from proxy.routing.group import Group
from proxy.routing.state import read_killed
from proxy.routing.table import RoutingTable, check_successor
from proxy.routing.watch import kill_file
from proxy.settings import Settings
from proxy.watch import Signature, signature
from rollout.guard import Trip
from rollout.guarding.worker import Guard, Post

log = structlog.get_logger()

ACTOR = "guard"


class Watched:
    """The last routing table that instances take, and the kills of now; read again only where a file changed.

    Between two looks several revisions may have gone by: a file that does not follow from the last one is good all the same
    once an instance runs it, and looked at again until then.
    """

    def __init__(self, file: RouteFile) -> None:
        """Take the file; nothing is read yet."""
        self._file = file
        self._seen: tuple[Signature, Signature] | None = None
        self._read: tuple[RoutingTable, frozenset[str]] | None = None
        self._refused = ""
        """Why the file is not followed at the moment."""

    def moment(self) -> tuple[RoutingTable, frozenset[str]]:
        """Give table and kills; raises OperatorError where there never was a good file."""
        seen = signature(self._file.path), signature(kill_file(self._file.path))
        if self._read is None or seen != self._seen or self._refused:
            self._read, self._seen = (self._table(), frozenset()), seen
            self._read = self._read[0], self._killed(self._read[0])
        return self._read

    def _table(self) -> RoutingTable:
        try:
            table = self._file.table()
            if self._read is not None and not self._file.is_run(table):
                check_successor(self._read[0], table)
        except OperatorError as fault:
            if self._read is None:
                raise
            if self._refused != str(fault):
                log.error("the routing file is not good, the guard goes on with the last one", fault=str(fault))  # noqa: TRY400
            self._refused = str(fault)
            return self._read[0]
        self._refused = ""
        return table

    def _killed(self, table: RoutingTable) -> frozenset[str]:
        try:
            return read_killed(kill_file(self._file.path).read_text(encoding="utf-8"), table.groups)
        except FileNotFoundError:
            return frozenset()


async def guard(settings: Settings, dsn: str, stop: asyncio.Event) -> None:
    """Guard every ramp until told to stop."""
    file = RouteFile(settings)
    await Guard(Post(dsn, Watched(file).moment, partial(give_back, file))).run(stop)


def give_back(file: RouteFile, group: str, trip: Trip) -> int:
    """Give a group back to legacy, and tell by which revision (0: by the kill switch); raises OperatorError where nothing helped."""
    try:
        given = values(file.table().groups[group])
        change = Change(group, "rollback", trip.told(), given, evidence(trip), lessens=True, actor=ACTOR)
        table = file.change(change)
        if not _refused(file, table):
            return table.revision
        log.error("instances refuse the routing file, the kill switch is thrown", group=group)
    except (OperatorError, OSError, KeyError) as fault:
        log.error("the routing file cannot be changed, the kill switch is thrown", group=group, fault=str(fault))  # noqa: TRY400
    file.kill(group, trip.told(), lift=False, by=ACTOR)
    return 0


def _refused(file: RouteFile, table: RoutingTable) -> bool:
    """Tell whether an instance refuses a file, for whatever else stands in it."""
    followed = file.settle(table)
    return not followed["converged"] and any(each["alarm"] for each in followed["instances"])


def values(group: Group) -> dict[str, Any]:
    """Say what is written: one stage down, or a ramp of nobody where partitions have stages of their own."""
    lower = stages.ORDER[stages.level(Stage.READ) - 1]
    return {"ramp": 0} if group.partitions or group.stage is not Stage.READ else {"stage": lower, "ramp": 0}


def evidence(trip: Trip) -> dict[str, Any]:
    """Give what is kept of a trip in the history."""
    return {"kind": trip.kind, "partition": trip.partition, **trip.numbers}
