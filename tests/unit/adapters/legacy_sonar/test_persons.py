"""Persons on pages, with all bytes that belong to each; and what a page may not hold elsewhere."""

import re
from dataclasses import replace

import pytest

from proxy.disclosure.withhold import Cut, must_count, withhold
from proxy.model.person import Category, PersonClass, Reading, Unreadable

SEARCH, SINGLE = "client_search_name", "in_region_klantbeeld"


def read(dialect, exchange, answer=None) -> Reading | Unreadable:
    """Read the persons of a recorded exchange."""
    return dialect.persons(dialect.read(exchange.request), answer or exchange.answer)


def test_a_row_goes_without_a_trace(dialect, recorded) -> None:
    """Cut any row: no value, row id or link of that person is left in any byte, and the others stay whole."""
    for name in (SEARCH, "worklist", "candidate_search", "client_search_national"):
        exchange = recorded[name]
        reading = read(dialect, exchange)
        for index, person in enumerate(reading.persons):
            left = withhold(
                exchange.answer, reading, Cut([index], counter=dialect.counter(reading, len(reading.persons) - 1))
            ).body
            double = [other for other in reading.persons if other.bsn == person.bsn]
            assert person.row_id.encode() not in left or len(double) > 1
            if len(double) == 1:
                assert person.bsn.lstrip("0").encode() not in left
            for other in reading.persons:
                if other.bsn != person.bsn:
                    assert other.bsn.lstrip("0").encode() in left


def test_all_rows_gone_is_legacys_own_page_of_no_hits(dialect, recorded) -> None:
    """What is not yours and what does not exist are the same bytes, but for sequence numbers."""
    nothing = recorded["client_search_nothing"].answer.body
    exchange = recorded["client_search_bsn"]
    reading = read(dialect, exchange)
    assert reading.persons
    assert reading.complete
    everybody = range(len(reading.persons))
    left = withhold(exchange.answer, reading, Cut(everybody, counter=dialect.counter(reading, 0))).body

    def steady(body: bytes) -> bytes:
        return re.sub(rb'SWEC(=|" value=")[0-9]+', rb"SWEC\1", body)

    assert steady(left) == steady(nothing)


def test_a_page_with_more_behind_it_keeps_its_way_on(dialect, recorded) -> None:
    """Where there are other sets an empty page still offers them, and its counter tells no total."""
    exchange = recorded[SEARCH]
    reading = read(dialect, exchange)
    assert not reading.complete
    assert reading.empty is None
    left = withhold(exchange.answer, reading, Cut(range(10), counter=dialect.counter(reading, 0))).body
    assert b"GotoNextSet" in left
    assert b"0 resultaten in uw bereik" in left
    assert b"van 17" not in left


def test_totals_are_replaced_unless_they_are_the_users_own(dialect, recorded) -> None:
    """A worklist and a list of vacancies keep their counters while nothing is cut."""
    assert must_count(read(dialect, recorded[SEARCH]), [])
    assert not must_count(read(dialect, recorded["worklist"]), [])
    assert not must_count(read(dialect, recorded["vacancy_all"]), [])


def test_a_single_page_tells_its_person_and_categories(dialect, recorded) -> None:
    """Every category that a page holds is told, the head's included."""
    for page, held in (
        ("klantbeeld", {Category.ID, Category.CT, Category.LD, Category.SV, Category.AP}),
        ("persoonsgegevens", {Category.ID, Category.CT, Category.NA}),
        ("contacthistorie", {Category.ID, Category.CN}),
        ("belastbaarheid", {Category.ID, Category.WC}),
        ("uitkering", {Category.ID, Category.BN}),
        ("dienstverlening", {Category.ID, Category.SV}),
        ("cv", {Category.ID, Category.ED, Category.AV}),
    ):
        exchange = recorded[f"in_region_{page}"]
        reading = read(dialect, exchange)
        (person,) = reading.persons
        assert not reading.listed
        assert person.deliberate
        assert person.categories == held
        assert reading.cursor == person.row_id == exchange.persons[0]["row_id"]


def test_a_lost_zero_comes_back(dialect, recorded) -> None:
    """A BSN shown with eight digits is the one with nine."""
    exchange = recorded["leading_zero_klantbeeld"]
    (person,) = read(dialect, exchange).persons
    assert person.bsn.startswith("0")
    assert person.bsn == exchange.persons[0]["bsn"]


ELSEWHERE = {
    "hidden input": b"<input type=hidden name=s_2_1_3_0 value=999990226>\r\n",
    "quoted hidden input": b'<input type="hidden" name="s_2_1_3_0" value="999990226">\r\n',
    "image text": b'<img src="/sonar_nld/static/x.gif" alt="999990226">\r\n',
    "option": b"<option value=999990226>\r\n",
    "comment": b"<!-- 999990226 -->\r\n",
    "conditional comment": b"<!--[if IE]>999990226<![endif]-->\r\n",
    "script": b'<script>var r=["9999"+"90226"]</script>\r\n',
    "dotted": b"<p>9999.90.226</p>\r\n",
    "entity": b"<p>&#57;99990226</p>\r\n",
    "split over tags": b"<p>99999<wbr>0226</p>\r\n",
    "address": b'<a href="/x?%39%39%39%39%39%30%32%32%36">x</a>\r\n',
    "state": b'<input type="hidden" name="state" value="OTk5OTkwMjI2">\r\n',
    "description": b'<meta name="description" content="999990226">\r\n',
    "click": b'<a href="#" onclick="o(\'999990226\')">x</a>\r\n',
    "style": b"<style>.x{content:'999990226'}</style>\r\n",
    "frame": b'<iframe src="/sonar_nld/start.swe?SWECmd=GotoView"></iframe>\r\n',
}


@pytest.mark.parametrize("extra", ELSEWHERE.values(), ids=ELSEWHERE.keys())
@pytest.mark.parametrize("before", [b'<div id="voet">', b"</table>", b"</head>", b"<form name", b"</form>", b"</body>"])
def test_a_value_in_another_place_keeps_the_page_back(dialect, recorded, extra: bytes, before: bytes) -> None:
    """A page with anything that the map does not know is not released, wherever it stands."""
    exchange = recorded[SINGLE]
    body = exchange.answer.body.replace(before, extra + before, 1)
    assert body != exchange.answer.body
    assert isinstance(read(dialect, exchange, replace(exchange.answer, body=body)), Unreadable)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'title="', b'data-x="999990007" title="'),
        (b'<td id="s_1_1_1_0">', b'<td id="s_1_1_1_0" title="x">'),
        (b'<td id="s_1_1_8_0">', b'<td id="s_1_1_99_0">'),
        (b"SWERowId=1-710HI", b"SWERowId=1-710HX"),
        (b'name="SWERowId0" value="1-710HI"', b'name="SWERowId0" value="1-710HX"'),
        (b'name="SWERowId1"', b'name="SWERowId7"'),
        (b"1 - 10 van 17", b"1 - 9 van 17"),
        (b"1 - 10 van 17", b"zeventien"),
        (b"<th>Nr</th>", b"<th>Nr</th><th>Meer</th>"),
        (b'id="r_1_1_3"', b'id="r_1_1_4"'),
        (b'summary="SNR Klant List Applet"', b'summary="SNR Andere List Applet"'),
        (b">Klant zoeken</span>", b">Klanten (57)</span>"),
        (b">Klant zoeken</a>", b">Klanten (57)</a>"),
        (b"</html>", b"</html><!-- -->"),
        (b'<div id="voet">24-11-2020', b'<div id="voet">Jansen 24-11-2020'),
    ],
)
def test_a_list_of_another_shape_is_not_read(dialect, recorded, old: bytes, new: bytes) -> None:
    """Extra attributes, unknown places, links to another row, counters that do not count: nothing is released."""
    exchange = recorded[SEARCH]
    assert old in exchange.answer.body
    answer = replace(exchange.answer, body=exchange.answer.body.replace(old, new, 1))
    assert isinstance(read(dialect, exchange, answer), Unreadable)


def test_every_single_byte_that_is_cut_keeps_the_page_back(dialect, recorded) -> None:
    """A page that breaks off anywhere is not a page."""
    exchange = recorded[SINGLE]
    for length in range(1, len(exchange.answer.body) - 2, 37):
        answer = replace(exchange.answer, body=exchange.answer.body[:length])
        assert isinstance(read(dialect, exchange, answer), Unreadable)


@pytest.mark.parametrize("value", [b"J", b"1", b"2", b"7", b"Y", b"j", b"x", b"J ", b"onbekend"])
def test_every_value_of_the_secrecy_flag_but_no_means_a_secret_address(dialect, recorded, value: bytes) -> None:
    """The flag has several values above zero; an unknown one is no reason to be milder."""
    exchange = recorded["in_region_klantbeeld"]
    for no in (b"N", b"n", b"0", b" ", b"", b"\xa0"):
        assert _flagged(dialect, exchange, no).protection is None
    assert _flagged(dialect, exchange, value).protection is PersonClass.SECRET


def _flagged(dialect, exchange, value: bytes):
    place = b'<td id="s_2_1_19_0">'
    body = exchange.answer.body.replace(place + b"N", place + value)
    assert value == b"N" or body != exchange.answer.body
    (person,) = read(dialect, exchange, replace(exchange.answer, body=body)).persons
    return person


def test_the_flag_is_read_in_a_form_that_can_be_changed(dialect, recorded) -> None:
    """The page of a secret address says so, be it in an input."""
    (person,) = read(dialect, recorded["secret_address_persoonsgegevens"]).persons
    assert person.protection is PersonClass.SECRET


@pytest.mark.parametrize("gone", [[0], [3], [9], [0, 1, 2], [1, 4, 8], range(9)])
def test_a_whole_list_without_some_is_the_list_that_legacy_would_show(dialect, recorded, gone) -> None:
    """Counter, row numbers and bytes are those of a legacy in which the hidden ones do not exist."""
    exchange = _completed(recorded[SEARCH])
    reading = read(dialect, exchange)
    assert reading.complete
    left = len(reading.persons) - len(gone)
    body = withhold(exchange.answer, reading, Cut(gone, counter=dialect.counter(reading, left))).body
    again = read(dialect, exchange, replace(exchange.answer, body=body))
    kept = [person for index, person in enumerate(reading.persons) if index not in gone]
    assert [person.bsn for person in again.persons] == [person.bsn for person in kept]
    assert again.complete
    assert b"1 - %d van %d<" % (left, left) in body


def _completed(exchange):
    """The first set of a list, as if there were no other."""
    body = exchange.answer.body.replace(b"1 - 10 van 17", b"1 - 10 van 10")
    body = re.sub(rb'<a href="[^"]*GotoNextSet[^"]*">Volgende</a>', b'<span class="uit">Volgende</span>', body)
    return replace(exchange, answer=replace(exchange.answer, body=body))


def test_two_people_on_a_page_of_one_are_not_read(dialect, recorded) -> None:
    """Head and form must agree on who it is."""
    exchange = recorded["in_region_cv"]
    row = exchange.persons[0]["row_id"].encode()
    body = exchange.answer.body.replace(b'name="SWERowId0" value="' + row, b'name="SWERowId0" value="1-7XXXX', 1)
    assert read(dialect, exchange, replace(exchange.answer, body=body)) == Unreadable("two-persons")


def test_values_of_nobody_are_not_released(dialect, recorded) -> None:
    """A page without a current record has no values; one that has some is not read."""
    exchange = recorded["no_record_cv"]
    assert read(dialect, exchange).persons == ()
    body = exchange.answer.body.replace(b'name="s_6_1_1_0" value=""', b'name="s_6_1_1_0" value="kok"')
    assert read(dialect, exchange, replace(exchange.answer, body=body)) == Unreadable("values-of-nobody")


@pytest.mark.parametrize("method", ["PositionOnRow", "EditRecord"])
def test_positioning_puts_sonar_on_the_row_that_was_named(dialect, recorded, post, settled, method: str) -> None:
    """Not on the first one of the list that is shown; where no row was named nobody can tell."""
    page = recorded[SEARCH]
    second = read(dialect, page).persons[1].row_id
    for row, cursor in ((second, second), ("", None)):
        asked = post(f"SWECmd=InvokeMethod&SWEMethod={method}&SWEView=SNR+Klant+Zoek+View&SWERowId={row}".encode())
        call = settled(dialect.read(asked), "client.search")
        assert dialect.persons(call, page.answer).cursor == cursor


def test_the_cursor_is_told_only_where_the_answer_tells_it(dialect, recorded) -> None:
    """A query puts SONAR on the first row; a list that is merely opened does not say."""
    found = read(dialect, recorded[SEARCH])
    assert found.cursor == found.persons[0].row_id
    assert read(dialect, recorded["worklist"]).cursor is None
