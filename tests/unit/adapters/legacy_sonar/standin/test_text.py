"""Bytes, dates and escapes."""

import pytest

from adapters.legacy_sonar.standin.text import decode, encode, escape, quote, shown, stored_date, unquote


def test_every_byte_survives():
    """All 256 bytes come back as they were."""
    raw = bytes(range(256))
    assert encode(decode(raw)) == raw


def test_what_cp1252_has_not_becomes_a_question_mark():
    """A Turkish dotless i is lost, as in the legacy."""
    assert encode("Yılmaz €") == b"Y?lmaz \x80"


def test_quoting_is_cp1252_form_encoding():
    """The documented example, both ways."""
    assert quote("Müller-Coördinatie €") == "M%FCller-Co%F6rdinatie+%80"
    assert unquote(b"M%FCller-Co%F6rdinatie+%80") == "Müller-Coördinatie €"


def test_four_signs_are_escaped():
    """The apostrophe is not."""
    assert escape("<a href=\"x\">'&'</a>") == "&lt;a href=&quot;x&quot;&gt;'&amp;'&lt;/a&gt;"


@pytest.mark.parametrize(
    ("stored", "form", "page"),
    [
        ("20201124", "d", "24-11-2020"),
        ("20230400", "d", "00-04-2023"),
        ("00000000", "d", "00-00-0000"),
        ("", "d", ""),
        ("099990002", "b", "99990002"),
        ("J", "j", "J"),
    ],
)
def test_values_as_shown(stored, form, page):
    """Dates turn round, unknown days stay 00, a BSN loses its zero."""
    assert shown(stored, form) == page


@pytest.mark.parametrize(
    ("page", "stored"),
    [
        ("24-11-2020", "20201124"),
        ("1-2-2020", "20200201"),
        ("00-04-2023", "20230400"),
        ("32-01-2020", None),
        ("morgen", None),
        ("2020-01-01", None),
    ],
)
def test_dates_as_typed(page, stored):
    """Only dd-mm-jjjj is a date."""
    assert stored_date(page) == stored
