import re

from hypothesis import given
from hypothesis import strategies as some

from newcore.search import Form, folded, is_wild, ordering, ordinal, pattern, rank


def likes(asked: str, value: str) -> bool:
    """What LIKE does, written down a second time."""
    parts = re.findall(r"\\.|.", pattern(asked), re.DOTALL)
    regular = "".join({"%": ".*", "_": "."}.get(part, re.escape(part.removeprefix("\\") or part)) for part in parts)
    return re.fullmatch(regular, folded(value), re.DOTALL) is not None


@given(some.text(some.characters(exclude_characters="*?"), max_size=20))
def test_a_value_without_wildcards_finds_itself(value):
    """Whatever signs it holds, those of SQL included."""
    assert likes(value, value)
    assert not is_wild(value)


@given(some.text(max_size=10), some.text(max_size=10))
def test_a_star_finds_whatever_follows(start, rest):
    """`x*` finds everything that begins with x."""
    plain = start.replace("*", "").replace("?", "").lstrip()
    assert likes(plain + "*", plain + rest) or folded(plain + rest) != (plain + rest).casefold()
    assert is_wild(plain + "*")


def test_signs_of_sql_are_plain_signs():
    """% and _ and a backslash mean themselves."""
    assert pattern(r"50%_\x*?") == r"50\%\_\\x%_"


def test_zeros_in_front_of_a_number_do_not_count():
    """A BSN is found as the screens show it and as it is written; in other fields a zero is a sign like any other."""
    assert folded(" 099990019", Form.NUMBER) == folded("99990019", Form.NUMBER)
    assert pattern("0999*", Form.NUMBER) == "999%"
    assert folded("0106") == "0106"


def test_dates_and_numbers_sort_by_value():
    """By year first, an unknown day before the first; 9 before 10; what is neither keeps its text."""
    days = ["", "31-12-2018", "01-02-2019", "31-12-2019", "00-01-2020", "01-01-2020"]
    assert sorted({*days}, key=lambda day: ordering(day, Form.DATE)) == days
    assert ordering("9") < ordering("10")
    assert ordering(" Kok ") == "kok"


def test_only_a_date_is_sorted_as_one():
    """A title that looks like a date is a text."""
    assert ordering("01-02-2019") == "01-02-2019"


def test_a_name_has_its_place_without_case_and_blanks_behind():
    """As a list of names is read; a blank in front counts."""
    assert rank("Vries \xa0") == "vries"
    assert rank(" Aa") < rank("aa") < rank("Ab")
    assert rank("24-11-2020", Form.DATE) == "20201124"


def test_the_number_gives_the_place():
    """2000009 before 2000010; what is no number comes last."""
    assert ordinal("2000009") < ordinal(" 2000010 ") < ordinal("geen")
    assert ordinal("9" * 40) == ordinal("geen")
