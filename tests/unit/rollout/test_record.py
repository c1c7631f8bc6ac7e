"""Claims about what is moved."""

from rollout.record import BY_GROUP, Entity


def test_a_group_fills_first_what_its_records_point_at():
    """A vacancy names its employer; the last entity is the one that mutations of the group change."""
    assert BY_GROUP["vacancies"] == (Entity.EMPLOYER, Entity.VACANCY)


def test_every_entity_is_filled_by_some_group():
    """A kind of record that nobody fills would read as empty."""
    assert {each for group in BY_GROUP.values() for each in group} == set(Entity)
