"""Vacancies of the new core in the legacy's language, byte for byte."""

import re
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.legacy_sonar import records
from adapters.legacy_sonar.page import parse
from adapters.legacy_sonar.translate import Found, Setting, VacancyQuery, to_listing, to_page, to_query, within
from proxy.model.principal import Listing, Session

NOW = datetime(2020, 11, 24, 9, 0, 0)  # noqa: DTZ001  local time, as the page shows it
SESSION = Session(b"", 1, "AWE0421", NOW, NOW, sequence=8)
COUNTED = {b"Date", b"Content-Length"}


@pytest.mark.parametrize("name", ["vacancy_search", "vacancy_all", "vacancy_next_set"])
def test_the_page_equals_legacys(dialect, recorded, grammar, views, name: str) -> None:
    """The same records make the same bytes and the same fields, but for date and length, which others write."""
    exchange = recorded[name]
    page = parse(exchange.answer.body, grammar)
    items = [{"id": row, **texts} for row, texts in records.rows(page, exchange.answer.body)]
    query = VacancyQuery(offset=page.fragments[0].first - 1)
    made = to_page(
        dialect.read(exchange.request), SESSION, Found(query, items, records.total(page)), Setting(views, NOW)
    )
    assert made.body == exchange.answer.body
    assert set(made.fields) == {field for field in exchange.answer.fields if field[0] not in COUNTED}


def test_what_is_made_can_be_read(dialect, post, views) -> None:
    """Any number of records on any set, whole or for scripts, is a page that the dialect itself accepts."""
    for rpc, total, offset in ((b"", 0, 0), (b"&SWERPC=1", 1, 0), (b"", 27, 10), (b"&SWERPC=1", 27, 20)):
        call = dialect.read(
            post(b"SWECmd=InvokeMethod&SWEMethod=ExecuteQuery&SWEView=SNR+Vacature+Zoek+View&SRN=k&SWEC=4" + rpc)
        )
        items = [{"id": f"1-V{number}", "title": 'a & "b" <c>'} for number in range(offset, min(offset + 10, total))]
        made = to_page(call, SESSION, Found(VacancyQuery(offset=offset), items, total), Setting(views, NOW))
        reading = dialect.persons(call, made)
        assert reading.listed
        assert reading.complete == (total <= 1)
        assert (b"GotoNextSet" in made.body) == (offset + 10 < total)
        assert (b"GotoPreviousSet" in made.body) == (offset > 0)
        assert re.search(rb'name="SWEC" value="5"', made.body)


def ask(dialect, post, method: str, extra: str = "&SRN=k", listing: Listing | None = None) -> VacancyQuery | None:
    """Translate one method on the list of vacancies."""
    body = f"SWECmd=InvokeMethod&SWEMethod={method}&SWEView=SNR+Vacature+Zoek+View{extra}"
    return to_query(dialect.read(post(body.encode())), listing)


def test_plain_criteria_are_translated(dialect, post) -> None:
    """Canonical names, blanks left out, camel case for the interface."""
    query = ask(dialect, post, "ExecuteQuery", "&s_11_1_4_0=Tech*&s_11_1_6_0=AM01&s_11_1_9_0=&SRN=k")
    assert query == VacancyQuery((("employer_name", "Tech*"), ("region", "AM01")))
    assert query.parameters() == (("employerName", "Tech*"), ("region", "AM01"), ("limit", "10"), ("offset", "0"))


@pytest.mark.parametrize(
    "value", ["kok OR bakker", "[Status]", ">=20", "<>kok", "%3Dkok", '"kok"', "NOT kok", "IS NULL", "(kok)", "'t"]
)
def test_an_expression_is_legacys(dialect, post, value: str) -> None:
    """What the two sides could read differently is not translated."""
    assert ask(dialect, post, "ExecuteQuery", f"&s_11_1_2_0={value.replace(' ', '+')}&SRN=k") is None


def test_without_the_session_stamp_no_page_can_be_made(dialect, post) -> None:
    """The page carries SRN in every link; without it only legacy can answer."""
    assert ask(dialect, post, "ExecuteQuery", "&s_11_1_6_0=AM01") is None


def test_paging_and_sorting_go_on_with_the_list(dialect, post) -> None:
    """The session's listing holds the query; the request holds none."""
    found = Found(VacancyQuery((("region", "AM01"),), "-opened", 10), [{"id": "1-V1"}], 35)
    call = dialect.read(post(b"SWECmd=GotoView&SWEView=SNR+Vacature+Zoek+View&SRN=k"))
    listing = to_listing(call, found)
    assert (listing.core, listing.rows, listing.offset) == ("newcore", ("1-V1",), 10)
    assert ask(dialect, post, "GotoNextSet", listing=listing) == VacancyQuery((("region", "AM01"),), "-opened", 20)
    assert ask(dialect, post, "GotoPreviousSet", listing=listing).offset == 0
    assert within(ask(dialect, post, "GotoLastSet", listing=listing), 35).offset == 30
    sorted_ = ask(dialect, post, "SortDescending", "&SRN=k&SWEField=s_11_1_7_0", listing)
    assert (sorted_.sort, sorted_.offset, sorted_.filters) == ("-hours", 0, (("region", "AM01"),))
    assert ask(dialect, post, "GotoNextSet") is None
    assert ask(dialect, post, "RefineQuery", "&SRN=k&s_11_1_6_0=AM02", listing) is None


@given(st.integers(0, 500), st.integers(-1, 600))
def test_an_offset_stays_inside_the_list(total: int, offset: int) -> None:
    """Behind the last set is the last set."""
    kept = within(VacancyQuery(offset=offset), total).offset
    assert 0 <= kept <= max(total - 1, 0)
    assert kept == offset or kept == max(total - 1, 0) // 10 * 10
