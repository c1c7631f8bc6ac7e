"""Contact notes: each with its author and its bytes, in a list that can be cut and in a form that cannot."""

import re
from dataclasses import replace

import pytest

from proxy.disclosure.withhold import Cut, Fewer, withhold
from proxy.model.person import Category, Notes, Shown

LIST, CREATED, NEW, NOBODY = (
    "leading_zero_contacthistorie",
    "note_write_on_person",
    "note_new_form",
    "no_record_contacthistorie",
)
CN = frozenset({Category.CN})


def shown(dialect, exchange, body: bytes | None = None) -> Shown:
    """Give the one person of a recorded page, or of the page with another body."""
    answer = exchange.answer if body is None else replace(exchange.answer, body=body)
    (person,) = dialect.persons(dialect.read(exchange.request), answer).persons
    return person


def cut(dialect, exchange, gone: set[int]) -> bytes:
    """Take notes out of a recorded page."""
    reading = dialect.persons(dialect.read(exchange.request), exchange.answer)
    notes = reading.persons[0].notes
    counter = dialect.counter(notes, len(notes.rows) - len(gone))
    return withhold(exchange.answer, reading, Cut(notes={0: Fewer(frozenset(gone), counter)})).body


def test_every_note_says_who_wrote_it(dialect, recorded) -> None:
    """The author is the account as legacy shows it; the spans of a note are its line and its hidden row id."""
    exchange = recorded[LIST]
    notes = shown(dialect, exchange).notes
    assert [note.author for note in notes.rows] == ["IDV0211", "SYSTEEM", "IDV0211"]
    assert (notes.categories, notes.complete) == (CN, True)
    for index, note in enumerate(notes.rows):
        line, hidden = (exchange.answer.body[start:end] for start, end in note.spans)
        assert line.startswith(b'<tr class="rij" id="r_4_1_%d">' % index)
        assert hidden.startswith(b'<input type="hidden" name="SWERowId%d" value="1-N' % index)


def test_an_answer_to_a_change_has_the_notes_too(dialect, recorded) -> None:
    """The list that follows a new note is read like the page."""
    assert [note.author for note in shown(dialect, recorded[CREATED]).notes.rows] == ["AWE0421"] * 3


@pytest.mark.parametrize("gone", [{0}, {1}, {2}, {0, 2}])
def test_fewer_notes_are_the_list_that_legacy_would_show(dialect, recorded, gone) -> None:
    """Counter and numbers are those of a legacy in which the others do not exist; the page is read again as such."""
    exchange = recorded[LIST]
    before = shown(dialect, exchange).notes
    body = cut(dialect, exchange, gone)
    after = shown(dialect, exchange, body).notes
    left = [note.author for index, note in enumerate(before.rows) if index not in gone]
    assert [note.author for note in after.rows] == left
    assert b">1 - %d van %d<" % (len(left), len(left)) in body
    assert after.complete


def test_no_note_left_is_legacys_own_empty_list(dialect, recorded) -> None:
    """The head with the person stays."""
    exchange = recorded[LIST]
    body = cut(dialect, exchange, {0, 1, 2})
    person = shown(dialect, exchange, body)
    assert person.notes is None
    assert person.row_id == shown(dialect, exchange).row_id
    empty = recorded[NOBODY].answer.body
    of_list = rb'(?s)<span class="teller">.*?</table>\r\n'
    assert re.findall(of_list, body) == re.findall(of_list, empty)


def test_a_list_that_goes_on_does_not_tell_its_total(dialect, recorded) -> None:
    """It is not complete, has no empty form, and keeps its way on."""
    exchange = recorded[LIST]
    way = rb'<a href="/sonar_nld/start.swe?SWECmd=InvokeMethod&amp;SWEMethod=GotoNextSet">Volgende</a>'
    body = exchange.answer.body.replace(b"1 - 3 van 3", b"1 - 3 van 5").replace(
        b'<span class="uit">Volgende</span>', way
    )
    longer = replace(exchange, answer=replace(exchange.answer, body=body))
    notes = shown(dialect, longer).notes
    assert (notes.complete, notes.empty) == (False, ())
    left = cut(dialect, longer, {0, 1, 2})
    assert b">0 resultaten in uw bereik<" in left
    assert way in left
    assert b"1-N" not in left


def test_an_author_is_plain_text(dialect, recorded) -> None:
    """Blanks around it and entities in it are no part of the account; an empty cell is nobody."""
    exchange = recorded[LIST]
    cell = b'<td id="s_4_1_3_0">IDV0211<'
    for written, read in ((b" A&amp;B ", "A&B"), (b"&nbsp;", ""), (b"\xa0", "")):
        body = exchange.answer.body.replace(cell, b'<td id="s_4_1_3_0">' + written + b"<")
        assert shown(dialect, exchange, body).notes.rows[0].author == read


def test_the_form_of_a_new_note_is_no_note(dialect, recorded) -> None:
    """Nobody wrote it yet; what is typed stays the user's own affair."""
    assert shown(dialect, recorded[NEW]).notes is None


@pytest.mark.parametrize(
    ("place", "author"),
    [
        ((b'<td id="s_4_1_3_0"><', b'<td id="s_4_1_3_0">KMG0106<'), "KMG0106"),
        ((b'name="s_4_1_4_0" value=""', b'name="s_4_1_4_0" value="gesprek"'), ""),
        ((b'cols="60"></textarea>', b'cols="60">gesprek</textarea>'), ""),
    ],
)
def test_a_note_in_a_form_has_no_bytes_to_cut(dialect, recorded, place, author) -> None:
    """It is opened for itself, so the page goes or stays as a whole; without an author nobody knows whose it is."""
    exchange = recorded[NEW]
    body = exchange.answer.body.replace(*place)
    assert body != exchange.answer.body
    notes = shown(dialect, exchange, body).notes
    assert isinstance(notes, Notes)
    assert [(note.author, note.spans) for note in notes.rows] == [(author, ())]


def test_other_child_lists_have_no_notes(dialect, recorded) -> None:
    """Services and measures are decided about as a whole."""
    assert shown(dialect, recorded["caseload_dienstverlening"]).notes is None


def test_a_page_of_nobody_has_no_notes(dialect, recorded) -> None:
    """Nor a person."""
    exchange = recorded[NOBODY]
    assert dialect.persons(dialect.read(exchange.request), exchange.answer).persons == ()
