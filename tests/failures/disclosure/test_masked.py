"""A masked page in use: what is submitted from it, seen again by Back, exported, and answered in other forms."""

import csv
import html
import io
import re
from dataclasses import replace

import pytest

from adapters.legacy_sonar.standin.seed import Record
from proxy.model.http import Answer
from proxy.model.person import Unreadable
from tests.doubles.inside import FORM, Browser, Inside
from tests.doubles.needles import undone
from tests.doubles.playbook import answer, house, request
from tests.doubles.rendered import marks

ZOEK, IDENTITY, CONTACT = "SNR Klant Zoek View", "SNR Klant Persoon View", "SNR Klant Contactgegevens View"
INPUT = re.compile(rb'<input type="(?:text|hidden)" name="([A-Za-z0-9_]+)" value="([^"]*)">')
CELL = re.compile(rb'<td id="s_1_1_\d+_\d">(?:<a [^>]*>)?([^<]*)(?:</a>)?</td>')


@pytest.fixture
def town() -> Inside:
    """A stand-in of one's own: it is written to."""
    return Inside(80)


def secret(town: Inside) -> Record:
    """Give somebody with a secret address whom the first adviser may see but for that."""
    return next(p for p in town.people if p["klass"] == "secret" and p["region"] == "AM01"
                and p["caseload_owner"] not in {"AWE0421", "EXP0101"} and not p["assigned_to"])  # fmt: skip


def submitted(page: Answer) -> list[tuple[str, str]]:
    """Give what a browser submits from a page."""
    found = INPUT.findall(page.body)
    return [(name.decode(), html.unescape(value.decode("cp1252"))) for name, value in found if name != b"SWEC"]


def test_a_page_of_a_secret_address_shows_the_rest_and_nothing_of_the_address(town: Inside) -> None:
    """The page is there, its identity is on it, and no value of a hidden category is, whatever the byte form."""
    person, browser = secret(town), Browser(town, "AWE0421")
    for view, row in ((IDENTITY, person["row_id"]), ("SNR Klantbeeld View", person["row_id"])):
        page = browser.open(row, view)
        assert page.status == 200
        assert person["surname"].strip().encode("cp1252") in page.body
        hay = b"\n".join(undone(page.body))
        told = [n for n in ("street", "postcode", "city", "phone", "email", "nationality") if person[n]
                and person[n].encode("cp1252") in hay]  # fmt: skip
        assert told == []


def test_what_a_masked_form_submits_overwrites_nothing(town: Inside) -> None:
    """Submitted to legacy itself, field by field as a browser does: hidden values stay, the changed one is stored."""
    person, browser = secret(town), Browser(town, "AWE0421")
    page = browser.open(person["row_id"], IDENTITY)
    fields = [(n, "Nieuwe" if n == "s_3_1_4_0" else v) for n, v in submitted(page) if not n.startswith("SWERowId")]
    assert not {"s_3_1_7_0", "s_3_1_9_0", "s_3_1_12_0"} & {name for name, _ in fields}
    before = dict(person)
    asked = (("SWECmd", "InvokeMethod"), ("SWEMethod", "WriteRecord"), ("SWEView", IDENTITY))
    whole = [*asked, ("SWERowId", person["row_id"]), *fields]
    body = "&".join(f"{n}={v.replace('&', '%26').replace('+', '%2B')}" for n, v in whole if n != "SRN").encode("cp1252")
    like = request("login_page")
    cookie = (b"Cookie", b"_sn=" + browser.cookie)
    town.direct(replace(like, method=b"POST", target=b"/sonar_nld/start.swe", fields=(FORM, cookie), body=body))
    after = town.legacy.store.record(person["row_id"])
    assert after is not None
    assert after["first_names"] == "Nieuwe"
    kept = ("nationality", "residence_title", "street", "house_no", "postcode", "city", "secrecy_flag", "phone")
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}


@pytest.mark.parametrize("more", [(), (("s_3_1_12_0", "9999ZZ"),), (("s_3_1_7_0", ""),)])
def test_a_submission_from_a_masked_page_is_refused_before_it_is_sent(town: Inside, more) -> None:
    """With or without a value for a hidden control: who may not see all that he writes about does not write."""
    person, browser = secret(town), Browser(town, "AWE0421")
    page = browser.open(person["row_id"], IDENTITY)
    sent, before = len(town.upstream), dict(town.legacy.store.record(person["row_id"]) or {})
    fields = [pair for pair in submitted(page) if pair[0] not in {"SRN", "SWERowId0"}]
    found = browser.invoke("WriteRecord", IDENTITY, ("SWERowId", person["row_id"]), *fields, *more)
    assert b"Referentienummer" in found.body
    assert len(town.upstream) == sent
    assert town.legacy.store.record(person["row_id"]) == before


@pytest.mark.parametrize("view", [CONTACT, "SNR Klantbeeld View", ZOEK])
def test_a_hidden_write_behind_a_change_of_another_page_is_refused(town: Inside, view: str) -> None:
    """Fields of the work capacity beside a change of contact details, or beside a read: one that legacy would store."""
    mine = next(p for p in town.people if p["region"] == "AM01" and p["klass"] == "ordinary"
                and p["caseload_owner"] == "AWE0999")  # fmt: skip
    browser = Browser(town, "AWE0421")
    browser.open(mine["row_id"])
    sent = len(town.upstream)
    asked = (("SWECmd", "GotoView"), ("SWEView", view), ("SWEPostnRowId", mine["row_id"])) if view != ZOEK else (
        ("SWECmd", "GotoView"), ("SWEView", view))  # fmt: skip
    found = browser.post(*asked, ("s_7_1_8_0", "x"))
    assert found.status != 200 or b'class="fout"' in found.body
    assert len(town.upstream) == sent


def test_back_shows_what_was_shown(town: Inside) -> None:
    """The frame before is legacy's own page once more, and is masked once more."""
    person, browser = secret(town), Browser(town, "AWE0421")
    shown = browser.open(person["row_id"], IDENTITY)
    back = browser.post(("SWECmd", "GetCachedFrame"))
    assert back.body == shown.body
    assert not {value for value in marks(iter([person["street"]])) if value in back.body}
    assert person["postcode"].encode() not in back.body


@pytest.mark.parametrize("form", ["XLS", "CSV"])
def test_an_export_holds_the_rows_and_cells_of_the_screens(town: Inside, form: str) -> None:
    """The same persons in the same order with the same cells, hidden ones empty; every one of them is in the log.

    A file names nobody by row: of somebody who is registered twice it holds what both registrations allow, or less.
    """
    browser = Browser(town, "EXP0101")
    page = browser.invoke("ExecuteQuery", ZOEK, ("s_1_1_2_0", "*"))
    screens = []
    while True:
        cells = [html.unescape(cell.decode("cp1252")) for cell in CELL.findall(page.body)]
        screens += [cells[start : start + 14] for start in range(0, len(cells), 14)]
        if b"GotoNextSet" not in page.body:
            break
        page = browser.invoke("GotoNextSet", ZOEK)
    town.entries.clear()
    file = browser.invoke("ExportList", ZOEK, ("ExportFormat", form), ("ExportScope", "AllRows"))
    text = file.body.decode("cp1252", "replace")
    lines = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if form == "XLS" else ";")
    head, *rows = list(lines)
    assert head[0] == "Nr"
    exported, seen = ([[cell.strip(" \xa0") for cell in row] for row in each] for each in (rows, screens))
    twice = {person["bsn"].lstrip("0") for person in town.people if _rows_of(town, person) > 1}
    assert all(row in seen for row in exported)
    assert [row for row in exported if row[6] not in twice] == [row for row in seen if row[6] not in twice]
    assert any(not row[7] for row in rows), "somebody's address is hidden"
    told = [each for each in town.entries if type(each).__name__ == "Disclosure"]
    assert len(told) == len({row[6] for row in rows})


def _rows_of(town: Inside, person: Record) -> int:
    return sum(other["bsn"] == person["bsn"] for other in town.people)


@pytest.mark.parametrize("form", ["HTML", "xls", "XLSX", "", "PDF"])
def test_an_unknown_form_of_export_is_refused(town: Inside, form: str) -> None:
    """Legacy takes any other word for XLS; nobody decided about that."""
    browser = Browser(town, "EXP0101")
    browser.invoke("ExecuteQuery", ZOEK, ("s_1_1_2_0", "*"))
    sent = len(town.upstream)
    found = browser.invoke("ExportList", ZOEK, ("ExportFormat", form))
    assert found.status == 400
    assert len(town.upstream) == sent


@pytest.mark.parametrize("media", [
    b'multipart/related; type="application/xop+xml"; start="<root>"; boundary="b"', b"application/xop+xml",
    b"text/html; charset=utf-8", b"application/pdf", b"text/xml; charset=utf-16", b"text/xml; charset=windows-1252",
])  # fmt: skip
def test_a_service_answer_of_another_kind_is_released_to_nobody(media: bytes) -> None:
    """Parts, attachments and other charsets are not read, so nothing of them leaves."""
    call, found = house().dialect.read(request("soap_data")), answer("soap_data")
    fields = tuple((n, media if n.lower() == b"content-type" else v) for n, v in found.fields)
    assert isinstance(house().dialect.persons(call, replace(found, fields=fields)), Unreadable)


@pytest.mark.parametrize("odd", [b'<!DOCTYPE x [<!ENTITY a "b">]>', b"<!DOCTYPE x>", b"\x90", b"<a>" * 20_000])
def test_a_service_answer_with_entities_or_odd_bytes_is_released_to_nobody(odd: bytes) -> None:
    """Neither direction knows a DOCTYPE; depth and bytes have their bounds."""
    call, found = house().dialect.read(request("soap_data")), answer("soap_data")
    for place in (b"<SOAP-ENV:Envelope", b"<ns:CdTrede>"):
        body = found.body.replace(place, odd + place, 1)
        assert isinstance(house().dialect.persons(call, replace(found, body=body)), Unreadable)
