"""What follows from the counts: pass, fail or insufficient, with the reasons. Pure.

Rules:
1. One bad count fails, whatever is good beside it; without one, one count that is missing is insufficient.
2. The mismatches may be this many, says the upper bound of 95 %: Wilson's score interval, and never below 1 - 0.05^(1/n),
   which is exact where none was found (299 answers show 1 %, 998 show 0.3 %, 2,995 show 0.1 %, 29,956 show 0.01 %).
   Wilson, E.B.: Probable inference, the law of succession, and statistical inference. JASA 22 (1927).
3. An answer that newcore did not give is a mismatch. What was offered and never compared is unknown: beyond 1 % of it the
   rest is no sample any more. What a rule overlooks, what raced and what is volatile is no sample either.
4. Safety fields and parity allow none.
5. Without a baseline - nobody whom legacy answers beside the cohort - a larger share is not asked for.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from math import sqrt

from proxy.routing.profile import Profile, ToRead
from rollout.evidence import Compared, Counts, Kind, Served, Shape, Synced, Verdict

Z = 1.6448536269514722
"""One-sided 95 %."""
LOST_PERCENT = 1
type Found = Iterator[tuple[Verdict, str]]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a group stands besides what was counted."""

    settled: timedelta
    """How long it has been in its stage and share."""
    ramp: int = 0
    pages: Mapping[str, int] | None = None
    """Pages that the command compared byte for byte."""
    captured: bool = False
    """Every write since its backfill began was captured, as far as any published revision tells."""


def upper(mismatches: int, samples: int) -> float:
    """Give the share of mismatches that may be behind these samples, at most, with 95 % certainty; 1.0 without samples."""
    if mismatches >= samples:
        return 1.0
    share, square = mismatches / samples, Z * Z
    middle = share + square / (2 * samples)
    margin = Z * sqrt(share * (1 - share) / samples + square / (4 * samples * samples))
    wilson = (middle + margin) / (1 + square / samples)
    exact: float = 1 - 0.05 ** (1 / samples)
    return min(1.0, max(wilson, exact))


def judge(kind: Kind, profile: Profile, counts: Counts, standing: Standing) -> tuple[Verdict, tuple[str, ...]]:
    """Give the verdict and its reasons, the failing ones first."""
    found = sorted(_found(kind, profile, counts, standing), key=lambda each: each[0] is not Verdict.FAIL)
    verdict = found[0][0] if found else Verdict.PASS
    return verdict, tuple(reason for _, reason in found)


def figures(counts: Counts) -> Mapping[str, float | None]:
    """Give what is reckoned from the counts, for whoever reads them."""
    compared, served = counts.compared, counts.served
    return {
        "mismatch_upper_bound": upper(*samples(compared)) if compared else None,
        "shape_coverage": coverage(compared.shapes) if compared else None,
        "latency_ratio": ratio(compared.newcore_p95_ms, compared.legacy_p95_ms) if compared else None,
        "failed_share": served.failed / max(1, served.answered + served.failed) if served else None,
    }


def samples(compared: Compared) -> tuple[int, int]:
    """Give the mismatches, and of how many."""
    return compared.real + compared.failed, compared.proven + compared.failed


def coverage(shapes: Mapping[str, Shape]) -> float | None:
    """Give the share of what was asked whose shape was compared to a clear end at least once; None: nothing was asked."""
    seen = sum(each.seen for each in shapes.values())
    return sum(each.seen for each in shapes.values() if each.compared) / seen if seen else None


def ratio(newcore: float | None, legacy: float | None) -> float | None:
    """Give how much slower newcore is; None where either is not known."""
    return newcore / legacy if newcore is not None and legacy else None


def _found(kind: Kind, profile: Profile, counts: Counts, standing: Standing) -> Found:
    match kind:
        case Kind.SHADOW:
            yield from _dwelt(standing, timedelta(hours=profile.shadow.dwell_hours))
            yield from _kept(counts.synced, standing)
            yield from _carried(profile, counts.synced)
        case Kind.READ:
            yield from _dwelt(standing, timedelta(hours=profile.read.dwell_hours))
            yield from _kept(counts.synced, standing)
            yield from _same(profile.read, counts.compared) if profile.read.compared else ()
            yield from _paged(profile.read.pages, standing.pages) if profile.read.pages else ()
        case Kind.RAMP:
            yield from _dwelt(standing, timedelta(minutes=profile.ramp.dwell_minutes) if standing.ramp else timedelta())
            yield from _kept(counts.synced, standing)
            yield from _hit(counts.compared) if counts.compared else ()
            yield from _worse(profile.read, counts.compared) if counts.compared else ()
            yield from _served(profile, counts.served) if standing.ramp else ()


def _dwelt(standing: Standing, least: timedelta) -> Found:
    if standing.settled < least:
        yield Verdict.INSUFFICIENT, f"it stands as it is for {_hours(standing.settled)}, and has to for {_hours(least)}"


def _kept(synced: Synced | None, standing: Standing) -> Found:
    """Judge the copy: whole, compared after it was filled, no write that went by, nothing that waits for a person."""
    if synced is None:
        yield Verdict.INSUFFICIENT, "nothing is known of its copy in newcore: no backfill"
        return
    for count, what in (
        (synced.differences, "unexplained differences in the last reconcile"),
        (synced.quarantined, "records in quarantine"),
        (synced.rejected, "writes that newcore refused and nobody explained"),
    ):
        if count:
            yield Verdict.FAIL, f"{count} {what}"
    if synced.backfill_begun and not standing.captured:
        yield Verdict.INSUFFICIENT, "writes went by uncaptured since its backfill began: fill it `--afresh`"
    if synced.backfill_finished is None:
        yield Verdict.INSUFFICIENT, "no finished backfill"
    elif synced.reconciled is None or synced.reconciled < synced.backfill_finished:
        yield Verdict.INSUFFICIENT, "no reconcile since the backfill"
    elif not synced.records:
        yield Verdict.INSUFFICIENT, "the reconcile looked at no record"


def _carried(profile: Profile, synced: Synced | None) -> Found:
    wanted = profile.shadow
    if synced is None or not wanted.applied:
        return
    if synced.applied < wanted.applied:
        yield Verdict.INSUFFICIENT, f"{synced.applied} writes carried over, {wanted.applied} are needed"
    if synced.lag_p99_ms is None:
        yield Verdict.INSUFFICIENT, "no write shows how far newcore is behind"
    elif synced.lag_p99_ms > wanted.lag_ms:
        yield Verdict.FAIL, f"newcore is {synced.lag_p99_ms:.0f} ms behind (99 %), {wanted.lag_ms} ms are allowed"


def _same(wanted: ToRead, compared: Compared | None) -> Found:
    if compared is None:
        yield Verdict.INSUFFICIENT, "no answer was compared"
        return
    yield from _hit(compared)
    yield from _worse(wanted, compared)
    yield from _enough(wanted, compared)
    slower = ratio(compared.newcore_p95_ms, compared.legacy_p95_ms)
    if slower is None:
        yield Verdict.INSUFFICIENT, "the time of either core is not known"
    elif slower * 100 > wanted.latency_percent:
        yield (
            Verdict.FAIL,
            f"newcore takes {slower:.2f} of legacy's time (95 %), {wanted.latency_percent / 100} is allowed",
        )


def _hit(compared: Compared) -> Found:
    if compared.safety:
        yield Verdict.FAIL, f"{compared.safety} mismatches in safety fields, none is allowed"
    if compared.parity:
        yield Verdict.FAIL, f"{compared.parity} times something else was shown or hidden, none is allowed"


def _worse(wanted: ToRead, compared: Compared) -> Found:
    """Judge the share of mismatches as it is: more than allowed fails, however few were compared."""
    mismatches, of = samples(compared)
    if mismatches * 100_000 > wanted.mismatches_per_100000 * of:
        allowed = wanted.mismatches_per_100000 / 1000
        yield Verdict.FAIL, f"{mismatches} mismatches in {of}, that is more than {allowed} %"


def _enough(wanted: ToRead, compared: Compared) -> Found:
    """Judge whether what was compared shows that it is no worse than allowed."""
    mismatches, of = samples(compared)
    if compared.proven < wanted.compared:
        rest = compared.compared - compared.proven
        beside = f" (beside {rest} that were ignored, raced or volatile and show nothing)" if rest else ""
        yield Verdict.INSUFFICIENT, f"{compared.proven} answers compared{beside}, {wanted.compared} are needed"
    bound = upper(mismatches, of)
    if bound * 100_000 >= wanted.mismatches_per_100000:
        allowed = wanted.mismatches_per_100000 / 1000
        yield (
            Verdict.INSUFFICIENT,
            f"mismatches may be {bound:.3%} (upper bound, 95 %), shown has to be below {allowed} %",
        )
    if compared.dropped * 100 > LOST_PERCENT * (of + compared.dropped):
        yield Verdict.INSUFFICIENT, f"{compared.dropped} answers were offered and never compared, beside {of} that were"
    covered = coverage(compared.shapes)
    if covered is None or covered * 100 < wanted.coverage_percent:
        told = "unknown" if covered is None else f"{covered:.1%}"
        yield Verdict.INSUFFICIENT, f"coverage of what is asked: {told}, {wanted.coverage_percent} % is needed"


def _paged(wanted: int, pages: Mapping[str, int] | None) -> Found:
    found = pages or {}
    if found.get("differences"):
        yield Verdict.FAIL, f"{found['differences']} of the compared pages differ"
    if found.get("compared", 0) < wanted or not found.get("rows"):
        yield (
            Verdict.INSUFFICIENT,
            f"{found.get('compared', 0)} pages compared byte for byte, {wanted} with rows are needed",
        )


def _served(profile: Profile, served: Served | None) -> Found:
    wanted = profile.ramp
    if served is None:
        yield Verdict.INSUFFICIENT, "newcore served nobody"
        return
    if served.tripped:
        yield Verdict.FAIL, "the guard gave it back to legacy"
    if served.failed * 1000 > wanted.failed_per_1000 * (served.answered + served.failed):
        yield Verdict.FAIL, f"{served.failed} failures beside {served.answered} answers"
    if served.answered < wanted.answered:
        yield Verdict.INSUFFICIENT, f"{served.answered} answers of newcore, {wanted.answered} are needed"
    if served.legacy_p95_ms is None:
        yield Verdict.INSUFFICIENT, "legacy answered nobody outside the cohort: there is no baseline"
    if not served.clear:
        yield Verdict.INSUFFICIENT, "the guard's test of errors is not clear yet"


def _hours(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    return f"{minutes // 60} h {minutes % 60:02d}"
