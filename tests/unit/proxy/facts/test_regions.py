"""Regions: dated, never guessed, and the table that comes with the release is whole."""

from collections import Counter
from datetime import date

import pytest

from proxy.errors import OperatorError
from proxy.facts.regions import load
from proxy.facts.store import region_table

TABLE = region_table()
REGIONS = "region_code,region_name,region_name_2020\nAM01,Groningen,Groningen\nAM02,Friesland,Friesland\n"
HEAD = "gemeente_code,gemeente_name,region_code,valid_from,valid_to,basis\n"


@pytest.mark.parametrize(
    ("day", "count"),
    [("2020-06-01", 355), ("2021-06-01", 352), ("2022-02-01", 345), ("2022-06-01", 344), ("2026-06-01", 342)],
)
def test_every_year_has_its_municipalities_and_all_regions(day, count):
    """The number of municipalities is that of CBS, and all 35 regions occur."""
    on = date.fromisoformat(day)
    found = Counter(TABLE.region(code, on) for code in TABLE.periods)
    assert sum(found.values()) - found[None] == count
    assert {region for region in found if region} == set(TABLE.names)
    assert len(TABLE.names) == 35


@pytest.mark.parametrize(
    ("code", "day", "region"),
    [
        ("0106", "2026-11-25", "AM01"),
        ("0050", "2026-11-25", "AM06"),
        ("0788", "2020-12-31", "AM27"),
        ("0788", "2021-01-01", None),
        ("1961", "2020-12-31", "AM13"),
        ("1961", "2021-01-01", "AM35"),
        ("0457", "2022-03-23", "AM12"),
        ("0457", "2022-03-24", None),
        ("0106", "2019-12-31", None),
        ("9999", "2026-11-25", None),
        ("106", "2026-11-25", None),
        ("", "2026-11-25", None),
        (None, "2026-11-25", None),
    ],
)
def test_a_region_holds_from_its_first_day_until_before_its_end(code, day, region):
    """Zeewolde and Vijfheerenlanden as the table has them; Haaren has no successor; unknown is None."""
    assert TABLE.region(code, date.fromisoformat(day)) == region


def test_a_name_counts_where_one_municipality_of_that_day_carries_it():
    """Homonyms keep their suffix; blanks of the legacy around a name do not matter; a name that ended is unknown."""
    today = date(2026, 11, 25)
    assert TABLE.municipality("Assen", today) == "0106"
    assert TABLE.municipality("assen \xa0", today) == "0106"
    assert TABLE.municipality("Bergen", today) is None
    assert TABLE.municipality("Bergen (NH.)", today) not in {None, TABLE.municipality("Bergen (L.)", today)}
    assert TABLE.municipality("Haaren", date(2020, 6, 1)) == "0788"
    assert TABLE.municipality("Haaren", today) is None
    assert TABLE.municipality("", today) is None


def test_two_municipalities_of_one_name_are_nobody():
    """A name that two carry on one day names neither."""
    table = load(REGIONS, HEAD + "0001,Laren,AM01,2020-01-01,,x\n0002,Laren,AM02,2021-01-01,,x\n")
    assert table.municipality("Laren", date(2020, 6, 1)) == "0001"
    assert table.municipality("Laren", date(2021, 6, 1)) is None


def test_the_hash_is_of_what_the_table_says_not_of_how():
    """The order of the rows does not matter; a day more does."""
    one, two = "0001,A,AM01,2020-01-01,,x\n", "0002,B,AM02,2020-01-01,2021-01-01,x\n"
    assert load(REGIONS, HEAD + one + two).hash == load(REGIONS, HEAD + two + one).hash
    assert (
        load(REGIONS, HEAD + one + two).hash != load(REGIONS, HEAD + one + two.replace("2021-01-01", "2021-01-02")).hash
    )


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("106,A,AM01,2020-01-01,,x\n", r"municipalities:2: found code '106'.*4 digits"),
        ("0001,A,AM99,2020-01-01,,x\n", r"found region 'AM99'; allowed are AM01, AM02"),
        ("0001,A,AM01,01-01-2020,,x\n", r"municipalities:2: .*2026-01-31"),
        ("0001,A,AM01,2020-01-01,2020-01-01,x\n", r"is empty"),
        ("0001,A,AM01,2020-01-01,,x\n0001,A,AM02,2021-01-01,,x\n", r"overlap at 2021-01-01"),
    ],
)
def test_a_row_that_cannot_hold_refuses_the_table(rows, told):
    """The message names the place, what was found and what is allowed."""
    with pytest.raises(OperatorError, match=told):
        load(REGIONS, HEAD + rows)


def test_other_columns_refuse_the_table():
    """A column more or less is another file."""
    with pytest.raises(OperatorError, match="allowed are exactly"):
        load(REGIONS, "code,name\n0001,A\n")
