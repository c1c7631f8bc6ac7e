"""What one instance runs at a moment, as it reports it: to a file beside it, and to the database when that is up."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from proxy.routing.group import Group
from proxy.routing.table import RoutingTable

ALL = "*"
"""In a kill file: every group."""
STALE = timedelta(seconds=10)
"""An instance that has not reported for longer is not counted as running."""


@dataclass(frozen=True, slots=True)
class Report:
    """One instance, its revision, its kills and its alarm."""

    instance: str
    revision: int
    hash: str
    killed: tuple[str, ...]
    alarm: str
    at: datetime

    def document(self) -> Mapping[str, Any]:
        """Give the report as it is written down."""
        return {
            "instance": self.instance,
            "revision": self.revision,
            "hash": self.hash,
            "killed": list(self.killed),
            "alarm": self.alarm,
            "at": self.at.isoformat(),
        }


def read_report(written: Mapping[str, Any]) -> Report:
    """Read a report; raises KeyError, TypeError or ValueError on what is none."""
    return Report(
        instance=str(written["instance"]),
        revision=int(written["revision"]),
        hash=str(written["hash"]),
        killed=tuple(str(each) for each in written["killed"]),
        alarm=str(written["alarm"]),
        at=datetime.fromisoformat(written["at"]),
    )


def read_killed(text: str, groups: Collection[str]) -> frozenset[str]:
    """Read a kill file: one group a line, `#` begins a comment. A word that is no group kills every group."""
    named = words(text)
    return frozenset(groups) if named - set(groups) else named


def words(text: str) -> frozenset[str]:
    """Give the words of a kill file, groups or not."""
    written = (line.partition("#")[0].strip() for line in text.splitlines())
    return frozenset(word for word in written if word)


def write_killed(groups: Iterable[str], told: str) -> str:
    """Write a kill file."""
    return "".join(f"{group} # {told}\n" for group in sorted(groups))


def fresh(reports: Iterable[Report], now: datetime) -> tuple[Report, ...]:
    """Keep the newest report of every instance that is still running."""
    newest: dict[str, Report] = {}
    for report in sorted(reports, key=lambda each: each.at):
        newest[report.instance] = report
    return tuple(report for _, report in sorted(newest.items()) if now - report.at <= STALE)


def converged(reports: Collection[Report], table: RoutingTable, killed: Collection[str]) -> bool:
    """Tell whether every running instance runs this table and these kills, without alarm; nobody running is no proof."""
    return bool(reports) and all(
        each.hash == table.hash and set(each.killed) == set(killed) and not each.alarm for each in reports
    )


def killed_alike(reports: Collection[Report], killed: Collection[str]) -> bool:
    """Tell whether every running instance honours these kills, whatever else it runs; nobody running is no proof."""
    return bool(reports) and all(set(each.killed) == set(killed) for each in reports)


def changes(old: RoutingTable, new: RoutingTable) -> Mapping[str, Mapping[str, str]]:
    """Say what differs between two files, by group: the stage, the share, the partitions; else just that it is set otherwise."""
    found: dict[str, Mapping[str, str]] = {}
    for name in dict.fromkeys((*old.groups, *new.groups)):
        one, other = old.groups.get(name), new.groups.get(name)
        if one is None or other is None:
            found[name] = {"group": "added" if one is None else "removed"}
        elif one != other:
            pairs = ((key, _plain(one, key), _plain(other, key)) for key in ("stage", "ramp", "partitions"))
            found[name] = {key: f"{was} -> {now}" for key, was, now in pairs if was != now} or {
                "group": "set otherwise"
            }
    return found


def _plain(group: Group, key: str) -> str:
    return str(group.ramp) if key == "ramp" else str(described(group)[key])


def described(group: Group) -> Mapping[str, Any]:
    """Describe a group for a status."""
    return {
        "group": group.name,
        "stage": group.stage.value,
        "ramp": group.ramp,
        "partitions": {region: stage.value for region, stage in sorted(group.partitions.items())},
        "functions": list(group.functions),
        "pinned": group.pin.reason if group.pin else None,
    }
