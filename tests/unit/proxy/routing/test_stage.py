from proxy.model.route import Stage
from proxy.routing.stage import STAGES, allowed, following


def test_every_stage_has_a_row():
    """An unknown stage has no row, so no default branch can exist."""
    assert set(STAGES) == set(Stage)


def test_only_one_step_up_and_any_step_down():
    """Down is a rollback; up is one stage."""
    assert allowed("notes", Stage.LEGACY, Stage.CAPTURE)
    assert not allowed("notes", Stage.LEGACY, Stage.READ)
    assert not allowed("notes", Stage.CAPTURE, Stage.READ)
    assert allowed("notes", Stage.READ, Stage.LEGACY)


def test_only_vacancies_pass_shadow_by_comparison():
    """Until shadow and evidence exist, one group may go from capture to read."""
    assert following("vacancies", Stage.CAPTURE) is Stage.READ
    assert following("notes", Stage.CAPTURE) is None
    assert following("vacancies", Stage.READ) is None
