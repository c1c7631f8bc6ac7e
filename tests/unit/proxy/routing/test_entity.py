"""Claims about the one table of records, groups and mutations."""

from dataclasses import replace
from pathlib import Path

import pytest

from proxy.catalogue import load as read_catalogue
from proxy.model.call import Call, Format, Kind, Link
from proxy.model.principal import Principal
from proxy.model.route import Stage
from proxy.routing.choose import Situation, choose
from proxy.routing.entity import FILLED, SUBJECT, TOUCHED, Entity, changing, concerned, touched
from proxy.routing.stage import CARRIED
from proxy.routing.table import load

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture(scope="module")
def catalogue():
    """The functions of this release."""
    return read_catalogue((ROOT / "proxy/catalogue/functions.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def table(catalogue):
    """The routing file of this release."""
    regions = [f"AM{number:02d}" for number in range(1, 36)]
    return load((ROOT / "routing.yaml").read_text(encoding="utf-8"), catalogue.routed, regions)


def test_only_functions_that_change_something_touch_records(catalogue):
    """A read that stood here would be captured; a name that is no function would say nothing."""
    assert {catalogue.function(each).kind for each in TOUCHED} == {Kind.MUTATE}


def test_every_kind_is_shown_by_a_group_and_changed_by_a_mutation():
    """A kind that nobody fills would read as empty; one that nothing changes would never be followed."""
    assert {each for shown in FILLED.values() for each in shown} == set(Entity)
    assert touched(TOUCHED) == set(Entity)


def test_every_group_of_the_table_is_one_of_the_file(table):
    """A group is filled by its name."""
    assert set(FILLED) <= set(table.groups)


def test_what_points_at_others_is_filled_after_them():
    """A record that hangs on a person is read by that person's row, and the person is filled first."""
    for shown in FILLED.values():
        for each in shown:
            assert SUBJECT[each] not in shown or shown.index(SUBJECT[each]) <= shown.index(each)


def test_a_group_whose_mutations_are_all_carried_may_be_captured():
    """The check of the routing file and the sync read one table."""
    assert set(TOUCHED) == CARRIED


def test_an_appointment_is_captured_where_the_overview_is(table):
    """Its own group stays on legacy; the client's file shows the next appointment, and a note would not be captured."""
    file = table.groups["client_file"]
    captured = replace(table, groups={**table.groups, "client_file": replace(file, stage=Stage.CAPTURE)})

    def route(function: str):
        call = Call(Format.HTML, (Link(function),), function, Kind.MUTATE)
        return choose(captured, call, Situation(None, Principal("jansen", ())))

    appointment, note = route("appointment.manage"), route("client.note.create")
    assert captured.groups[appointment.group].stage is Stage.LEGACY
    assert (appointment.captured, "client_file" in appointment.touched) == (True, True)
    assert "client_file" not in note.touched


def test_whatever_writes_a_persons_record_renames_the_appointment():
    """It is named by the record's number: one that is not read again is a difference that nobody explains, for ever anew."""
    for function, changed in TOUCHED.items():
        assert Entity.CLIENT not in changed or Entity.APPOINTMENT in changed, function


def test_both_directions_of_the_table_agree():
    """What changes a kind, and which groups that concerns, come from the same rows."""
    assert "appointment.manage" in changing({Entity.CLIENT})
    assert concerned({"client.note.create"}) == {"contact_notes"}
    assert concerned({"client.overview.view"}) == frozenset()
    assert "suwi_query" in concerned({"client.measure.propose"}), "the page of the benefit is written by this one"
