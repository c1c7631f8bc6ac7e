"""Claims about pages of one record; newcore is played by hand."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from adapters.legacy_sonar.mimic.ask import Ask, UntranslatableError
from adapters.legacy_sonar.mimic.record import walk
from adapters.legacy_sonar.mimic.table import TABLE
from proxy.model.call import Call, Format, Kind, Link
from proxy.model.person import Category
from proxy.model.principal import Session
from tests.doubles.asked import ended

NOW = datetime(2020, 11, 24, 9, tzinfo=UTC)
SESSION = Session(b"k", 1, "AWE0421", NOW, NOW, current="1-71000")
OVERVIEW, NOTES = ("client.overview.view", "SNR Klantbeeld View"), ("client.note.view", "SNR Contacthistorie View")
EMPLOYER = ("employer.view", "SNR Werkgever View")
PERSON = {"id": "1-71000", "version": 3, "modNum": "14", "bsn": "99990000", "name": "Jansen, Jan", "surname": "Jansen"}
FIRST_SET = (("limit", "10"), ("offset", "0"))


def call(action: str, at: tuple[str, str] = OVERVIEW, **changes: object) -> Call:
    """A call on a page of one record."""
    method = (
        {"command": "InvokeMethod", "method": action}
        if action in {"Drilldown", "EditRecord", "ToggleTo"}
        else {"command": action}
    )
    link = Link(at[0], at[1], row_id=changes.pop("row", None), **method)
    return replace(Call(Format.HTML, (link,), at[0], Kind.CONSULT, sequence=4), **changes)


def steps_of(framed, views, made: Call, shown: frozenset[Category] = frozenset(Category)):
    """The walk of a call."""
    records = TABLE[made.function][made.links[0].view]
    return walk(records, made, SESSION, (framed(shown=shown), views.views[made.links[0].view]))


@pytest.mark.parametrize(
    "made",
    [
        call("GotoView", row="1-71000"), call("GotoView", row_ids=("1-71000",)), call("Drilldown", row="1-71000"),
        call("GotoPageTab", row="1-71000", row_ids=("1-71000",)), call("EditRecord", row="1-71000"), call("GotoPage"),
        call("GetCachedFrame"), call("GetApplet"), call("ToggleTo"),
    ],
)  # fmt: skip
def test_a_record_is_asked_for_by_its_row(framed, views, made):
    """Named by the call, filled in by the gateway, or the one that is looked at."""
    steps = steps_of(framed, views, made)
    assert next(steps) == (Ask("/clients/1-71000"),)
    with pytest.raises(StopIteration) as stop:
        steps.send((PERSON,))
    body = stop.value.value.answer.body
    assert b'<td id="s_2_1_4_0">Jansen</td>' in body
    assert b'name="SWERowId0" value="1-71000"' in body
    assert b'name="SWEModNum" value="14"' in body


def test_child_rows_come_with_their_head(framed, views):
    """Both are asked for together; the list names its person."""
    steps = steps_of(framed, views, call("GotoView", NOTES, row="1-71000"))
    assert next(steps) == (Ask("/clients/1-71000"), Ask("/clients/1-71000/contact-notes", FIRST_SET))
    notes = {"total": 12, "contactNotes": [{"id": "1-N1", "text": "Belt terug"}]}
    with pytest.raises(StopIteration) as stop:
        steps.send((PERSON, notes))
    body = stop.value.value.answer.body
    assert body.index(b"SNR Klant Kop Applet") < body.index(b"Belt terug")
    assert b"1 - 1 van 12" in body
    assert b'name="SWERowIds" value="1-71000"' in body


def test_child_rows_that_were_not_stated_are_not_asked_for(framed, views):
    """It would refuse; the page shows what masking would leave."""
    steps = steps_of(framed, views, call("GotoView", NOTES, row="1-71000"), frozenset({Category.ID}))
    assert next(steps) == (Ask("/clients/1-71000"),)
    with pytest.raises(StopIteration) as stop:
        steps.send((PERSON,))
    assert b"Geen records gevonden" in stop.value.value.answer.body


def test_one_applet_of_a_page_comes_alone(framed, views):
    """Of head and child rows the one that is named; an applet that is not named is all of them."""
    for applet, parts in (("SNR Contactverslag List Applet", 1), ("SNR Klant Kop Applet", 1), ("", 2)):
        made = call("GetApplet", NOTES)
        made = replace(made, links=(replace(made.links[0], applet=applet),))
        told = (PERSON, {"total": 0, "contactNotes": []})
        assert ended(steps_of(framed, views, made), told).answer.body.count(b"<form ") == parts


def test_what_is_no_person_is_shown_again_where_the_session_knows_it(framed, views):
    """The session says on which employer the user stands, since newcore answered."""
    stands = replace(SESSION, records=(("vacancy", "1-V100"), ("employer", "1-E100")))
    steps = walk(
        TABLE[EMPLOYER[0]][EMPLOYER[1]], call("GotoPage", EMPLOYER), stands, (framed(), views.views[EMPLOYER[1]])
    )
    assert next(steps) == (Ask("/employers/1-E100"),)


def test_an_employer_is_found_through_a_vacancy(framed, views):
    """A click on the employer of a vacancy names the vacancy; its number leads on."""
    steps = steps_of(framed, views, call("Drilldown", EMPLOYER, aliases=(("record", "1-V100"),)))
    assert next(steps) == (Ask("/vacancies/1-V100"),)
    assert steps.send(({"id": "1-V100", "kvk": "90000000"},)) == (Ask("/employers", (("kvk", "90000000"), *FIRST_SET)),)
    assert steps.send(({"total": 1, "employers": [{"id": "1-E100"}]},)) == (Ask("/employers/1-E100"),)


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (call("GotoView", row="1-79999"), ((None,),)),
        (call("GotoView", row="1-N123"), ()),
        (call("GotoView", EMPLOYER, aliases=(("record", "1-V100"),)), ()),
        (call("Drilldown", EMPLOYER, aliases=(("record", "1-V100"),)), ((None,),)),
        (call("Drilldown", EMPLOYER, aliases=(("record", "1-V100"),)), (({"id": "1-V100", "kvk": " "},),)),
    ],
)
def test_what_is_not_there_is_told_as_legacy_tells_it(framed, views, made, told):
    """Unknown, out of the place that was stated, a row of another kind, a way that leads nowhere."""
    found = ended(steps_of(framed, views, made), *told)
    assert b"Record niet gevonden (SNR-0004)" in found.answer.body
    assert found.listing is None


@pytest.mark.parametrize(
    "made",
    [
        call("GotoView"), call("GotoView", row="1-71000", row_ids=("1-71000", "1-71007")),
        call("GotoView", NOTES, row="1-N123"), call("NewQuery", row="1-71000"),
        call("GotoPage", EMPLOYER),
    ],
)  # fmt: skip
def test_a_call_that_does_not_say_which_record_is_legacys(framed, views, made):
    """None, two, a child row that may lead to its person, a command that does something else."""
    with pytest.raises(UntranslatableError):
        next(steps_of(framed, views, made))


@pytest.mark.parametrize("told", [(PERSON, None), (PERSON, {}), ({"id": "1-71000"}, {"total": 0, "contactNotes": []})])
def test_what_is_no_record_is_a_fault(framed, views, told):
    """Child rows of nobody, a record without the number of its last change."""
    steps = steps_of(framed, views, call("GotoView", NOTES, row="1-71000"))
    next(steps)
    with pytest.raises((ValueError, KeyError, TypeError)):
        steps.send(told)
