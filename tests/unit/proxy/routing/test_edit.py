import pytest

from proxy.errors import OperatorError
from proxy.model.route import Stage
from proxy.routing.edit import changed, check_only, written
from proxy.routing.table import load
from tests.unit.proxy.routing.conftest import FUNCTIONS, REGIONS


def test_an_edit_changes_the_value_and_the_revision_and_no_other_byte(read, file):
    """Comments, quotes, order and blanks stay."""
    text = changed(file, read(), "vacancies", stage="capture", ramp=0)
    expected = file.replace("stage: read #", "stage: capture #").replace("ramp: 50", "ramp: 0")
    assert text == expected.replace("revision: 7 ", "revision: 8 ")


def test_an_edit_of_an_unknown_group_is_refused(read, file):
    """A slip of the pen must not add a group."""
    with pytest.raises(OperatorError, match="no group 'vacancy'"):
        changed(file, read(), "vacancy", ramp=10)


def test_an_edit_of_a_missing_value_is_refused(file):
    """A command never invents a key."""
    with pytest.raises(OperatorError, match=r"no groups\.vacancies\.pin"):
        written(file, ("groups", "vacancies", "pin"), "x")
    with pytest.raises(OperatorError, match="edit by hand"):
        written(file, ("groups", "vacancies", "cohort"), "x")


@pytest.mark.parametrize("quote", ["'", '"'])
def test_a_value_in_quotes_is_replaced_too(file, quote):
    """An editor's quotes must not bar a way back."""
    quoted = file.replace("stage: read #", f"stage: {quote}read{quote} #")
    table = load(quoted, FUNCTIONS, REGIONS)
    assert "stage: capture #" in changed(quoted, table, "vacancies", stage="capture", ramp=0)


def test_an_edit_through_a_shared_anchor_is_noticed(file):
    """One written value behind two groups: the check after the edit finds that both changed."""
    shared = file.replace("ramp: 50", "ramp: &share 50", 1).replace(
        "stage: legacy\n    ramp: 0\n  exp", "stage: legacy\n    ramp: 0\n  exp"
    )
    old = load(shared, FUNCTIONS, REGIONS)
    new = load(shared.replace("&share 50", "&share 60").replace("generation: 3", "generation: 4"), FUNCTIONS, REGIONS)
    with pytest.raises(OperatorError, match="other values too"):
        check_only(old, new, "vacancies", ramp=60)


def test_the_check_after_an_edit_passes_what_was_asked(read, file):
    """Just the asked change passes."""
    new = load(changed(file, read(), "vacancies", stage="capture", ramp=0), FUNCTIONS, REGIONS)
    check_only(read(), new, "vacancies", stage=Stage.CAPTURE, ramp=0)
    with pytest.raises(OperatorError, match="other values too"):
        check_only(read(), new, "vacancies", ramp=0)
