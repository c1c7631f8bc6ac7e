"""Claims about the gateway's own pages: escaped, in the legacy's charset, for an old browser without scripts."""

import re
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from adapters.legacy_sonar.desk import paper
from proxy.model.screen import Entry, Form, Line, Screen, Side, Table, Turn

EVIL = """<script>alert("1")</script>' onmouseover='x €\u2014\u0141"""


def everywhere(text: str) -> Screen:
    """Give a page that says one text in every place that there is."""
    entries = (
        Entry(text, value=text),
        Entry("a", text, text),
        Entry("b", text, text, long=True),
        Entry("c", text, text, choices=((text, text), ("x", "y"))),
    )
    table = Table(text, (text,), (Line((text,), ((text, "openen", text),)),), text)
    return Screen(text, (text,), text, (table,), (Form("benaderen", entries, text),), ((text, "overzicht", text),))


class Tags(HTMLParser):
    """Lists the elements of a page with their attributes."""

    def __init__(self, body: bytes) -> None:
        """Read the page."""
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []
        self.feed(body.decode("cp1252"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: D102
        self.found.append((tag, tuple(name for name, _ in attrs)))


def test_no_text_becomes_an_element_or_an_attribute():
    """A page of an evil text has the elements of a page of an innocent one."""
    evil, innocent = (paper.own(everywhere(text)).body for text in (EVIL, "tekst"))
    assert Tags(evil).found == Tags(innocent).found
    assert b"<script" not in evil


@given(st.text(max_size=40).map("({})".format))
def test_whatever_is_said_the_page_keeps_its_elements(text):
    """Also for signs that the charset has not, and for control characters; no choice of a list is written so."""
    assert Tags(paper.own(everywhere(text)).body).found == Tags(paper.own(everywhere("tekst")).body).found


def test_what_the_charset_has_not_becomes_a_reference():
    """€ is a byte of windows-1252, Ł is not."""
    body = paper.own(Screen("€ Ł")).body
    assert b"\x80 &#321;" in body
    assert b"charset=windows-1252" in body


def test_a_page_is_never_kept_nor_framed_and_needs_no_script():
    """What stood in it must not come back after the right has ended."""
    answer = paper.own(everywhere("tekst"))
    assert answer.status == 200
    assert (b"Cache-Control", b"no-store") in answer.fields
    assert (b"X-Frame-Options", b"SAMEORIGIN") in answer.fields
    assert not re.search(rb"<script|javascript:|\son[a-z]+=", answer.body)
    assert b"\n" not in answer.body.replace(b"\r\n", b"")


def test_a_form_goes_to_a_path_of_our_own_and_keeps_what_was_typed():
    """Hidden values stand in the form, the chosen choice is selected."""
    entries = (Entry("zegel", value="7-ab"), Entry("reden", "Reden", "b", (("a", "A"), ("b", "B"))))
    text = paper.page(Screen("T", forms=(Form("benaderen", entries, "Benaderen"),)))
    assert '<form method="post" action="/sonar_nld/poort/benaderen"' in text
    assert '<input type="hidden" name="zegel" value="7-ab">' in text
    assert '<option value="b" selected>B</option>' in text


def test_an_empty_table_says_so():
    """And a table with lines does not."""
    empty, full = (Table("T", ("A",), lines, "Geen verzoeken") for lines in ((), (Line(("x",)),)))
    assert "Geen verzoeken" in paper.page(Screen("T", tables=(empty,)))
    assert "Geen verzoeken" not in paper.page(Screen("T", tables=(full,)))


def test_a_turn_leads_to_the_legacys_own_page():
    """Where the person is decided about as in any other exchange."""
    answer = paper.own(Turn("1-7ABC3", Side.CV))
    assert (answer.status, answer.body) == (302, b"")
    location = dict(answer.fields)[b"Location"]
    assert location == b"/sonar_nld/start.swe?SWECmd=GotoView&SWEView=SNR+CV+View&SWERowId=1-7ABC3"
