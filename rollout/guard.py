"""Whether newcore fails the users of a ramp: a test on every count that comes in. Pure; time comes with the counts.

Errors are tested by Wald's sequential probability ratio test, with its score kept at or above zero, so that an old good run
cannot pay for a new bad one (which makes it Page's CUSUM). Rules:
1. H0: `P0` of the calls fail, H1: `P1`. An error raises the score by ln(P1/P0) = 2.303, an answer lowers it by 0.018; at
   ln((1 - BETA) / ALPHA) = 6.898 it trips: three early errors are enough, one in five hundred for ever is not.
2. The baseline is what legacy did for those outside the cohort in the same minutes: where legacy itself fails more than
   `P0`, both rates move up by the same odds, so that a database that is away is not newcore's fault.
3. Counts that arrive together are taken as if their errors had come evenly between their answers.
4. p95 of newcore's answers over `RATIO` times that of legacy's in the same minutes trips too, where both have enough
   answers and a person would notice the difference.
5. Only calls that were routed under the setting at hand count. Tripped is tripped until the setting changes.
6. The step is `clear` once the same test, without the floor, has accepted H0: no data is never clear.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import log
from typing import Any

from proxy.model.route import Core
from proxy.routing.tally import Counted, quantile, together

P0, P1, ALPHA, BETA = 0.002, 0.02, 0.001, 0.01
TRIP = log((1 - BETA) / ALPHA)
ACCEPT = log(BETA / (1 - ALPHA))
ODDS = (P1 / (1 - P1)) / (P0 / (1 - P0))
BASELINE = 100
"""Calls of legacy in two minutes from which its own failures count as a baseline."""
RATIO, SHARE = 1.5, 0.95
NOTICED = 0.05
"""Seconds: a p95 that is worse by less than this is worse for nobody."""
ENOUGH = 300
"""Answers of either core that a ratio of their p95 needs."""
WINDOW = timedelta(minutes=5)
WHOLE = ""
"""Stands for a group as a whole beside its partitions."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one gateway counted of one side within about a second."""

    number: int
    at: datetime
    counted: Counted


@dataclass(frozen=True, slots=True)
class Score:
    """Where the test of errors stands."""

    value: float = 0.0
    calm: float = 0.0
    """The same without the floor, until it accepts H0."""
    clear: bool = False
    answered: int = 0
    faults: int = 0


@dataclass(frozen=True, slots=True)
class Trip:
    """Why a group has to go back to legacy."""

    kind: str
    """`errors`, `latency`, or `safety`: a difference that the comparison in the shadow found."""
    partition: str
    numbers: Mapping[str, Any]

    def told(self) -> str:
        """Say it for the history and the alarm."""
        where = f" in {self.partition}" if self.partition else ""
        return f"guard: {self.kind}{where}: {', '.join(f'{name} {value}' for name, value in self.numbers.items())}"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the guard of one group stands, under one setting of it."""

    mark: str
    """The setting: stage, ramp, cohort."""
    begun: int
    """Revision of the routing file in which the setting was first seen."""
    place: int = 0
    """Number of the last batch that was judged."""
    scores: Mapping[str, Score] = field(default_factory=dict)
    """By partition; `WHOLE` is all of them."""
    recent: tuple[Batch, ...] = ()
    """The batches of the last minutes, of both cores."""
    trip: Trip | None = None
    acted: int | None = None
    """Revision by which the group was given back."""


def judged(standing: Standing, batches: Sequence[Batch]) -> Standing:
    """Judge what came in, in its order."""
    if not batches:
        return standing
    everything = (*standing.recent, *batches)
    baseline = Baseline(everything)
    scores, trip = dict(standing.scores), standing.trip
    for batch in batches:
        side = batch.counted.side
        if side.core is Core.NEWCORE and side.revision >= standing.begun:
            rate = baseline.rate(batch.at)
            for place in dict.fromkeys((WHOLE, side.partition)):
                scores[place], tripped = scored(scores.get(place, Score()), batch.counted, rate)
                trip = trip or (_errors(place, scores[place], rate) if tripped else None)
    since = max(each.at for each in everything) - WINDOW
    recent = tuple(each for each in everything if each.at > since)
    trip = trip or slower(recent, standing.begun)
    return replace(standing, place=max(each.number for each in batches), scores=scores, recent=recent, trip=trip)


def scored(score: Score, counted: Counted, rate: float = P0) -> tuple[Score, bool]:
    """Take the score over one batch, its errors evenly between its answers; tells whether it tripped on the way."""
    worse = odds_up(rate)
    up, down = log(worse / rate), log((1 - rate) / (1 - worse))
    lull = down * counted.answered / (counted.faults + 1)
    value, tripped = score.value, False
    for _ in range(counted.faults):
        value = max(0.0, value - lull) + up
        tripped = tripped or value >= TRIP
    value = max(0.0, value - lull)
    calm = score.calm + counted.faults * up - counted.answered * down
    after = Score(
        value, calm, score.clear or calm <= ACCEPT, score.answered + counted.answered, score.faults + counted.faults
    )
    return after, tripped


def odds_up(rate: float) -> float:
    """Give the rate that is as much worse than a rate, in odds, as P1 is than P0."""
    odds = rate / (1 - rate) * ODDS
    return odds / (1 + odds)


class Baseline:
    """How often legacy failed in each minute."""

    def __init__(self, batches: Sequence[Batch]) -> None:
        """Count the batches of legacy by minute."""
        self._minutes: dict[int, tuple[int, int]] = {}
        for each in batches:
            if each.counted.side.core is Core.LEGACY:
                faults, calls = self._minutes.get(_minute(each.at), (0, 0))
                counted = each.counted
                self._minutes[_minute(each.at)] = faults + counted.faults, calls + counted.faults + counted.answered

    def rate(self, at: datetime) -> float:
        """Give the rate of failures that is not newcore's fault: P0, or what legacy had in this minute and the one before."""
        pairs = [self._minutes.get(_minute(at) - back, (0, 0)) for back in (0, 1)]
        faults, calls = (sum(column) for column in zip(*pairs, strict=True))
        return max(P0, min(faults / calls, 1 - P1)) if calls >= BASELINE else P0


def slower(recent: Sequence[Batch], begun: int) -> Trip | None:
    """Compare the p95 of both cores; None: not slower, or not enough of either."""
    new = together(*_latencies(recent, Core.NEWCORE, begun))
    old = together(*_latencies(recent, Core.LEGACY, 0))
    if sum(new) < ENOUGH or sum(old) < ENOUGH:
        return None
    mine, other = quantile(new, SHARE), quantile(old, SHARE)
    if mine is None or other is None or mine <= RATIO * other or mine - other < NOTICED:
        return None
    numbers = {
        "newcore_p95_ms": round(mine * 1e3),
        "legacy_p95_ms": round(other * 1e3),
        "of": sum(new),
        "and": sum(old),
    }
    return Trip("latency", WHOLE, numbers)


def _latencies(recent: Sequence[Batch], core: Core, begun: int) -> Iterator[Sequence[int]]:
    sides = ((each.counted.side, each.counted.latency) for each in recent)
    return (latency for side, latency in sides if side.core is core and side.revision >= begun)


def _errors(partition: str, score: Score, rate: float) -> Trip:
    numbers = {"faults": score.faults, "of": score.faults + score.answered, "score": round(max(score.value, TRIP), 3)}
    return Trip("errors", partition, numbers | ({"legacy_rate": round(rate, 4)} if rate > P0 else {}))


def _minute(at: datetime) -> int:
    return int(at.timestamp()) // 60
