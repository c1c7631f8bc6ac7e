"""Guards every group that is being ramped: what came in is judged, and a group that tripped is given back.

Rules:
1. Only a group of which newcore answers somebody is guarded. Another setting of it begins afresh, and so does the same
   setting after the group was given back or killed.
2. A trip gives the group back once, and says so loudly. What could not be given back is tried again every round: the
   standing that is stored says whether it was.
3. A difference in a safety field, found by the comparison in the shadow under the routing file of now, trips at once: what
   one user must not see, no share of the users may.
4. Where the database is away nothing is judged: the breaker of each gateway and the kill switch do not depend on it.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from time import monotonic

import psycopg
import structlog

from proxy.errors import PoortError
from proxy.model.route import Core
from proxy.routing.group import Group
from proxy.routing.stage import STAGES
from proxy.routing.table import RoutingTable
from rollout.evidence import Window
from rollout.guard import WHOLE, Standing, Trip, judged
from rollout.guarding import store
from rollout.shadow.store import hits

log = structlog.get_logger()

POLL_SECONDS = 0.5
WAIT_SECONDS = 1.0
FORGET_SECONDS = 3600.0
LOOK_BACK = timedelta(days=1)
"""So far back a difference in a safety field counts; a change of the routing file ends it too."""

type GiveBack = Callable[[str, Trip], int]
"""Gives a group back to legacy and tells by which revision (0: by the kill switch); raises PoortError where it could not."""

KILLED = "killed"
"""Stands for the setting of a group that is killed."""


@dataclass(frozen=True, slots=True)
class Post:
    """What a guard needs: the worker's address, the routing file of the moment, and how to give a group back."""

    dsn: str = field(repr=False)
    moment: Callable[[], tuple[RoutingTable, frozenset[str]]]
    """The last good routing table, and the groups that are killed now."""
    give_back: GiveBack
    pause: float = POLL_SECONDS


class Guard:
    """Guards all groups, on one connection."""

    def __init__(self, post: Post) -> None:
        """Take the post; nothing is opened before `run`."""
        self._post = post
        self._standings: dict[str, Standing] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Guard until told to stop; raises what breaks, and the worker starts it again."""
        forget_at = monotonic()
        self._standings.clear()  # another guard may have stood here meanwhile
        async with await store.connect(self._post.dsn) as connection:
            while not stop.is_set() and not await store.hold(connection):
                await _pause(stop, WAIT_SECONDS)
            while not stop.is_set():
                await self.round(connection)
                if monotonic() >= forget_at:
                    await store.forget(connection)
                    forget_at = monotonic() + FORGET_SECONDS
                await _pause(stop, self._post.pause)

    async def round(self, connection: store.Connection) -> None:
        """Judge once what came in."""
        table, killed = await asyncio.to_thread(self._post.moment)
        for group in table.groups.values():
            if guarded(group):
                setting = KILLED if group.name in killed else mark(group)
                standing = await self._standing(connection, group.name, (setting, table.revision))
                if setting != KILLED:
                    await self._judge(connection, (group.name, table.hash), standing)

    async def _judge(self, connection: store.Connection, named: tuple[str, str], before: Standing) -> None:
        group, config = named
        after = judged(before, await store.after(connection, group, before.place))
        if after.trip is None:
            after = replace(after, trip=await _unsafe(connection, group, config))
        if after.trip is not None and after.acted is None:
            after = await self._give_back(group, after, after.trip)
        if after != before:
            await store.save(connection, group, after)
            self._standings[group] = after

    async def _standing(self, connection: store.Connection, group: str, now: tuple[str, int]) -> Standing:
        """Give where the guard stands under the setting and revision of now; a new one is stored at once."""
        setting, revision = now
        known = self._standings.get(group) or await store.stood(connection, group)
        if known is None or known.mark != setting or known.begun > revision or is_over(known, revision):
            again = known is not None and (known.mark == KILLED or known.begun > revision)
            begin = store.begun_now if again else store.begun
            known = await begin(connection, group, setting, revision)
            await store.save(connection, group, known)
            log.info("a ramp is guarded", group=group, setting=setting, revision=revision)
        self._standings[group] = known
        return known

    async def _give_back(self, group: str, standing: Standing, trip: Trip) -> Standing:
        try:
            revision = await asyncio.to_thread(self._post.give_back, group, trip)
        except (PoortError, psycopg.Error, OSError) as fault:
            failed = f"{type(fault).__name__}: {fault}"
            log.error("a group that fails is NOT given back to legacy", group=group, why=trip.told(), fault=failed)  # noqa: TRY400
            return standing
        log.error("the guard gave a group back to legacy", group=group, why=trip.told(), revision=revision)
        return replace(standing, acted=revision)


async def _unsafe(connection: store.Connection, group: str, config: str) -> Trip | None:
    """Tell whether newcore showed something else than legacy in a safety field, under this routing file."""
    now = datetime.now(UTC)
    found = await hits(connection, Window(group, now - LOOK_BACK, now, frozenset({config})))
    return Trip("safety", WHOLE, {"differences": found}) if found else None


def is_over(standing: Standing, revision: int) -> bool:
    """Tell whether a group was given back, and somebody has let newcore answer again since."""
    return standing.acted is not None and revision > standing.acted


def guarded(group: Group) -> bool:
    """Tell whether newcore answers anybody of a group."""
    return STAGES[group.highest].reads is Core.NEWCORE and group.ramp > 0


def mark(group: Group) -> str:
    """Name the setting of a group, on which a test of it depends."""
    cohort, parts = group.cohort, (f"{region}={stage}" for region, stage in sorted(group.partitions.items()))
    who = (cohort.organisations, cohort.exclude_roles, cohort.regions)
    named = "; ".join(" ".join(sorted(each)) or "-" for each in who)
    return " ".join((group.stage, *parts, f"{group.ramp} % of generation {cohort.generation}: {named}"))


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
