"""What another routing file would do to requests that the access log recorded: told, or said to be untellable. Pure.

Each recorded request is asked of `choose` itself, under the file in force and under the candidate, in every world that its
record allows; nothing is a copy of a rule. Rules:
1. The record says who asked which function and whether newcore was chosen. It does not say whether the request opened
   something, went on with a list, or did a second thing (`shape`), what the session had written itself (`own-write`), or
   whose region it was about (`region`). An account that the directory does not know any more has no cohort (`account`).
2. Where all worlds agree the request is told; where they do not it is counted as not to be told, with what is lacking and
   whether it may change core. Nothing is guessed.
3. What goes on with a list follows it: its list is taken to have been opened under the same file.
4. Kills, watermarks and the day are those of now. A group that was never filled reads legacy, and that is what is said.
"""

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cache
from itertools import product

from proxy.model.call import READINGS, Call, Format, Kind, Link
from proxy.model.principal import Listing, Principal, Session
from proxy.model.route import Core, Route
from proxy.routing.begun import movable
from proxy.routing.choose import Situation, choose
from proxy.routing.group import Cohort, Group
from proxy.routing.table import RoutingTable

REFUSED = "refused"
"""Where no core answers: the function is routed by no group, or its list is on a core that was killed."""

GOES_ON = frozenset({Kind.EXPORT, Kind.REPORT})
ELSEWHERE = "-"
"""Stands for a region that has no stage of its own."""
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
NOBODY = Principal("", ())
ANYBODY = Principal("anybody", ())
SIDES = ((False, False), (False, True), (True, False), (True, True))

type Pair = tuple[str, str]
"""The core under the file in force, and under the candidate."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the access log says of a request, as far as it bears on the choice."""

    user: str | None
    function: str
    kind: str
    newcore: bool = False
    """newcore was chosen, also where legacy answered instead."""
    group: str | None = None
    """Group of the function at that time, where newcore was chosen and the file of that time is known."""


@dataclass(frozen=True, slots=True)
class Now:
    """What holds at this moment for every request."""

    applied: Mapping[str, int] = field(default_factory=dict)
    killed: Collection[str] = ()
    today: date | None = None


@dataclass(frozen=True, slots=True)
class World:
    """One way in which a recorded request can have been, beside what its record says."""

    shape: str
    wrote: bool
    region: str | None
    account: tuple[bool, bool] = (False, False)
    """Of an unknown account: whether the cohort of each file takes it in."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a candidate does to a request."""

    pairs: frozenset[Pair]
    """One: it is told."""
    lacks: tuple[str, ...] = ()
    """What the record would have to say."""

    @property
    def told(self) -> Pair | None:
        """The cores before and after; None: that cannot be told."""
        return next(iter(self.pairs)) if len(self.pairs) == 1 else None

    @property
    def may_change(self) -> bool:
        """Tell whether the request changes core in some world."""
        return any(old != new for old, new in self.pairs)


@dataclass(frozen=True, slots=True)
class Account:
    """An account, and where it opens something of each function that newcore can answer."""

    principal: Principal
    opens: tuple[frozenset[Pair], ...]
    alike: int
    """The same number for everybody for whom everything opens alike."""


class Trial:
    """A candidate against the file in force."""

    def __init__(self, tables: tuple[RoutingTable, RoutingTable], now: Now, kinds: Mapping[str, Kind]) -> None:
        """Take both tables, the moment, and the kind of every routed function."""
        self._tables, self._now = tables, now
        self._everybody = tuple(opened(table) for table in tables)
        self._services = frozenset(each for each, kind in kinds.items() if kind is Kind.INTERFACE)
        self.openers = tuple(sorted(each for each in kinds if is_opener(each, service=each in self._services)))
        """Functions of which newcore can answer an opening request, or a service's question."""
        self._lists = tuple(each for each in self.openers if each not in self._services)
        self._unrouted = tuple(sorted(each for each in kinds if any(each not in table.group_of for table in tables)))
        self._wrote = dict.fromkeys({*tables[0].groups, *tables[1].groups}, max(now.applied.values(), default=0) + 1)
        self._known: dict[tuple[Hashable, ...], Verdict] = {}
        self._alike: dict[tuple[frozenset[Pair], ...], int] = {}

    def verdict(self, asked: Recorded, who: Account | None) -> Verdict:
        """Say what the candidate does to a recorded request; `who` is its account, None: unknown.

        Accounts for whom everything opens alike are alike: it is worked out once for all of them.
        """
        key = (who and who.alike, asked.function, asked.kind, asked.newcore, asked.group)
        verdict = self._known.get(key)
        if verdict is None:
            verdict = self._known[key] = self._verdict(asked, None if who is None else who.principal)
        return verdict

    def account(self, who: Principal) -> Account:
        """Say where an account opens something of each function."""
        opens = tuple(self.opening(function, FRESH, who) for function in self.openers)
        return Account(who, opens, self._alike.setdefault(opens, len(self._alike) + 1))

    def _verdict(self, asked: Recorded, who: Principal | None) -> Verdict:
        found = {world: self._pair(asked, world, who) for world in self._worlds(asked, who)}
        pairs = frozenset(found.values())
        return Verdict(pairs) if len(pairs) == 1 else Verdict(pairs, lacking(found))

    def opening(self, function: str, session: Session, who: Principal) -> frozenset[Pair]:
        """Say where a session would open something of a function, under both files; one pair per region that matters."""
        asks, (old, new) = function in self._services, self._tables
        call = begins(function, Kind.INTERFACE if asks else Kind.CONSULT)
        situations = [self._situation(None if asks else session, who, region) for region in self._regions(function)]
        return frozenset((self._core(old, call, each), self._core(new, call, each)) for each in situations)

    def _worlds(self, asked: Recorded, who: Principal | None) -> Iterator[World]:
        """List the worlds that a record allows."""
        shapes, functions = ["other"], [asked.function]
        own: tuple[bool, ...] = (False, True)
        if asked.kind in READINGS:
            shapes = ["opens", "goes-on"] if asked.newcore else ["opens", "goes-on", "other"]
            own = (False,) if asked.newcore and self._same_group(asked) else own
        elif asked.kind in GOES_ON:
            lists = [f"goes-on {each}" for each in self._lists]
            shapes, functions = lists if asked.newcore else ["other", *lists], list(self._lists)
        elif asked.kind == Kind.INTERFACE and asked.function in self._services & {*self.openers}:
            shapes, own = ["opens"] if asked.newcore else ["opens", "other"], (False,)
        shapes += [f"with {each}" for each in self._unrouted if not asked.newcore]
        sides = SIDES if who is None else SIDES[:1]
        for shape, wrote, region, account in product(shapes, own, self._regions(*functions), sides):
            yield World(shape, wrote, region, account)

    def _same_group(self, asked: Recorded) -> bool:
        """Tell whether what the session had not written then is what counts under both files."""
        return asked.group is not None and all(
            table.group_of.get(asked.function) == asked.group for table in self._tables
        )

    def _regions(self, *functions: str) -> tuple[str | None, ...]:
        """List the regions that may make a difference to functions."""
        groups = [table.group(function) for table in self._tables for function in functions]
        named = {region for group in groups if group is not None for region in group.partitions}
        return (None, *sorted(named), ELSEWHERE) if named else (None,)

    def _pair(self, asked: Recorded, world: World, who: Principal | None) -> Pair:
        sides = zip(self._tables, self._everybody, world.account, strict=True)
        old, new = (
            self._in_world(everybody if all_ else table, asked, world, who or (ANYBODY if all_ else NOBODY))
            for table, everybody, all_ in sides
        )
        return old, new

    def _in_world(self, table: RoutingTable, asked: Recorded, world: World, who: Principal) -> str:
        """Ask the gateway's own choice."""
        shape, _, of = world.shape.partition(" ")
        session = replace(FRESH, wrote=self._wrote) if world.wrote else FRESH
        function, kind = asked.function, known(asked.kind)
        now = self._situation(None if kind is Kind.INTERFACE else session, who, world.region)
        if shape == "opens":
            return self._core(table, begins(function, kind), now)
        if shape != "goes-on":
            return self._core(table, other(function, kind, of), now)
        opener = of or function
        core = self._core(table, begins(opener, Kind.SEARCH), now)
        listing = Listing(opener, Core.LEGACY.value if core == REFUSED else core, ())
        return self._core(
            table, goes_on(function, kind, opener), replace(now, session=replace(session, listing=listing))
        )

    def _situation(self, session: Session | None, who: Principal, region: str | None) -> Situation:
        """Give the moment; without a session legacy has just accepted the credentials of the call."""
        now, vouched = self._now, session is None
        return Situation(session, who, now.applied, now.killed, region=region, today=now.today, vouched=vouched)

    @staticmethod
    def _core(table: RoutingTable, call: Call, now: Situation) -> str:
        route = choose(table, call, now)
        return route.core.value if isinstance(route, Route) else REFUSED


FRESH = Session(b"", 0, "", EPOCH, EPOCH)


def lacking(found: Mapping[World, Pair]) -> tuple[str, ...]:
    """Name what the record lacks: whatever makes a difference by itself."""
    names: dict[str, Callable[[World], World]] = {
        "account": lambda world: replace(world, account=SIDES[0]),
        "shape": lambda world: replace(world, shape=""),
        "own-write": lambda world: replace(world, wrote=False),
        "region": lambda world: replace(world, region=None),
    }
    lacks = []
    for name, without in names.items():
        seen: dict[World, set[Pair]] = {}
        for world, pair in found.items():
            seen.setdefault(without(world), set()).add(pair)
        if any(len(pairs) > 1 for pairs in seen.values()):
            lacks.append(name)
    return tuple(lacks)


def begins(function: str, kind: Kind) -> Call:
    """Make a call that opens a list of a function, or one record: to the choice they are alike; of a service, its question."""
    if kind is Kind.INTERFACE:
        return Call(Format.SOAP, (Link(function),), function, kind, account="-", context=False, repeatable=True)
    return Call(Format.HTML, (Link(function),), function, kind, first_page=True)


def goes_on(function: str, kind: Kind, opener: str) -> Call:
    """Make a call that goes on with a list; an export names the list's function and its own."""
    links = (Link(function),) if function == opener else (Link(opener), Link(function))
    return Call(Format.HTML, links, function, kind, pages=True)


def other(function: str, kind: Kind, beside: str = "") -> Call:
    """Make a call that newcore cannot answer, whatever its function; with another function beside it in its chain."""
    links = (Link(function), Link(beside)) if beside else (Link(function),)
    return Call(Format.HTML, links, function, kind)


@cache
def known(kind: str) -> Kind:
    """Give a kind; a word that this release does not know is none that newcore answers."""
    return Kind(kind) if kind in set(Kind) else Kind.INTERFACE


@cache
def is_opener(function: str, *, service: bool = False) -> bool:
    """Tell whether newcore can answer a request that opens something of a function."""
    return movable(begins(function, Kind.INTERFACE if service else Kind.SEARCH))


def opened(table: RoutingTable) -> RoutingTable:
    """Give the table as it is for somebody who takes part in every cohort that has anybody in it."""
    groups = {name: _open(group) for name, group in table.groups.items()}
    return replace(table, groups=groups)


def _open(group: Group) -> Group:
    return replace(group, ramp=100, cohort=Cohort()) if group.ramp else group
