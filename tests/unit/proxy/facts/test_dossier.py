"""persons.csv: facts only, every bad row named, nobody padded to somebody else."""

from datetime import date
from functools import partial

import pytest

from proxy.facts.dossier import COLUMNS, Reading, Report, read
from proxy.facts.store import region_table
from proxy.identity.binding import birth_mark, person_id
from proxy.model.person import PersonClass

HEAD = ",".join(COLUMNS)
MARK = partial(birth_mark, b"k" * 32)
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


MORE = f"{HEAD},moved_on,moved_from,consents"


def test_a_move_and_consent_may_follow_in_any_order():
    """A file without these columns says that nobody moved and nobody agreed; so do empty cells."""
    (moved, still, plain), _ = persons(
        f"{ROW},2026-03-01,0363,yes",
        f"{ROW.replace('71000', '71007')},,,no",
        f"{ROW.replace('71000', '71014')},,,",
        head=MORE,
    )
    assert (moved.moved, moved.consents) == (("0363", date(2026, 3, 1)), True)
    assert [(each.moved, each.consents) for each in (still, plain, persons(ROW)[0][0])] == [(None, False)] * 3


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (",0363,", "found a move from '0363' on ''"),
        ("2026-03-01,,", "found a move from '' on '2026-03-01'"),
        ("1-3-2026,0363,", "allowed: a code of 4 digits and a day as 2026-01-31"),
        (",,ja", "found consents 'ja'; allowed: yes, no, or nothing"),
    ],
)
def test_half_a_move_is_none(more, told):
    """Where from and when belong together; consent is yes or no."""
    found, report = persons(f"{ROW},{more}", head=MORE)
    assert (found, told in report.problems[0]) == ([], True)


@pytest.mark.parametrize("head", [f"{HEAD},consents,consents", f"{HEAD},adres", f"consents,{HEAD}"])
def test_other_columns_behind_refuse_the_file(head):
    """Twice the same, an unknown one, or one in front: the file is of another kind."""
    assert "may follow: moved_from" in persons(f"{ROW},,", head=head)[1].problems[0]


@pytest.mark.parametrize(
    ("written", "marked"), [("2000-02-09", "20000209"), ("2000-00-00", "20000000"), ("2000", None), ("", None)]
)
def test_a_birth_date_becomes_a_digest_of_this_person(written, marked):
    """An unknown day or month stays zeros; what is no date leaves none; the date itself is nowhere."""
    how = Reading(region_table(), lambda bsn, row_id: person_id(b"k" * 32, bsn=bsn, row_id=row_id), mark=MARK)
    (person,) = read([f"{HEAD}\n", ROW.replace("2000-02-09", written)], how, Report())
    assert person.born == (MARK(person.identity, marked) if marked else None)
    assert "20000209" not in repr(person)
