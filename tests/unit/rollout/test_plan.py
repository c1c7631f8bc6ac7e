from datetime import timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as some

from rollout.plan import SETTLING, Fate, Mutation, Read, fate, plan, settled
from rollout.record import FILLED, Entity

VACANCY, CLIENT, NOTE = frozenset({Entity.VACANCY}), frozenset({Entity.CLIENT}), frozenset({Entity.NOTE})
AFTER = {"vacancies": 10}
BOTH = {"vacancies": 10, "contact_notes": 10}


def mutation(sequence, rows=("1-V1",), entities=VACANCY, fate=Fate.READY):
    """A captured mutation."""
    return Mutation(sequence, UUID(int=sequence), rows, entities, fate)


def test_a_subject_is_read_once_under_its_highest_number():
    """Ten changes of one vacancy are one read."""
    todo = plan([mutation(number) for number in range(11, 21)], AFTER)
    assert (dict(todo.reads), todo.everything) == ({"1-V1": Read(VACANCY, 20)}, frozenset())
    done = settled(todo, ())
    assert (len(done.done), done.watermarks) == (10, {"vacancies": 20})


def test_what_two_functions_change_of_one_person_is_one_reading():
    """A contact detail and a note: both kinds, under the higher number."""
    todo = plan([mutation(11, ("1-7A",), CLIENT), mutation(12, ("1-7A", "1-7B"), NOTE)], BOTH)
    assert todo.reads == {"1-7A": Read(CLIENT | NOTE, 12), "1-7B": Read(NOTE, 12)}


def test_a_mutation_without_a_row_makes_everything_of_its_kinds_be_read():
    """A new vacancy whose answer did not name it; what follows waits for the next stretch."""
    todo = plan([mutation(11, ()), mutation(12)], AFTER)
    assert (todo.everything, todo.reads, settled(todo, ()).watermarks) == (VACANCY, {}, {"vacancies": 11})


def test_an_open_mutation_holds_the_watermarks_that_it_concerns_and_nothing_else():
    """Later mutations are applied meanwhile, and other groups go on; the promise of each watermark is kept."""
    todo = plan([mutation(11), mutation(12, ("1-V2",), fate=Fate.OPEN), mutation(13, ("1-7A",), NOTE)], BOTH)
    assert set(todo.reads) == {"1-V1", "1-7A"}
    after = settled(todo, ())
    assert after.watermarks == {"vacancies": 11, "contact_notes": 13}
    assert after.done == (UUID(int=11), UUID(int=13))


def test_what_is_settled_late_is_applied_under_a_fresh_number():
    """A later change of the same person was carried over already: under its own number it would be older, and lost."""
    late = [mutation(11, ("1-7A",), NOTE), mutation(12, ("1-7A",), NOTE, Fate.CARRIED), mutation(13, ("1-7B",), NOTE)]
    todo = plan(late, BOTH)
    assert todo.reads == {"1-7A": Read(NOTE, None), "1-7B": Read(NOTE, 13)}


def test_a_subject_that_failed_holds_its_watermark_until_it_is_in_quarantine():
    """Tried again; then set aside, and the watermark goes on."""
    todo = plan([mutation(11), mutation(12, ("1-V2",))], AFTER)
    trying = settled(todo, {"1-V1"})
    assert (trying.done, trying.watermarks) == ((UUID(int=12),), {})
    held = settled(todo, (), {"1-V1"})
    assert (held.done, held.aside, held.watermarks) == ((UUID(int=12),), (UUID(int=11),), {"vacancies": 12})


def test_what_no_followed_group_shows_is_not_read_and_holds_nobody():
    """Notes are captured, and nobody has begun to fill them."""
    todo = plan([mutation(11, ("1-7A",), NOTE, Fate.OPEN), mutation(12, ("1-7A",), NOTE)], AFTER)
    assert (todo.reads, settled(todo, ()).watermarks, settled(todo, ()).done) == ({}, {"vacancies": 12}, ())


def test_rejected_mutations_move_the_watermark():
    """A stretch in which nothing was changed still moves on."""
    todo = plan([mutation(11, fate=Fate.VOID)], AFTER)
    assert (todo.reads, settled(todo, ()).watermarks) == ({}, {"vacancies": 11})


def test_a_stretch_ends_before_it_costs_too_many_reads():
    """A backlog is carried in parts, so that the watermark moves meanwhile."""
    todo = plan([mutation(10 + number, (f"1-V{number}",)) for number in range(1, 9)], AFTER, most=3)
    assert (len(todo.reads), settled(todo, ()).watermarks) == (3, {"vacancies": 13})


def test_an_unknown_outcome_is_read_once_legacy_can_do_nothing_more():
    """What it has not done by then it never does; until then it is open, whatever came first."""
    young, old = SETTLING - timedelta(seconds=1), SETTLING
    asked = [(None, True), (young, False), (old, False), (old, True), (None, False)]
    found = [fate(settled=False, refused=False, unknown_for=each, acked=acked) for each, acked in asked]
    assert found == [Fate.READY, Fate.OPEN, Fate.READY, Fate.READY, Fate.OPEN]
    assert fate(settled=True, refused=False, unknown_for=young, acked=True) is Fate.CARRIED
    assert fate(settled=False, refused=True, unknown_for=None, acked=False) is Fate.VOID


ROWS = some.lists(some.sampled_from(["1-7A", "1-7B", "1-7C"]), max_size=2, unique=True).map(tuple)
DRAWN = some.tuples(ROWS, some.sampled_from([VACANCY, CLIENT, NOTE, CLIENT | NOTE]), some.sampled_from(Fate))


@given(some.lists(DRAWN, max_size=14), some.sets(some.sampled_from(["1-7A", "1-7B"])), some.integers(1, 5))
def test_a_watermark_never_promises_what_is_not_carried(drawn, failed, most):
    """Every mutation at or below it that a group shows is carried, void or planned and not failed."""
    mutations = [mutation(number, *each) for number, each in enumerate(drawn, 11)]
    todo = plan(mutations, BOTH, most)
    for group, mark in settled(todo, failed).watermarks.items():
        for each in (one for one in mutations if one.sequence <= mark and one.entities & set(FILLED[group])):
            assert each.fate is not Fate.OPEN
            if each.fate is Fate.READY and each.rows:
                assert not set(each.rows) & failed
                shown = each.entities & {entity for name in BOTH for entity in FILLED[name]}
                assert all(todo.reads[row].entities >= shown for row in each.rows)
                assert all(
                    todo.reads[row].number is None or todo.reads[row].number >= each.sequence for row in each.rows
                )
            elif each.fate is Fate.READY:
                assert todo.everything
