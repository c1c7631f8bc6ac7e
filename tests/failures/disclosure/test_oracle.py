"""No oracle of existence: outside your scope and not there at all are the same bytes, in every format and by every way."""

import re
from collections.abc import Callable

import pytest

from adapters.legacy_sonar.standin.seed import Record
from proxy.model.http import Answer, Request
from tests.doubles.inside import Browser, Inside
from tests.doubles.playbook import request

ZOEK = "SNR Klant Zoek View"
NOBODY = "123456782"
OWN = re.compile(rb"SP(?:-[0-9A-Z]{4}){3}|SRN=[^&\"]*|name=\"SRN\" value=\"[^\"]*|SWEC=\d+|name=\"SWEC\" value=\"\d+")

type Act = Callable[[Browser, str, str], Answer]
"""Ask about somebody by BSN and row id."""


def searched(rpc: bool = False) -> Act:
    """Search by BSN."""
    more = (("SWERPC", "1"),) if rpc else ()
    return lambda browser, bsn, _: browser.invoke("ExecuteQuery", ZOEK, ("s_1_1_7_0", bsn), *more)


def opened(view: str, *more: tuple[str, str]) -> Act:
    """Open a page by row id."""
    return lambda browser, _, row: browser.open(row, view, *more)


def exported(form: str) -> Act:
    """Search and export what was found."""

    def act(browser: Browser, bsn: str, _: str) -> Answer:
        browser.invoke("ExecuteQuery", ZOEK, ("s_1_1_7_0", bsn))
        return browser.invoke("ExportList", ZOEK, ("ExportFormat", form))

    return act


def drilled(browser: Browser, _: str, row: str) -> Answer:
    """Click on a row that somebody else's list showed."""
    fields = (("SWEField", "s_1_1_7_0"), ("SWERowId", row), ("SWERPC", "1"))
    return browser.invoke("Drilldown", ZOEK, *fields)


def changed(browser: Browser, _: str, row: str) -> Answer:
    """Change somebody's telephone number."""
    return browser.invoke("WriteRecord", "SNR Klant Contactgegevens View", ("SWERowId", row), ("s_5_1_1_0", "06"))


WAYS: dict[str, tuple[str, Act]] = {
    "search": ("AWE0421", searched()), "search rpc": ("AWE0421", searched(rpc=True)),
    "open": ("AWE0421", opened("SNR Klantbeeld View")), "open notes": ("AWE0421", opened("SNR Contacthistorie View")),
    "open rpc": ("AWE0421", opened("SNR Klantbeeld View", ("SWERPC", "1"))), "drill": ("AWE0421", drilled),
    "change": ("AWE0421", changed), "xls": ("EXP0101", exported("XLS")), "csv": ("EXP0101", exported("CSV")),
    "municipality": ("KMG0106", searched()), "intensive": ("IDV0622", searched()),
}  # fmt: skip


@pytest.fixture(scope="module")
def town() -> Inside:
    """A stand-in behind the line."""
    return Inside()


def strangers(town: Inside) -> dict[str, Record]:
    """Give somebody of far away and a colleague, each with a BSN of their own that keeps its nine digits."""
    single = [p for p in town.people if p["bsn"][0] != "0" and sum(q["bsn"] == p["bsn"] for q in town.people) == 1]
    far = next(p for p in single if p["region"] == "AM30" or p["region"] == "AM12")
    staff = next(p for p in single if p["klass"] == "staff" and not p["caseload_owner"])
    return {"far away": far, "a colleague": staff}


def plain(answer: Answer, *typed: str) -> tuple[int, tuple[tuple[bytes, bytes], ...], bytes]:
    """Take out what was typed and what differs per session and exchange."""
    body = OWN.sub(b"#", answer.body)
    for each in typed:
        body = body.replace(each.encode(), b"#")
    return answer.status, answer.fields, body


@pytest.mark.parametrize("kind", ["far away", "a colleague"])
@pytest.mark.parametrize("way", WAYS)
def test_outside_and_nowhere_are_the_same_bytes(town: Inside, way: str, kind: str) -> None:
    """Status, fields and body; but for what was typed, the session's numbers and the reference."""
    user, act = WAYS[way]
    person = strangers(town)[kind]
    there = plain(act(Browser(town, user), person["bsn"], person["row_id"]), person["bsn"], person["row_id"])
    nowhere = plain(act(Browser(town, user), NOBODY, "1-7ZZZZ"), NOBODY, "1-7ZZZZ")
    assert there == nowhere
    assert person["surname"].encode("cp1252") not in there[2]


def test_a_service_answers_alike(town: Inside) -> None:
    """NietsGevonden, whether the person lives elsewhere or not at all."""
    person = strangers(town)["far away"]
    found = [_asked(town, bsn) for bsn in (person["bsn"], NOBODY)]
    assert found[0] == found[1]
    assert b"NietsGevonden" in found[0][2]


def _asked(town: Inside, bsn: str) -> tuple[int, tuple[tuple[bytes, bytes], ...], bytes]:
    like = request("soap_data")
    body = re.sub(rb">\d{8,9}<", b">" + bsn.encode() + b"<", like.body)
    assert body != like.body or bsn in str(like.body)
    return plain(town.send(Request(like.method, like.target, like.version, like.fields, body, like.peer)).answer, bsn)


def test_a_search_by_address_does_not_find_a_secret_address(town: Inside) -> None:
    """By name somebody with a secret address is a row without address; by address it is an empty house."""
    person = next(p for p in town.people if p["klass"] == "secret" and p["caseload_owner"] != "AWE0421"
                  and p["region"] == "AM01" and "-" in p["surname"])  # fmt: skip
    browser = Browser(town, "AWE0421")
    named = browser.invoke("ExecuteQuery", ZOEK, ("s_1_1_2_0", person["surname"]))
    assert person["row_id"].encode() in named.body
    assert person["postcode"].encode() not in named.body
    there = browser.invoke("ExecuteQuery", ZOEK, ("s_1_1_8_0", person["postcode"]), ("s_1_1_2_0", person["surname"]))
    nowhere = browser.invoke("ExecuteQuery", ZOEK, ("s_1_1_8_0", "9999ZZ"), ("s_1_1_2_0", person["surname"]))
    assert plain(there) == plain(nowhere)
    hidden = f'[Adres] LIKE "{person["street"]}*"'
    for asked in (hidden, '[Geheim]="J"'):
        assert person["row_id"].encode() not in browser.invoke("ExecuteQuery", ZOEK, ("s_1_1_2_0", asked)).body


def test_what_was_asked_is_remembered_over_sets_sorts_exports_and_another_look(town: Inside) -> None:
    """A list that was opened by town shows nobody whose town is hidden, however it is turned."""
    secret = [p for p in town.people if p["klass"] == "secret" and p["region"] == "AM01"
              and p["caseload_owner"] != "EXP0101"]  # fmt: skip
    browser = Browser(town, "EXP0101")
    look = (
        ("ExecuteQuery", (("s_1_1_10_0", "AM01"),)), ("GotoNextSet", ()), ("GotoLastSet", ()), ("GotoFirstSet", ()),
        ("SortAscending", (("SWEField", "s_1_1_2_0"),)), ("RefineQuery", (("s_1_1_2_0", "*"),)), ("ExportList", ()),
    )  # fmt: skip
    for method, fields in look:
        answer = browser.invoke(method, ZOEK, *fields)
        assert answer.status == 200
        assert [p["row_id"] for p in secret if p["row_id"].encode() in answer.body] == [], method
        assert [p["surname"] for p in secret if f">{p['surname']}<".encode("cp1252") in answer.body] == [], method
    browser.open("", "SNR Werkvoorraad View")
    again = browser.post(("SWECmd", "GotoView"), ("SWEView", ZOEK))
    assert [p["row_id"] for p in secret if p["row_id"].encode() in again.body] == []
    fresh = browser.invoke("ExecuteQuery", ZOEK, ("s_1_1_2_0", secret[0]["surname"].strip()))
    assert secret[0]["row_id"].encode() in fresh.body


def test_a_list_tells_nothing_of_who_is_cut_from_it(town: Inside) -> None:
    """Over all sets: no total, rows and hidden ids numbered without gaps, no class of lengths but that of the rows."""
    browser = Browser(town, "AWE0421")
    answer = browser.invoke("ExecuteQuery", ZOEK, ("s_1_1_2_0", "*"))
    for _ in range(14):
        teller = re.findall(rb'<span class="teller">([^<]*)', answer.body)
        rows = [int(each) for each in re.findall(rb'<tr class="rij" id="r_1_1_(\d)"', answer.body)]
        ids = [int(each) for each in re.findall(rb'name="SWERowId(\d)"', answer.body)]
        cells = {int(each) for each in re.findall(rb'<td id="s_1_1_\d+_(\d)"', answer.body)}
        links = {int(each) for each in re.findall(rb"SWEField=s_1_1_\d+_(\d)&amp;", answer.body)}
        assert teller == [b"%d resultaten in uw bereik" % len(rows)]
        assert rows == ids == list(range(len(rows)))
        assert cells == links == set(rows)
        answer = browser.invoke("GotoNextSet", ZOEK)


def test_a_place_in_a_list_that_lost_rows_opens_nobody(town: Inside) -> None:
    """Legacy would take its own row at that place: whoever is hidden, or somebody else than was clicked."""
    browser = Browser(town, "AWE0421")
    browser.invoke("ExecuteQuery", ZOEK, ("s_1_1_2_0", "*"))
    before = len(town.upstream)
    answer = browser.invoke("Drilldown", ZOEK, ("SWEField", "s_1_1_7_1"))
    assert b"Geen record geselecteerd" in answer.body
    assert len(town.upstream) == before
