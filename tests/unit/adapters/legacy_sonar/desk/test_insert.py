"""Claims about cards and notices in the legacy's pages."""

import gzip
import re
from dataclasses import replace

import pytest

from proxy.disclosure.withhold import Cut, withhold
from proxy.model.http import Answer
from proxy.model.person import Reading
from proxy.model.screen import Card, Notice
from tests.doubles.playbook import Playbook, answer, house, recordings, request

NAME = "candidate_search"
CARD = Card(
    "K-AAAAAAAA", "00ff", "mbo 2-4", "handel en verkoop", "5 t/m 9 jaar", "t/m 12 uur", "10-2026", "", "ja", "ja"
)
NOTICES = (Notice("Noodtoegang tot 10:00 <uur>"), Notice("Vanaf 1 mei", "mededeling", "Gelezen"))


def reading() -> Reading:
    """Read the recorded list of candidates."""
    found = house().dialect.persons(Playbook(request(NAME)).command.call, answer(NAME))
    assert isinstance(found, Reading)
    return found


def test_a_card_has_the_cells_of_its_list_and_none_of_its_identifiers():
    """No row id, no id of a control, no tooltip, and a link that leads to us alone."""
    body = house().dialect.card(reading(), 3, CARD)
    assert body.count(b"<td>") == body.count(b"</td>") == 13
    assert not re.search(rb"\bid=|title=|SWE|1-7|name=|start\.swe", body)
    assert re.findall(rb'href="([^"]*)"', body) == [b"/sonar_nld/poort/benaderen?kaart=00ff"]
    for text in ("K-AAAAAAAA", "mbo 2-4", "handel en verkoop", "5 t/m 9 jaar", "t/m 12 uur", "10-2026", "ja"):
        assert text.encode() in body


def test_in_the_place_of_a_row_nothing_of_the_person_is_left():
    """The row, its hidden input and its tooltip are gone; the other rows are as they were."""
    found = reading()
    row = found.persons[3].row_id
    person = next(each for each in recordings()[NAME]["persons"] if each["row_id"] == row)
    out = withhold(answer(NAME), found, Cut(replaced={3: house().dialect.card(found, 3, CARD)})).body
    assert row.encode() not in out
    assert person["bsn"].encode() not in out
    assert b"Heuvel" not in out
    assert out.count(b'<tr class="rij') == len(found.persons)
    assert all(each.row_id.encode() in out for each in found.persons if each.row_id != row)


def test_only_a_row_of_a_list_can_become_a_card():
    """A page of one person, or bytes that are no row, are an error."""
    page = house().dialect.persons(
        Playbook(request("in_region_klantbeeld")).command.call, answer("in_region_klantbeeld")
    )
    with pytest.raises(ValueError, match="row of a list"):
        house().dialect.card(page, 0, CARD)


def test_a_notice_stands_at_the_top_of_a_page():
    """Every other byte stays, and the text is escaped."""
    before = answer("in_region_klantbeeld")
    after = house().dialect.banner(before, NOTICES)
    said = (
        b'<div class="melding poort">Noodtoegang tot 10:00 &lt;uur&gt;</div>\r\n<div class="melding poort">Vanaf 1 mei '
        b'<a href="/sonar_nld/poort/mededeling">Gelezen</a></div>\r\n'
    )
    assert after.body.replace(said, b"") == before.body
    assert after.body.index(said) == before.body.index(b'<body class="sonar">') + len(b'<body class="sonar">\r\n')


def test_a_compressed_page_is_given_as_text():
    """Its fields no longer say that it is compressed."""
    plain = answer("in_region_klantbeeld")
    packed = replace(plain, fields=(*plain.fields, (b"Content-Encoding", b"gzip")), body=gzip.compress(plain.body))
    after = house().dialect.banner(packed, NOTICES)
    assert b"Noodtoegang" in after.body
    assert b"content-encoding" not in {name.lower() for name, _ in after.fields}


def test_a_fragment_for_scripts_begins_with_the_notice():
    """It has no page around it."""
    after = house().dialect.banner(answer("in_region_drilldown_rpc"), NOTICES[:1])
    assert after.body.startswith(b'<div class="melding poort">Noodtoegang')


@pytest.mark.parametrize(
    "shown",
    [
        Answer(200, b"OK", ((b"Content-Type", b"text/csv"),), b"a;b"),
        Answer(200, b"OK", ((b"Content-Type", b"text/xml; charset=utf-8"),), b"<a/>"),
        Answer(302, b"Found", ((b"Location", b"/x"),), b""),
        Answer(200, b"OK", ((b"Content-Type", b"text/html"), (b"Content-Encoding", b"br")), b"x"),
    ],
)
def test_what_is_no_page_stays_as_it_is(shown):
    """An export, a message, a redirect, and what cannot be read."""
    assert house().dialect.banner(shown, NOTICES) is shown


def test_without_a_notice_a_page_stays_as_it_is():
    """The very same answer."""
    before = answer("in_region_klantbeeld")
    assert house().dialect.banner(before, ()) is before
