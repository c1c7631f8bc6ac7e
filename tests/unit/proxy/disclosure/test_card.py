"""Claims about the card: what it shows falls in a closed table, and nothing else is on it."""

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.disclosure import card
from proxy.disclosure.card import Wanted

ROW = {
    "vacancy_id": "1-V1",
    "name": "Bos, Rubén",
    "bsn": "999990238",
    "education_level": "MBO-4",
    "desired_occupation": "verkoper detailhandel",
    "hours_per_week": "24",
    "available_from": "15-10-2026",
    "max_travel_minutes": "45",
    "ladder_step": "2",
    "region": "AM01",
    "municipality_name": "Oldambt",
    "municipality": "1895",
    "driving_licences": "B, C",
    "experience_years": "7",
    "target_group": "J",
}


def test_a_card_holds_bands_and_clusters():
    """Licence and target group only where the vacancy asks for them."""
    made = card.card(ROW, "K-AAAAAAAA", "ff", Wanted())
    shown = (made.education, made.occupation, made.experience, made.hours, made.available, made.travel)
    assert shown == ("mbo 2-4", "handel en verkoop", "5 t/m 9 jaar", "13 t/m 24 uur", "10-2026", "31 t/m 60 minuten")
    assert (made.licence, made.target_group) == ("", "")
    asked = card.card(ROW, "K-AAAAAAAA", "ff", Wanted(licence=True, target_group=True))
    assert (asked.licence, asked.target_group) == ("ja", "ja")


def test_nothing_that_says_who_is_on_a_card():
    """No value of the row stands on it as it stood there."""
    made = card.card(ROW, "K-AAAAAAAA", "ff", Wanted(licence=True, target_group=True))
    said = " ".join(getattr(made, each.name) for each in fields(made))
    assert not [value for value in ROW.values() if len(value) > 2 and value in said]


@given(st.dictionaries(st.sampled_from(sorted(ROW)), st.text(max_size=40)))
def test_whatever_a_row_holds_a_card_says_words_of_its_own(row):
    """A value that fits no table is not shown; free text never gets through."""
    made = card.card(row, "K-AAAAAAAA", "ff", Wanted(licence=True, target_group=True))
    ours = {"", "ja", "nee", "overig", *card._EDUCATION.values(), *(name for name, _ in card._CLUSTERS)}
    ours |= {name for bands in (card._HOURS, card._TRAVEL, card._EXPERIENCE) for _, name in bands}
    assert {made.education, made.occupation, made.hours, made.travel, made.experience} <= ours
    assert {made.licence, made.target_group} <= ours
    assert made.available == "" or made.available.replace("-", "").isdecimal()


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("15-10-2026", "10-2026"),
        ("00-04-2023", "04-2023"),
        ("00-00-0000", ""),
        ("01-13-2023", ""),
        ("01-12-0000", ""),
        ("2023", ""),
        ("per direct", ""),
        ("", ""),
    ],
)
def test_of_a_date_month_and_year_are_shown(written, shown):
    """The day is not; an unknown date is nothing."""
    assert card.month(written) == shown


@pytest.mark.parametrize(
    ("number", "shown"), [("0", "a"), ("12", "a"), ("13", "b"), ("99", ""), ("x", ""), ("-1", ""), ("1234", "")]
)
def test_a_number_falls_in_a_band_or_is_not_shown(number, shown):
    """Beyond the last band there is none."""
    assert card.band(number, ((12, "a"), (24, "b"))) == shown


def test_an_occupation_that_no_table_knows_is_other():
    """The text itself never stands on a card."""
    assert card.cluster("ponstypist (vervallen)") == "overig"
    assert card.cluster("  ") == ""
    assert card.cluster("Timmerman") == "bouw en techniek"
