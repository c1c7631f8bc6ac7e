"""The recorded lines are the specification of the reading; recorded answers are that of the persons."""

import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.legacy_sonar.page import parse
from proxy.model.call import Call, StaticCall, Unclear
from proxy.model.decision import Reason
from proxy.model.http import Request
from proxy.model.person import Reading, Unreadable

ADAPTER = Path(__file__).parents[4] / "adapters/legacy_sonar"
LINES = [
    json.loads(line)
    for file in sorted((ADAPTER / "recordings/requests").glob("*.jsonl"))
    for line in file.read_text(encoding="ascii").splitlines()
]
FLAGS = ("by_cursor", "moves_cursor", "pages", "first_page", "repeatable", "logoff")


def told(read) -> dict[str, object]:
    """Write a reading as the recorded lines do."""
    if isinstance(read, StaticCall):
        return {"static": read.prefix}
    if isinstance(read, Unclear):
        return {"unclear": read.reason, "format": str(read.format)}
    aliases = [list(each) for each in read.aliases if each[0] != "srn"]
    search = read.search and [str(read.search.by), read.search.bsn, read.search.birth_date]
    rare = {
        "format": None if read.format == "html" else str(read.format),
        "row_ids": list(read.row_ids) or None,
        **{flag: getattr(read, flag) or None for flag in FLAGS},
        "context": None if read.context else False,
        "login": read.login and read.login.user,
        "search": search,
        "vacancy": read.vacancy,
        "account": read.account,
        "sequence": read.sequence,
        "aliases": aliases or None,
        "token": read.token and read.token.decode(),
    }
    links = [[link.function, link.view, link.method or link.command] for link in read.links]
    told_always = {"function": read.function, "kind": str(read.kind), "links": links}
    return told_always | {name: value for name, value in rare.items() if value is not None}


def request_of(line) -> Request:
    """Build the request of a recorded line."""
    fields = tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in line["fields"])
    texts = (line["method"], line["target"], "HTTP/1.1")
    method, target, version = (text.encode("latin-1") for text in texts)
    return Request(method, target, version, fields, line["body"].encode("latin-1"), "192.0.2.1")


@pytest.mark.parametrize("line", LINES, ids=[line["name"] for line in LINES])
def test_a_recorded_line_has_its_one_reading(dialect, line) -> None:
    """Every recorded request is read exactly as the table says."""
    assert told(dialect.read(request_of(line))) == line["expect"]


def test_the_table_is_as_large_as_promised() -> None:
    """At least 200 lines, of which at least 60 try to slip past; no name twice."""
    assert len(LINES) >= 200
    assert sum(line["bypass"] for line in LINES) >= 60
    assert not [name for name, count in Counter(line["name"] for line in LINES).items() if count > 1]


@pytest.mark.parametrize("line", [line for line in LINES if line["bypass"]], ids=lambda line: line["name"])
def test_an_attempt_never_reads_as_a_plain_read(dialect, line) -> None:
    """An attempt is refused, or judged at least as strictly as what it hides."""
    read = dialect.read(request_of(line))
    if isinstance(read, Unclear):
        return
    assert isinstance(read, Call)
    hidden = "ExportList" in json.dumps(line) or "M=ExportList" in line["target"]
    strict = read.kind in {"mutate", "export"} or (read.search and read.search.by == "expression") or read.by_cursor
    assert strict
    assert not hidden or read.function in {"list.export", "message.group.attach"}


NOT_READ = {"record_unknown": "not-found", "message_recipient_unknown": "not-found"}


def opened(catalogue, call: Call) -> str:
    """Name the function of the view that a recorded navigation is on."""
    view = next((link.view for link in call.links if link.function is None and link.view), "SNR Klant Zoek View")
    return catalogue.find(view, command="GotoView").id


def test_the_persons_of_every_recorded_answer_are_found(dialect, recorded, settled, catalogue) -> None:
    """Who is on a page, by BSN and with row id, region and municipality, is exactly who the stand-in put there."""
    read = 0
    for name, exchange in recorded.items():
        call = dialect.read(exchange.request)
        if not isinstance(call, Call) or name in {"cached_frame", "get_applet"}:
            continue
        found = dialect.persons(settled(call, opened(catalogue, call)), exchange.answer)
        if name in NOT_READ:
            assert found == Unreadable(NOT_READ[name])
            continue
        assert isinstance(found, Reading), (name, found)
        known = {(person["bsn"], person["row_id"]): person for person in exchange.persons}
        by_number = {person["bsn"]: person for person in exchange.persons}
        assert {shown.bsn for shown in found.persons} == set(by_number), name
        for shown in found.persons:
            truth = known[shown.bsn, shown.row_id] if shown.row_id else by_number[shown.bsn]
            assert shown.municipality in {truth["municipality_code"], None}
            assert shown.region in {truth["region"], None}
            assert shown.responsible_region in {truth["responsible_region"], None}
        read += 1
    assert read > 150


def test_a_page_shown_again_tells_who_but_not_where_the_cursor_is(
    dialect, recorded, settled, grammar, catalogue
) -> None:
    """The frame before shows its person; SONAR's cursor may stand elsewhere, so it is not believed."""
    exchange = recorded["cached_frame"]
    view = parse(exchange.answer.body, grammar).fragments[0].view.name
    function = catalogue.find(view, command="GotoView").id
    found = dialect.persons(settled(dialect.read(exchange.request), function), exchange.answer)
    assert found.cursor is None
    assert len(found.persons) == len(exchange.persons)


def test_a_page_of_another_view_is_not_read(dialect, recorded, settled) -> None:
    """Legacy shows the current view where it ignores a word; such a page is not what was decided about."""
    exchange = recorded["in_region_cv"]
    call = dialect.read(recorded["vacancy_search"].request)
    assert dialect.persons(settled(call, "vacancy.search"), exchange.answer) == Unreadable("other-view")


def test_navigation_that_names_a_view_of_another_function_is_not_read(dialect, recorded, settled) -> None:
    """Its function came from the session; the view that it names beside that was never decided about."""
    exchange = recorded["client_next_set"]
    call = dialect.read(exchange.request)
    assert isinstance(dialect.persons(settled(call, "client.search"), exchange.answer), Reading)
    for other in ("vacancy.search", "employer.view", "home.worklist.view"):
        assert dialect.persons(settled(call, other), exchange.answer) == Unreadable("other-view")


def test_a_value_in_a_header_is_found(dialect, recorded) -> None:
    """A person's number in a field of the answer keeps the whole answer back."""
    exchange = recorded["in_region_klantbeeld"]
    fields = (*exchange.answer.fields, (b"X-Debug", b"row 999990226"))
    answer = replace(exchange.answer, fields=fields)
    assert dialect.persons(dialect.read(exchange.request), answer) == Unreadable("value-in-field")


@pytest.mark.parametrize("status", [206, 304, 500, 301])
def test_other_statuses_with_a_body_are_not_read(dialect, recorded, status: int) -> None:
    """A governed page has status 200; part of a page, or a page under another status, is nobody's to release."""
    exchange = recorded["in_region_klantbeeld"]
    answer = replace(exchange.answer, status=status)
    assert dialect.persons(dialect.read(exchange.request), answer) == Unreadable("status")


def test_an_unread_request_is_refused_in_its_own_format(dialect, post) -> None:
    """Also a request without a reading says in which dialect its caller waits, and whose session it is."""
    unclear = dialect.read(post(b"SWECmd=Nonsense&SWERPC=1"))
    assert isinstance(unclear, Unclear)
    assert unclear.format == "rpc"
    assert unclear.token == b"nT8wAbC0123456789__"
    assert b"SWERPCError" in dialect.refuse(unclear, Reason.UNCLEAR, "AB12").body


def test_the_counter_tells_what_is_left(dialect, recorded) -> None:
    """The own counter holds the number of rows left and no other."""
    exchange = recorded["client_search_name"]
    reading = dialect.persons(dialect.read(exchange.request), exchange.answer)
    assert dialect.counter(reading, 7) == b"7 resultaten in uw bereik"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("in_region_klantbeeld", ("SNR Klantbeeld View", None, False)),
        ("client_search_name", ("SNR Klant Zoek View", None, False)),
        ("vacancy_search", ("SNR Vacature Zoek View", "vacancy", False)),
        ("vacancy_open", ("SNR Vacature View", "vacancy", False)),
        ("client_query_form", ("SNR Klant Zoek View", None, True)),
    ],
)
def test_a_page_says_which_view_it_is_and_on_what_sonar_stands(dialect, recorded, settled, name, told):
    """Of what is no person the first row of a list, or the record of a form; a form for a query asks."""
    page, (view, kind, asking) = recorded[name], told
    call = settled(dialect.read(page.request), "client.search")
    reading = dialect.persons(call, page.answer)
    rows = re.findall(rb'name="SWERowId0" value="([^"]+)"', page.answer.body)
    assert (reading.view, reading.asking, reading.counted) == (view, asking, True)
    assert reading.record == (None if kind is None else (kind, rows[0].decode()))


def test_an_error_shows_no_view_and_may_not_have_taken_the_number(dialect, recorded, settled):
    """The replay error did nothing; a rejected value took its number like any page."""
    replayed = recorded["replay"]
    read = dialect.persons(settled(dialect.read(replayed.request), "home.worklist.view"), replayed.answer)
    assert (read.view, read.counted) == ("", False)
    rejected = recorded["contact_write_rejected"]
    told = dialect.persons(dialect.read(rejected.request), rejected.answer)
    assert (told.view, told.counted) == ("", True)
