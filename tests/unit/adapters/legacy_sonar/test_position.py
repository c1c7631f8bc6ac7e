"""Claims about how a call reaches what the user sees, where newcore's answers left SONAR behind."""

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qsl

import pytest

from adapters.legacy_sonar.position import erred, harmless, is_alive
from proxy.model.call import Call
from proxy.model.http import Answer, Request
from proxy.model.position import Position
from proxy.model.principal import Astray, Listing, Session

NOW = datetime(2020, 11, 24, 9, tzinfo=UTC)
FORM = (b"Content-Type", b"application/x-www-form-urlencoded")
COOKIE = (b"Cookie", b"_sn=nT8wAbC0123456789__")
LOST = Astray(view=True, person=True, sequence=4, since=NOW)
INVOKE = "SWECmd=InvokeMethod&SWEMethod="
CONTACT = "SWEView=SNR+Klant+Contactgegevens+View&SWEApplet=SNR+Contactgegevens+Form"
NOTES = "SWEView=SNR+Contacthistorie+View&SWEApplet=SNR+Contactverslag+List+Applet"


def posted(body: str) -> Request:
    """A form of a client."""
    return Request(b"POST", b"/sonar_nld/start.swe", b"HTTP/1.1", (FORM, COOKIE), body.encode(), "192.0.2.7")


def a_session(**over) -> Session:
    """A session whose user newcore showed a person."""
    values = {"key": b"k", "version": 1, "user": "A", "started_at": NOW, "last_seen": NOW, "sequence": 8}
    held = {"view": "SNR Klantbeeld View", "function": "client.overview.view", "current": "1-7ABC3", "astray": LOST}
    return Session(**(values | held | over))


@pytest.fixture
def place(dialect):
    """Place a form of a client."""

    def build(body: str, **over) -> Position | None:
        call = dialect.read(posted(body))
        assert isinstance(call, Call), call
        return dialect.position(posted(body), call, a_session(**over))

    return build


@pytest.mark.parametrize(
    "body",
    [
        "SWECmd=GotoView&SWEView=SNR+CV+View&SWERowId=1-7XXXX&SWEC=9",
        f"{INVOKE}WriteRecord&{CONTACT}&SWERowId=1-7XXXX&s_5_1_1_0=1&SWEC=9",
        f"{INVOKE}NewRecord&{NOTES}&SWERowIds=1-7XXXX&s_4_1_6_0=x&SWEC=9",
        f"{INVOKE}Drilldown&SWEView=SNR+Klant+Zoek+View&SWEField=s_1_1_7_0&SWERowId=1-7XXXX&SWEC=9",
        f"{INVOKE}ExecuteQuery&SWEView=SNR+Klant+Zoek+View&s_1_1_2_0=J*&SWEC=9",
        "SWECmd=GotoView&SWEView=SNR+Vacature+Zoek+View&SWEC=9",
        "SWECmd=CanInvokeMethod&SWEMethod=NewQuery",
        "SWECmd=Logoff&SWEC=9",
    ],
)
def test_a_call_that_says_what_it_is_about_goes_up_as_it_came(place, body):
    """A row, a search, a list, a log-off: SONAR's cursor has no part in it."""
    assert place(body) == Position(posted(body))


@pytest.mark.parametrize(
    ("body", "ours"),
    [
        ("SWECmd=GotoView&SWEView=SNR+CV+View&SWEC=9", "SWERowId"),
        ("SWECmd=GotoPageTab&SWEView=SNR+Klant+Persoon+View&SWEC=9", "SWERowId"),
        (f"{INVOKE}WriteRecord&{CONTACT}&SWERowId=&s_5_1_1_0=1&SWEC=9", "SWERowId"),
        (f"{INVOKE}EditRecord&SWEView=SNR+Klant+Persoon+View&SWEC=9", "SWERowId"),
        (f"{INVOKE}NewRecord&{NOTES}&s_4_1_6_0=x&SWEC=9", "SWERowIds"),
        (f"{INVOKE}CreateRecord&SWEView=SNR+Verwijzing+View&s_15_1_1_0=2000001&SWEC=9", "SWERowIds"),
    ],
)
def test_a_call_by_cursor_gets_the_row_on_which_the_user_stands(place, body, ours):
    """In the argument in which SONAR takes it there; nothing is sent before it, nothing else is changed."""
    placed = place(body)
    assert placed is not None
    assert placed.before is None
    said = dict(parse_qsl(placed.request.body.decode(), keep_blank_values=True))
    assert said == {**dict(parse_qsl(body, keep_blank_values=True)), ours: "1-7ABC3"}


@pytest.mark.parametrize(
    ("body", "view"),
    [
        (f"{INVOKE}WriteRecord&{NOTES}&s_4_1_6_0=x&SWEC=9", "SNR Contacthistorie View"),
        (f"{INVOKE}DeleteRecord&{NOTES}&SWEC=9", "SNR Contacthistorie View"),
        (f"{INVOKE}UndoRecord&{NOTES}&SWEC=9", "SNR Contacthistorie View"),
        (f"{INVOKE}GotoNextSet&{NOTES}&SWEC=9", "SNR Contacthistorie View"),
        ("SWECmd=GotoView&SWEView=SNR+CV+View&s_5_1_1_0=1&SWEC=9", "SNR Klant Contactgegevens View"),
        ("SWECmd=GotoPage&SWEC=9", "SNR Klantbeeld View"),
        (
            "SWECmd=GotoView&SWEView=SNR+CV+View&SWEAC=SWECmd%3DGotoView%26SWEView%3DSNR%2BTraject%2BView&SWEC=9",
            "SNR CV View",
        ),
    ],
)
def test_whatever_else_acts_on_the_cursor_comes_after_one_read_of_ours(place, dialect, body, view):
    """What stands below a person, a read that saves, a chain, a page once more: SONAR is brought there first."""
    placed = place(body)
    assert placed is not None
    assert (placed.request, placed.row) == (posted(body), "1-7ABC3")
    assert placed.before is not None
    said = dict(parse_qsl(placed.before.body.decode()))
    assert said == {"SWECmd": "GotoView", "SWEView": view, "SWERowId": "1-7ABC3"}
    assert COOKIE in placed.before.fields
    read = dialect.read(placed.before)
    assert (read.kind, read.writes, read.sequence) == ("consult", frozenset(), None)


def test_nothing_is_placed_where_nobody_knows_the_person(place):
    """What is below a person, a page once more, a chain: not sent."""
    for body in (f"{INVOKE}UndoRecord&{NOTES}&SWEC=9", "SWECmd=GotoPage&SWEC=9"):
        assert place(body, current=None) is None


def test_a_page_once_more_of_a_list_is_not_for_legacy(place):
    """It has another list, or none."""
    assert place("SWECmd=GotoPage&SWEC=9", view="SNR Klant Zoek View") is None


def test_back_onto_a_page_of_legacy_needs_nothing(place):
    """The page is there, whoever is the current person."""
    body = "SWECmd=GetCachedFrame&SWEC=9"
    assert place(body, astray=replace(LOST, view=False)) == Position(posted(body))


@pytest.mark.parametrize(
    ("body", "ours"),
    [
        ("SWECmd=GotoView&SWEView=SNR+Vacature+View&SWEC=9", True),
        (f"{INVOKE}WriteRecord&SWEView=SNR+Vacature+View&s_12_1_2_0=x&SWEC=9", True),
        (f"{INVOKE}DeleteRecord&SWEView=SNR+Vacature+View&SWEC=9", True),
        (f"{INVOKE}NewRecord&SWEView=SNR+Vacature+View&s_12_1_2_0=x&SWEC=9", False),
        ("SWECmd=GotoView&SWEView=SNR+Werkgever+View&SWEC=9", False),
    ],
)
def test_a_vacancy_without_its_row_is_the_one_that_the_user_sees(place, body, ours):
    """Also a change of one; a new one needs none, and an employer is not a vacancy."""
    held = {"astray": Astray(records=("vacancy",)), "records": (("employer", "1-E1"), ("vacancy", "1-V7"))}
    placed = place(body, **held)
    assert placed is not None
    assert (b"SWERowId=1-V7" in placed.request.body) is ours
    unknown = place(body, **(held | {"records": (("vacancy", ""),)}))
    assert (unknown is None) is ours


def test_a_request_without_a_number_counts_on_from_the_clients_last(place):
    """Its page goes on from there, as if legacy had seen every number; one with a number keeps it."""
    placed = place("SWECmd=GotoView&SWEView=SNR+Vacature+Zoek+View")
    assert placed is not None
    assert placed.request.body == b"SWECmd=GotoView&SWEC=8&SWEView=SNR+Vacature+Zoek+View"
    unseen = place("SWECmd=GotoView&SWEView=SNR+Vacature+Zoek+View", astray=replace(LOST, sequence=None))
    assert unseen is not None
    assert b"SWEC=" not in unseen.request.body


def test_a_read_that_legacy_will_refuse_by_its_number_goes_up_as_it_came(place):
    """It did nothing, wherever it stands; a change is placed even so."""
    assert place("SWECmd=GotoPage&SWEC=4") == Position(posted("SWECmd=GotoPage&SWEC=4"))
    change = place(f"{INVOKE}WriteRecord&{CONTACT}&s_5_1_1_0=1&SWEC=4")
    assert change is not None
    assert b"SWERowId=1-7ABC3" in change.request.body


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("surname=J%2A&region=AM01", {"s_1_1_2_0": "J*", "s_1_1_10_0": "AM01"}),
        ("", {}),
        ("surname=M%C3%BCller", {"s_1_1_2_0": "M\xfcller"}),
    ],
)
def test_who_gets_a_message_are_the_persons_of_the_last_search(place, query, says):
    """Where newcore answered it, SONAR is asked first, in a form: no address tells whom."""
    listing = Listing("client.search", "newcore", (), query=query, view="SNR Klant Zoek View")
    placed = place("SWECmd=GotoView&SWEView=SNR+Groepsbericht+View&SWEC=9", listing=listing)
    assert placed is not None
    assert placed.before is not None
    assert b"?" not in placed.before.target
    said = dict(parse_qsl(placed.before.body.decode(), encoding="cp1252"))
    asked = {"SWECmd": "InvokeMethod", "SWEMethod": "ExecuteQuery", "SWEView": "SNR Klant Zoek View"}
    assert said == {**asked, "SWEApplet": "SNR Klant List Applet", **says}


def test_the_order_of_the_last_search_is_asked_with_it(place, dialect):
    """In one request: a search, then the sort."""
    listing = Listing(
        "client.search", "newcore", (), query="surname=J%2A&.sort=-birth_date", view="SNR Klant Zoek View"
    )
    placed = place("SWECmd=GotoView&SWEView=SNR+Groepsbericht+View&SWEC=9", listing=listing)
    assert placed is not None
    read = dialect.read(placed.before)
    assert [link.method for link in read.links] == ["ExecuteQuery", "SortDescending"]


@pytest.mark.parametrize(
    "listing",
    [
        None,
        Listing("client.search", "legacy", (), view="SNR Klant Zoek View"),
        Listing("client.search", "newcore", (), query=".nothing=", view="SNR Klant Zoek View"),
        Listing("vacancy.search", "newcore", (), query="title=x", view="SNR Vacature Zoek View"),
    ],
)
def test_a_search_that_sonar_has_is_not_asked_again(place, listing):
    """Nor one that nobody made."""
    placed = place("SWECmd=GotoView&SWEView=SNR+Groepsbericht+View&SWEC=9", listing=listing)
    assert placed == Position(posted("SWECmd=GotoView&SWEView=SNR+Groepsbericht+View&SWEC=9"))


def test_the_read_of_ours_carries_a_token_that_stands_in_the_address(dialect):
    """Old clients have no cookie."""
    body = f"{INVOKE}UndoRecord&{NOTES}&SWEC=9&_sn=nT8wAbC0123456789__"
    sent = Request(b"POST", b"/sonar_nld/start.swe", b"HTTP/1.1", (FORM,), body.encode(), "192.0.2.7")
    placed = dialect.position(sent, dialect.read(sent), a_session())
    assert b"_sn=nT8wAbC0123456789__" in placed.before.body


def test_only_the_record_itself_is_where_the_read_was_to_lead(dialect, recorded):
    """Another person, a list, an error, a log-in page are not."""
    page = recorded["in_region_klantbeeld"]
    (person,) = page.persons
    asked = Position(page.request, page.request, person["row_id"])
    assert dialect.stands(asked, page.answer)
    assert not dialect.stands(replace(asked, row="1-7XXXX"), page.answer)
    for name in ("client_search_name", "record_unknown", "login_page", "vacancy_open"):
        assert not dialect.stands(asked, recorded[name].answer), name
    assert dialect.stands(replace(asked, row=""), recorded["client_search_name"].answer)
    assert not dialect.stands(asked, replace(page.answer, body=page.answer.body[:-40]))


def test_an_error_is_known_by_what_data_cannot_write(recorded):
    """Of a page and of a script's request."""
    assert erred(recorded["record_unknown"].answer)
    assert not erred(recorded["in_region_klantbeeld"].answer)
    escaped = Answer(200, b"OK", (), b"<td>&lt;table class=&quot;foutmelding&quot;&gt;</td>")
    assert not erred(escaped)


def test_what_keeps_a_session_alive_does_nothing_else():
    """No view, no row, no number; the answer of a session that is over is not mistaken for one."""
    call = harmless(b"token__")
    assert (call.method, call.body) == (b"POST", b"SWECmd=Ping")
    assert (b"Cookie", b"_sn=token__") in call.fields
    assert is_alive(Answer(200, b"OK", (), b"OK"))
    assert not is_alive(Answer(200, b"OK", (), b'<form id="SWEEntryForm">'))
    assert not is_alive(Answer(503, b"Busy", (), b"OK"))
