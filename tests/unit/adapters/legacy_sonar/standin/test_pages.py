"""The HTML around the records."""

from adapters.legacy_sonar.standin import pages
from adapters.legacy_sonar.standin.applets import Applet, View, controls

APPLET = Applet(99, 1, "Proef List", "list", "thing", controls("1|Een|ID|one|drill=SNR CV View\n2|Twee|CN|text|"))
VIEW = View("Proef View", "Proef Screen", "Proef & co", "-", (APPLET,))
FRAME = pages.Frame("U1", 7, "srn1", "01-01-2020 00:00:00")
ROW = {"row_id": "1-X", "one": "<a>", "text": ""}


def test_links_end_with_srn_and_the_next_count():
    """Every link carries both, escaped as in an old page."""
    text = pages.page(FRAME, VIEW, "")
    assert text.count('&amp;SRN=srn1&amp;SWEC=7">') == text.count("<a href=")


def test_values_are_escaped_and_empty_cells_are_blank():
    """A value cannot open a tag; an empty cell is &nbsp;."""
    text = pages.listing(FRAME, VIEW, APPLET, pages.Rows([ROW], 0, 1))
    assert ">&lt;a&gt;</a></td>" in text
    assert '<td id="s_99_1_2_0">&nbsp;</td>' in text
    assert "Proef &amp; co" in text


def test_counters_and_turns():
    """The counter counts from the start of the set; turns are links only where there is a set."""
    middle = pages.listing(FRAME, VIEW, APPLET, pages.Rows([ROW] * 10, 10, 25))
    assert "11 - 20 van 25" in middle
    assert "GotoPreviousSet" in middle
    assert "GotoNextSet" in middle
    nothing = pages.listing(FRAME, VIEW, APPLET, pages.Rows([], 0, 0))
    assert "Geen records gevonden" in nothing
    assert nothing.count('<span class="uit">') == 2


def test_a_query_form_has_inputs_and_no_rows():
    """While a query is typed the list is a form."""
    text = pages.listing(FRAME, VIEW, APPLET, pages.Rows([ROW], 0, 1, asking=True))
    assert '<input type="text" name="s_99_1_1_0" value="">' in text
    assert "1-X" not in text


def test_long_fields_are_textareas_and_heads_have_no_modnum():
    """Free text is edited in a textarea; only the head lacks the SWEModNum."""
    record = {"row_id": "1-X", "modnum": "4", "one": "a", "text": 'b"'}
    form = pages.form(FRAME, APPLET, "T", record)
    assert '<textarea name="s_99_1_2_0" rows="4" cols="60">b&quot;</textarea>' in form
    assert 'name="SWEModNum" value="4"' in form
    head = Applet(99, 9, "Kop", "head", "thing", APPLET.controls)
    assert "SWEModNum" not in pages.form(FRAME, head, "T", record)


def test_errors_in_both_forms():
    """A page for browsers, a block for RPC; both hold code and text."""
    page, block = pages.error_page("Fout!", "SNR-1", "nu"), pages.error_block("Fout!", "SNR-1")
    assert '<td class="fout">Fout! (SNR-1) </td>' in page
    assert (
        block
        == '<div class="SWERPCError" id="SWEErr"><span class="code">SNR-1</span><span class="fout">Fout! </span></div>\r\n'
    )
