"""persons.csv: facts only, every bad row named, nobody padded to somebody else."""

import pytest

from proxy.facts.dossier import COLUMNS, Reading, Report, read
from proxy.facts.store import region_table
from proxy.identity.binding import person_id
from proxy.model.person import PersonClass

HEAD = ",".join(COLUMNS)
ROW = '1-71000,999990007,"Bakker, Daniël",2000-02-09,0106,AM01,AWE0421,TEAM-1,ordinary,ADE0301 SW0106,active'


def persons(*rows: str, head: str = HEAD):
    """Read these rows; gives them and the report."""
    report = Report()
    how = Reading(region_table(), lambda bsn, row_id: person_id(b"k" * 32, bsn=bsn, row_id=row_id))
    return list(read([f"{line}\n" for line in (head, *rows)], how, report)), report


def test_a_row_becomes_facts_without_name_birth_date_or_bsn():
    """What decides is kept; what identifies is digested, and is in no representation."""
    (person,), report = persons(ROW)
    assert (person.municipality, person.responsible_region, person.caseload_user) == ("0106", "AM01", "AWE0421")
    assert (person.assigned, person.protection, person.status) == (
        ("ADE0301", "SW0106"),
        PersonClass.ORDINARY,
        "active",
    )
    assert (report.rows, report.refused, report.without_bsn, report.without_region) == (1, 0, 0, 0)
    assert not any(text in repr(person) for text in ("999990007", "Bakker", "2000-02-09"))


def test_empty_facts_are_unknown():
    """Nothing written is nothing known, and is counted where it decides."""
    (person,), report = persons("1-71000,,,,,,,,secret,,expired")
    assert (person.municipality, person.responsible_region, person.caseload_user, person.team) == (None,) * 4
    assert (person.assigned, person.protection) == ((), PersonClass.SECRET)
    assert (report.without_bsn, report.without_region) == (1, 1)


def test_a_bsn_that_fails_is_not_padded():
    """Such a person is known by its row, and the report counts it."""
    (person,), report = persons(ROW.replace("999990007", "999990008"))
    assert person.identity == person_id(b"k" * 32, bsn=None, row_id="1-71000")
    assert report.without_bsn == 1


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (ROW.replace("1-71000", ""), "found row_id ''"),
        (ROW.replace("0106", "106"), "found municipality_code '106'; allowed: exactly 4 digits"),
        (ROW.replace(",AM01,", ",AM99,"), "found responsible_region 'AM99'; allowed: AM01"),
        (ROW.replace("ordinary", "self"), "found class 'self'; allowed: ordinary, secret, staff"),
        (ROW.replace("ordinary", ""), "found class ''"),
        (ROW.replace(",active", ",gone"), "found status 'gone'; allowed: active, expired, inactive"),
        (ROW + ",more", "another number of columns"),
    ],
)
def test_a_row_that_cannot_be_stored_is_named_and_not_given(row, told):
    """The others are still read, so that one report names all of them."""
    found, report = persons(row, ROW.replace("1-71000", "1-71007"))
    assert [person.row_id for person in found] == ["1-71007"]
    assert report.refused == 1
    assert report.problems[0].startswith("persons.csv:2: ")
    assert told in report.problems[0]


def test_a_row_id_occurs_once():
    """Two rows of one id would be two truths about one person."""
    found, report = persons(ROW, ROW)
    assert (len(found), report.refused) == (1, 1)


def test_other_columns_refuse_the_file():
    """The columns are exactly those of the legacy's export."""
    found, report = persons(ROW, head=HEAD.replace("class", "klasse"))
    assert found == []
    assert "allowed are exactly row_id, bsn" in report.problems[0]


def test_the_report_is_bounded_but_counts_all():
    """A file of another kind does not fill the screen."""
    _, report = persons(*["x"] * 250)
    assert (len(report.problems), report.refused) == (100, 250)
