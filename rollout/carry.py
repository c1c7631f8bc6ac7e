"""Making one subject of the new core what the legacy says now: its records, and which of them are gone. The one way of doing it.

Rules: parents before what hangs on them; a record that newcore has and the reading has not is removed; a record that newcore
refuses is a failure of that record alone, and one that nobody can read of all kinds that could not be read with it; a core
that is away is no failure: it raises, and nothing is counted. Pure: the sides do the I/O.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from rollout.record import Dossier, Entity, Listed, RejectedError, Row, Source, Target, UnfitError

ORDER = tuple(Entity)
MANY = frozenset({Entity.NOTE, Entity.REFERRAL, Entity.APPOINTMENT, Entity.REGISTRATION, Entity.SERVICE})
"""Kinds of which a subject may have several, or none: newcore may have some that legacy has no more."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A record that could not be carried over; the reason holds no value."""

    entity: Entity
    row_id: str
    subject: str
    reason: str


@dataclass(frozen=True, slots=True)
class Copied:
    """What became of the records of one subject."""

    subject: str
    results: Counter[str] = field(default_factory=Counter)
    failures: tuple[Failure, ...] = ()
    fine: frozenset[Entity] = frozenset()
    """Kinds of which nothing failed."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the new core's records before: per kind and subject; a kind that is not in it is asked for."""

    rows: Mapping[Entity, Mapping[str, Collection[str]]] = field(default_factory=dict)


NOTHING_KNOWN = Known()


async def copy(
    sides: tuple[Source, Target], listed: Listed, wanted: tuple[frozenset[Entity], int], known: Known = NOTHING_KNOWN
) -> Copied:
    """Read the wanted kinds of a subject and apply them under a number; raises UpstreamError."""
    source, target = sides
    entities, number = wanted
    try:
        found = await source.read(listed, entities)
    except UnfitError as fault:
        copied = await applied(target, listed.id, (fault.rest, number), known)
        failed = (Failure(each, listed.id, listed.id, str(fault)) for each in sorted(entities - fault.rest.keys()))
        return Copied(listed.id, copied.results + Counter(unfit=1), (*copied.failures, *failed), copied.fine)
    return await applied(target, listed.id, (found, number), known)


async def applied(target: Target, subject: str, read: tuple[Dossier, int], known: Known = NOTHING_KNOWN) -> Copied:
    """Apply what was read of a subject."""
    found, number = read
    results, failures = Counter[str](), list[Failure]()
    for entity in (each for each in ORDER if each in found):
        for row in found[entity]:
            try:
                results[await target.apply(entity, row, number)] += 1
            except RejectedError as fault:
                failures.append(Failure(entity, row.id, subject, str(fault)))
        for row_id in await _gone(target, (entity, subject), found[entity], known):
            results[f"gone-{await target.remove(entity, row_id, number)}"] += 1
    bad = {each.entity for each in failures}
    return Copied(subject, results, tuple(failures), frozenset(found) - bad)


async def _gone(target: Target, of: tuple[Entity, str], rows: tuple[Row, ...], known: Known) -> list[str]:
    """Name the records that newcore has of a subject and legacy has not."""
    entity, subject = of
    shown = {row.id for row in rows}
    if entity not in MANY:
        return [] if shown else [subject]
    if entity in known.rows:
        return sorted(set(known.rows[entity].get(subject, ())) - shown)
    return sorted({each.id async for each in target.held(entity, subject)} - shown)
