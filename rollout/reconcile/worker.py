"""The reconcile: every record of legacy beside newcore's, by its digest; a difference is looked at again, and repaired.

Rules:
1. A difference is believed only when both sides were read again under a fresh number of the journal, no captured write is
   awaited that explains it, and the record is not in quarantine. Then newcore is made what legacy shows, under that number:
   a write that comes after it has a higher one, and wins.
2. Only a pass that came to its end is a report.
3. It may take no token of the budget that somebody else needs; the sides are made so.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import psycopg
import structlog

from proxy.errors import UpstreamError
from rollout import store
from rollout.backfill.ahead import reading
from rollout.carry import MANY, Failure, applied
from rollout.quarantine import store as quarantine
from rollout.reconcile import store as reports
from rollout.reconcile.tally import Finding, Report, Tally, difference
from rollout.record import FILLED, Entity, Held, Listed, Row, UnfitError, by_subject, digest
from rollout.worker import Sides, abreast

log = structlog.get_logger()

PAUSE_SECONDS = 300.0
"""Between two passes of the worker."""
RETRY_SECONDS = 10.0

type Kept = Mapping[Entity, Mapping[str, Mapping[str, Held]]]
"""Kind -> subject -> row -> what newcore has."""


class Reconcile:
    """Compares kinds of records, one pass after the other."""

    def __init__(self, sides: Sides, actor: str) -> None:
        """Take the sides, and in whose name reports are made."""
        self._sides, self._actor, self._alone = sides, actor, asyncio.Lock()
        self.trouble = ""

    async def run(self, pause: float = PAUSE_SECONDS, first: float = 0.0) -> None:
        """Compare everything that is filled, over and over, until cancelled; `first`: seconds until it begins."""
        await asyncio.sleep(first)
        while True:
            try:
                async with await store.connect(self._sides.dsn) as connection:
                    groups = await store.filled(connection)
                kinds = tuple(dict.fromkeys(entity for group in groups for entity in FILLED[group]))
                for report in await self.compare(kinds):
                    log.info("reconciled", kind=report.entity, checked=report.checked, unexplained=report.unexplained)
                self.trouble = ""
                await asyncio.sleep(pause)
            except (psycopg.Error, UpstreamError) as fault:
                self.trouble = type(fault).__name__
                log.warning("reconcile waits", fault=type(fault).__name__)
                await asyncio.sleep(RETRY_SECONDS)

    async def compare(self, kinds: tuple[Entity, ...], told: Callable[[], object] = lambda: None) -> list[Report]:
        """Compare some kinds in one pass; raises UpstreamError, and then there is no report."""
        begun, found = datetime.now(UTC), Pass({each: Tally() for each in kinds}, told)
        async with await store.connect(self._sides.dsn) as connection:
            for subject, wanted in by_subject(kinds).items():
                kept = await self._kept(wanted)
                listed = [each async for each in self._sides.source.subjects(subject, wanted)]
                alone = {each for held in kept.values() for each in held} - {each.id for each in listed}
                work = (*listed, *(Listed(row) for row in sorted(alone)))
                await abreast(partial(self._compare, connection, each, kept, found) for each in work)
            told_of = [_report(entity, begun, tally) for entity, tally in found.tallies.items()]
            for report in told_of:
                await reports.keep(connection, report, self._actor)
        return told_of

    async def _kept(self, wanted: frozenset[Entity]) -> Kept:
        found: dict[Entity, dict[str, dict[str, Held]]] = {}
        for entity in sorted(wanted):
            found[entity] = {}
            async for each in self._sides.target.held(entity):
                found[entity].setdefault(each.subject, {})[each.id] = each
        return found

    async def _compare(self, connection: store.Connection, listed: Listed, kept: Kept, found: "Pass") -> None:
        """Compare one subject; what differs is looked at again, one after the other."""
        told = await reading(self._sides.source, listed, frozenset(kept))
        read, unfit = (told.rest, True) if isinstance(told, UnfitError) else (told, False)
        for entity, held in kept.items():
            known, rows = held.get(listed.id, {}), {row.id: row for row in read.get(entity, ())}
            same = [row for row in rows.keys() & known.keys() if digest(rows[row]) == known[row].digest]
            found.tallies[entity].note(Finding.EQUAL, count=len(same))
            if (unfit and entity not in read) or len(same) < len(rows.keys() | known.keys()):
                async with self._alone:
                    await self._again(connection, entity, listed.id, found.tallies[entity])
        found.told()

    async def _again(self, connection: store.Connection, entity: Entity, subject: str, tally: Tally) -> None:
        """Look again at the records of one kind of a subject of which some were not the same."""
        number = await store.fresh_number(connection)
        found = await reading(self._sides.source, Listed(subject), frozenset({entity}))
        if isinstance(found, UnfitError):
            await quarantine.tried(connection, Failure(entity, subject, subject, "unfit"), number, most=1)
            tally.note(Finding.HELD, f"{entity}: cannot be read")
            return
        reasons = await self._differences(entity, subject, found.get(entity, ()))
        if not reasons:
            tally.note(Finding.RACED)
        elif await self._awaited(connection, entity, subject):
            tally.note(Finding.PENDING, count=len(reasons))
        elif subject in await quarantine.subjects(connection):
            tally.note(Finding.HELD, count=len(reasons))
        else:
            await applied(self._sides.target, subject, (found, number))
            left = await self._differences(entity, subject, found.get(entity, ()))
            if left and await self._awaited(connection, entity, subject):
                tally.note(Finding.PENDING, count=len(reasons))
                return
            for row, reason in reasons.items():
                tally.note(Finding.STUCK if row in left else Finding.REPAIRED, reason)

    async def _awaited(self, connection: store.Connection, entity: Entity, subject: str) -> bool:
        """Tell whether a captured write that is not carried over yet explains a difference."""
        known = await store.followed(connection)
        after = min((seq for group, seq in known.items() if entity in FILLED[group]), default=0)
        return await store.awaited(connection, (entity,), subject, after)

    async def _differences(self, entity: Entity, subject: str, rows: tuple[Row, ...]) -> dict[str, str]:
        """Name the records of a subject that differ now, with how."""
        target, shown = self._sides.target, {row.id: row for row in rows}
        others = [each.id async for each in target.held(entity, subject)] if entity in MANY else [subject]
        told = {
            row: difference(entity, shown.get(row), await target.texts(entity, row))
            for row in dict.fromkeys((*shown, *others))
        }
        return {row: reason for row, reason in told.items() if reason}


@dataclass(frozen=True, slots=True)
class Pass:
    """What one pass counts, and whom to tell of every subject that is done."""

    tallies: Mapping[Entity, Tally]
    told: Callable[[], object]


def _report(entity: Entity, begun: datetime, tally: Tally) -> Report:
    of = tally.findings
    counts = (of[Finding.EQUAL], of[Finding.RACED], of[Finding.PENDING], of[Finding.HELD], tally.repaired)
    return Report(entity, begun, datetime.now(UTC), tally.checked, *counts, tally.unexplained, dict(tally.reasons))
