from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from proxy.routing.state import Report, changes, converged, described, fresh, read_killed, read_report, write_killed

NOW = datetime(2020, 11, 24, 9, tzinfo=UTC)
GROUPS = ("vacancies", "notes")


@pytest.fixture
def report(read):
    """A report of an instance that runs the valid file."""
    return Report("gateway-1", 7, read().hash, (), "", NOW)


@given(some.frozensets(some.sampled_from(GROUPS)))
def test_a_kill_file_reads_as_it_was_written(groups):
    """Comments and order change nothing."""
    assert read_killed(write_killed(groups, "wrong pages"), GROUPS) == groups


def test_a_word_that_is_no_group_kills_all():
    """Half an order in an emergency is taken for the whole."""
    assert read_killed("vacancies\nnotse\n", GROUPS) == set(GROUPS)
    assert read_killed("# nothing\n\n", GROUPS) == frozenset()


def test_a_report_reads_as_it_was_written(report):
    """What an instance writes is what a status reads."""
    assert read_report(report.document()) == report


def test_convergence_needs_everybody_and_somebody(read, report):
    """Same table, same kills, no alarm, on every instance; nobody running is no proof."""
    assert converged([report, replace(report, instance="gateway-2")], read(), ())
    assert not converged([], read(), ())
    assert not converged([report, replace(report, instance="gateway-2", hash="x")], read(), ())
    assert not converged([replace(report, alarm="cut off")], read(), ())
    assert not converged([report], read(), {"vacancies"})
    assert converged([replace(report, killed=("vacancies",))], read(), {"vacancies"})


def test_only_the_newest_report_of_a_running_instance_counts(report):
    """File and database may both report; an instance that fell silent does not run."""
    older = replace(report, revision=6, at=NOW - timedelta(seconds=1))
    silent = replace(report, instance="gateway-2", at=NOW - timedelta(minutes=1))
    assert fresh([report, older, silent], NOW) == (report,)


def test_a_group_is_described_for_a_status(read):
    """Stage and ramp as the file has them."""
    told = described(read().groups["vacancies"])
    assert (told["stage"], told["ramp"], told["pinned"]) == ("read", 50, None)


def test_what_differs_between_two_files_is_told_by_group(read):
    """A stage and a share as they were and are; anything else just as such; the same file says nothing."""
    old = read()
    new = read(("stage: read #", "stage: capture #"), ("ramp: 50", "ramp: 0"))
    assert changes(old, old) == {}
    assert changes(old, new) == {"vacancies": {"stage": "read -> capture", "ramp": "50 -> 0"}}
    assert changes(old, read(("generation: 3", "generation: 4"))) == {"vacancies": {"group": "set otherwise"}}
    less = replace(old, groups={name: each for name, each in old.groups.items() if name != "vacancies"})
    assert changes(old, less) == {"vacancies": {"group": "removed"}}
    assert changes(less, old) == {"vacancies": {"group": "added"}}
