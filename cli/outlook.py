"""A dry run of a routing file, told to an engineer and to programs.

Rules: what is certain and what cannot be told are never added up; every number of the text is in the JSON.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from proxy.routing.table import RoutingTable
from rollout.forecast import REFUSED
from rollout.forecasting.total import BY, Count, People, Total

SHOWN = 12
"""Lines of a breakdown that are printed; all of them are in the JSON."""
LACKS = {
    "shape": "whether the request opened a list or a record and did nothing else; of a service, whether legacy had just accepted "
    "its credentials",
    "own-write": "whether the session had just written something that newcore did not have yet",
    "region": "which region the person belonged to",
    "account": "in which cohort an account was that the directory does not know any more",
}


@dataclass(frozen=True, slots=True)
class Tried:
    """What a dry run found."""

    since: datetime
    tables: tuple[RoutingTable, RoutingTable]
    refusal: str
    """Why a gateway would refuse the candidate; empty: it would not."""
    total: Total
    people: People
    sessions: People
    open_sessions: int
    splits: Mapping[str, tuple[frozenset[str], int, int]]
    """By family: functions that newcore answers to some users while legacy answers others of it; users, and users now."""
    unfollowed: tuple[tuple[str, str], ...]
    unfilled: tuple[str, ...]


def document(found: Tried) -> Mapping[str, Any]:
    """Give a dry run for programs."""
    old, new = found.tables
    return {
        "in_force": {"revision": old.revision, "hash": old.hash},
        "candidate": {"revision": new.revision, "hash": new.hash},
        "refused_because": found.refusal or None,
        "since": found.since,
        **found.total.whole().document(),
        **{f"by_{name}": {word: each.document() for word, each in found.total.by(name).items()} for name in BY},
        "lines": [
            {name: getattr(line, name) for name in BY} | dict(count.document())
            for line, count in found.total.concerned()
        ],
        "users_who_change_core": found.people.document(),
        "open_sessions": {"sessions": found.open_sessions, **found.sessions.document()},
        "split": [
            {"of": name, "on_newcore": sorted(functions), "users": after, "users_now": before}
            for name, (functions, after, before) in sorted(found.splits.items())
        ],
        "writes_that_newcore_would_not_hear_of": [
            {"function": function, "entity": entity} for function, entity in found.unfollowed
        ],
        "unfilled": list(found.unfilled),
    }


def told(found: Tried) -> Iterator[str]:
    """Tell a dry run to an engineer."""
    old, new = found.tables
    whole = found.total.whole()
    yield f"revision {new.revision} tried against revision {old.revision}, on {whole.requests} requests since {found.since:%Y-%m-%d %H:%M} UTC"
    yield from ((f"A GATEWAY WOULD REFUSE IT: {found.refusal}",) if found.refusal else ())
    yield _told(whole)
    for name in BY:
        yield from _breakdown(name, found.total.by(name))
    yield from _lacks(whole)
    yield f"users who open something on another core: {_people(found.people)}"
    yield f"of {found.open_sessions} open sessions, users who would: {_people(found.sessions)}; a list that is open stays where it is"
    for name, (functions, after, before) in sorted(found.splits.items()):
        yield f"SPLIT {name}: {', '.join(sorted(functions))} on newcore and the rest on legacy, for {after} users (now {before})"
    for function, entity in found.unfollowed:
        yield f"SPLIT {function}: newcore would show {entity} and not hear of these writes"
    for name in found.unfilled:
        yield f"{name} reads legacy whatever its stage: newcore was never filled with it (`poort backfill {name}`)"


def _told(count: Count) -> str:
    cannot, changed = count.untold.total(), count.changed
    ways = ", ".join(f"{number} {_way(pair)}" for pair, number in sorted(count.changes.items()))
    sure = f"{changed} change core for certain{f' ({ways})' if ways else ''}"
    return f"{sure}, {count.requests - changed - cannot} stay, {cannot} cannot be told ({count.may} of them may change)"


def _way(pair: tuple[str, str]) -> str:
    return f"from {pair[0]} to {pair[1]}" if pair[1] != REFUSED else "would be refused"


def _breakdown(name: str, counts: Mapping[str, Count]) -> Iterator[str]:
    concerned = {word: each for word, each in counts.items() if each.changed or each.may}
    for at, (word, count) in enumerate(concerned.items()):
        if at == SHOWN:
            yield f"  ... and {len(concerned) - SHOWN} more ({name}); --json has all"
            return
        yield f"  {name} {word}: {_told(count)}"


def _lacks(count: Count) -> Iterator[str]:
    for lacks, number in sorted(count.untold.items()):
        yield f"cannot be told for {number}, the log does not say: {'; '.join(LACKS[each] for each in lacks)}"


def _people(people: People) -> str:
    numbers = people.document()
    parts = f"{numbers['to_newcore']} to newcore, {numbers['to_legacy']} to legacy"
    depends = numbers["by_region_of_the_person"]
    return f"{numbers['users']} ({parts}{f', {depends} by the region of the person' if depends else ''})"
