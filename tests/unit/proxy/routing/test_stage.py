from proxy.model.route import Stage
from proxy.routing.stage import STAGES, allowed, following


def test_every_stage_has_a_row():
    """An unknown stage has no row, so no default branch can exist."""
    assert set(STAGES) == set(Stage)


def test_only_one_step_up_and_any_step_down():
    """Down is a rollback; up is one stage."""
    assert allowed(Stage.LEGACY, Stage.CAPTURE)
    assert allowed(Stage.CAPTURE, Stage.SHADOW)
    assert not allowed(Stage.LEGACY, Stage.READ)
    assert not allowed(Stage.CAPTURE, Stage.READ)
    assert allowed(Stage.READ, Stage.LEGACY)


def test_the_way_up_ends_at_read_in_this_release():
    """Beyond it writes move, which needs the flip protocol."""
    assert [following(stage) for stage in (Stage.LEGACY, Stage.CAPTURE, Stage.SHADOW, Stage.READ)] == [
        Stage.CAPTURE, Stage.SHADOW, Stage.READ, None,
    ]  # fmt: skip
    assert not allowed(Stage.READ, Stage.WRITE)
