"""Claims about the one place in which a function is added."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from adapters.legacy_sonar.mimic.ask import UntranslatableError
from adapters.legacy_sonar.mimic.record import Records
from adapters.legacy_sonar.mimic.search import Lists
from adapters.legacy_sonar.mimic.table import SERVICES, TABLE, translate
from adapters.legacy_sonar.views import Shape
from proxy.model.call import Call, Format, Kind, Link
from proxy.model.person import Category
from proxy.model.principal import Listing, Role, Session
from proxy.model.statement import Statement
from proxy.routing.stage import ANSWERED
from tests.doubles.asked import ended
from tests.doubles.profiles import profile_of

NOW = datetime(2020, 11, 24, 9, tzinfo=UTC)
SESSION = Session(b"k", 1, "AWE0421", NOW, NOW)
ASKED = Statement(UUID(int=1), "AWE0421", Role.AW, "UWV", "client.overview.view", frozenset(Category))
OPEN = Call(
    Format.HTML, (Link("client.overview.view", "SNR Klantbeeld View", command="GotoView", row_id="1-71000"),),
    "client.overview.view", Kind.CONSULT, row_ids=("1-71000",), sequence=7, aliases=(("srn", "kq3v"),),
)  # fmt: skip


def test_every_screen_is_one_of_its_function(catalogue, views):
    """A screen is shown under the function that the catalogue has for opening it, and under no other."""
    for function, screens in TABLE.items():
        for view in screens:
            assert view in views.views
            assert catalogue.find(view, "", "GotoView").id == function


def test_what_may_move_is_what_can_be_answered():
    """But for the work list: newcore could show it, and is never filled with whose it is."""
    assert (TABLE.keys() | SERVICES.keys()) - {"home.worklist.view"} == ANSWERED


def test_every_part_of_a_screen_has_a_source(views):
    """A list is one applet; whatever child rows a form has, newcore is asked for."""
    for view, entry in ((views.views[name], entry) for screens in TABLE.values() for name, entry in screens.items()):
        shapes = [each.shape for each in view.applets]
        if isinstance(entry, Lists):
            assert shapes == [Shape.LIST]
        else:
            assert isinstance(entry, Records)
            assert {each.of for each in view.applets if each.shape is Shape.CHILD} == entry.children.keys()
            assert {each.of for each in view.applets if each.shape is not Shape.CHILD} == {entry.of}


def test_a_call_is_translated_by_function_and_view(setting):
    """The first question names the record; the page is the caller's next one."""
    steps = translate(OPEN, SESSION, ASKED, setting)
    assert [ask.path for ask in next(steps)] == ["/clients/1-71000"]
    with pytest.raises(StopIteration) as stop:
        steps.send((None,))
    assert b"SNR-0004" in stop.value.value.answer.body


@pytest.mark.parametrize(
    "call",
    [
        replace(OPEN, function="client.cv.view"),
        replace(OPEN, function="client.note.view"),
        replace(OPEN, links=(replace(OPEN.links[0], view="SNR CV View"),)),
        replace(OPEN, links=OPEN.links * 2),
        replace(OPEN, aliases=()),
        replace(OPEN, function=None),
    ],
)
def test_anything_else_is_legacys(setting, call):
    """Another function, another's screen, a chain, a caller without a session stamp: nothing is asked."""
    with pytest.raises(UntranslatableError):
        next(translate(call, SESSION, ASKED, setting))


def test_a_question_of_a_service_needs_no_session_and_a_screen_does(setting):
    """Who asks stands in the question; a screen belongs to a session, a service's function has no screen."""
    asked = profile_of("999990019")
    assert [ask.path for ask in next(translate(asked, None, ASKED, setting))] == ["/clients/_search"]
    for call in (OPEN, replace(asked, function="client.search"), replace(OPEN, function=asked.function)):
        with pytest.raises(UntranslatableError):
            next(translate(call, None, ASKED, setting))


def test_one_applet_that_is_asked_for_is_no_page(setting):
    """And Back shows the numbers of the page that was shown before; a script gets fragments."""
    session = replace(SESSION, view="SNR Klantbeeld View", current="1-71000", sequence=6)
    shown = {"id": "1-71000", "modNum": "1"}
    for command, whole, number in (
        ("GetApplet", False, b"8"),
        ("GetCachedFrame", True, b"7"),
        ("GotoPage", True, b"8"),
    ):
        link = Link("client.overview.view", applet="SNR Klant Form" if command == "GetApplet" else "", command=command)
        steps = translate(replace(OPEN, links=(link,), row_ids=()), session, ASKED, setting)
        body = ended(steps, (shown,)).answer.body
        assert body.startswith(b"<!DOCTYPE") is whole
        assert b'name="SWEC" value="%b"' % number in body


def test_a_call_without_a_stamp_is_answered_with_the_one_of_the_log_in(setting):
    """A script need not send what every link of a page carries; where nobody knows it, legacy answers."""
    bare = replace(OPEN, aliases=())
    with pytest.raises(UntranslatableError):
        next(translate(bare, SESSION, ASKED, setting))
    assert next(translate(bare, replace(SESSION, stamp="kq3v"), ASKED, setting))


def test_an_export_is_translated_by_the_function_of_its_list(setting):
    """It needs no session stamp: a file has no links. A page of one record is no list."""
    listing = Listing("client.search", "newcore", (), query="surname=Jansen", view="SNR Klant Zoek View")
    session = replace(SESSION, listing=listing, view="SNR Klant Zoek View")
    last = Link("list.export", command="InvokeMethod", method="ExportList")
    export = replace(
        OPEN,
        links=(Link("client.search", command="ExportedList"), last),
        function="list.export",
        kind=Kind.EXPORT,
        aliases=(),
    )
    assert next(translate(export, session, ASKED, setting))[0].path == "/clients/_search"
    with pytest.raises(UntranslatableError):
        next(translate(export, replace(session, view="SNR Klantbeeld View"), ASKED, setting))
