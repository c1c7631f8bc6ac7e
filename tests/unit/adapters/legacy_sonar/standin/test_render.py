"""From a session's state to fragments."""

import pytest

from adapters.legacy_sonar.standin.commands import Visit
from adapters.legacy_sonar.standin.pages import Frame
from adapters.legacy_sonar.standin.records import Writer
from adapters.legacy_sonar.standin.render import NOTHING, fragments
from adapters.legacy_sonar.standin.sessions import Listing, Sessions
from adapters.legacy_sonar.standin.store import Store

STORE = Store(60, 1)
FRAME = Frame("A", 1, "s", "nu")


@pytest.fixture
def visit():
    """A visit of a fresh session."""
    session = Sessions("s").opened("AWE0421", 0, 0.0)
    return Visit(STORE, session, Writer(STORE, "AWE0421", "20201124", "nu"))


def test_the_head_comes_first(visit):
    """The head of the person stands above the form."""
    visit.session.view, visit.session.cursor = "SNR CV View", {"client": "1-71000"}
    message, text = fragments(visit, FRAME)
    assert message == ""
    assert text.index("SWEForm6_8") < text.index("SWEForm6_0") < text.index("SWEForm6_1")


def test_a_lost_record_is_told_unless_something_else_is(visit):
    """Without a current record the notice says so; a notice of the command goes first."""
    visit.session.view = "SNR CV View"
    assert fragments(visit, FRAME)[0] == NOTHING
    visit.message = "Record verwijderd"
    assert fragments(visit, FRAME)[0] == "Record verwijderd"


def test_a_pending_record_is_an_empty_form(visit):
    """A new record that is not stored yet is shown in place of the list."""
    visit.session.view, visit.session.cursor = "SNR Contacthistorie View", {"client": "1-71000"}
    visit.session.pending["note"] = "1-NNEW|1-71000"
    text = fragments(visit, FRAME)[1]
    assert 'name="SWERowId0" value="1-NNEW"' in text
    assert 'class="rij"' not in text


def test_rows_that_were_deleted_meanwhile_are_left_out(visit):
    """A list that still names a deleted vacancy shows the others."""
    rows = [*STORE.ordered("vacancy")[:2], "1-VGONE"]
    visit.session.view = "SNR Vacature Zoek View"
    visit.session.lists[11, 1] = Listing(rows)
    text = fragments(visit, FRAME)[1]
    assert text.count('class="rij"') == 2
