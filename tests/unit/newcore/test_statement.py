from newcore.statement import Scope, read
from tests.unit.newcore.stated import claims

NOW = 1_800_000_000


def a_statement(**changes):
    """Claims of this moment, read."""
    return read(claims("client.search", ("ID",), **({"iat": NOW, "exp": NOW + 30} | changes)), NOW)


def test_without_places_a_statement_is_not_bound():
    """Absent is not empty: an empty list of regions is no statement."""
    assert a_statement().scope is None
    assert a_statement(reg=["AM06"]).scope == Scope(frozenset({"AM06"}))
    assert a_statement(mun="0106").scope == Scope(municipality="0106")
    assert a_statement(reg=[]) is None


def test_an_identifier_has_one_spelling():
    """The same exchange written otherwise would be another one in a log."""
    assert a_statement(jti="00000000-0000-0000-0000-00000000000A") is None
    assert a_statement(jti="{00000000-0000-0000-0000-00000000000a}") is None


def test_no_category_is_a_statement_that_shows_nothing():
    """It is sound; the answer holds no field."""
    assert a_statement(cat=[]).categories == frozenset()
