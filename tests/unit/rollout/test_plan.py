from datetime import timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as some

from rollout.plan import SETTLING, Mutation, held, plan

AGES = some.sampled_from([None, timedelta(0), SETTLING, SETTLING * 2])


def mutation(sequence, entity="1-V1", unknown_for=None):
    """A captured mutation."""
    return Mutation(sequence, UUID(int=sequence), entity, unknown_for)


def test_a_record_is_read_once_under_its_highest_number():
    """Ten changes of one vacancy are one read."""
    todo = plan([mutation(number) for number in range(11, 21)], 10, 20)
    assert (dict(todo.records), todo.everything, todo.watermark) == ({"1-V1": 20}, None, 20)
    assert len(todo.done) == 10


def test_a_mutation_without_a_record_makes_everything_be_read():
    """A new vacancy whose answer did not name it."""
    assert plan([mutation(11, None), mutation(12)], 10, 12).everything == 11


def test_an_unknown_outcome_holds_the_watermark_and_nothing_else():
    """Later mutations are applied meanwhile; the promise of the watermark is kept."""
    todo = plan([mutation(11), mutation(12, "1-V2", timedelta(seconds=1)), mutation(13, "1-V3")], 10, 13)
    assert todo.records == {"1-V1": 11, "1-V3": 13}
    assert todo.watermark == 11
    assert todo.done == (UUID(int=11), UUID(int=13))


def test_an_old_unknown_outcome_is_settled_by_reading():
    """What legacy has not done by then it never does."""
    todo = plan([mutation(12, "1-V2", SETTLING)], 10, 12)
    assert (dict(todo.records), todo.watermark) == ({"1-V2": 12}, 12)


def test_rejected_mutations_move_the_watermark():
    """A stretch in which nothing was captured still moves on."""
    assert plan([], 10, 15).watermark == 15


@given(some.lists(some.tuples(some.sampled_from(["1-V1", "1-V2", None]), AGES), max_size=12), some.integers(0, 5))
def test_the_watermark_never_promises_what_is_not_carried(drawn, extra):
    """Every mutation at or below it is planned, and it never moves back."""
    mutations = [mutation(number, entity, age) for number, (entity, age) in enumerate(drawn, 11)]
    todo = plan(mutations, 10, 10 + len(mutations) + extra)
    assert todo.watermark >= 10
    for each in mutations:
        if each.sequence <= todo.watermark:
            assert not held(each)
            number = todo.everything if each.entity is None else todo.records[each.entity]
            assert number >= each.sequence
