"""Canonical values of a page."""

import pytest

from adapters.legacy_sonar import records
from adapters.legacy_sonar.content import UnreadableError
from adapters.legacy_sonar.page import parse


def test_a_form_is_read_by_canonical_field(grammar, recorded) -> None:
    """Row id, modification number, and every place: text, input and text area."""
    body = recorded["vacancy_open"].answer.body
    row, version, texts = records.form(parse(body, grammar), body)
    assert (row, version) == ("1-V100", 0)
    assert texts["vacancy_id"] == "2000001"
    assert texts["title"] == "Verkoper detailhandel – avonddienst"
    assert "€ 2.100" in texts["text"]
    assert texts["strike_flag"] == "N"


def test_rows_are_read_with_links_and_empty_cells(grammar, recorded) -> None:
    """A link is its text; `&nbsp;` alone is empty; blanks at the end stay."""
    body = recorded["vacancy_search"].answer.body
    page = parse(body, grammar)
    rows = dict(records.rows(page, body))
    assert len(rows) == records.total(page) == 7
    assert rows["1-V100"]["vacancy_id"] == "2000001"
    assert any(texts["title"].endswith("  ") for texts in rows.values())


def test_escapes_are_undone(grammar, recorded) -> None:
    """A value is what was stored, not how HTML writes it."""
    body = recorded["vacancy_open"].answer.body.replace(b"Techniek De Brug", b"Kok &amp; Zn &lt;&quot;BV&quot;&gt;")
    _, _, texts = records.form(parse(body, grammar), body)
    assert texts["employer_name"] == 'Kok & Zn <"BV">'


def test_a_page_without_a_record_is_no_record(grammar, recorded) -> None:
    """A list, or a form of nobody."""
    for name in ("vacancy_search", "no_record_klantbeeld"):
        body = recorded[name].answer.body
        with pytest.raises(UnreadableError):
            records.form(parse(body, grammar), body)
