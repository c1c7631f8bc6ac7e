"""The sums of a dry run: per function, role, organisation and region, and per user. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from proxy.model.route import Core
from rollout.forecast import Pair, Verdict

BY = ("function", "role", "organisation", "region")


@dataclass(frozen=True, slots=True)
class Line:
    """Of whom requests are counted together; a word that the record does not have is `-`."""

    function: str
    role: str = "-"
    organisation: str = "-"
    region: str = "-"
    """Of the authorisation that was used; `several` where it has more than one."""


@dataclass(slots=True)
class Count:
    """So many requests, and what becomes of them."""

    requests: int = 0
    changes: Counter[Pair] = field(default_factory=Counter)
    """Told, and to another core."""
    untold: Counter[tuple[str, ...]] = field(default_factory=Counter)
    """Not to be told, by what is lacking."""
    may: int = 0
    """Of those that cannot be told: change core in some world."""

    def add(self, verdict: Verdict, number: int = 1) -> None:
        """Count requests with one verdict."""
        self.requests += number
        pair = verdict.told
        if pair is None:
            self.untold[verdict.lacks] += number
            self.may += number if verdict.may_change else 0
        elif pair[0] != pair[1]:
            self.changes[pair] += number

    def join(self, other: "Count") -> None:
        """Add other requests."""
        self.requests += other.requests
        self.changes.update(other.changes)
        self.untold.update(other.untold)
        self.may += other.may

    @property
    def changed(self) -> int:
        """Give the number that changes core for certain."""
        return self.changes.total()

    def document(self) -> Mapping[str, Any]:
        """Give the numbers for programs."""
        cannot = self.untold.total()
        return {
            "requests": self.requests,
            "stay": self.requests - self.changed - cannot,
            "change": self.changed,
            "changes": [
                {"from": old, "to": new, "requests": count} for (old, new), count in sorted(self.changes.items())
            ],
            "cannot_be_told": cannot,
            "may_change": self.may,
            "lacking": [{"lacks": list(lacks), "requests": count} for lacks, count in sorted(self.untold.items())],
        }


class Total:
    """Everything that was counted."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self.lines: dict[Line, Count] = {}

    def add(self, line: Line, verdict: Verdict, number: int = 1) -> None:
        """Count requests of one line."""
        count = self.lines.get(line)
        if count is None:
            count = self.lines[line] = Count()
        count.add(verdict, number)

    def whole(self) -> Count:
        """Give the sum of all lines."""
        return self._sum(self.lines.values())

    def by(self, name: str) -> Mapping[str, Count]:
        """Give the sums by function, role, organisation or region, those with most to say first."""
        found: dict[str, Count] = {}
        for line, count in self.lines.items():
            found.setdefault(getattr(line, name), Count()).join(count)
        ordered = sorted(found.items(), key=lambda each: (-each[1].changed, -each[1].may, each[0]))
        return dict(ordered)

    def concerned(self) -> Iterator[tuple[Line, Count]]:
        """Give the lines in which a request changes core, or may."""
        ordered = sorted(
            self.lines.items(), key=lambda each: (each[0].function, each[0].role, each[0].organisation, each[0].region)
        )
        yield from ((line, count) for line, count in ordered if count.changed or count.may)

    @staticmethod
    def _sum(counts: Any) -> Count:
        total = Count()
        for each in counts:
            total.join(each)
        return total


@dataclass(slots=True)
class People:
    """Users by what the candidate does to what they open; told for certain, because nothing but the account decides."""

    to_newcore: set[str] = field(default_factory=set)
    to_legacy: set[str] = field(default_factory=set)
    depends: set[str] = field(default_factory=set)
    """On the region of the person whom they open."""

    def add(self, user: str, pairs: frozenset[Pair]) -> None:
        """Count one user for one function."""
        moved = {pair for pair in pairs if pair[0] != pair[1]}
        if moved and len(pairs) > 1:
            self.depends.add(user)
        for _, new in moved if len(pairs) == 1 else ():
            (self.to_newcore if new == Core.NEWCORE else self.to_legacy).add(user)

    def document(self) -> Mapping[str, int]:
        """Give the numbers."""
        everybody = self.to_newcore | self.to_legacy | self.depends
        return {
            "users": len(everybody),
            "to_newcore": len(self.to_newcore),
            "to_legacy": len(self.to_legacy),
            "by_region_of_the_person": len(self.depends),
        }
