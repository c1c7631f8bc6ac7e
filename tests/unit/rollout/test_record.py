"""Claims about what is moved."""

from hypothesis import given
from hypothesis import strategies as some

from newcore.problem import camel as their_camel
from newcore.register.digest import digest as their_digest
from proxy.model.statement import camel
from rollout.record import Entity, Row, by_subject, digest

NAMES = some.from_regex(r"[a-z]{1,6}(_[a-z]{1,6}){0,2}", fullmatch=True)


def test_kinds_are_read_by_whose_row_id_they_have_and_in_their_order():
    """A note is read by its person; what is nobody's by itself."""
    assert by_subject((Entity.VACANCY, Entity.CLIENT, Entity.NOTE)) == {
        Entity.VACANCY: {Entity.VACANCY},
        Entity.CLIENT: {Entity.CLIENT, Entity.NOTE},
    }
    assert list(by_subject((Entity.CLIENT, Entity.EMPLOYER))) == [Entity.CLIENT, Entity.EMPLOYER]


@given(some.dictionaries(NAMES, some.text(max_size=20), max_size=6))
def test_the_digest_is_that_which_newcore_tells(texts):
    """Two programs that share no code agree on every text: control bytes, blanks, letters of any alphabet."""
    assert digest(Row("1-7A", texts)) == their_digest(texts)
    assert [camel(name) for name in texts] == [their_camel(name) for name in texts]


def test_a_row_shows_no_value():
    """What is printed by accident is no personal data."""
    assert "geheim" not in repr(Row("1-7A", {"text": "geheim"}))
