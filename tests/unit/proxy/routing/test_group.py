from dataclasses import replace

from proxy.model.route import Stage
from proxy.routing.group import Group

GROUP = Group(
    "notes", "contact_note", ("client.note.view",), Stage.CAPTURE, partitions={"AM03": Stage.READ, "AM06": Stage.LEGACY}
)


def test_a_partition_has_its_own_stage_or_that_of_its_group():
    """What is not named follows the group."""
    assert (GROUP.stage_in("AM03"), GROUP.stage_in("AM01"), GROUP.stage_in(None)) == (
        Stage.READ, Stage.CAPTURE, Stage.CAPTURE,
    )  # fmt: skip


def test_what_must_be_allowed_is_the_highest_and_what_holds_for_all_the_lowest():
    """A pin looks at the highest, a list over all partitions at the lowest."""
    assert (GROUP.highest, GROUP.lowest) == (Stage.READ, Stage.LEGACY)
    assert replace(GROUP, partitions={}).lowest is Stage.CAPTURE


def test_optional_parts_are_read_as_written(read):
    """Cohort, pin and ignore rules, with their dates."""
    table = read(
        ("generation: 3", 'generation: 3, organisations: [UWV, "0106"], exclude_roles: [EXP]'),
        (
            "    ramp: 50\n",
            "    ramp: 50\n    shadow: {ignore: [{path: at, reason: clock, owner: team, expires: 2027-03-31}]}\n",
        ),
    )
    group = table.groups["vacancies"]
    assert group.cohort.organisations == {"UWV", "0106"}
    assert group.cohort.exclude_roles == {"EXP"}
    assert group.shadow.ignore[0].expires.isoformat() == "2027-03-31"
