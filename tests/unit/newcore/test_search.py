import re

from hypothesis import given
from hypothesis import strategies as some

from newcore.search import folded, ordering, ordinal, pattern


def likes(asked: str, value: str) -> bool:
    """What LIKE does, written down a second time."""
    parts = re.findall(r"\\.|.", pattern(asked), re.DOTALL)
    regular = "".join({"%": ".*", "_": "."}.get(part, re.escape(part.removeprefix("\\") or part)) for part in parts)
    return re.fullmatch(regular, folded(value), re.DOTALL) is not None


@given(some.text(some.characters(exclude_characters="*?"), max_size=20))
def test_a_value_without_wildcards_finds_itself(value):
    """Whatever signs it holds, those of SQL included."""
    assert likes(value, value)


@given(some.text(max_size=10), some.text(max_size=10))
def test_a_star_finds_whatever_follows(start, rest):
    """`x*` finds everything that begins with x."""
    plain = start.replace("*", "").replace("?", "").lstrip()
    assert likes(plain + "*", plain + rest) or folded(plain + rest) != (plain + rest).casefold()


def test_signs_of_sql_are_plain_signs():
    """% and _ and a backslash mean themselves."""
    assert pattern(r"50%_\x*?") == r"50\%\_\\x%_"


def test_dates_and_numbers_sort_by_value():
    """By year first; 9 before 10; what is neither keeps its text."""
    assert ordering("01-02-2019") < ordering("31-12-2019") < ordering("01-01-2020")
    assert ordering("9") < ordering("10")
    assert ordering(" Kok ") == "kok"


def test_the_number_gives_the_place():
    """2000009 before 2000010; what is no number comes last."""
    assert ordinal("2000009") < ordinal(" 2000010 ") < ordinal("geen")
    assert ordinal("9" * 40) == ordinal("geen")
