"""Claims about the life of a mutation."""

import pytest

from proxy.journal.states import TABLE, Event, State, diagram, final, follow


def test_usual_life_ends_in_sync():
    """A mutation that is sent, acknowledged and applied is synchronised, and nothing follows."""
    state = State.INTENT
    for event in (Event.FORWARDED, Event.ACKNOWLEDGED, Event.APPLIED):
        state = follow(state, event)
    assert state is State.SYNCED
    assert final(state)


def test_lost_answer_is_unknown_and_may_be_settled_later():
    """An answer that never came is unknown; reading the legacy again settles it either way."""
    unknown = follow(State.SENT, Event.LOST)
    assert unknown is State.UNKNOWN
    assert {follow(unknown, event) for event in (Event.RE_READ, Event.REFUSED)} == {State.ACKED, State.REJECTED}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("event", Event)
def test_what_is_not_in_the_table_is_refused(state: State, event: Event):
    """There is no default: a step is a row of the table or an error that lists what is allowed."""
    rows = {(before, what): after for before, what, after in TABLE}
    if (state, event) in rows:
        assert follow(state, event) is rows[state, event]
    else:
        with pytest.raises(ValueError, match="allowed here"):
            follow(state, event)


def test_table_has_one_way_for_each_event():
    """No two rows begin alike, so no order of rows matters."""
    assert len({(before, event) for before, event, _ in TABLE}) == len(TABLE)


def test_nothing_that_was_acknowledged_can_become_rejected():
    """An acknowledgement is never taken back."""
    reachable = {State.ACKED}
    for _ in State:
        reachable |= {after for before, _, after in TABLE if before in reachable}
    assert State.REJECTED not in reachable


def test_diagram_is_drawn_from_the_table():
    """Every row stands in the diagram, and every state without a row ends."""
    drawn = diagram()
    assert all(f"{before} --> {after}: {event}" in drawn for before, event, after in TABLE)
    assert "rejected --> [*]" in drawn
    assert "acked --> [*]" not in drawn
