from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from proxy.routing.profile import STANDARD, Profile, ToRead
from rollout.evidence import Compared, Counts, Kind, Served, Shape, Synced, Verdict
from rollout.evidence_verdict import Standing, coverage, figures, judge, upper

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
SYNCED = Synced(NOW, NOW, NOW + timedelta(hours=1), 1200, 0, 2000, 0, 0, 900.0)
COMPARED = Compared(3100, 3100, 0, 0, 0, 0, 0, 0, 0, 0, {"a": Shape(3000, 2900), "b": Shape(100, 50)}, 20.0, 25.0)
SERVED = Served(500, 0, tripped=False, newcore_p95_ms=25.0, legacy_p95_ms=20.0, clear=True)
COUNTS = Counts(COMPARED, SYNCED, SERVED)
LONG = Standing(timedelta(days=9), ramp=10, captured=True)
ORDER = {Verdict.PASS: 0, Verdict.INSUFFICIENT: 1, Verdict.FAIL: 2}
counts = some.integers(0, 5000)


@pytest.mark.parametrize(("share", "samples"), [(0.01, 299), (0.003, 998), (0.001, 2995), (0.0001, 29956)])
def test_so_many_answers_without_a_mismatch_show_a_share_and_one_fewer_does_not(share, samples):
    """The sizes of the design: the bound of 95 % is below the share from exactly this number on."""
    assert upper(0, samples) <= share < upper(0, samples - 1)


@pytest.mark.parametrize(("mismatches", "samples"), [(1, 3000), (5, 3000), (50, 1000), (3, 4)])
def test_with_mismatches_it_is_the_interval_of_wilson(mismatches, samples):
    """Reckoned independently: the larger root of (p - x/n)^2 = z^2 p (1 - p) / n."""
    z2, share = 1.6448536269514722**2, mismatches / samples
    a, b, c = 1 + z2 / samples, -(2 * share + z2 / samples), share * share
    root = (-b + (b * b - 4 * a * c) ** 0.5) / (2 * a)
    assert upper(mismatches, samples) == pytest.approx(root)


@given(samples=some.integers(1, 100_000), mismatches=counts)
def test_the_bound_never_falls_where_more_differ(samples, mismatches):
    """And it lies between the share itself and 1."""
    one, more = min(mismatches, samples), min(mismatches + 1, samples)
    assert one / samples <= upper(one, samples) <= upper(more, samples) <= 1.0


def test_without_samples_nothing_is_shown():
    """No data: everything may be wrong."""
    assert upper(0, 0) == 1.0


@pytest.mark.parametrize("kind", Kind)
def test_good_counts_pass(kind):
    """The one case in which anything moves."""
    assert judge(kind, STANDARD, COUNTS, LONG) == (Verdict.PASS, ())


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize(
    "empty", [Counts(), Counts(COMPARED), Counts(served=SERVED)], ids=["none", "compared", "served"]
)
def test_no_data_never_counts_as_a_pass(kind, empty):
    """Without a copy nothing is known, whatever else was counted."""
    assert judge(kind, STANDARD, empty, LONG)[0] is Verdict.INSUFFICIENT


@pytest.mark.parametrize("kind", [Kind.READ])
def test_zero_samples_are_insufficient(kind):
    """An empty table is no table of equal answers."""
    nothing = Compared(0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    verdict, reasons = judge(kind, STANDARD, replace(COUNTS, compared=nothing), LONG)
    assert verdict is Verdict.INSUFFICIENT
    assert any("0 answers compared" in each for each in reasons)


@pytest.mark.parametrize(
    ("changed", "verdict", "told"),
    [
        ({"safety": 1}, Verdict.FAIL, "safety fields"),
        ({"parity": 1}, Verdict.FAIL, "shown or hidden"),
        ({"real": 4, "equal": 3096}, Verdict.FAIL, "more than 0.1 %"),
        ({"real": 1, "equal": 3099}, Verdict.INSUFFICIENT, "upper bound"),
        ({"failed": 40}, Verdict.FAIL, "40 mismatches in 3140"),
        ({"equal": 2999, "ignored": 101}, Verdict.INSUFFICIENT, "beside 101"),
        ({"equal": 0, "ignored": 3100}, Verdict.INSUFFICIENT, "0 answers compared"),
        ({"equal": 0, "raced": 3100}, Verdict.INSUFFICIENT, "0 answers compared"),
        ({"equal": 0, "volatile": 3100}, Verdict.INSUFFICIENT, "0 answers compared"),
        ({"equal": 500, "ignored": 2599, "real": 1}, Verdict.FAIL, "1 mismatches in 501"),
        ({"compared": 2999, "equal": 2999}, Verdict.INSUFFICIENT, "3000 are needed"),
        ({"dropped": 40}, Verdict.INSUFFICIENT, "never compared"),
        ({"shapes": {}}, Verdict.INSUFFICIENT, "unknown"),
        ({"shapes": {"a": Shape(97, 9), "b": Shape(3, 0)}}, Verdict.INSUFFICIENT, "97.0%"),
        ({"newcore_p95_ms": 31.0}, Verdict.FAIL, "1.55"),
        ({"newcore_p95_ms": None}, Verdict.INSUFFICIENT, "time of either core"),
        ({"legacy_p95_ms": 0.0}, Verdict.INSUFFICIENT, "time of either core"),
    ],
    ids=str,
)
def test_each_count_of_a_comparison_decides(changed, verdict, told):
    """One bad count fails, one missing count is insufficient, and the reason says which."""
    found, reasons = judge(Kind.READ, STANDARD, replace(COUNTS, compared=replace(COMPARED, **changed)), LONG)
    assert (found, any(told in each for each in reasons)) == (verdict, True), reasons


@pytest.mark.parametrize(
    ("changed", "verdict", "told"),
    [
        ({"backfill_finished": None}, Verdict.INSUFFICIENT, "no finished backfill"),
        ({"reconciled": None}, Verdict.INSUFFICIENT, "no reconcile since"),
        ({"reconciled": NOW - timedelta(hours=1)}, Verdict.INSUFFICIENT, "no reconcile since"),
        ({"records": 0}, Verdict.INSUFFICIENT, "no record"),
        ({"differences": 1}, Verdict.FAIL, "unexplained"),
        ({"quarantined": 2}, Verdict.FAIL, "2 records in quarantine"),
        ({"rejected": 1}, Verdict.FAIL, "refused"),
        ({"applied": 999}, Verdict.INSUFFICIENT, "1000 are needed"),
        ({"lag_p99_ms": None}, Verdict.INSUFFICIENT, "how far newcore is behind"),
        ({"lag_p99_ms": 2001.0}, Verdict.FAIL, "2001 ms behind"),
    ],
    ids=str,
)
def test_each_count_of_the_copy_decides(changed, verdict, told):
    """Before anything is compared, the copy has to be whole and kept."""
    found, reasons = judge(Kind.SHADOW, STANDARD, replace(COUNTS, synced=replace(SYNCED, **changed)), LONG)
    assert (found, any(told in each for each in reasons)) == (verdict, True), reasons


@pytest.mark.parametrize("kind", Kind)
def test_a_quarantine_holds_every_step(kind):
    """An open one is a person's to decide first."""
    assert judge(kind, STANDARD, replace(COUNTS, synced=replace(SYNCED, quarantined=1)), LONG)[0] is Verdict.FAIL


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({"tripped": True}, Verdict.FAIL),
        ({"failed": 2, "answered": 500}, Verdict.FAIL),
        ({"answered": 299}, Verdict.INSUFFICIENT),
        ({"legacy_p95_ms": None}, Verdict.INSUFFICIENT),
        ({"clear": None}, Verdict.INSUFFICIENT),
        ({"clear": False}, Verdict.INSUFFICIENT),
    ],
    ids=str,
)
def test_each_count_of_those_served_decides_about_a_larger_share(changed, verdict):
    """The guard's word counts, and so does having served enough."""
    served = replace(COUNTS, served=replace(SERVED, **changed))
    assert judge(Kind.RAMP, STANDARD, served, LONG)[0] is verdict


def test_the_first_share_needs_nobody_served_and_a_safety_hit_stops_any():
    """From nobody to some: what the comparison said still holds."""
    first = replace(LONG, ramp=0, settled=timedelta())
    assert judge(Kind.RAMP, STANDARD, replace(COUNTS, served=None), first)[0] is Verdict.PASS
    hit = replace(COUNTS, compared=replace(COMPARED, safety=1))
    assert judge(Kind.RAMP, STANDARD, hit, LONG)[0] is Verdict.FAIL


@pytest.mark.parametrize("kind", Kind)
def test_a_group_dwells_before_it_goes_on(kind):
    """Whatever was counted in the first minutes."""
    verdict, reasons = judge(kind, STANDARD, COUNTS, replace(LONG, settled=timedelta(minutes=59)))
    assert (verdict, "it stands as it is for 0 h 59" in reasons[0]) == (Verdict.INSUFFICIENT, True)


def test_writes_that_went_by_uncaptured_are_no_ground():
    """A backfill older than a step back to legacy is filled again first."""
    verdict, reasons = judge(Kind.READ, STANDARD, COUNTS, replace(LONG, captured=False))
    assert (verdict, "--afresh" in reasons[0]) == (Verdict.INSUFFICIENT, True)


def test_compared_pages_are_asked_for_by_the_profile_alone():
    """One more piece of evidence: it adds, and stands by itself only where the profile says so."""
    both = Profile("both", read=ToRead(pages=60))
    only = Profile("pages", read=ToRead(compared=0, pages=60))
    good = replace(LONG, pages={"compared": 60, "rows": 400, "differences": 0})
    alone = Counts(synced=SYNCED)
    assert judge(Kind.READ, both, COUNTS, good)[0] is Verdict.PASS
    assert judge(Kind.READ, both, COUNTS, LONG)[0] is Verdict.INSUFFICIENT
    assert judge(Kind.READ, both, alone, good)[0] is Verdict.INSUFFICIENT
    assert judge(Kind.READ, only, alone, good)[0] is Verdict.PASS
    assert judge(Kind.READ, only, alone, replace(good, pages={"compared": 60, "rows": 0}))[0] is Verdict.INSUFFICIENT
    assert (
        judge(Kind.READ, only, alone, replace(good, pages={"compared": 60, "rows": 9, "differences": 1}))[0]
        is Verdict.FAIL
    )


@given(
    equal=counts,
    real=counts,
    failed=some.integers(0, 50),
    more=some.integers(1, 50),
    of=some.sampled_from(["real", "failed"]),
)
def test_more_mismatches_never_turn_a_worse_verdict_into_a_better_one(equal, real, failed, more, of):
    """Answers that turn out to differ, or that newcore did not give after all, make it worse or leave it."""
    moved = min(more, equal)
    shapes = {"a": Shape(equal + real + failed, 1)}
    before = replace(COMPARED, compared=equal + real, equal=equal, real=real, failed=failed, shapes=shapes)
    added = {"real": real + moved} if of == "real" else {"failed": failed + moved, "compared": equal + real - moved}
    after = replace(before, equal=equal - moved, **added)
    verdicts = [judge(Kind.READ, STANDARD, replace(COUNTS, compared=each), LONG)[0] for each in (before, after)]
    assert ORDER[verdicts[0]] <= ORDER[verdicts[1]]


@given(equal=counts, real=counts, safety=some.integers(1, 3))
def test_a_safety_hit_never_passes(equal, real, safety):
    """However many answers were equal."""
    hit = replace(COMPARED, compared=equal + real, equal=equal, real=real, safety=safety)
    assert judge(Kind.READ, STANDARD, replace(COUNTS, compared=hit), LONG)[0] is Verdict.FAIL


def test_coverage_is_the_share_of_what_was_asked_whose_shape_was_compared():
    """A rare shape weighs little, an unasked one nothing; nothing asked is not known."""
    assert coverage({"a": Shape(99, 5), "b": Shape(1, 0)}) == 0.99
    assert coverage({}) is None
    assert figures(Counts())["shape_coverage"] is None
    assert figures(COUNTS)["latency_ratio"] == 1.25
