from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from proxy.model.call import Kind as Does
from proxy.model.route import Stage
from proxy.routing.freeze import Freeze
from proxy.routing.group import Group, Pin
from proxy.routing.state import Report
from proxy.routing.table import load
from rollout.approval import Approval, Target
from rollout.evidence import Kind, Verdict
from rollout.stages import Moment, Sealed, kind_of, lowered, raised, unproven, unready

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
FILE = """\
version: 1
revision: 7
approvals: {advance_read: 2, advance_shadow: 0, ramp: 0}
groups:
  vacancies: {entity: vacancy, owner_key: vacancy.region, functions: [vacancy.search], stage: shadow, ramp: 0}
...
"""
TABLE = load(FILE, {"vacancy.search": Does.SEARCH}, frozenset({"AM03", "AM06"}))
REPORT = Report("gateway-1", 7, TABLE.hash, (), "", NOW)
SEALED = Sealed("e" * 64, TABLE.hash, 7, Verdict.PASS, (), NOW - timedelta(hours=1), (Verdict.PASS, ()))
GIVEN = tuple(Approval("e" * 64, "read", name, name, NOW) for name in ("anna", "bram"))
READ = Target("vacancies", Stage.READ)
MOMENT = Moment(TABLE, (REPORT,), (), NOW, "carla", SEALED, GIVEN)


def grouped(**values):
    """The table with the group otherwise."""
    return replace(TABLE, groups={"vacancies": replace(TABLE.groups["vacancies"], **values)})


def test_a_move_with_everything_it_needs_has_nothing_against_it():
    """Evidence that passes, two people, no freeze, every instance following."""
    assert (unready(READ, MOMENT), unproven(READ, MOMENT)) == ((), ())


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"reports": ()}, "no running instance"),
        ({"reports": (replace(REPORT, hash="x", revision=6),)}, "gateway-1 at 6"),
        ({"reports": (replace(REPORT, alarm="stuk"),)}, "with alarm"),
        ({"killed": ("vacancies",)}, "--lift"),
        ({"table": grouped(pin=Pin("DPIA", "fg", date(2027, 6, 30)))}, "pinned to legacy (DPIA; fg"),
        ({"table": replace(TABLE, freezes=(Freeze("eind", date(2026, 11, 26), 24, frozenset({"advance"})),))}, "freeze eind"),
    ],
    ids=["nobody runs", "behind", "alarm", "killed", "pinned", "frozen"],
)  # fmt: skip
def test_what_stands_against_a_move_is_told(changed, told):
    """With what to do; nothing else is looked at before it is gone."""
    assert any(told in each for each in unready(READ, replace(MOMENT, **changed)))


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"sealed": None}, "no evidence for read"),
        ({"sealed": replace(SEALED, config="f" * 64)}, "it is void, and every approval of it"),
        ({"policy": "b" * 64}, "another authorisation matrix than the one of now: it is void"),
        ({"sealed": replace(SEALED, policy="c" * 64)}, "another authorisation matrix"),
        ({"sealed": replace(SEALED, made_at=NOW - timedelta(hours=73))}, "too old"),
        ({"sealed": replace(SEALED, verdict=Verdict.INSUFFICIENT, reasons=("weinig",))}, "says insufficient: weinig"),
        ({"sealed": replace(SEALED, now=(Verdict.FAIL, ("1 hit",)))}, "counted again it says fail: 1 hit"),
        ({"approvals": GIVEN[:1]}, "1 of 2 approvals"),
        ({"approvals": ()}, "0 of 2 approvals"),
        ({"caller": "bram"}, "1 of 2 approvals for read (your own does not count)"),
        ({"approvals": tuple(replace(each, target="read in AM03") for each in GIVEN)}, "0 of 2"),
        ({"approvals": tuple(replace(each, evidence="d" * 64) for each in GIVEN)}, "0 of 2"),
    ],
    ids=["none", "edited since", "matrix since", "matrix before", "old", "insufficient", "worse by now", "one", "none given", "own", "other target", "other evidence"],
)  # fmt: skip
def test_what_evidence_and_approvals_lack_is_told(changed, told):
    """An edit, another evidence, an own approval: each makes it no ground any more."""
    found = unproven(READ, replace(MOMENT, **changed))
    assert any(told in each for each in found), found


def test_a_freeze_that_blocks_advancing_lets_a_ramp_pass_and_the_other_way_round():
    """A window says what it blocks."""
    frozen = replace(TABLE, freezes=(Freeze("eind", date(2026, 11, 26), 24, frozenset({"ramp"})),))
    moment = replace(MOMENT, table=frozen)
    assert unready(READ, moment) == ()
    assert unready(Target("vacancies", percent=10), moment)


def test_capture_shows_nobody_anything_so_it_needs_no_evidence():
    """Every other step forward does."""
    assert kind_of(Target("g", Stage.CAPTURE)) is None
    assert [kind_of(each) for each in (Target("g", Stage.SHADOW), READ, Target("g", percent=5))] == [
        Kind.SHADOW, Kind.READ, Kind.RAMP,
    ]  # fmt: skip
    assert unproven(Target("vacancies", Stage.CAPTURE), replace(MOMENT, sealed=None, approvals=())) == ()


GROUP = Group("notes", "note", ("f",), Stage.READ, 40, partitions={"AM03": Stage.READ, "AM06": Stage.LEGACY})


def test_a_rollback_lowers_the_group_and_every_partition_above():
    """None is raised by it, and nobody is served by newcore after it."""
    assert lowered(GROUP, Stage.CAPTURE) == {"stage": Stage.CAPTURE, "partitions.AM03": Stage.CAPTURE, "ramp": 0}
    above = replace(GROUP, stage=Stage.LEGACY)
    assert lowered(above, Stage.CAPTURE) == {"partitions.AM03": Stage.CAPTURE, "ramp": 0}


def test_a_rollback_of_one_partition_leaves_the_others_as_they_are():
    """The share stays while somebody else is served."""
    assert lowered(GROUP, Stage.SHADOW, "AM03") == {"partitions.AM03": Stage.SHADOW}
    assert lowered(replace(GROUP, stage=Stage.LEGACY), Stage.SHADOW, "AM03") == {
        "partitions.AM03": Stage.SHADOW, "ramp": 0,
    }  # fmt: skip


def test_a_move_forward_writes_one_value():
    """The stage, that of a partition, or the share."""
    assert raised(READ) == {"stage": Stage.READ}
    assert raised(Target("g", Stage.READ, region="AM03")) == {"partitions.AM03": Stage.READ}
    assert raised(Target("g", percent=30)) == {"ramp": 30}
