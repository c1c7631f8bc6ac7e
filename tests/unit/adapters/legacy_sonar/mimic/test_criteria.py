"""Claims about what may be asked of both cores in the same words."""

import pytest

from adapters.legacy_sonar.mimic.ask import UntranslatableError
from adapters.legacy_sonar.mimic.criteria import plain


@pytest.mark.parametrize(
    ("field", "text", "filter_"),
    [
        ("surname", "Jansen", "Jansen"), ("surname", "  van   Dam ", "van Dam"), ("surname", "Jans*", "Jans*"),
        ("surname", "O'Neill", "O'Neill"), ("surname", "Is", "Is"), ("city", "Coördes?", "Coördes?"),
        ("bsn", "099990000", "99990000"), ("bsn", "0*12", "*12"), ("postcode", "0123 AB", "0123 AB"),
    ],
)  # fmt: skip
def test_a_plain_criterion_is_the_filter_that_finds_the_same(field, text, filter_):
    """Blanks are joined, a BSN is the number that is shown; everything else stays as it was typed."""
    assert plain(field, text) == filter_


@pytest.mark.parametrize(
    "text",
    [
        "kok OR bakker", "[Status]", ">=20", "<>kok", "=kok", '"kok"', "NOT kok", "IS NULL", "(kok)", "'t Hof", "in 't Veld",
        "EXISTS(x)", "LIKE kok", "kok\tbakker", "kok\xa0", "x" * 201,
    ],
)  # fmt: skip
def test_what_the_two_could_read_differently_is_legacys(text):
    """Signs and words of the language, other white space, a text that newcore would not take."""
    with pytest.raises(UntranslatableError):
        plain("surname", text)


def test_a_number_of_nothing_but_zeros_would_ask_for_everybody():
    """Legacy finds nobody under it; a filter without a sign would find all."""
    with pytest.raises(UntranslatableError):
        plain("bsn", "000")
